//! When the writing side of an import rests, so that reviewers get their turn.

use std::thread;
use std::time::{Duration, Instant};

/// How long it rests.
const REST: Duration = Duration::from_millis(20);

/// Alone, it rests this often: a reviewer who begins to write gets in.
const ALONE: Duration = Duration::from_millis(500);

/// Somebody who wrote so lately is taken to be still there.
const LATELY: Duration = Duration::from_secs(30);

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

    fn due(&mut self, version: i64, now: Instant) -> bool {
        if self.version.replace(version).is_some_and(|v| v != version) {
            self.others = Some(now);
        }
        let somebody = self
            .others
            .is_some_and(|then| now.duration_since(then) < LATELY);
        somebody || now.duration_since(self.rested) >= ALONE
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
        pace.rested = at(29_900);
        assert!(pace.due(2, at(30_100)));
        assert!(!pace.due(2, at(30_200)));
        assert!(pace.due(2, at(30_400)));
    }
}
