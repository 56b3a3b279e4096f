//! Work that goes on when whoever waits for it leaves, without a task of its own until then.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// A future that is polled where it is awaited. If it is dropped before its end, a task takes it
/// to that.
///
/// A task from the beginning would cost two switches between tasks for each request, which is a
/// good part of what a short invocation costs.
pub(in crate::dev) struct Detached<T: Send + 'static>(Option<Work<T>>);

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Send + 'static> Detached<T> {
    pub(in crate::dev) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Detached<T> {
    /// An error is what the work has panicked with.
    type Output = Result<T, Box<dyn Any + Send>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut work) = self.0.take() else {
            return Poll::Pending;
        };
        // Nothing of it is looked at again after a panic.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Pending) => {
                self.0 = Some(work);
                Poll::Pending
            }
            Ok(Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn work_that_is_awaited_gives_its_outcome() {
        assert_eq!(Detached::new(async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_comes_to_its_end() {
        let (go_on, wait) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let mut work = Detached::new(async move {
            wait.await.unwrap();
            done.send(()).unwrap();
        });
        tokio::select! {
            biased;
            _ = &mut work => panic!("it waits"),
            () = std::future::ready(()) => drop(work),
        }
        go_on.send(()).unwrap();
        is_done.await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_work_alone() {
        let outcome = Detached::new(async { panic!("a mistake") }).await;
        let panic = outcome.map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a mistake"));
    }
}
