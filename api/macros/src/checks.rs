//! Checks of a handler. Each error points at the part of the signature that is wrong.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, GenericArgument, PathArguments, ReturnType, Signature, Type};

use crate::settings::Settings;

/// Maximum number of arguments of a handler.
const MAX_ARGUMENTS: usize = 12;

/// Checks the form of the function: `async`, no `self`, owned arguments, and not too many.
pub(crate) fn shape(signature: &Signature) -> syn::Result<()> {
    if signature.asyncness.is_none() {
        return Err(Error::new(
            signature.fn_token.span(),
            "a handler is an `async fn`: write `async` before `fn`",
        ));
    }
    if let Some(further) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        return Err(Error::new(
            further.span(),
            "a handler takes at most 12 arguments: put some into a struct that implements `Extract`",
        ));
    }
    for argument in &signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => {
                return Err(Error::new(
                    receiver.span(),
                    "a handler has no `self`: take what it needs with `State`",
                ));
            }
            FnArg::Typed(argument) => {
                if let Type::Reference(borrowed) = &*argument.ty {
                    return Err(Error::new(
                        borrowed.span(),
                        "a handler must own its arguments: it cannot borrow from the request",
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Calls that compile only if the arguments are extractors and the result is a response. Each call
/// has the span of the type that it checks.
pub(crate) fn bounds(settings: &Settings, signature: &Signature) -> TokenStream {
    let arguments = signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(&*argument.ty),
            FnArg::Receiver(_) => None,
        });
    let takes_state = arguments.clone().any(|ty| named(ty, "State").is_some());
    let state = match &settings.state {
        Some(state) => Some(quote!(#state)),
        // The state of the API is not known: only extractors for every state can be checked.
        None if takes_state => None,
        None => Some(quote!(())),
    };
    let arguments = arguments.map(|ty| argument(ty, state.as_ref()));
    let output = match &signature.output {
        ReturnType::Default => quote!(),
        ReturnType::Type(_, output) => result(output),
    };
    quote!(#(#arguments)* #output)
}

/// Extractors of the framework that read a type with rules.
const READ_INPUT: [&str; 4] = ["Json", "Query", "Form", "Patch"];

fn argument(ty: &Type, state: Option<&TokenStream>) -> TokenStream {
    if let Some(inner) = named(ty, "Option") {
        let inner_checks = argument(inner, None);
        let whole = state.map(|state| {
            quote_spanned!(ty.span()=> ::fnurl::__private::is_optional_argument::<#state, #inner>();)
        });
        return quote!(#inner_checks #whole);
    }
    if let Some(inner) = READ_INPUT.iter().find_map(|name| named(ty, name)) {
        return quote_spanned! {inner.span()=>
            ::fnurl::__private::is_deserialized::<#inner>();
            ::fnurl::__private::is_validated::<#inner>();
            ::fnurl::__private::is_described::<#inner>();
        };
    }
    match (state, named(ty, "State")) {
        (Some(state), _) => {
            quote_spanned!(ty.span()=> ::fnurl::__private::is_argument::<#state, _, #ty>();)
        }
        (None, _) => quote!(),
    }
}

fn result(output: &Type) -> TokenStream {
    if let Some((value, error)) = named_pair(output, "Result") {
        let value = quote_spanned!(value.span()=> ::fnurl::__private::is_response::<#value>(););
        let error = quote_spanned!(error.span()=> ::fnurl::__private::is_problem::<#error>(););
        return quote!(#value #error);
    }
    quote_spanned!(output.span()=> ::fnurl::__private::is_response::<#output>();)
}

/// The type argument of `Name<T>`; any path may come before the name.
fn named<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    arguments_of(ty, name)?.first().copied()
}

fn named_pair<'a>(ty: &'a Type, name: &str) -> Option<(&'a Type, &'a Type)> {
    match arguments_of(ty, name)?[..] {
        [one, other] => Some((one, other)),
        _ => None,
    }
}

fn arguments_of<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last().filter(|it| it.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
