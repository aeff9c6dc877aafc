//! Reading the journal: who changed what, newest first.

use rusqlite::{Row, params_from_iter, types::Value as Sql};

use super::entry::{Body, kind_of};
use super::origins::UNDONE;
use super::record::external_id;
use super::{Result, Store, StoreError, sqlite};
use crate::model::{ConversationId, EntryId, EntryKind, JournalEntry, Millis};

/// Which entries of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalQuery {
    /// About this conversation (row).
    pub conversation: Option<i64>,
    /// From this moment on, by the wall clock.
    pub since: Option<Millis>,
    /// Changes of a whole filter alone.
    pub bulk_only: bool,
    /// Of this reviewer.
    pub reviewer: Option<String>,
    /// At most so many; `None`: all.
    pub limit: Option<usize>,
}

/// Shortest prefix of an entry's id that is looked for, as for conversations.
const SHORTEST: usize = 1;

impl Store {
    /// The entries that `query` asks for, newest first.
    pub fn journal(&self, query: &JournalQuery) -> Result<Vec<JournalEntry>> {
        let failed = sqlite("reading the journal");
        let mut terms = vec!["1".to_owned()];
        let mut values: Vec<Sql> = Vec::new();
        if let Some(since) = query.since {
            values.push(since.0.into());
            terms.push("j.wall >= ?".to_owned());
        }
        if query.bulk_only {
            terms.push("j.bulk IS NOT NULL".to_owned());
        }
        if let Some(reviewer) = &query.reviewer {
            values.push(reviewer.clone().into());
            terms.push("j.reviewer = ?".to_owned());
        }
        let ids = match query.conversation {
            Some(row) => self.ids_of(row)?,
            None => Vec::new(),
        };
        if query.conversation.is_some() {
            // Entries about one conversation say which; the others have to be looked into.
            let marks = vec!["?"; ids.len()].join(",");
            values.extend(ids.iter().map(|id| id.0.to_vec().into()));
            terms.push(format!(
                "j.seq IN (SELECT seq FROM journal WHERE first IN ({marks})
                 UNION SELECT seq FROM journal WHERE targets > 1)"
            ));
        }
        // The external id of what `first` names, under its present or a former id. Bodies are not among
        // what is put in order: those of bulk changes take megabytes each.
        let sql = format!(
            "SELECT j.id, j.kind, j.undoes, j.wall, j.reviewer, j.summary, j.bulk, j.targets,
             {UNDONE}, c.row, c.native, c.session, j.first, j.seq
             FROM journal j LEFT JOIN card c ON c.row = coalesce(
                 (SELECT row FROM card WHERE id = j.first),
                 (SELECT row FROM former_id WHERE id = j.first))
             WHERE {} ORDER BY j.at DESC, j.seq DESC",
            terms.join(" AND ")
        );
        let mut statement = self.connection().prepare(&sql).map_err(&failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(&failed)?;
        let limit = query.limit.unwrap_or(usize::MAX);
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next().map_err(&failed)?
        {
            let entry = take(row).map_err(&failed)?;
            if query.conversation.is_none() || self.is_about(row, &ids)? {
                found.push(entry);
            }
        }
        Ok(found)
    }

    /// The one entry whose id begins with `prefix` (base32); refused where none or several do.
    pub fn find_entry(&self, prefix: &str) -> Result<EntryId> {
        let prefix = prefix.trim().to_lowercase();
        let none = || StoreError::Refused(format!("there is no entry {prefix} in the journal"));
        if prefix.len() < SHORTEST {
            return Err(none());
        }
        let (low, high) = bounds(&prefix).ok_or_else(none)?;
        let read = || -> rusqlite::Result<Vec<EntryId>> {
            self.connection()
                .prepare_cached("SELECT id FROM journal WHERE id BETWEEN ?1 AND ?2 LIMIT 9")?
                .query_map([low, high], |r| Ok(EntryId(r.get(0)?)))?
                .collect()
        };
        let found = read().map_err(sqlite("reading the journal"))?;
        match found.as_slice() {
            [] => Err(none()),
            [one] => Ok(*one),
            several => {
                let names: Vec<String> = several.iter().map(|id| format!("{id:.12}")).collect();
                Err(StoreError::Refused(format!(
                    "{prefix} begins several entries: {}",
                    names.join(", ")
                )))
            }
        }
    }

    /// True if the entry of this line of the journal is about one of `ids`.
    fn is_about(&self, r: &Row<'_>, ids: &[ConversationId]) -> Result<bool> {
        let failed = sqlite("reading the journal");
        let first: Option<[u8; 16]> = r.get(12).map_err(&failed)?;
        let named = first.is_some_and(|id| ids.contains(&ConversationId(id)));
        if named || r.get::<_, i64>(7).map_err(&failed)? <= 1 {
            return Ok(named);
        }
        let seq: i64 = r.get(13).map_err(&failed)?;
        self.connection()
            .prepare_cached("SELECT body FROM journal WHERE seq = ?1")
            .and_then(|mut q| {
                q.query_row([seq], |r| Ok(Body::is_about(r.get_ref(0)?.as_blob()?, ids)))
            })
            .map_err(failed)
    }

    /// The ids that name a conversation in the journal: its own and its former ones.
    fn ids_of(&self, row: i64) -> Result<Vec<ConversationId>> {
        let read = || -> rusqlite::Result<Vec<ConversationId>> {
            self.connection()
                .prepare_cached(
                    "SELECT id FROM card WHERE row = ?1
                     UNION ALL SELECT id FROM former_id WHERE row = ?1",
                )?
                .query_map([row], |r| Ok(ConversationId(r.get(0)?)))?
                .collect()
        };
        read().map_err(sqlite("reading the journal"))
    }
}

fn take(r: &Row<'_>) -> rusqlite::Result<JournalEntry> {
    let row: Option<i64> = r.get(9)?;
    let native: Option<String> = r.get(10)?;
    let session: Option<u32> = r.get(11)?;
    Ok(JournalEntry {
        id: EntryId(r.get(0)?),
        kind: kind_of(r.get(1)?),
        undoes: r.get::<_, Option<[u8; 16]>>(2)?.map(EntryId),
        at: Millis(r.get(3)?),
        reviewer: r.get::<_, String>(4)?.into(),
        summary: r.get(5)?,
        bulk: r.get(6)?,
        targets: r.get(7)?,
        first: row
            .zip(native)
            .map(|(row, native)| (row, external_id(&native, session.unwrap_or(1)))),
        undone: r.get(8)?,
    })
}

/// The lowest and the highest id that begin with `prefix`; `None` where it is no base32.
fn bounds(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    let alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    let (mut low, mut high) = ([0_u8; 16], [0xff_u8; 16]);
    for (i, letter) in prefix.chars().enumerate() {
        let value = alphabet.find(letter)?;
        for bit in 0..5 {
            let at = i * 5 + bit;
            let on = value >> (4 - bit) & 1 == 1;
            let (byte, mask) = (at / 8, 0x80_u8 >> (at % 8));
            if byte >= 16 {
                return (!on).then_some((low, high)); // the last letter of a whole id has bits to spare
            }
            if on {
                low[byte] |= mask;
            } else {
                high[byte] &= !mask;
            }
        }
    }
    Some((low, high))
}

impl EntryKind {
    /// `change`, `undo`, `redo`, `import`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Import => "import",
        }
    }
}

#[cfg(test)]
mod tests;
