//! `log`: the journal, newest first.

use serde::Serialize;

use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::{EntryKind, JournalEntry};
use crate::store::JournalQuery;
use crate::text;

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

fn line(session: &Session, entry: &JournalEntry) -> String {
    let who = entry
        .first
        .as_ref()
        .map(|f| f.1.line().cut(24).as_str().to_owned())
        .unwrap_or_default();
    let bulk = entry
        .bulk
        .as_deref()
        .filter(|b| !b.is_empty())
        .map(|b| format!(" [{b}]"))
        .unwrap_or_default();
    let undone = if entry.undone { " (taken back)" } else { "" };
    format!(
        "{:.8}  {:<18} {:<12} {}  {who}{bulk}{undone}",
        entry.id,
        text::day_time(entry.at.0, session.clock.now().0),
        entry.reviewer.line().cut(12).as_str(),
        entry.summary
    )
}
