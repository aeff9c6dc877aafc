//! `doctor`: whether the store still says what was written, and mending what follows from the rest.
//!
//! Events, attributes and keys are the truth; narrow rows, turns, values of slots and the search index
//! follow from them and can be made afresh. What is damaged itself is named, never guessed. However much is
//! damaged, only so much of it is kept in memory.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, params};

use super::body::decode;
use super::draft::{Draft, Rows};
use super::numbers::{KnownValues, ValueIds, Values, ValuesIn};
use super::pack::{Dictionary, Packer};
use super::pending::{PackedRow, rewrite};
use super::record::{Record, Summary};
use super::stored::plain_body;
use super::{Result, Store, StoreError, next_rev, sqlite};
use crate::model::{
    Attributes, Confidence, ConversationId, ConversationKey, Millis, mark_reverted,
};
use crate::text::{Untrusted, tokens};

/// SQLite's own check stops after so many faults.
const MOST_FAULTS: u32 = 100;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// What is wrong, with the way out.
    pub what: String,
    /// True if [`Store::repair`] mends it.
    pub repairable: bool,
}

/// More findings than these are counted.
const KEPT: usize = 1_000;

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    more: u64,
    more_repairable: bool,
}

impl Findings {
    pub(super) fn push(&mut self, finding: Finding) {
        if self.kept.len() < KEPT {
            self.kept.push(finding);
        } else {
            self.more += 1;
            self.more_repairable |= finding.repairable;
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<Finding> {
        if self.more > 0 {
            self.kept.push(Finding {
                conversation: None,
                what: format!("{} more findings of these kinds", self.more),
                repairable: self.more_repairable,
            });
        }
        self.kept
    }
}

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Conversations whose derived rows were made afresh.
    pub rebuilt: u64,
    /// Conversations that cannot be: their events or attributes are damaged. Importing them again heals
    /// them; until then they stay as they are, and [`Store::doctor`] names them.
    pub damaged: u64,
}

impl Store {
    /// Looks for damage; empty where there is none. `deep` also derives every conversation once more. Of
    /// very much damage the first findings are named and the others counted.
    pub fn doctor(&self, deep: bool) -> Result<Vec<Finding>> {
        let mut findings = Findings::default();
        {
            // One snapshot, so that an import meanwhile does not look like damage.
            let tx = self
                .connection()
                .unchecked_transaction()
                .map_err(sqlite("checking the store"))?;
            pages(&tx, deep, &mut findings)?;
            missing_rows(&tx, &mut findings)?;
            surplus_rows(&tx, &mut findings)?;
            sources(&tx, &mut findings)?;
            if deep {
                every_conversation(&tx, &mut findings)?;
            }
        }
        for what in self.verify_registers()? {
            findings.push(Finding {
                conversation: None,
                what,
                repairable: false,
            });
        }
        Ok(findings.into_vec())
    }

    /// Makes narrow rows, turns, values of slots and the search index afresh from the bodies, in one
    /// transaction.
    pub fn repair(&mut self) -> Result<Repaired> {
        let mut packer = Packer::with(Dictionary::newest(self.connection())?.map(Arc::new))?;
        self.write(|tx| {
            let rev = next_rev(tx)?;
            for sql in [
                "INSERT INTO search (search) VALUES ('delete-all')",
                "DELETE FROM slot_value",
                "DELETE FROM turn",
                // What no card knows would be counted and listed by the catalogue.
                "DELETE FROM conversation WHERE row NOT IN (SELECT row FROM card)",
            ] {
                tx.execute(sql, []).map_err(sqlite("repairing the store"))?;
            }
            let mut done = Repaired::default();
            for row in rows(tx)? {
                match rebuild(tx, row, rev, &mut packer)? {
                    true => done.rebuilt += 1,
                    false => done.damaged += 1,
                }
            }
            Ok(done)
        })
    }
}

/// SQLite's own check of the pages and of the search index.
fn pages(conn: &Connection, deep: bool, findings: &mut Findings) -> Result<()> {
    let sql = match deep {
        true => format!("PRAGMA integrity_check({MOST_FAULTS})"),
        false => format!("PRAGMA quick_check({MOST_FAULTS})"),
    };
    let read = || -> rusqlite::Result<Vec<String>> {
        conn.prepare(&sql)?.query_map([], |r| r.get(0))?.collect()
    };
    let words = match read() {
        // Too damaged to be looked at is a finding too.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            vec![error.to_string()]
        }
        words => words.map_err(sqlite("checking the pages"))?,
    };
    for word in words.into_iter().filter(|w| w != "ok") {
        let search = word.contains("fts5") || word.contains("search");
        findings.push(Finding {
            conversation: None,
            what: format!("SQLite: {word}"),
            repairable: search,
        });
    }
    Ok(())
}

