//! Finding conversations by the ids that the journal names them by, and the other way round.
//!
//! One is looked up; of many, the index of ids is read in its own order, which is many times faster than
//! hopping through it.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, Target};

/// From so many on they are looked up together.
const MANY: usize = 64;
/// Reading so many entries of an index one after the other costs as much as looking one up.
const STEPS: usize = 12;

const DOING: &str = "looking a conversation up";

/// Finds the rows of conversations by the ids of the journal, former ones included.
pub(crate) struct Rows<'c> {
    conn: &'c Connection,
    now: CachedStatement<'c>,
    former: CachedStatement<'c>,
    /// Those that were looked up together: entries about the same conversations follow each other.
    known: HashMap<ConversationId, Option<i64>>,
}

impl<'c> Rows<'c> {
    /// Prepares the look-up.
    pub(crate) fn open(conn: &'c Connection) -> Result<Self> {
        let prepare = |sql| conn.prepare_cached(sql).map_err(sqlite(DOING));
        Ok(Self {
            conn,
            now: prepare("SELECT row FROM card WHERE id = ?1")?,
            former: prepare("SELECT row FROM former_id WHERE id = ?1")?,
            known: HashMap::new(),
        })
    }

    /// The row of the conversation, or `None` where it is not here.
    pub(crate) fn find(&mut self, id: ConversationId) -> Result<Option<i64>> {
        match self.known.get(&id) {
            Some(&known) => Ok(known),
            None => self.find_new(id),
        }
    }

    fn find_new(&mut self, id: ConversationId) -> Result<Option<i64>> {
        let take = |r: &Row<'_>| r.get(0);
        let found = match self.now.query_row([id.0], take).optional() {
            Ok(None) => self.former.query_row([id.0], take).optional(),
            found => found,
        };
        found.map_err(sqlite(DOING))
    }

    /// Looks all of them up, so that [`Rows::find`] knows them. Few are left to it.
    pub(crate) fn learn(&mut self, ids: impl Iterator<Item = ConversationId>) -> Result<()> {
        // Each look into a map of so many costs a miss of the processor's cache: as few as can be.
        let unknown = |id: &ConversationId| self.known.is_empty() || !self.known.contains_key(id);
        let mut ids: Vec<ConversationId> = ids.filter(unknown).collect();
        if ids.len() < MANY {
            return Ok(());
        }
        ids.sort_unstable();
        ids.dedup();
        self.known.reserve(ids.len());
        let last = last_row(self.conn).map_err(sqlite(DOING))?;
        if ids.len().saturating_mul(STEPS) >= last {
            ids = self.merge(&ids).map_err(sqlite(DOING))?;
        }
        for id in ids {
            let row = self.find_new(id)?;
            self.known.insert(id, row);
        }
        Ok(())
    }

    /// Reads the whole index of ids beside the ascending `ids`; those that are not in it.
    fn merge(&mut self, ids: &[ConversationId]) -> rusqlite::Result<Vec<ConversationId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT id, row FROM card ORDER BY id")?;
        let mut rows = query.query([])?;
        let (mut wanted, mut missing) = (ids.iter().copied().peekable(), Vec::new());
        while wanted.peek().is_some()
            && let Some(r) = rows.next()?
        {
            let id = ConversationId(r.get(0)?);
            missing.extend(std::iter::from_fn(|| wanted.next_if(|w| *w < id)));
            if wanted.next_if_eq(&id).is_some() {
                self.known.insert(id, Some(r.get(1)?));
            }
        }
        missing.extend(wanted);
        Ok(missing)
    }

    /// The rows of all targets, ascending; refuses where a conversation is not here.
    pub(crate) fn find_all(&mut self, targets: &[Target]) -> Result<Vec<(i64, Target)>> {
        self.learn(targets.iter().map(|t| t.conversation))?;
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
        in_order(&mut found);
        Ok(found)
    }
}

/// Puts targets into the order of the tables, each once.
pub(crate) fn in_order(targets: &mut Vec<(i64, Target)>) {
    let place = |(row, target): &(i64, Target)| (*row, target.event.map(|e| e.key));
    targets.sort_by_key(place);
    targets.dedup_by_key(|t| place(t));
}

