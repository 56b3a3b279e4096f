//! Texts for the contract, from the handler's doc comment.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::settings::Settings;

/// The constants of `fnurl::contract::Words`.
pub(crate) fn of(settings: &Settings, attributes: &[Attribute]) -> TokenStream {
    let (summary, description) = paragraphs(&doc_comment(attributes));
    let optional = |text: &Option<syn::LitStr>| match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    let (id, tag) = (optional(&settings.id), optional(&settings.tag));
    let has_attribute = |name: &str| attributes.iter().any(|it| it.path().is_ident(name));
    let is_deprecated = settings.is_deprecated || has_attribute("deprecated");
    quote! {
        const SUMMARY: &'static str = #summary;
        const DESCRIPTION: &'static str = #description;
        const ID: ::core::option::Option<&'static str> = #id;
        const TAG: ::core::option::Option<&'static str> = #tag;
        const IS_DEPRECATED: bool = #is_deprecated;
        const PACKAGE: (&'static str, &'static str) =
            (::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
    }
}

fn doc_comment(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    let lines: Vec<String> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned())
        .collect();
    lines.join("\n")
}

/// The first paragraph, on one line and without its full stop, and the rest.
fn paragraphs(comment: &str) -> (String, String) {
    let comment = comment.trim();
    let (first, rest) = comment.split_once("\n\n").unwrap_or((comment, ""));
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = first.strip_suffix('.').unwrap_or(&first).to_owned();
    (first, rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_paragraph_is_the_summary() {
        let cases = [
            ("", "", ""),
            ("Lists items.", "Lists items", ""),
            (
                "Lists\nitems.\n\nNewest first.\n\nIn pages.",
                "Lists items",
                "Newest first.\n\nIn pages.",
            ),
        ];
        for (comment, summary, description) in cases {
            let expected = (summary.to_owned(), description.to_owned());
            assert_eq!(paragraphs(comment), expected, "{comment}");
        }
    }
}
