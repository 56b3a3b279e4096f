//! The settings in the attribute's parentheses.

use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, Type};

/// `#[operation(id = "listItems", tag = "items", deprecated, state = App)]`
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) id: Option<LitStr>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) is_deprecated: bool,
    pub(crate) state: Option<Type>,
}

impl Parse for Settings {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut settings = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            match name.to_string().as_str() {
                "deprecated" => settings.is_deprecated = true,
                "id" => settings.id = Some(id(input)?),
                "tag" => {
                    input.parse::<Token![=]>()?;
                    settings.tag = Some(input.parse()?);
                }
                "state" => {
                    input.parse::<Token![=]>()?;
                    settings.state = Some(input.parse()?);
                }
                other => {
                    let message = format!(
                        "`{other}` is not a setting of an operation: use `id`, `tag`, `deprecated` or `state`"
                    );
                    return Err(syn::Error::new(name.span(), message));
                }
            }
            if input.is_empty() {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        Ok(settings)
    }
}

fn id(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    let id: LitStr = input.parse()?;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !id.value().is_empty() && id.value().chars().all(is_valid) {
        true => Ok(id),
        false => Err(syn::Error::new(
            id.span(),
            "an operation's id can have only letters, digits, `_` and `-`",
        )),
    }
}
