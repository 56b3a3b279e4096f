//! How often something may happen.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many times a second, all of them at once if they were not used in the second before.
#[derive(Debug)]
pub(in crate::dev) struct Rate {
    limit: u16,
    /// When the limit would be free as a whole, if nothing happened until then.
    free_at: Mutex<Option<Instant>>,
}

impl Rate {
    pub(in crate::dev) fn per_second(limit: u16) -> Self {
        Self {
            limit,
            free_at: Mutex::default(),
        }
    }

    pub(in crate::dev) fn limit(&self) -> u16 {
        self.limit
    }

    /// Whether it may happen now; if so, it is counted.
    pub(in crate::dev) fn admits(&self, now: Instant) -> bool {
        let Some(each) = Duration::from_secs(1).checked_div(self.limit.into()) else {
            return false;
        };
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = free_at.map_or(now, |free_at| free_at.max(now)) + each;
        let is_admitted = next <= now + Duration::from_secs(1);
        if is_admitted {
            *free_at = Some(next);
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(rate: &Rate, now: Instant) -> usize {
        (0..100).filter(|_| rate.admits(now)).count()
    }

    #[test]
    fn a_limit_can_be_used_at_once_and_comes_back_within_a_second() {
        let (rate, start) = (Rate::per_second(20), Instant::now());
        assert_eq!(admitted(&rate, start), 20);
        assert_eq!(admitted(&rate, start + Duration::from_millis(500)), 10);
        assert_eq!(admitted(&rate, start + Duration::from_secs(2)), 20);
        assert_eq!(admitted(&rate, start + Duration::from_secs(60)), 20);
    }

    #[test]
    fn a_limit_of_zero_admits_nothing() {
        assert_eq!(admitted(&Rate::per_second(0), Instant::now()), 0);
    }
}
