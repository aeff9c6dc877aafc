//! How long the writing side of an import holds the store, and when it rests, so that reviewers get their
//! turn.

use std::thread;
use std::time::{Duration, Instant};

/// How long it rests.
const REST: Duration = Duration::from_millis(20);

/// Alone, it rests this often: a reviewer who begins to write gets in.
const ALONE: Duration = Duration::from_millis(250);

/// Somebody who wrote so lately is taken to be still there.
const LATELY: Duration = Duration::from_secs(30);

/// So long a batch may hold the store while somebody else writes.
const SHARED_BATCH: Duration = Duration::from_millis(50);

/// Alone, a batch is longer: the more conversations it has, the fewer pages of the indexes are written
/// again and again. It is the longest that the first decision of a reviewer waits.
const LONE_BATCH: Duration = Duration::from_millis(250);

/// Rests after every batch while somebody else writes, and now and then while nobody does.
#[derive(Debug)]
pub(super) struct Pace {
    version: Option<i64>,
    others: Option<Instant>,
    rested: Instant,
}

impl Pace {
    pub fn new() -> Self {
        Self {
            version: None,
            others: None,
            rested: Instant::now(),
        }
    }

    /// After a commit; `version` is a number that changes when another connection writes.
    pub fn after_batch(&mut self, version: i64) {
        let now = Instant::now();
        if self.due(version, now) {
            thread::sleep(REST);
            self.rested = Instant::now();
        }
    }

    /// How long the next batch may hold the store.
    pub fn batch(&self) -> Duration {
        if self.somebody(Instant::now()) {
            SHARED_BATCH
        } else {
            LONE_BATCH
        }
    }

    fn due(&mut self, version: i64, now: Instant) -> bool {
        if self.version.replace(version).is_some_and(|v| v != version) {
            self.others = Some(now);
        }
        self.somebody(now) || now.duration_since(self.rested) >= ALONE
    }

    /// True if somebody else wrote lately.
    fn somebody(&self, now: Instant) -> bool {
        self.others
            .is_some_and(|then| now.duration_since(then) < LATELY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_each_batch_only_while_somebody_else_writes() {
        let mut pace = Pace::new();
        let start = pace.rested;
        let at = |ms| start + Duration::from_millis(ms);
        assert!(!pace.due(1, at(50)));
        assert!(!pace.due(1, at(100)));
        assert!(pace.due(2, at(150)));
        assert!(pace.due(2, at(200)));
        pace.rested = at(30_000);
        assert!(pace.due(2, at(30_100)));
        assert!(!pace.due(2, at(30_200)));
        assert!(pace.due(2, at(30_400)));
    }

    #[test]
    fn batches_are_short_while_somebody_else_writes() {
        let mut pace = Pace::new();
        pace.after_batch(1);
        assert_eq!(pace.batch(), LONE_BATCH);
        pace.after_batch(2);
        assert_eq!(pace.batch(), SHARED_BATCH);
    }
}
