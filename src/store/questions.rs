//! Questions that the catalogue leaves to the tables, because their values are too many to hold in
//! memory: words, slot values, ids, users, notes, corrections, single turns.
//!
//! Each answers with rows; what a filter makes of them is decided in the catalogue. All of them stop with
//! `Interrupted` when the connection's interrupt handle fires.

use rusqlite::{Row, params};

use super::feed::{Wanted, each};
use super::narrow::decode_turns;
use super::values::field_of;
use super::{Facet, Result, Store, StoredTurn, sqlite};
use crate::model::{ConversationId, CorrectionField, EventKey};

const DOING: &str = "answering a filter";

/// Which column of the search index is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Both.
    Any,
    /// What the user said.
    User,
    /// What was answered.
    Bot,
}

/// How a value is asked for; all of it folded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Like<'a> {
    /// This value.
    Exact(&'a str),
    /// Values that begin so.
    Prefix(&'a str),
}

impl<'a> Like<'a> {
    /// The text, and a bound that every value beginning so lies below.
    fn bounds(self) -> (&'a str, String) {
        match self {
            // `\0` is below every character, so nothing but the text itself lies between.
            Self::Exact(text) => (text, format!("{text}\0")),
            Self::Prefix(text) => (text, format!("{text}\u{10ffff}\u{10ffff}")),
        }
    }
}

impl Store {
    fn ask(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        mut found: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
    ) -> Result<()> {
        let run = || -> rusqlite::Result<()> {
            let mut query = self.connection().prepare_cached(sql)?;
            let mut rows = query.query(params)?;
            while let Some(row) = rows.next()? {
                if !found(row)? {
                    break;
                }
            }
            Ok(())
        };
        run().map_err(sqlite(DOING))
    }

    /// Conversations behind the row `after` in which these words stand one after the other in one message;
    /// `prefix`: the last may go on. Without words nothing is found.
    pub(crate) fn ask_words(
        &self,
        side: Side,
        words: &[String],
        prefix: bool,
        after: i64,
        mut found: impl FnMut(i64),
    ) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        let columns = match side {
            Side::Any => "",
            Side::User => "user : ",
            Side::Bot => "bot : ",
        };
        let phrase = words.join(" ").replace('"', "\"\"");
        let star = if prefix { " *" } else { "" };
        self.ask(
            "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid > ?2",
            params![format!("{columns}\"{phrase}\"{star}"), after],
            |r| {
                found(r.get(0)?);
                Ok(true)
            },
        )
    }

    /// Conversations in which one of these slots (by value id) was filled so.
    pub(crate) fn ask_slot(
        &self,
        slots: &[i64],
        like: Like<'_>,
        mut found: impl FnMut(i64),
    ) -> Result<()> {
        let (low, high) = like.bounds();
        for slot in slots {
            self.ask(
                "SELECT row FROM slot_value WHERE slot = ?1 AND value >= ?2 AND value < ?3",
                params![slot, low, high],
                |r| {
                    found(r.get(0)?);
                    Ok(true)
                },
            )?;
        }
        Ok(())
    }

    /// Values of these slots (by value id) with the conversations that have them, value by value.
    pub(crate) fn ask_slot_values(
        &self,
        slots: &[i64],
        like: Like<'_>,
        mut found: impl FnMut(&str, i64),
    ) -> Result<()> {
        let (low, high) = like.bounds();
        for slot in slots {
            self.ask(
                "SELECT value, row FROM slot_value WHERE slot = ?1 AND value >= ?2 AND value < ?3
                 ORDER BY value",
                params![slot, low, high],
                |r| {
                    found(r.get_ref(0)?.as_str()?, r.get(1)?);
                    Ok(true)
                },
            )?;
        }
        Ok(())
    }

    /// Values of a facet with their ids.
    pub(crate) fn ask_values(
        &self,
        facet: Facet,
        like: Like<'_>,
        mut found: impl FnMut(i64, &str),
    ) -> Result<()> {
        let (low, high) = like.bounds();
        self.ask(
            "SELECT id, value FROM facet_value WHERE facet = ?1 AND value >= ?2 AND value < ?3",
            params![facet as u8, low, high],
            |r| {
                found(r.get(0)?, r.get_ref(1)?.as_str()?);
                Ok(true)
            },
        )
    }

    /// Conversations whose id begins with these bits, by the least id that does; `found` tells whether
    /// the id still begins so.
    pub(crate) fn ask_ids_from(
        &self,
        least: [u8; 16],
        mut found: impl FnMut(i64, ConversationId) -> bool,
    ) -> Result<()> {
        self.ask(
            "SELECT row, id FROM card WHERE id >= ?1 ORDER BY id",
            [least],
            |r| Ok(found(r.get(0)?, ConversationId(r.get(1)?))),
        )
    }

    /// Ids of conversations by row.
    pub(crate) fn ask_ids(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(i64, ConversationId),
    ) -> Result<()> {
        each(self.connection(), "t.row, t.id", "card", "", wanted, |r| {
            found(r.get(0)?, ConversationId(r.get(1)?));
            Ok(())
        })
    }

    /// Ids of all conversations in their order, from the index alone.
    pub(crate) fn ask_ids_in_order(&self, mut found: impl FnMut(i64)) -> Result<()> {
        self.ask("SELECT row FROM card ORDER BY id", [], |r| {
            found(r.get(0)?);
            Ok(true)
        })
    }

    /// What the sources call the conversations: native id and number of the session.
    pub(crate) fn ask_natives(&self, mut found: impl FnMut(i64, &str, u32)) -> Result<()> {
        self.ask(
            "SELECT row, native, session FROM card INDEXED BY card_native",
            [],
            |r| {
                found(r.get(0)?, r.get_ref(1)?.as_str()?, r.get(2)?);
                Ok(true)
            },
        )
    }

    /// Users' ids in order, those that have one.
    pub(crate) fn ask_user_ids(&self, mut found: impl FnMut(i64, &str)) -> Result<()> {
        self.ask(
            "SELECT row, user_id FROM card WHERE user_id IS NOT NULL ORDER BY user_id",
            [],
            |r| {
                found(r.get(0)?, r.get_ref(1)?.as_str()?);
                Ok(true)
            },
        )
    }

    /// Users' names in order, those that have one.
    pub(crate) fn ask_user_names(&self, mut found: impl FnMut(i64, &str)) -> Result<()> {
        self.ask(
            "SELECT row, user_name FROM card WHERE user_name IS NOT NULL ORDER BY user_name",
            [],
            |r| {
                found(r.get(0)?, r.get_ref(1)?.as_str()?);
                Ok(true)
            },
        )
    }

    /// What notes say.
    pub(crate) fn ask_notes(&self, mut found: impl FnMut(i64, &str)) -> Result<()> {
        self.ask(
            "SELECT row, text FROM note WHERE text IS NOT NULL",
            [],
            |r| {
                found(r.get(0)?, r.get_ref(1)?.as_str()?);
                Ok(true)
            },
        )
    }

    /// Corrections that stand: row, event (none: the conversation), field, JSON text.
    pub(crate) fn ask_corrections(
        &self,
        wanted: Wanted<'_>,
        mut found: impl FnMut(i64, Option<EventKey>, CorrectionField, &str),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.event, t.field, t.value",
            "correction",
            "",
            wanted,
            |r| {
                let event = r.get_ref(1)?.as_blob()?.try_into().ok().map(EventKey);
                let value = r.get_ref(3)?.as_str_or_null()?;
                if let (Some(field), Some(value)) = (field_of(r.get(2)?), value) {
                    found(r.get(0)?, event, field, value);
                }
                Ok(())
            },
        )
    }

    /// The turns of conversations, in ascending order of rows; those that do not read back are left out.
    pub(crate) fn ask_turns(
        &self,
        wanted: Wanted<'_>,
        mut passes: impl FnMut(i64) -> bool,
        mut found: impl FnMut(i64, &[StoredTurn]),
    ) -> Result<()> {
        each(
            self.connection(),
            "t.row, t.turns",
            "turn",
            "",
            wanted,
            |r| {
                let row = r.get(0)?;
                if passes(row)
                    && let Some(turns) = decode_turns(r.get_ref(1)?.as_blob()?)
                {
                    found(row, &turns);
                }
                Ok(())
            },
        )
    }
}
