//! Events in the rows of a table, as Rasa's SQL tracker store, SQL event broker and Rasa X keep them:
//! sender by sender, in the order of the row ids.
//!
//! Pages are short and every statement is closed before the next: a reader that stays in the table makes
//! a running Rasa lose what it wants to write.

mod cells;
#[cfg(test)]
mod tests;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{ErrorCode, Row, params};

use cells::Cells;
pub(super) use cells::text;

use super::rasa::Parsed;
use super::sqlite::Source;
use super::{Place, ReadError, SenderLog, Sink};
use crate::text::Untrusted;

/// Rows read in one statement.
const PAGE: i64 = 500;

/// A sender whose events are larger than this together is no conversation, and would not fit.
const LONGEST_LOG: usize = 256 * 1024 * 1024;

/// A table of events.
pub(super) struct Table {
    /// Its name; one of ours, never the file's.
    pub(super) name: &'static str,
    /// The column of the sender.
    pub(super) sender: &'static str,
    /// The columns it has, in lower case.
    pub(super) columns: Vec<String>,
    /// What the row id is called here, where a column may have taken the name.
    row_id: &'static str,
    indexed: bool,
    last: i64,
}

/// A sender, by the exact value in the table, with the rows it begins at.
pub(super) struct Sender {
    value: Value,
    /// Its name.
    pub(super) name: Untrusted,
    /// Its first row.
    pub(super) first: i64,
    /// All its rows, where no index finds them.
    rows: Vec<i64>,
}

/// One row.
pub(super) struct Found {
    /// The event.
    pub(super) parsed: Parsed,
    /// Values of the further columns asked for.
    pub(super) further: Vec<Value>,
}

