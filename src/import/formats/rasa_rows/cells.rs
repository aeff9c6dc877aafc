//! The cells of one row of events.

use rusqlite::Row;
use rusqlite::types::{Value, ValueRef};

use crate::import::formats::rasa::{Columns, Parsed, parse_row};

/// The cells of a row, copied out of the statement.
pub(super) struct Cells {
    data: Option<String>,
    columns: Columns,
    further: Vec<Value>,
}

impl Cells {
    /// The cells of the columns that a page asks for.
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<(i64, Self)> {
        let cell = |index| Ok::<_, rusqlite::Error>(text(row.get_ref(index)?));
        let further = (6..row.as_ref().column_count())
            .map(|index| row.get(index))
            .collect::<rusqlite::Result<_>>()?;
        let timestamp = match row.get_ref(3)? {
            ValueRef::Real(seconds) => Some(seconds),
            ValueRef::Integer(seconds) => Some(seconds as f64),
            other => text(other).and_then(|t| t.parse().ok()),
        };
        let cells = Self {
            data: cell(1)?,
            columns: Columns {
                type_name: cell(2)?,
                timestamp,
                intent_name: cell(4)?,
                action_name: cell(5)?,
            },
            further,
        };
        Ok((row.get(0)?, cells))
    }

    /// The event, the further values, and the length of the JSON.
    pub(super) fn parse(self) -> Result<(Parsed, Vec<Value>, usize), String> {
        // A row without its JSON still says by its columns what happened.
        let data = self.data.as_deref().unwrap_or("{}");
        let parsed = parse_row(data, &self.columns)?;
        Ok((parsed, self.further, data.len()))
    }
}

/// A value as text; blobs are read as the text they hold.
pub(in crate::import::formats) fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
