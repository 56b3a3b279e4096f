//! Whether a write may have happened although no answer came.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::ConfigBag;
use aws_sdk_dynamodb::config::Intercept;
use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;

/// Counts the attempts of one call, and the answers that settled one.
///
/// The client sends a request again when no answer came; only the error of the last attempt is
/// seen outside. An earlier one may have been carried out all the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU32,
    settled: AtomicU32,
}

impl Attempts {
    /// Whether an attempt was sent of which nobody knows what became.
    pub(super) fn leave_outcome_unknown(&self) -> bool {
        self.0.sent.load(Ordering::Relaxed) > self.0.settled.load(Ordering::Relaxed)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A refusal (4xx) says that nothing happened; a server's failure (5xx) says nothing.
        let is_refused = context.response().status().is_client_error();
        if is_refused || context.output_or_error().is_ok() {
            self.0.settled.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
