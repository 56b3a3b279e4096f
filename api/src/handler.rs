//! Handlers: any `async fn` whose arguments are extractors and whose result is a response.

use std::future::Future;

use crate::body::{Request, Response};
use crate::contract::Operation;
use crate::extract::{Extract, Gathered, Reads};
use crate::problem::Problem;
use crate::respond::Respond;

/// An `async fn` with up to 12 arguments that implement [`Extract`] and a result that implements
/// [`Respond`]. `A` stands for the arguments and is always inferred.
#[diagnostic::on_unimplemented(
    message = "this function cannot be a handler",
    note = "a handler is an `async fn` with at most 12 arguments, each an extractor for the state `{S}`, whose result implements `Respond`, and whose future is `Send`",
    note = "put `#[fnurl::operation]` on it, and the compiler names what is missing"
)]
pub trait Handler<S, A>: Send + Sync + 'static {
    /// Extracts the arguments, calls the function and turns its result into a response.
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
