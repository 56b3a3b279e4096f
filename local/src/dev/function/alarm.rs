//! A deadline that moves with each invocation.

use std::pin::Pin;
use tokio::time::{Instant, Sleep, sleep_until};

/// Goes off at a moment that is asked for anew each time, and mostly is a later one.
///
/// Setting a timer takes a lock that all instances share. This one stays as it is while the moment
/// is later than that it is set for, and is set again when it goes off too early.
#[derive(Debug)]
pub(in crate::dev) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    pub(in crate::dev) fn new() -> Self {
        Self(Box::pin(sleep_until(Instant::now())))
    }

    /// Waits for a moment, or for ever when there is none. Safe to give up and begin again.
    pub(in crate::dev) async fn at(&mut self, moment: Option<Instant>) {
        let Some(moment) = moment else {
            return std::future::pending().await;
        };
        loop {
            if self.0.is_elapsed() || self.0.deadline() > moment {
                self.0.as_mut().reset(moment);
            }
            self.0.as_mut().await;
            if Instant::now() >= moment {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_goes_off_at_the_last_moment_that_was_asked_for() {
        let began = Instant::now();
        let mut alarm = Alarm::new();
        for (moment, given_up) in [(5, 1), (60, 2), (3, 1)] {
            let waited = timeout(given_up * SECOND, alarm.at(Some(began + moment * SECOND)));
            assert!(waited.await.is_err() || began.elapsed() == moment * SECOND);
        }
        alarm.at(Some(began + 10 * SECOND)).await;
        assert_eq!(began.elapsed(), 10 * SECOND);
        alarm.at(Some(began + 9 * SECOND)).await;
        assert_eq!(began.elapsed(), 10 * SECOND);
        alarm.at(Some(began + 11 * SECOND)).await;
        assert_eq!(began.elapsed(), 11 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_moment_it_never_goes_off() {
        let mut alarm = Alarm::new();
        assert!(timeout(1_000 * SECOND, alarm.at(None)).await.is_err());
    }
}
