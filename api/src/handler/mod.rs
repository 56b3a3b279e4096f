//! Handlers: any `async fn` whose arguments are extractors and whose result is a response.

pub mod checks;

use std::future::Future;

use crate::contract::Operation;
use crate::extract::{Extract, Gathered, Reads};
use crate::message::{Request, Response};
use crate::problem::Problem;
use crate::respond::Respond;

/// An `async fn` with up to 12 arguments that implement [`Extract`] and a result that implements
/// [`Respond`]. `A` stands for the arguments and is always inferred.
///
/// A function is a handler if
///
/// - it is an `async fn`, or a closure that returns a future, and borrows nothing from its caller;
/// - each argument is an extractor for the state `S` of the API;
/// - its return type is a response, or a `Result` of one and an error that is an
///   [`IntoProblem`](crate::IntoProblem);
/// - its future is `Send`: it holds no `Rc` and no guard of a `std` mutex over an `.await`.
///
/// If it is not, put [`operation`](macro@crate::operation) on it: the compiler then names what is
/// missing.
///
/// You need the trait itself only to write a function that takes any handler:
///
/// ```
/// use fnurl::{Api, BuildError, Handler, get, testing::TestApi};
///
/// /// An API with one route, for a test.
/// fn only<A: 'static>(handler: impl Handler<(), A>) -> Result<TestApi, BuildError> {
///     Ok(TestApi::new(Api::builder(()).at("/", get(handler)).build()?))
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// async fn hello() -> &'static str { "Hello!" }
///
/// only(hello)?.get("/").await.assert_text(200, "Hello!");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "this function cannot be a handler",
    note = "a handler is an `async fn` with at most 12 arguments, each an extractor for the state `{S}`, whose result implements `Respond`, and whose future is `Send`",
    note = "put `#[fnurl::operation]` on it, and the compiler names what is missing"
)]
pub trait Handler<S, A>: Send + Sync + 'static {
    /// Extracts the arguments, calls the function and turns its result into a response.
    ///
    /// # Problems
    /// That of the first extractor that refuses the request; 422 with the broken rules of all
    /// arguments; that of the function's error.
    fn call(
        &self,
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Response, Problem>> + Send;

    /// Describes arguments and result to the contract.
    fn describe(operation: &mut Operation);

    /// Declares what each argument reads from path and query.
    fn reads(reads: &mut Reads);
}

/// Implements `Handler` for functions with these arguments. Each argument `T` has a marker `M`,
/// which tells implementations of `Extract` apart.
///
/// All arguments are extracted before the function is called, also if an earlier one broke rules:
/// `Gathered` keeps the broken rules of each, so that the client learns of all of them at once.
/// Another problem ends the request immediately.
macro_rules! handler {
    ($($T:ident $M:ident),*) => {
        impl<F, Fut, R, S, $($T, $M,)*> Handler<S, ($(($M, $T),)*)> for F
        where
            F: Fn($($T),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send,
            R: Respond,
            S: Sync,
            $($T: Extract<S, $M> + Send,)*
        {
            async fn call(&self, mut request: Request, state: &S) -> Result<Response, Problem> {
                let mut gathered = Gathered::default();
                let arguments = ($(
                    gathered.keep(<$T as Extract<S, $M>>::extract(&mut request, state).await)?,
                )*);
                match arguments {
                    ($(Some($T),)*) => self($($T),*).await.respond(),
                    _ => Err(gathered.into_problem()),
                }
            }

            fn describe(operation: &mut Operation) {
                operation.handled_by::<F>();
                $(<$T as Extract<S, $M>>::describe(operation);)*
                R::describe(operation);
            }

            fn reads(reads: &mut Reads) {
                $(<$T as Extract<S, $M>>::reads(reads);)*
            }
        }
    };
}

impl<F, Fut, R, S> Handler<S, ()> for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = R> + Send,
    R: Respond,
    S: Sync,
{
    async fn call(&self, _request: Request, _state: &S) -> Result<Response, Problem> {
        self().await.respond()
    }

    fn describe(operation: &mut Operation) {
        operation.handled_by::<F>();
        R::describe(operation);
    }

    fn reads(_reads: &mut Reads) {}
}

mod arities {
    #![expect(
        non_snake_case,
        reason = "a handler's arguments are named after their types"
    )]
    use super::*;

    handler!(A MA);
    handler!(A MA, B MB);
    handler!(A MA, B MB, C MC);
    handler!(A MA, B MB, C MC, D MD);
    handler!(A MA, B MB, C MC, D MD, E ME);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH, I MI);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH, I MI, J MJ);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH, I MI, J MJ, K MK);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH, I MI, J MJ, K MK, L ML);
    handler!(A MA, B MB, C MC, D MD, E ME, G MG, H MH, I MI, J MJ, K MK, L ML, N MN);
}