/// The ids of rows, in the order asked; `None` for those that are not there.
pub(crate) fn ids_of(conn: &Connection, rows: &[i64]) -> Result<Vec<Option<ConversationId>>> {
    let read = || -> rusqlite::Result<_> {
        let last = last_row(conn)?;
        if rows.len() >= MANY && rows.len().saturating_mul(STEPS) >= last {
            return scan_ids(conn, rows, last);
        }
        let mut query = conn.prepare_cached("SELECT id FROM card WHERE row = ?1")?;
        rows.iter()
            .map(|row| {
                query
                    .query_row([row], |r| r.get(0).map(ConversationId))
                    .optional()
            })
            .collect()
    };
    read().map_err(sqlite(DOING))
}

/// From the index of ids alone: the table it belongs to is twenty times larger.
fn scan_ids(
    conn: &Connection,
    rows: &[i64],
    last: usize,
) -> rusqlite::Result<Vec<Option<ConversationId>>> {
    // The place in the answer by row; a row that is asked for twice is looked for once.
    let mut places = vec![u32::MAX; last + 1];
    let mut again = Vec::new();
    for (row, at) in rows.iter().zip(0u32..) {
        match usize::try_from(*row).ok().and_then(|r| places.get_mut(r)) {
            Some(place) if *place == u32::MAX => *place = at,
            Some(place) => again.push((at, *place)),
            None => {}
        }
    }
    let mut found = vec![None; rows.len()];
    let mut query = conn.prepare_cached("SELECT id, row FROM card ORDER BY id")?;
    let mut entries = query.query([])?;
    while let Some(r) = entries.next()? {
        let row: i64 = r.get(1)?;
        let place = usize::try_from(row).ok().and_then(|r| places.get(r));
        if let Some(&at) = place
            && let Some(place) = found.get_mut(at as usize)
        {
            *place = Some(ConversationId(r.get(0)?));
        }
    }
    for (at, first) in again {
        found[at as usize] = found[first as usize];
    }
    Ok(found)
}

/// An upper bound of how many conversations there are.
fn last_row(conn: &Connection) -> rusqlite::Result<usize> {
    let last: i64 = conn
        .prepare_cached("SELECT coalesce(max(row), 0) FROM card")?
        .query_row([], |r| r.get(0))?;
    Ok(usize::try_from(last).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::apply::tests::reviewed_store;

    #[test]
    fn many_are_found_as_one_is() {
        let (_dir, store, ids) = reviewed_store(200);
        let conn = store.connection();
        conn.execute_batch(
            "INSERT INTO former_id (id, row) SELECT zeroblob(16), 7;
             DELETE FROM card WHERE row = 9;",
        )
        .unwrap();
        let mut asked = ids.clone();
        asked.push(ConversationId([0; 16]));
        asked.push(ConversationId([0xff; 16]));
        let mut one_by_one = Rows::open(conn).unwrap();
        let each: Vec<_> = asked
            .iter()
            .map(|&id| one_by_one.find(id).unwrap())
            .collect();
        for some in [asked.len(), MANY, 3] {
            let mut together = Rows::open(conn).unwrap();
            together
                .learn(asked.iter().rev().take(some).copied())
                .unwrap();
            let found: Vec<_> = asked.iter().map(|&id| together.find(id).unwrap()).collect();
            assert_eq!(found, each, "{some}");
        }
        // The ids of those rows again, some of them twice, some of them nowhere.
        let mut rows: Vec<i64> = (1..=210).rev().chain([5, 5, -1, i64::MAX]).collect();
        let ids = ids_of(conn, &rows).unwrap();
        for (row, id) in rows.iter().zip(&ids) {
            assert_eq!(ids_of(conn, &[*row]).unwrap(), [*id], "{row}");
        }
        rows.truncate(3);
        assert_eq!(ids_of(conn, &rows).unwrap(), [None; 3]);
    }
}
