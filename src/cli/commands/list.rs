//! `list`: the inbox as a table, as JSON lines or as CSV.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::cli::args::ListArgs;
use crate::cli::output::{Out, column, right};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export::json::conversation_json;
use crate::model::SortKey;
use crate::store::Card;
use crate::text::{self, SafeText};

/// Lines read at once.
const CHUNK: usize = 500;
/// Columns of what was said, where the line leaves less.
const LEAST_PREVIEW: usize = 12;
/// From so many columns on, names have more room.
const ROOMY: usize = 100;

/// The table's columns where none are named; tags and what was said follow.
const TABLE: &[&str] = &[
    "id",
    "status",
    "ended_at",
    "external_id",
    "messages",
    "min_confidence",
];
/// The columns of CSV where none are named.
const CSV: &[&str] = &[
    "id",
    "source",
    "external_id",
    "user_id",
    "channel",
    "status",
    "verdict",
    "flagged",
    "started_at",
    "ended_at",
    "messages",
    "min_confidence",
    "rating",
    "tags",
];

/// Every column: the names of `list --json`.
const NAMES: &[&str] = &[
    "id",
    "source",
    "external_id",
    "channel",
    "user_id",
    "user_name",
    "started_at",
    "ended_at",
    "duration_s",
    "messages",
    "user_messages",
    "bot_messages",
    "queries",
    "rating",
    "rating_comment",
    "escalated",
    "agent",
    "language",
    "location",
    "device",
    "status",
    "verdict",
    "flagged",
    "flagged_events",
    "notes",
    "corrections",
    "tags",
    "auto_tags",
    "queue",
    "version",
    "min_confidence",
    "min_margin",
    "min_action_confidence",
    "fallbacks",
    "intents",
    "actions",
    "slots",
    "flows",
    "topics",
    "sentiment",
    "summary",
    "metadata",
];

/// The order of that name.
pub(crate) fn sort_key(name: Option<&str>) -> Result<SortKey, Error> {
    let Some(name) = name else {
        return Ok(SortKey::default());
    };
    SortKey::parse(name).ok_or_else(|| {
        let names: Vec<&str> = SortKey::ALL.iter().map(|r| r.1).collect();
        Error::usage(format!("unknown order `{name}`")).hint_nearest(
            name,
            names.iter().copied(),
            format!("orders are {}", names.join(" ")),
        )
    })
}

pub(crate) fn run(session: &Session, args: &ListArgs, out: &mut Out) -> Result<(), Error> {
    let filter = select::parse(&args.filter.words)?;
    let sort = sort_key(args.sort.as_deref())?;
    let columns = columns(args)?;
    let store = session.read()?;
    let answer = select::answer(session, &store, filter, sort, args.reverse)?;
    let nothing = select::nothing(&answer);
    let mut rows = answer.rows;
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let width = out.columns();
    if args.csv {
        out.exact(&csv_line(&columns)?)?;
    } else if !args.json {
        if rows.is_empty() {
            out.note(&nothing);
            return Ok(());
        }
        out.line(&heading(&columns, width))?;
    }
    for chunk in rows.chunks(CHUNK) {
        for card in store.cards(chunk)? {
            let json = conversation_json(&card);
            if args.json {
                out.json_text(&json)?;
                continue;
            }
            let values = Values::of(&json)?;
            if args.csv {
                let cells = columns.iter().map(|c| values.get(c));
                out.exact(&csv_line(cells.collect::<Vec<_>>())?)?;
            } else {
                let said = args.columns.is_empty();
                out.line(&table_line(session, &card, &columns, &values, said, width))?;
            }
        }
    }
    Ok(())
}

/// The columns asked for, else the usual ones.
fn columns(args: &ListArgs) -> Result<Vec<&'static str>, Error> {
    if args.columns.is_empty() {
        return Ok(if args.csv { CSV } else { TABLE }.to_vec());
    }
    args.columns
        .iter()
        .map(|name| {
            let known = NAMES.iter().find(|n| *n == name).copied();
            known.ok_or_else(|| {
                Error::usage(format!("unknown column `{name}`")).hint_nearest(
                    name,
                    NAMES.iter().copied(),
                    format!("columns are {}", NAMES.join(" ")),
                )
            })
        })
        .collect()
}

