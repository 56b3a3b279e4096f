//! The store, bounded by the time that the invocation has left.

use std::time::Duration;

use fnurl::contract::Operation;
use fnurl::{Extract, Invocation, Problem, Request};
use models::Store;

/// Kept back from the invocation's time, to answer once the store has given up.
const TO_ANSWER: Duration = Duration::from_millis(200);

/// The store whose calls end before the invocation does.
pub(crate) struct TimedStore(pub(crate) Store);

impl Extract<Store> for TimedStore {
    async fn extract(request: &mut Request, store: &Store) -> Result<Self, Problem> {
        let invocation = request.extensions().get::<Invocation>();
        Ok(Self(match invocation {
            Some(invocation) => store.within(invocation.time_left().saturating_sub(TO_ANSWER)),
            None => store.clone(),
        }))
    }

    fn describe(_operation: &mut Operation) {}
}
