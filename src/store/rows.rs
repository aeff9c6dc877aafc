//! Finding conversations by the ids that the journal names them by.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, Target};

/// Finds the rows of conversations by the ids of the journal, former ones included.
pub(crate) struct Rows<'c> {
    now: CachedStatement<'c>,
    former: CachedStatement<'c>,
}

impl<'c> Rows<'c> {
    /// Prepares the look-up.
    pub(crate) fn open(conn: &'c Connection) -> Result<Self> {
        let prepare = |sql| {
            conn.prepare_cached(sql)
                .map_err(sqlite("looking a conversation up"))
        };
        Ok(Self {
            now: prepare("SELECT row FROM card WHERE id = ?1")?,
            former: prepare("SELECT row FROM former_id WHERE id = ?1")?,
        })
    }

    /// The row of the conversation, or `None` where it is not here.
    pub(crate) fn find(&mut self, id: ConversationId) -> Result<Option<i64>> {
        let take = |r: &Row<'_>| r.get(0);
        let found = match self.now.query_row([id.0], take).optional() {
            Ok(None) => self.former.query_row([id.0], take).optional(),
            found => found,
        };
        found.map_err(sqlite("looking a conversation up"))
    }

    /// The rows of all targets, ascending; refuses where a conversation is not here.
    pub(crate) fn find_all(&mut self, targets: &[Target]) -> Result<Vec<(i64, Target)>> {
        let mut found = Vec::with_capacity(targets.len());
        for target in targets {
            match self.find(target.conversation)? {
                Some(row) => found.push((row, *target)),
                None => {
                    return Err(StoreError::Refused(format!(
                        "there is no conversation {:.8}",
                        target.conversation
                    )));
                }
            }
        }
        // In the order of the tables, which is several times faster than hopping through them.
        found.sort_by_key(|(row, target)| (*row, target.event.map(|e| e.key)));
        found.dedup_by_key(|(row, target)| (*row, target.event.map(|e| e.key)));
        Ok(found)
    }
}
