//! What the catalogue is fed from: narrow rows, values, review rows, and the questions that are answered
//! as sets of rows because their values are too many to hold in memory.
//!
//! Nothing here decides what a filter means; each function answers one plain question of the tables. All
//! of them stop with `Interrupted` when the connection's interrupt handle fires.

use rusqlite::{Connection, Row, params};

use super::values::{status_of, verdict_of};
use super::{Result, Store, sqlite};
use crate::model::{Status, Verdict};

const DOING: &str = "reading the catalogue";

/// Which rows are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// All of them.
    All,
    /// Those written after this revision.
    Since(i64),
    /// These, where they are there.
    These(&'a [i64]),
}

/// The numbers of one narrow row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NarrowRow {
    pub row: i64,
    pub source: i64,
    pub started: Option<i64>,
    pub ended: Option<i64>,
    pub messages: i64,
    pub user_messages: i64,
    pub bot_messages: i64,
    pub queries: i64,
    pub fallbacks: i64,
    pub rating: Option<i64>,
    pub min_confidence: Option<i64>,
    pub min_margin: Option<i64>,
    pub min_action_confidence: Option<i64>,
    pub marks: u32,
}

/// The review state of one conversation, tags apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReviewRow {
    pub row: i64,
    pub status: Status,
    pub verdict: Option<Verdict>,
    pub flagged: bool,
    pub flagged_events: bool,
    pub notes: bool,
    pub corrections: bool,
    pub queue: Option<String>,
    /// Who decided last, and when, in milliseconds.
    pub decided: Option<(String, i64)>,
}

/// Newest revision of each kind of row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revisions {
    pub content: i64,
    pub reviews: i64,
    pub purged: i64,
}

/// A list of rows as the one parameter that SQLite makes a table of.
pub(crate) fn json_list(rows: impl ExactSizeIterator<Item = i64>) -> String {
    use std::fmt::Write;
    let mut list = String::with_capacity(rows.len() * 8 + 2);
    list.push('[');
    for (i, row) in rows.enumerate() {
        let _ = write!(list, "{}{row}", if i == 0 { "" } else { "," });
    }
    list.push(']');
    list
}

