//! From what people type, link or point at to rows.

use rusqlite::{Connection, OptionalExtension, params};

use super::record::external_id;
use super::rows::ids_of;
use super::{Result, Store, sqlite};
use crate::model::ConversationId;
use crate::text::Untrusted;

/// A typed id prefix that fits more conversations than this lists only so many.
const MOST_MATCHES: i64 = 50;

/// From so many characters on, a beginning of an id counts beside an external id that is the same text:
/// a sender must not be able to take the place of another conversation by its name.
const CERTAIN: usize = 8;

/// Characters of an id as JSON, CSV and links write it; the rest of the 128 bits is never typed.
const WRITTEN: usize = 16;

/// The same user id may stand in other sources: so many times the conversations that are wanted are looked at.
const OTHER_SOURCES: i64 = 20;

/// A conversation that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Row.
    pub row: i64,
    /// Id.
    pub id: ConversationId,
    /// The label that people use.
    pub external_id: Untrusted,
}

/// The conversations of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfUser {
    /// Rows, the newest first by their last event.
    pub rows: Vec<i64>,
    /// There are more than were asked for.
    pub more: bool,
}

impl Store {
    /// The conversations that `text` names: by the beginning of an id (former ones too), or exactly by
    /// external id (`native`, `native#2`). Empty: none; several: ambiguous.
    pub fn resolve(&self, text: &str) -> Result<Vec<Found>> {
        let conn = self.connection();
        let mut rows = Vec::new();
        by_label(conn, text, 1, &mut rows)?;
        if let Some((native, number)) = text.rsplit_once('#')
            && let Ok(session) = number.parse::<u32>()
            && session > 1
        {
            by_label(conn, native, session, &mut rows)?;
        }
        if let Some((low, high)) = range(text)
            && (rows.is_empty() || text.len() >= CERTAIN)
        {
            for sql in [
                "SELECT row FROM card WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
                "SELECT row FROM former_id WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            ] {
                let found = conn
                    .prepare_cached(sql)
                    .and_then(|mut q| {
                        q.query_map(params![low, high, MOST_MATCHES], |r| r.get(0))?
                            .collect::<rusqlite::Result<Vec<i64>>>()
                    })
                    .map_err(sqlite("looking a conversation up"))?;
                rows.extend(found);
            }
        }
        let mut found: Vec<Found> = Vec::new();
        for row in rows {
            if found.iter().all(|f| f.row != row)
                && let Some(one) = self.named(row)?
            {
                found.push(one);
            }
        }
        Ok(found)
    }

    /// The row of a conversation by its id, or by an id it had before.
    pub fn row_of(&self, id: ConversationId) -> Result<Option<i64>> {
        let find = |sql| {
            self.connection()
                .prepare_cached(sql)
                .and_then(|mut q| q.query_row([id.0], |r| r.get(0)).optional())
                .map_err(sqlite("looking a conversation up"))
        };
        match find("SELECT row FROM card WHERE id = ?1")? {
            None => find("SELECT row FROM former_id WHERE id = ?1"),
            row => Ok(row),
        }
    }

    /// The ids of rows, in the order asked; those that were removed are left out.
    pub fn ids(&self, rows: &[i64]) -> Result<Vec<ConversationId>> {
        let found = ids_of(self.connection(), rows)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Id and label of a row.
    pub fn named(&self, row: i64) -> Result<Option<Found>> {
        self.connection()
            .prepare_cached("SELECT id, native, session FROM card WHERE row = ?1")
            .and_then(|mut q| {
                q.query_row([row], |r| {
                    Ok(Found {
                        row,
                        id: ConversationId(r.get(0)?),
                        external_id: external_id(&r.get::<_, String>(1)?, r.get(2)?),
                    })
                })
                .optional()
            })
            .map_err(sqlite("looking a conversation up"))
    }

    /// The conversations of the user of this one in the same source, itself among them, the newest
    /// first: of more than `most` those that were imported last. Nothing where the source names no user
    /// or the row is not there.
    ///
    /// Some senders (`default`, a load test) have a part of the whole store: the index is read from its
    /// end and no further than is shown.
    pub fn same_user(&self, row: i64, most: usize) -> Result<OfUser> {
        let read = || -> rusqlite::Result<OfUser> {
            let mut user = self
                .connection()
                .prepare_cached("SELECT user_id, source FROM card WHERE row = ?1")?;
            let user: Option<(Option<String>, i64)> = user
                .query_row([row], |r| Ok((r.get(0)?, r.get(1)?)))
                .optional()?;
            let Some((Some(user), source)) = user else {
                return Ok(OfUser::default());
            };
            let wanted = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
            let mut query = self.connection().prepare_cached(
                "SELECT f.row FROM (SELECT row FROM (
                   SELECT k.row FROM (
                     SELECT row, source FROM card WHERE user_id = ?1 ORDER BY row DESC LIMIT ?4
                   ) k WHERE k.source = ?2 ORDER BY k.row DESC LIMIT ?3
                 ) UNION SELECT ?5 AS row) f JOIN conversation c ON c.row = f.row ORDER BY c.ended DESC, f.row DESC",
            )?;
            let looked_at = wanted.saturating_mul(OTHER_SOURCES);
            let mut rows = query
                .query_map(params![user, source, wanted, looked_at, row], |r| r.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            let more = rows.len() > most;
            // The oldest go, but never the one that was asked about.
            while rows.len() > most.max(1)
                && let Some(last) = rows.iter().rposition(|r| *r != row)
            {
                rows.remove(last);
            }
            Ok(OfUser { rows, more })
        };
        self.reading(|| read().map_err(sqlite("looking a user up")))
    }
}

fn by_label(conn: &Connection, native: &str, session: u32, rows: &mut Vec<i64>) -> Result<()> {
    // One probe of the index for each source, in this order: sources are few.
    let found = conn
        .prepare_cached(
            "SELECT k.row FROM source s CROSS JOIN card k ON k.source = s.id AND k.native = ?1 AND k.session = ?2
             ORDER BY k.row",
        )
        .and_then(|mut q| {
            q.query_map(params![native, session], |r| r.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()
        })
        .map_err(sqlite("looking a conversation up"))?;
    rows.extend(found);
    Ok(())
}

/// The lowest and the highest id that begin so; `None` where the text is no beginning of an id.
fn range(text: &str) -> Option<([u8; 16], [u8; 16])> {
    if !(1..=WRITTEN).contains(&text.len()) {
        return None;
    }
    let (mut low, mut high) = ([0u8; 16], [0xffu8; 16]);
    for (place, c) in text.bytes().enumerate() {
        let value = match c.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        for bit in 0..5 {
            let at = place * 5 + bit;
            let mask = 0x80 >> (at % 8);
            match value >> (4 - bit) & 1 {
                1 => low[at / 8] |= mask,
                _ => high[at / 8] &= !mask,
            }
        }
    }
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_range_of_ids() {
        let id = ConversationId(*b"0123456789abcdef");
        let text = id.to_string();
        for length in 1..=text.len() {
            let (low, high) = range(&text[..length]).unwrap();
            assert!(low <= id.0 && id.0 <= high, "{length}");
            assert!(ConversationId(low).to_string().starts_with(&text[..length]));
            assert!(
                ConversationId(high)
                    .to_string()
                    .starts_with(&text[..length])
            );
        }
        assert_eq!(range(&text.to_uppercase()), range(&text));
        for no_id in ["", "a1", "a-b", "äö", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(range(no_id), None, "{no_id}");
        }
    }
}
