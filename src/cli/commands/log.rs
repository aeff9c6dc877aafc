//! `log`: the journal, newest first.

use serde::Serialize;

use crate::cli::output::{Out, column};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::{EntryKind, JournalEntry};
use crate::store::JournalQuery;
use crate::text;

/// Columns of a conversation's name.
const NAME: usize = 32;

#[derive(Serialize)]
struct Row<'a> {
    entry: String,
    at: String,
    reviewer: &'a str,
    kind: EntryKind,
    undoes: Option<String>,
    summary: &'a str,
    bulk: Option<&'a str>,
    targets: u32,
    external_id: Option<&'a str>,
    undone: bool,
}

pub(crate) fn run(
    session: &Session,
    id: Option<&str>,
    since: Option<&str>,
    bulk: bool,
    json: bool,
    out: &mut Out,
) -> Result<(), Error> {
    let store = session.read()?;
    let query = JournalQuery {
        conversation: id
            .map(|id| select::one(&store, id))
            .transpose()?
            .map(|(row, _)| row),
        since: since.map(|s| select::since(session, s)).transpose()?,
        bulk_only: bulk,
        ..JournalQuery::default()
    };
    for entry in store.journal(&query)? {
        if json {
            out.json(&row(&entry))?;
        } else {
            out.line(&line(session, &entry))?;
        }
    }
    Ok(())
}

fn row(entry: &JournalEntry) -> Row<'_> {
    Row {
        entry: entry.id.to_string(),
        at: entry.at.to_rfc3339(),
        reviewer: entry.reviewer.for_export(),
        kind: entry.kind,
        undoes: entry.undoes.map(|u| u.to_string()),
        summary: &entry.summary,
        bulk: entry.bulk.as_deref(),
        targets: entry.targets,
        external_id: entry.first.as_ref().map(|f| f.1.for_export()),
        undone: entry.undone,
    }
}

/// Which entry, when, who, what, about which conversation or by which filter.
fn line(session: &Session, entry: &JournalEntry) -> String {
    let about = match (&entry.bulk, &entry.first) {
        (Some(filter), _) if filter.trim().is_empty() => "  [all]".to_owned(),
        (Some(filter), _) => format!("  [{filter}]"),
        (None, Some((_, id))) if entry.targets == 1 => {
            format!("  {}", id.preview(NAME).as_str())
        }
        (None, _) => String::new(),
    };
    format!(
        "{:.8}  {}  {}  {}{about}{}",
        entry.id,
        column(&text::day_time(entry.at.0, session.clock.now().0), 17),
        column(entry.reviewer.for_export(), 12),
        entry.summary,
        if entry.undone { "  (taken back)" } else { "" }
    )
}