/// Reads `columns` of `table` (as `t`) for the rows wanted, in ascending order of rows. `extra` joins more.
pub(crate) fn each(
    conn: &Connection,
    columns: &str,
    table: &str,
    extra: &str,
    wanted: Wanted<'_>,
    mut found: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<()> {
    let from = match wanted {
        Wanted::All => format!("{table} AS t {extra} ORDER BY t.row"),
        // Few have changed, which a planner without figures does not know: it would read them all.
        Wanted::Since(_) => {
            format!("{table} AS t INDEXED BY {table}_rev {extra} WHERE t.rev > ?1 ORDER BY t.row")
        }
        Wanted::These(_) => format!(
            "json_each(?1) AS j CROSS JOIN {table} AS t ON t.row = j.value {extra} ORDER BY j.id"
        ),
    };
    let mut run = || -> rusqlite::Result<()> {
        let mut query = conn.prepare_cached(&format!("SELECT {columns} FROM {from}"))?;
        let mut rows = match wanted {
            Wanted::All => query.query([])?,
            Wanted::Since(rev) => query.query([rev])?,
            Wanted::These(list) => query.query([json_list(list.iter().copied())])?,
        };
        while let Some(row) = rows.next()? {
            found(row)?;
        }
        Ok(())
    };
    run().map_err(sqlite(DOING))
}

impl Store {
    /// Does `work` on one state of the store, whatever others write meanwhile.
    pub(crate) fn reading<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let conn = self.connection();
        if !conn.is_autocommit() {
            return work();
        }
        let tx = conn.unchecked_transaction().map_err(sqlite(DOING))?;
        let done = work();
        // Nothing was written: rolling back ends the reading and cannot fail in a way that matters.
        drop(tx);
        done
    }

    /// Newest revision of conversations, reviews and purges.
    pub(crate) fn feed_revisions(&self) -> Result<Revisions> {
        self.connection()
            .prepare_cached(
                "SELECT (SELECT coalesce(max(rev), 0) FROM conversation),
                        (SELECT coalesce(max(rev), 0) FROM review),
                        (SELECT coalesce(max(rev), 0) FROM purged)",
            )
            .and_then(|mut q| {
                q.query_row([], |r| {
                    Ok(Revisions {
                        content: r.get(0)?,
                        reviews: r.get(1)?,
                        purged: r.get(2)?,
                    })
                })
            })
            .map_err(sqlite(DOING))
    }

    /// An upper bound of how many conversations there are, without counting them.
    pub(crate) fn feed_last_row(&self) -> Result<i64> {
        self.connection()
            .prepare_cached("SELECT coalesce(max(row), 0) FROM conversation")
            .and_then(|mut q| q.query_row([], |r| r.get(0)))
            .map_err(sqlite(DOING))
    }

    /// Narrow rows in ascending order, each with the ids of its values as they are stored, for
    /// [`super::decode_ids`].
    pub(crate) fn feed_narrow(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(&NarrowRow, &[u8]),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.source, t.started, t.ended, t.messages, t.user_messages, t.bot_messages, t.queries, \
             t.fallbacks, t.rating, t.min_confidence, t.min_margin, t.min_action_confidence, t.marks, t.facet_values",
            "conversation",
            "",
            wanted,
            |r| {
                let narrow = NarrowRow {
                    row: r.get(0)?,
                    source: r.get(1)?,
                    started: r.get(2)?,
                    ended: r.get(3)?,
                    messages: r.get(4)?,
                    user_messages: r.get(5)?,
                    bot_messages: r.get(6)?,
                    queries: r.get(7)?,
                    fallbacks: r.get(8)?,
                    rating: r.get(9)?,
                    min_confidence: r.get(10)?,
                    min_margin: r.get(11)?,
                    min_action_confidence: r.get(12)?,
                    marks: r.get::<_, i64>(13)? as u32,
                };
                found(&narrow, r.get_ref(14)?.as_blob()?);
                Ok(())
            },
        )
    }

    /// Values with an id above `after`: id, facet number, value.
    pub(crate) fn feed_values(
        &self,
        after: i64,
        mut found: impl FnMut(i64, u8, &str),
    ) -> Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let mut query = self.connection().prepare_cached(
                "SELECT id, facet, value FROM facet_value WHERE id > ?1 ORDER BY id",
            )?;
            let mut rows = query.query([after])?;
            while let Some(r) = rows.next()? {
                found(r.get(0)?, r.get(1)?, r.get_ref(2)?.as_str()?);
            }
            Ok(())
        };
        run().map_err(sqlite(DOING))
    }

    /// Names of the sources by id.
    pub(crate) fn feed_sources(&self) -> Result<Vec<(i64, String)>> {
        pairs(self.connection(), "SELECT id, name FROM source")
    }

    /// Tags of the vocabulary by id.
    pub(crate) fn feed_tags(&self) -> Result<Vec<(i64, String)>> {
        pairs(self.connection(), "SELECT id, name FROM tag")
    }

    /// Auto tags by the id of their rule.
    pub(crate) fn feed_rules(&self) -> Result<Vec<(i64, String)>> {
        pairs(self.connection(), "SELECT id, tag FROM rule")
    }

    /// Review rows in ascending order.
    pub(crate) fn feed_reviews(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(&ReviewRow),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.status, t.verdict, t.flagged, t.flagged_events > 0, t.notes > 0, t.corrections > 0, \
             t.queue, e.reviewer, e.wall",
            "review",
            "LEFT JOIN journal AS e ON e.seq = t.decided_by",
            wanted,
            |r| {
                found(&ReviewRow {
                    row: r.get(0)?,
                    status: status_of(r.get(1)?),
                    verdict: verdict_of(r.get(2)?),
                    flagged: r.get(3)?,
                    flagged_events: r.get(4)?,
                    notes: r.get(5)?,
                    corrections: r.get(6)?,
                    queue: r.get(7)?,
                    decided: r.get::<_, Option<String>>(8)?.zip(r.get(9)?),
                });
                Ok(())
            },
        )
    }

    /// Which conversations carry which tag: row and tag id, by row.
    pub(crate) fn feed_conversation_tags(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(i64, i64),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.tag, t.present",
            "conversation_tag",
            "",
            wanted,
            |r| {
                if r.get(2)? {
                    found(r.get(0)?, r.get(1)?);
                }
                Ok(())
            },
        )
    }

    /// Which conversations carry which auto tag that nobody dismissed: row and rule id, by row.
    pub(crate) fn feed_auto_tags(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(i64, i64),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.rule, t.dismissed",
            "auto_tag",
            "",
            wanted,
            |r| {
                if !r.get(2)? {
                    found(r.get(0)?, r.get(1)?);
                }
                Ok(())
            },
        )
    }

    /// Rows purged after a revision.
    pub(crate) fn feed_purged(&self, since: i64) -> Result<Vec<i64>> {
        let run = || -> rusqlite::Result<Vec<i64>> {
            self.connection()
                .prepare_cached("SELECT row FROM purged WHERE rev > ?1")?
                .query_map([since], |r| r.get(0))?
                .collect()
        };
        run().map_err(sqlite(DOING))
    }
}

fn pairs(conn: &Connection, sql: &str) -> Result<Vec<(i64, String)>> {
    let run = || -> rusqlite::Result<Vec<(i64, String)>> {
        conn.prepare_cached(sql)?
            .query_map(params![], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect()
    };
    run().map_err(sqlite(DOING))
}
