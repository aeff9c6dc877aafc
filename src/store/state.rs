//! Where a reviewer left the screen, and the filters typed before.
//!
//! Neither is a review: nothing of it is in the journal.

use rusqlite::{OptionalExtension, params};

use super::{Result, Store, sqlite};

/// So many filters are kept.
const HISTORY: i64 = 200;

impl Store {
    /// What [`Store::set_screen_state`] kept for this reviewer.
    pub fn screen_state(&self, reviewer: &str) -> Result<Option<String>> {
        self.connection()
            .prepare_cached("SELECT state FROM screen_state WHERE reviewer = ?1")
            .and_then(|mut q| q.query_row([reviewer], |r| r.get(0)).optional())
            .map_err(sqlite("reading where the screen was left"))
    }

    /// Keeps where this reviewer left the screen, as JSON text.
    pub fn set_screen_state(&mut self, reviewer: &str, state: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO screen_state (reviewer, state) VALUES (?1, ?2)
                 ON CONFLICT (reviewer) DO UPDATE SET state = excluded.state",
            )
            .and_then(|mut q| q.execute([reviewer, state]))
            .map_err(sqlite("keeping where the screen was left"))?;
            Ok(())
        })
    }

    /// Filters typed before, newest first, at most 200.
    pub fn filter_history(&self) -> Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            self.connection()
                .prepare_cached("SELECT filter FROM filter_history ORDER BY id DESC LIMIT ?1")?
                .query_map([HISTORY], |r| r.get(0))?
                .collect()
        };
        read().map_err(sqlite("reading the filter history"))
    }

    /// Puts a filter at the head of the history; the empty one is not kept.
    pub fn push_filter_history(&mut self, filter: &str) -> Result<()> {
        let filter = filter.trim();
        if filter.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            let push = || -> rusqlite::Result<()> {
                tx.execute("DELETE FROM filter_history WHERE filter = ?1", [filter])?;
                tx.execute("INSERT INTO filter_history (filter) VALUES (?1)", [filter])?;
                tx.execute(
                    "DELETE FROM filter_history WHERE id NOT IN
                     (SELECT id FROM filter_history ORDER BY id DESC LIMIT ?1)",
                    params![HISTORY],
                )?;
                Ok(())
            };
            push().map_err(sqlite("keeping the filter history"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::temporary;

    #[test]
    fn the_screen_is_left_apart_by_each_reviewer() {
        let (_dir, mut store) = temporary();
        assert_eq!(store.screen_state("ann").unwrap(), None);
        store.set_screen_state("ann", "{\"row\":1}").unwrap();
        store.set_screen_state("bo", "{\"row\":2}").unwrap();
        store.set_screen_state("ann", "{\"row\":3}").unwrap();
        assert_eq!(store.screen_state("ann").unwrap().unwrap(), "{\"row\":3}");
        assert_eq!(store.screen_state("bo").unwrap().unwrap(), "{\"row\":2}");
    }

    #[test]
    fn the_filter_history_has_each_filter_once_newest_first_and_200_at_most() {
        let (_dir, mut store) = temporary();
        for i in 0..210 {
            store
                .push_filter_history(&format!("messages:{i}.."))
                .unwrap();
        }
        store.push_filter_history(" messages:100.. ").unwrap();
        store.push_filter_history("  ").unwrap();
        let history = store.filter_history().unwrap();
        assert_eq!(history.len(), 200);
        assert_eq!(history[0], "messages:100..");
        assert_eq!(history[1], "messages:209..");
        let again = history.iter().filter(|f| *f == "messages:100..").count();
        assert_eq!(again, 1);
    }
}
