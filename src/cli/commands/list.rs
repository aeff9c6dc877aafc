//! `list`: the inbox as a table, as JSON lines or as CSV.

use crate::cli::args::ListArgs;
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export::json::conversation_json;
use crate::filter::nearest;
use crate::model::SortKey;
use crate::store::Card;
use crate::text::{self, SafeText};

/// Lines read at once.
const CHUNK: usize = 500;
/// The table's columns where none are named.
const STANDARD: [&str; 8] = [
    "id",
    "status",
    "ended_at",
    "external_id",
    "messages",
    "min_confidence",
    "rating",
    "tags",
];

pub(crate) fn sort_key(name: Option<&str>) -> Result<SortKey, Error> {
    let Some(name) = name else {
        return Ok(SortKey::default());
    };
    SortKey::parse(name).ok_or_else(|| {
        let error = Error::usage(format!("unknown order `{name}`"));
        match nearest(name, SortKey::ALL.iter().map(|r| r.1)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => {
                error.hint("--sort takes ended, started, duration, messages, rating, confidence, …")
            }
        }
    })
}

pub(crate) fn run(session: &Session, args: &ListArgs, out: &mut Out) -> Result<(), Error> {
    let filter = select::parse(&args.filter.words)?;
    let sort = sort_key(args.sort.as_deref())?;
    let columns: Vec<String> = if args.columns.is_empty() {
        STANDARD.map(str::to_owned).to_vec()
    } else {
        args.columns.clone()
    };
    let store = session.read()?;
    let mut rows = select::matching(session, &store, filter, sort, args.reverse)?;
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let mut csv = args.csv.then(|| csv::Writer::from_writer(Vec::new()));
    for chunk in rows.chunks(CHUNK) {
        for card in store.cards(chunk)? {
            let json = conversation_json(&card);
            if args.json {
                out.json_text(&json)?;
                continue;
            }
            let fields = Fields::of(&json)?;
            let values = columns
                .iter()
                .map(|c| fields.column(c))
                .collect::<Result<Vec<_>, _>>()?;
            match &mut csv {
                Some(csv) => csv
                    .write_record(&values)
                    .map_err(|e| Error::failed(e.to_string()))?,
                None => out.line(&table_line(session, &card, &columns, &values))?,
            }
        }
    }
    if let Some(mut writer) = csv {
        let body = {
            drop(writer.flush());
            writer
                .into_inner()
                .map_err(|e| Error::failed(e.to_string()))?
        };
        let mut heading = csv::Writer::from_writer(Vec::new());
        heading
            .write_record(&columns)
            .map_err(|e| Error::failed(e.to_string()))?;
        let heading = heading
            .into_inner()
            .map_err(|e| Error::failed(e.to_string()))?;
        out.exact(&String::from_utf8_lossy(&heading))?;
        out.exact(&String::from_utf8_lossy(&body))?;
    }
    Ok(())
}

/// The fields of one conversation, by their JSON names: one table of columns for all outputs.
struct Fields(serde_json::Map<String, serde_json::Value>);

impl Fields {
    fn of(json: &str) -> Result<Self, Error> {
        match serde_json::from_str(json)? {
            serde_json::Value::Object(map) => Ok(Self(map)),
            _ => Err(Error::failed("a conversation did not become an object")),
        }
    }

    fn column(&self, name: &str) -> Result<String, Error> {
        use serde_json::Value;
        match self.0.get(name) {
            Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Array(list)) => Ok(list
                .iter()
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(" ")),
            Some(other) => Ok(other.to_string()),
            None => {
                let error = Error::usage(format!("unknown column `{name}`"));
                Err(match nearest(name, self.0.keys().map(String::as_str)) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!(
                        "columns are {}",
                        self.0.keys().cloned().collect::<Vec<_>>().join(" ")
                    )),
                })
            }
        }
    }
}

/// A line of the table: short where people read, exact columns are for --json and --csv.
fn table_line(session: &Session, card: &Card, columns: &[String], values: &[String]) -> String {
    let mut line = String::new();
    for (name, value) in columns.iter().zip(values) {
        let (shown, width) = match name.as_str() {
            "id" => (value.chars().take(8).collect(), 8),
            "status" => (value.clone(), 8),
            "started_at" | "ended_at" => {
                let at = if name == "ended_at" {
                    card.ended
                } else {
                    card.started
                };
                (
                    at.map(|t| text::day_time(t.0, session.clock.now().0))
                        .unwrap_or_default(),
                    18,
                )
            }
            "external_id" | "user_name" | "user_id" => (value.clone(), 20),
            "messages" => (value.clone(), 4),
            "min_confidence" => (
                card.min_confidence
                    .map(|c| format!("{:.2}", c.0))
                    .unwrap_or_default(),
                5,
            ),
            "rating" => (value.clone(), 2),
            _ => (value.clone(), 12),
        };
        let safe = SafeText::line(&shown).cut(width);
        line.push_str(safe.as_str());
        line.push_str(&" ".repeat(width.saturating_sub(safe.width()) + 1));
    }
    if let Some(preview) = &card.preview {
        line.push_str(preview.line().cut(60).as_str());
    }
    line.trim_end().to_owned()
}