fn csv_line<T: AsRef<[u8]>>(cells: impl IntoIterator<Item = T>) -> Result<String, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(cells)
        .map_err(|e| Error::failed(e.to_string()))?;
    let bytes = writer
        .into_inner()
        .map_err(|e| Error::failed(e.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The fields of one conversation by their JSON names: one truth for all outputs, figures digit by digit.
struct Values(BTreeMap<String, Box<RawValue>>);

impl Values {
    fn of(json: &str) -> Result<Self, Error> {
        Ok(Self(serde_json::from_str(json)?))
    }

    /// A text as it is, names in a row, anything else as JSON; absent is empty.
    fn get(&self, name: &str) -> String {
        let raw = self.0.get(name).map_or("null", |raw| raw.get());
        let text = |json: &str| serde_json::from_str::<String>(json).ok();
        if raw == "null" {
            String::new()
        } else if let Some(text) = text(raw) {
            text
        } else if let Ok(names) = serde_json::from_str::<Vec<String>>(raw) {
            names.join(", ")
        } else {
            raw.to_owned()
        }
    }
}

/// Heading and width of a column of the table; figures end theirs.
fn layout(name: &'static str, width: usize) -> (&'static str, usize, bool) {
    match name {
        "id" => ("id", 8, false),
        "status" => ("status", 8, false),
        "verdict" => ("verdict", 8, false),
        "ended_at" => ("last activity", 17, false),
        "started_at" => ("started", 17, false),
        "external_id" if width < ROOMY => ("conversation", 12, false),
        "external_id" => ("conversation", 20, false),
        "messages" => ("msgs", 4, true),
        "min_confidence" => ("conf", 4, true),
        "min_margin" => ("margin", 6, true),
        "min_action_confidence" => ("action", 6, true),
        "rating" => ("rating", 6, true),
        "summary" | "rating_comment" => (name, 40, false),
        "user_id" | "user_name" | "tags" | "auto_tags" | "topics" => (name, 20, false),
        "intents" | "actions" | "slots" | "flows" | "metadata" => (name, 30, false),
        _ => (name, name.len().max(10), false),
    }
}

fn heading(columns: &[&'static str], width: usize) -> String {
    let cells = columns.iter().map(|name| {
        let (title, width, figure) = layout(name, width);
        cell(title, width, figure)
    });
    cells.collect::<Vec<_>>().join("  ")
}

fn cell(text: &str, width: usize, figure: bool) -> String {
    if figure {
        right(text, width)
    } else {
        column(text, width)
    }
}

/// A line of the table, short as people read; exact values are for --json and --csv.
fn table_line(
    session: &Session,
    card: &Card,
    columns: &[&'static str],
    values: &Values,
    said: bool,
    width: usize,
) -> String {
    let day = |at: Option<crate::model::Millis>| {
        at.map(|t| text::day_time(t.0, session.clock.now().0))
            .unwrap_or_default()
    };
    let hundredths =
        |c: Option<crate::model::Confidence>| c.map(|c| format!("{:.2}", c.0)).unwrap_or_default();
    let cells = columns.iter().map(|name| {
        let (_, width, figure) = layout(name, width);
        let text = match *name {
            "ended_at" => day(card.ended),
            "started_at" => day(card.started),
            "min_confidence" => hundredths(card.min_confidence),
            "min_margin" => hundredths(card.min_margin),
            "min_action_confidence" => hundredths(card.min_action_confidence),
            // The beginning is enough to name it, and is what the screen shows.
            "id" => return format!("{:.8}", card.id),
            _ => values.get(name),
        };
        cell(&text, width, figure)
    });
    let mut line = cells.collect::<Vec<_>>().join("  ");
    if said {
        let tags = values.get("tags");
        let preview = card.preview.as_ref().map_or("", |p| p.for_search());
        let text = match tags.is_empty() {
            true => preview.to_owned(),
            false => format!("[{tags}] {preview}"),
        };
        let left = width.saturating_sub(SafeText::line(&line).width() + 2);
        line.push_str("  ");
        line.push_str(SafeText::preview(&text, left.max(LEAST_PREVIEW)).as_str());
    }
    line
}
