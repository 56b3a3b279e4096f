//! `State`: the state that the API was built with, or a part of it.

use super::Extract;
use crate::contract::Operation;
use crate::message::Request;
use crate::problem::Problem;

/// The state of the API, or a part of it.
///
/// The state is cloned for each request: put parts that are expensive to clone into an [`Arc`].
///
/// ```
/// use fnurl::{FromState, State};
///
/// #[derive(Clone)]
/// struct App { greeting: Greeting, limit: u32 }
///
/// #[derive(Clone)]
/// struct Greeting(&'static str);
///
/// impl FromState<App> for Greeting {
///     fn from_state(app: &App) -> Self {
///         app.greeting.clone()
///     }
/// }
///
/// async fn greet(State(greeting): State<Greeting>) -> String {
///     greeting.0.to_owned()
/// }
/// ```
///
/// [`Arc`]: std::sync::Arc
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<T>(pub T);

/// A part of the state `S` that handlers can take on its own.
///
/// A handler then names what it needs, and its test needs no more than that. The state itself is a
/// part of itself, if it is `Clone`.
///
/// ```
/// use fnurl::{Api, FromState, State, get, testing::TestApi};
///
/// #[derive(Clone)]
/// struct App { mailer: Mailer }
///
/// #[derive(Clone)]
/// struct Mailer { sender: &'static str }
///
/// impl FromState<App> for Mailer {
///     fn from_state(app: &App) -> Self {
///         app.mailer.clone()
///     }
/// }
///
/// async fn sender(State(mailer): State<Mailer>) -> &'static str {
///     mailer.sender
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let app = App { mailer: Mailer { sender: "shop@example.com" } };
/// let api = TestApi::new(Api::builder(app).at("/sender", get(sender)).build()?);
/// api.get("/sender").await.assert_text(200, "shop@example.com");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part of the state `{S}`",
    note = "implement `FromState<{S}>` for it"
)]
pub trait FromState<S> {
    /// Takes the part out of the state.
    fn from_state(state: &S) -> Self;
}

impl<S: Clone> FromState<S> for S {
    fn from_state(state: &S) -> Self {
        state.clone()
    }
}

impl<S: Sync, T: FromState<S>> Extract<S> for State<T> {
    async fn extract(_request: &mut Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(T::from_state(state)))
    }

    fn describe(_operation: &mut Operation) {}
}