/// Conversations of which a part is missing.
fn missing_rows(conn: &Connection, findings: &mut Findings) -> Result<()> {
    for (table, key, repairable) in [
        ("conversation", "row", true),
        ("body", "row", false),
        ("turn", "row", true),
        ("search_docsize", "id", true),
    ] {
        // Names from the list above; nothing of them comes from outside.
        let sql =
            format!("SELECT id FROM card WHERE row NOT IN (SELECT {key} FROM {table}) LIMIT 50");
        let ids: Vec<Vec<u8>> = conn
            .prepare(&sql)
            .and_then(|mut q| q.query_map([], |r| r.get(0))?.collect())
            .map_err(sqlite("checking the rows"))?;
        for id in ids {
            findings.push(Finding {
                conversation: id.try_into().ok().map(ConversationId),
                what: format!("its row in {table} is missing"),
                repairable,
            });
        }
    }
    Ok(())
}

/// Rows of what follows from conversations that belong to none.
fn surplus_rows(conn: &Connection, findings: &mut Findings) -> Result<()> {
    for (table, key, repairable) in [
        ("conversation", "row", true),
        // Without its card nobody knows whose events they are; they are not thrown away unasked.
        ("body", "row", false),
        ("turn", "row", true),
        ("search_docsize", "id", true),
    ] {
        // Names from the list above; nothing of them comes from outside.
        let sql = format!(
            "SELECT count(*), min({key}) FROM {table} WHERE {key} NOT IN (SELECT row FROM card)"
        );
        let (surplus, first): (i64, Option<i64>) = conn
            .query_row(&sql, [], |r| Ok((r.get(0)?, r.get(1)?)))
            .map_err(sqlite("checking the rows"))?;
        if let Some(first) = first {
            let what = match surplus {
                1 => format!("row {first} of {table} belongs to no conversation"),
                n => format!("{n} rows of {table}, from row {first} on, belong to no conversation"),
            };
            findings.push(Finding {
                conversation: None,
                what,
                repairable,
            });
        }
    }
    Ok(())
}

fn sources(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let names: Vec<String> = conn
        .prepare("SELECT name FROM source WHERE complete = 0")
        .and_then(|mut q| q.query_map([], |r| r.get(0))?.collect())
        .map_err(sqlite("checking the sources"))?;
    for name in names {
        let name = Untrusted::from(name);
        findings.push(Finding {
            conversation: None,
            what: format!(
                "the import of source {} was not finished: import it again, it goes on where it stopped",
                name.line().as_str()
            ),
            repairable: false,
        });
    }
    Ok(())
}

fn rows(conn: &Connection) -> Result<Vec<i64>> {
    conn.prepare("SELECT row FROM card ORDER BY row")
        .and_then(|mut q| q.query_map([], |r| r.get(0))?.collect())
        .map_err(sqlite("reading the conversations"))
}

fn every_conversation(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let mut values = KnownValues::new(conn);
    let mut slots = 0;
    for row in rows(conn)? {
        let mut report = |id: Option<[u8; 16]>, what: &str, repairable| {
            findings.push(Finding {
                conversation: id.map(ConversationId),
                what: what.to_owned(),
                repairable,
            });
        };
        let (record, content) = match Record::load(conn, row) {
            Ok(Some(found)) => found,
            // Reported as a missing row.
            Ok(None) => continue,
            Err(StoreError::Interrupted) => return Err(StoreError::Interrupted),
            Err(_) => {
                report(None, &format!("row {row} does not read back"), true);
                continue;
            }
        };
        let id = Some(record.id);
        let Some(fresh) = derived(conn, row, &record, &mut values)? else {
            report(id, "its events are damaged: import it again", false);
            continue;
        };
        if fresh.rows.record.hash(&fresh.plain)[..] != content[..] {
            report(id, "its content is damaged: import it again", false);
        }
        if fresh.rows.record != record {
            report(id, "its line does not agree with its events", true);
        }
        if stored_turns(conn, row)? != fresh.rows.turns {
            report(id, "its turns do not agree with its events", true);
        }
        slots += fresh.rows.slot_values.len() as i64;
        if !has_slots(conn, row, &fresh.rows)? {
            report(id, "its slots do not agree with its events", true);
        }
        if !is_found(conn, row, &fresh.rows)? {
            report(id, "the search does not find its words", true);
        }
    }
    let stored: i64 = conn
        .query_row("SELECT count(*) FROM slot_value", [], |r| r.get(0))
        .map_err(sqlite("checking the slots"))?;
    if stored > slots {
        findings.push(Finding {
            conversation: None,
            what: format!("{} values of slots belong to nothing", stored - slots),
            repairable: true,
        });
    }
    Ok(())
}

