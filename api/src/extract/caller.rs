//! `Caller`: the identity that signed the request.

use super::Extract;
use super::optional::MaybeExtract;
use crate::contract::Operation;
use crate::message::{Caller, Invocation, Request};
use crate::problem::{NO_CALLER, Problem};

impl<S: Sync> Extract<S> for Caller {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let invocation = Invocation::of(request);
        match invocation.and_then(Invocation::caller) {
            Some(caller) => Ok(caller.clone()),
            None => Err(NO_CALLER.because(
                "this route needs a request signed with AWS Signature Version 4, through a function URL with AuthType AWS_IAM",
            )),
        }
    }

    fn describe(operation: &mut Operation) {
        operation.signed().refuses(NO_CALLER);
    }
}

impl<S: Sync> MaybeExtract<S> for Caller {
    fn is_present(request: &Request) -> bool {
        let invocation = Invocation::of(request);
        invocation.and_then(Invocation::caller).is_some()
    }
}
