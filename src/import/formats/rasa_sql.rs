//! Rasa's SQL tracker store and SQL event broker as SQLite files: one table `events`.
//!
//! Both are read alike; the broker's table has the JSON alone. Positions are the first row ids of
//! senders.

use std::path::Path;

use super::rasa_rows::{Table, deliver};
use super::sqlite::Source;
use super::{ReadError, Sink};

const TABLE: &str = "events";

/// True if the file has a table of Rasa events.
pub(crate) fn matches(source: &Source) -> Result<bool, ReadError> {
    if !source.has_table(TABLE)? {
        return Ok(false);
    }
    let columns = source.columns(TABLE)?;
    let has = |name: &str| columns.iter().any(|c| c == name);
    // Botpress has a table of that name as well.
    Ok(has("sender_id") && has("data"))
}

/// Delivers all senders, in the order of their first rows. `from` is a position that an interrupted
/// import reached.
pub fn read(path: &Path, from: Option<u64>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let source = Source::open(path)?;
    let table = Table::open(&source, TABLE, "sender_id")?;
    deliver(&source, &table, from, sink)
}