/// A conversation derived once more.
struct Fresh {
    rows: Rows,
    plain: Vec<u8>,
}

/// Derives a stored conversation; `None` where its truth (events, attributes) does not read back.
fn derived(
    conn: &Connection,
    row: i64,
    record: &Record,
    values: &mut dyn Values,
) -> Result<Option<Fresh>> {
    let Some(plain) = plain_body(conn, row)? else {
        return Ok(None);
    };
    let (Some(mut events), Ok(attributes)) = (
        decode(&plain),
        postcard::from_bytes::<Attributes>(&record.attributes),
    ) else {
        return Ok(None);
    };
    mark_reverted(&mut events);
    let source: String = conn
        .prepare_cached("SELECT name FROM source WHERE id = ?1")
        .and_then(|mut q| q.query_row([record.source], |r| r.get(0)))
        .map_err(sqlite("checking the sources"))?;
    let key = ConversationKey {
        source: source.into(),
        native: record.native.as_str().into(),
        time: Millis(record.keyed_at),
    };
    // The threshold that was applied; where even that is lost, the source's.
    let threshold = match postcard::from_bytes::<Summary>(&record.summary) {
        Ok(summary) => Some(Confidence::of_steps(summary.threshold)),
        Err(_) => super::threshold::of_source(conn, record.source)?,
    };
    let draft = Draft::make(&key, record.session, &attributes, &events, threshold)?;
    let rows = draft.into_rows(record.source, values)?;
    Ok(Some(Fresh { rows, plain }))
}

fn stored_turns(conn: &Connection, row: i64) -> Result<Vec<u8>> {
    use rusqlite::OptionalExtension;
    conn.prepare_cached("SELECT turns FROM turn WHERE row = ?1")
        .and_then(|mut q| q.query_row([row], |r| r.get(0)).optional())
        .map(Option::unwrap_or_default)
        .map_err(sqlite("checking the turns"))
}

fn has_slots(conn: &Connection, row: i64, rows: &Rows) -> Result<bool> {
    let mut query = conn
        .prepare_cached("SELECT 1 FROM slot_value WHERE slot = ?1 AND value = ?2 AND row = ?3")
        .map_err(sqlite("checking the slots"))?;
    for (slot, value) in &rows.slot_values {
        if !query
            .exists(params![slot, value, row])
            .map_err(sqlite("checking the slots"))?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True if the search index finds the row by the longest words of either side.
fn is_found(conn: &Connection, row: i64, rows: &Rows) -> Result<bool> {
    let (user, bot) = &rows.documents;
    for (column, text) in [("user", user), ("bot", bot)] {
        let Some(word) = tokens(text).max_by_key(|t| t.text.len()) else {
            continue;
        };
        let question = format!("{column} : \"{}\"", word.text.replace('"', ""));
        let found = conn
            .prepare_cached("SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2")
            .and_then(|mut q| q.exists(params![question, row]))
            .map_err(sqlite("checking the search index"))?;
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes what follows from the events of a row afresh; false where its truth is damaged.
fn rebuild(conn: &Connection, row: i64, rev: i64, packer: &mut Packer) -> Result<bool> {
    let (record, content) = match Record::truth(conn, row) {
        Ok(found) => found,
        Err(StoreError::Interrupted) => return Err(StoreError::Interrupted),
        Err(_) => return Ok(false),
    };
    let mut ids = ValueIds::default();
    let mut values = ValuesIn {
        conn,
        ids: &mut ids,
    };
    let Some(fresh) = derived(conn, row, &record, &mut values)? else {
        return Ok(false);
    };
    // Only what leads back to the hash is known to be true: a new hash over damage would hide it.
    if fresh.rows.record.hash(&fresh.plain)[..] != content[..] {
        return Ok(false);
    }
    let body = packer.pack(&fresh.plain)?;
    let hash = fresh.rows.record.hash(&fresh.plain);
    let body = PackedRow {
        dictionary: body
            .dictionary
            .and_then(|known| known.number.get().copied()),
        bytes: &body.bytes,
    };
    rewrite(conn, row, &fresh.rows, &hash, body, rev)?;
    Ok(true)
}
