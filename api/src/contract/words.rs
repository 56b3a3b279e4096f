//! Texts about an operation, for the readers of the contract.

use std::marker::PhantomData;
use std::ops::Deref;

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::Problem;
use crate::respond::Respond;

/// The texts and settings of a handler's attribute [`operation`](macro@crate::operation).
///
/// The attribute implements it. Without the attribute, implement it by hand, or set the fields of
/// [`Operation`] in a response's `describe`:
///
/// ```
/// use fnurl::contract::{Described, Words};
/// use fnurl::{Api, get};
///
/// struct HelloWords;
///
/// impl Words for HelloWords {
///     const SUMMARY: &'static str = "Greets";
///     const DESCRIPTION: &'static str = "";
///     const ID: Option<&'static str> = Some("hello");
///     const TAG: Option<&'static str> = None;
///     const IS_DEPRECATED: bool = false;
///     const PACKAGE: (&'static str, &'static str) = ("greetings", "1.2.0");
/// }
///
/// async fn hello() -> Described<&'static str, HelloWords> { Described::new("Hello!") }
///
/// let contract = Api::builder(()).at("/", get(hello)).build()?.contract();
/// assert_eq!(contract.operations[0].summary, "Greets");
/// # Ok::<(), fnurl::BuildError>(())
/// ```
pub trait Words {
    /// The first line of the doc comment.
    const SUMMARY: &'static str;
    /// The other lines.
    const DESCRIPTION: &'static str;
    /// The operation's id, if it is not made from the function's path.
    const ID: Option<&'static str>;
    /// The group that the operation belongs to.
    const TAG: Option<&'static str>;
    /// `true` if clients should stop using it.
    const IS_DEPRECATED: bool;
    /// Name and version of the package that the handler is in.
    const PACKAGE: (&'static str, &'static str);
}

/// The response of a handler with the attribute [`operation`](macro@crate::operation), together
/// with its [`Words`]. A direct call of such a handler returns this type: it dereferences to the
/// response, and [`into_inner`](Self::into_inner) returns the response alone.
///
/// ```
/// /// Greets.
/// #[fnurl::operation]
/// async fn hello() -> &'static str {
///     "Hello!"
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let response = hello().await;
/// assert_eq!(response.len(), 6); // dereferenced
/// assert_eq!(response.into_inner(), "Hello!");
/// # });
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Described<R, W> {
    response: R,
    words: PhantomData<fn() -> W>,
}

impl<R, W> Described<R, W> {
    /// Adds the texts to a response.
    pub const fn new(response: R) -> Self {
        Self {
            response,
            words: PhantomData,
        }
    }

    /// The response alone.
    pub fn into_inner(self) -> R {
        self.response
    }
}

impl<R, W> Deref for Described<R, W> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.response
    }
}

impl<R: Respond, W: Words> Respond for Described<R, W> {
    fn respond(self) -> Result<Response, Problem> {
        self.response.respond()
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
        W::SUMMARY.clone_into(&mut operation.summary);
        W::DESCRIPTION.clone_into(&mut operation.description);
        operation.tag = W::TAG.map(str::to_owned);
        operation.is_deprecated = W::IS_DEPRECATED;
        if let Some(id) = W::ID {
            operation.named(id);
        }
        operation.package = Some(W::PACKAGE);
    }
}