impl Table {
    /// Looks at the table. Rows that are added from now on are left for the next import.
    pub(super) fn open(
        source: &Source,
        name: &'static str,
        sender: &'static str,
    ) -> Result<Self, ReadError> {
        let columns = source.columns(name)?;
        let row_id = ["_rowid_", "oid", "rowid"]
            .into_iter()
            .find(|id| columns.iter().all(|c| c != id))
            .unwrap_or("rowid");
        let last = source.query(
            "the table of events",
            &format!("SELECT max({row_id}) FROM \"{name}\""),
            [],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        Ok(Self {
            name,
            sender,
            row_id,
            indexed: source.has_index(name, sender)?,
            last: last.into_iter().flatten().next().unwrap_or(i64::MIN),
            columns,
        })
    }

    /// All senders, in the order of their first rows. Rows without a sender are rejected.
    pub(super) fn senders(
        &self,
        source: &Source,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Sender>, ReadError> {
        let mut senders = if self.indexed {
            self.senders_by_index(source, sink)?
        } else {
            self.senders_by_scan(source, sink)?
        };
        senders.sort_by_key(|sender| sender.first);
        Ok(senders)
    }

    /// One step in the index per sender, not one per event.
    fn senders_by_index(
        &self,
        source: &Source,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Sender>, ReadError> {
        let (name, sender, id) = (self.name, self.sender, self.row_id);
        let mut after = i64::MIN;
        loop {
            let sql = format!(
                "SELECT {id} FROM \"{name}\" WHERE {sender} IS NULL AND {id} > ?1 ORDER BY {id} LIMIT {PAGE}"
            );
            let rows = source.query("rows without a sender", &sql, [after], |row| row.get(0))?;
            let Some(last) = rows.last() else { break };
            after = *last;
            for row in rows {
                sink.reject(Place::Row(row), "no sender".to_owned());
            }
        }
        let first = format!(
            "SELECT {sender}, {id} FROM \"{name}\" WHERE {sender} IS NOT NULL ORDER BY {sender}, {id} LIMIT 1"
        );
        let next = format!(
            "SELECT {sender}, {id} FROM \"{name}\" WHERE {sender} > ?1 ORDER BY {sender}, {id} LIMIT 1"
        );
        let read = |row: &Row<'_>| Ok((row.get::<_, Value>(0)?, row.get::<_, i64>(1)?));
        let mut found = source.query("the senders", &first, [], read)?.pop();
        let mut senders = Vec::new();
        while let Some((value, row)) = found {
            found = source.query("the senders", &next, [&value], read)?.pop();
            if row <= self.last {
                senders.push(Sender {
                    name: text(ValueRef::from(&value)).unwrap_or_default().into(),
                    value,
                    first: row,
                    rows: Vec::new(),
                });
            }
            if senders.len().is_multiple_of(PAGE as usize) {
                sink.at(0)?;
            }
        }
        Ok(senders)
    }

    /// Without an index every row is looked at once, and remembered by number.
    fn senders_by_scan(
        &self,
        source: &Source,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Sender>, ReadError> {
        let (name, sender, id) = (self.name, self.sender, self.row_id);
        let sql = format!(
            "SELECT {id}, {sender} FROM \"{name}\" WHERE {id} > ?1 AND {id} <= ?2 ORDER BY {id} LIMIT {PAGE}"
        );
        let mut places: std::collections::HashMap<String, usize> = Default::default();
        let mut senders: Vec<Sender> = Vec::new();
        let mut after = i64::MIN;
        loop {
            let rows = source.query("the senders", &sql, [after, self.last], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Value>(1)?))
            })?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            sink.at(0)?;
            for (row, value) in rows {
                let Some(name) = text(ValueRef::from(&value)) else {
                    sink.reject(Place::Row(row), "no sender".to_owned());
                    continue;
                };
                let place = *places.entry(name).or_insert_with_key(|name| {
                    senders.push(Sender {
                        name: name.as_str().into(),
                        value,
                        first: row,
                        rows: Vec::new(),
                    });
                    senders.len() - 1
                });
                senders[place].rows.push(row);
            }
        }
        Ok(senders)
    }

    /// The events of one sender. Rows that cannot be read are rejected. `further` names more columns to
    /// read; absent ones are null.
    pub(super) fn events(
        &self,
        source: &Source,
        sender: &Sender,
        further: &[&str],
        sink: &mut dyn Sink,
    ) -> Result<Vec<Found>, ReadError> {
        let mut found = Vec::new();
        let mut size = 0;
        let mut take = |row: i64, cells: Cells, sink: &mut dyn Sink| {
            match cells.parse() {
                Ok((parsed, further, length)) => {
                    size += length;
                    if size <= LONGEST_LOG {
                        found.push(Found { parsed, further });
                    }
                }
                Err(reason) => sink.reject(Place::Row(row), reason),
            }
            size <= LONGEST_LOG
        };
        let fits = if self.indexed {
            self.page_by_index(source, sender, further, sink, &mut take)?
        } else {
            self.row_by_row(source, &sender.rows, further, sink, &mut take)?
        };
        if !fits {
            let reason = "this sender's events are larger than 256 MiB together".to_owned();
            sink.reject(Place::Row(sender.first), reason);
            return Ok(Vec::new());
        }
        Ok(found)
    }

    fn page_by_index(
        &self,
        source: &Source,
        sender: &Sender,
        further: &[&str],
        sink: &mut dyn Sink,
        take: &mut dyn FnMut(i64, Cells, &mut dyn Sink) -> bool,
    ) -> Result<bool, ReadError> {
        let sql = format!(
            "{} WHERE {} = ?1 AND {id} > ?2 AND {id} <= ?3 ORDER BY {id} LIMIT {PAGE}",
            self.select(further),
            self.sender,
            id = self.row_id,
        );
        let mut after = sender.first - 1;
        loop {
            let page = source.query(
                "events",
                &sql,
                params![sender.value, after, self.last],
                Cells::of,
            );
            let page = match page {
                Ok(page) => page,
                Err(error) if is_too_big(&error) => {
                    // One of them is too large to be read: find out which.
                    let ids = format!(
                        "SELECT {id} FROM \"{}\" WHERE {} = ?1 AND {id} > ?2 AND {id} <= ?3 ORDER BY {id} LIMIT {PAGE}",
                        self.name,
                        self.sender,
                        id = self.row_id,
                    );
                    let rows = source.query(
                        "events",
                        &ids,
                        params![sender.value, after, self.last],
                        |row| row.get::<_, i64>(0),
                    )?;
                    let Some(last) = rows.last() else {
                        return Ok(true);
                    };
                    after = *last;
                    if !self.row_by_row(source, &rows, further, sink, take)? {
                        return Ok(false);
                    }
                    continue;
                }
                Err(error) => return Err(error),
            };
            let complete = (page.len() as i64) < PAGE;
            for (row, cells) in page {
                after = row;
                if !take(row, cells, sink) {
                    return Ok(false);
                }
            }
            if complete {
                return Ok(true);
            }
        }
    }

    fn row_by_row(
        &self,
        source: &Source,
        rows: &[i64],
        further: &[&str],
        sink: &mut dyn Sink,
        take: &mut dyn FnMut(i64, Cells, &mut dyn Sink) -> bool,
    ) -> Result<bool, ReadError> {
        let sql = format!("{} WHERE {} = ?1", self.select(further), self.row_id);
        for row in rows {
            match source.query("events", &sql, [row], Cells::of) {
                Ok(found) => {
                    for (row, cells) in found {
                        if !take(row, cells, sink) {
                            return Ok(false);
                        }
                    }
                }
                Err(error) if is_too_big(&error) => {
                    sink.reject(Place::Row(*row), "larger than 16 MiB".to_owned());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn select(&self, further: &[&str]) -> String {
        let own = [
            "data",
            "type_name",
            "timestamp",
            "intent_name",
            "action_name",
        ];
        let columns: Vec<&str> = own
            .iter()
            .chain(further)
            .map(|column| {
                let there = self.columns.iter().any(|c| c == column);
                if there { column } else { "NULL" }
            })
            .collect();
        format!(
            "SELECT {}, {} FROM \"{}\"",
            self.row_id,
            columns.join(", "),
            self.name
        )
    }
}

fn is_too_big(error: &ReadError) -> bool {
    let ReadError::Sqlite { source, .. } = error else {
        return false;
    };
    source.sqlite_error_code() == Some(ErrorCode::TooBig)
}

/// Reads every sender's log from a table of events alone: the SQL tracker store and event broker.
pub(super) fn deliver(
    source: &Source,
    table: &Table,
    from: Option<u64>,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    for sender in table.senders(source, sink)? {
        let position = position(sender.first);
        if from.is_some_and(|from| position <= from) {
            continue;
        }
        let events = table.events(source, &sender, &[], sink)?;
        if !events.is_empty() {
            sink.sender(SenderLog {
                sender: sender.name,
                events: events.into_iter().map(|found| found.parsed.event).collect(),
                position,
                ..SenderLog::default()
            })?;
        }
        sink.at(position)?;
    }
    source.finish()
}

/// A row id as a position; negative ones come first.
pub(super) fn position(row: i64) -> u64 {
    u64::try_from(row).unwrap_or(0)
}
