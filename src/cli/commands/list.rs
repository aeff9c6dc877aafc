//! `list`: the inbox as a table, as JSON lines or as CSV.

use crate::cli::args::ListArgs;
use crate::cli::output::{Out, column, right};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export::columns::{self, CSV, NAMES, Values};
use crate::export::csv;
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
        out.exact(&csv::heading(&columns, csv::Form::Exact)?)?;
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
                let cells: Vec<_> = columns.iter().map(|c| values.cell(c)).collect();
                out.exact(&csv::line(&cells, csv::Form::Exact)?)?;
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
    named_columns(&args.columns)
}

/// The columns of these names.
pub(crate) fn named_columns(names: &[String]) -> Result<Vec<&'static str>, Error> {
    let known = |name: &String| {
        columns::column(name).ok_or_else(|| {
            Error::usage(format!("unknown column `{name}`")).hint_nearest(
                name,
                NAMES.iter().copied(),
                format!("columns are {}", NAMES.join(" ")),
            )
        })
    };
    names.iter().map(known).collect()
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
            _ => values.cell(name).as_str().to_owned(),
        };
        cell(&text, width, figure)
    });
    let mut line = cells.collect::<Vec<_>>().join("  ");
    if said {
        let tags = values.cell("tags");
        let tags = tags.as_str();
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
