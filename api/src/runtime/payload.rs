//! Passes the payload around `lambda_runtime`'s own parser.
//!
//! `lambda_runtime` parses the payload before it calls the function, and turns a failure into a
//! runtime error, for which a function URL sends an opaque 502. So the bytes bypass the parser:
//! [`Bypass`] puts them aside and leaves `null` to parse, and the function takes them back. Both
//! happen in one synchronous call, so a thread-local slot is enough.

use std::cell::Cell;
use std::task::{Context, Poll};

use bytes::Bytes;
use lambda_runtime::LambdaInvocation;
use tower::Service;

thread_local! {
    static ASIDE: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// Takes the payload of the invocation that is being started on this thread.
pub(super) fn take() -> Bytes {
    ASIDE.take()
}

/// Puts each payload aside before `lambda_runtime` sees it.
#[derive(Clone)]
pub(super) struct Bypass<S>(pub(super) S);

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for Bypass<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        let payload = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        ASIDE.set(payload);
        self.0.call(invocation)
    }
}
