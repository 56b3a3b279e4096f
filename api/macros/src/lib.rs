//! The attribute `operation` of the crate [`fnurl`](https://docs.rs/fnurl), where it is documented.

#![forbid(unsafe_code)]

mod checks;
mod settings;
mod words;

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{ItemFn, ReturnType, parse_macro_input};

use settings::Settings;

/// See `fnurl::operation`.
#[proc_macro_attribute]
pub fn operation(
    attribute: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let settings = parse_macro_input!(attribute as Settings);
    let function = parse_macro_input!(item as ItemFn);
    let original = quote!(#function);
    match expand(&settings, function) {
        Ok(tokens) => tokens.into(),
        // Keep the function, so that the compiler reports only this error.
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#error #original).into()
        }
    }
}

/// Rewrites the handler as a function that returns its future. Callers use it as before, but its
/// response also carries the texts of the doc comment.
fn expand(settings: &Settings, function: ItemFn) -> syn::Result<TokenStream> {
    checks::shape(&function.sig)?;
    let checks = checks::bounds(settings, &function.sig);
    let words = words::of(settings, &function.attrs);
    let ItemFn {
        attrs,
        vis,
        mut sig,
        block,
    } = function;
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    sig.asyncness = None;
    sig.output = syn::parse_quote_spanned! { sig.output.span() =>
        -> impl ::core::future::Future<
            Output = ::fnurl::contract::Described<#output, impl ::fnurl::contract::Words>
        > + ::core::marker::Send
    };
    Ok(quote! {
        #(#attrs)*
        #vis #sig {
            struct OperationWords;
            impl ::fnurl::contract::Words for OperationWords {
                #words
            }
            #checks
            ::fnurl::__private::sendable(async move {
                let response: #output = async move #block.await;
                ::fnurl::contract::Described::<_, OperationWords>::new(response)
            })
        }
    })
}
