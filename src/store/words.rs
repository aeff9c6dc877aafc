//! What an entry says of itself in a few words: on the status line, in the journal, in `log`.
//!
//! Made from what was written alone, so that an entry of another store gets the same words.

use super::entry::{Body, Write};
use super::values::{TagValue, Value, What};
use crate::model::{CorrectionField, entities_of};
use crate::text::{Untrusted, figure};

/// Columns that a note or a value may take.
const CUT: usize = 40;
/// More different things than these are counted.
const PARTS: usize = 4;

/// `negative, reviewed`; `tag billing on`; `12 conversations: reviewed`; `note: lost the order…`. The
/// entry is about so many conversations.
pub(crate) fn words(body: &Body, conversations: usize) -> String {
    let mut parts = vocabulary(body);
    // A verdict is said before the status that comes with it.
    let rank = |write: &Write| match write.what {
        What::Verdict => 0,
        What::Status => 1,
        _ => 2,
    };
    let mut rest: Vec<&Write> = body.writes.iter().collect();
    rest.sort_by_key(|write| rank(write));
    let mut said: Vec<(What, &Value, bool)> = Vec::new();
    for write in &rest {
        let key = (write.what.key(), &write.new.0, write.targets.are_events());
        if said.contains(&key) || in_vocabulary(body, &write.what) {
            continue;
        }
        said.push(key);
        // The same value in the place of different ones is one thing to say.
        let same: Vec<&Write> = rest
            .iter()
            .filter(|w| (w.what.key(), &w.new.0, w.targets.are_events()) == said[said.len() - 1])
            .copied()
            .collect();
        parts.extend(part(write, &same));
    }
    let more = parts.len().saturating_sub(PARTS);
    parts.truncate(PARTS);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    let parts = parts.join(", ");
    match conversations {
        0 | 1 => parts,
        n => format!("{} conversations: {parts}", figure(n as u64)),
    }
}

fn shown(text: &Untrusted) -> String {
    text.line().cut(CUT).as_str().to_owned()
}

fn part(write: &Write, same: &[&Write]) -> Option<String> {
    Some(match (&write.what, &write.new.0) {
        (_, Value::Status(status)) => status.name().to_owned(),
        (_, Value::Verdict(verdict)) => verdict.map_or("no verdict", |v| v.name()).to_owned(),
        (What::Flag, Value::On(on)) => {
            let verb = if *on { "flagged" } else { "unflagged" };
            let events: usize = same.iter().map(|w| w.targets.len()).sum();
            match write.targets.iter().next().and_then(|t| t.event) {
                None => verb.to_owned(),
                Some(event) if events == 1 => format!("{verb} event {}", event.seq),
                Some(_) => format!("{verb} {} events", figure(events as u64)),
            }
        }
        (What::Tag(name), Value::On(on)) => {
            format!("tag {} {}", shown(name), if *on { "on" } else { "off" })
        }
        (What::AutoTag(name), Value::On(dismissed)) => {
            let verb = if *dismissed { "dismissed" } else { "back" };
            format!("auto tag {} {verb}", shown(name))
        }
        (What::Queue, Value::Text(Some(name))) => format!("assigned to {}", shown(name)),
        (What::Queue, Value::Text(None)) => "out of the queue".to_owned(),
        (What::Note(_), Value::Text(Some(text))) => format!("note: {}", shown(text)),
        (What::Note(_), Value::Text(None)) => "note removed".to_owned(),
        (What::Correction(field), Value::Text(Some(value))) => {
            format!("{} corrected: {}", field.name(), plain(*field, value))
        }
        (What::Correction(field), Value::Text(None)) => {
            format!("{} correction removed", field.name())
        }
        _ => return None,
    })
}

/// A corrected value without the quotes and brackets of JSON, where it is that simple.
fn plain(field: CorrectionField, value: &Untrusted) -> String {
    let json = value.for_search();
    if field == CorrectionField::Entities
        && let Ok(entities) = entities_of(value)
    {
        let names: Vec<&str> = entities.iter().map(|e| e.name.for_search()).collect();
        return match names.as_slice() {
            [] => "none".to_owned(),
            names => shown(&names.join(" ").into()),
        };
    }
    let text = if field == CorrectionField::Topics {
        serde_json::from_str::<Vec<String>>(json).map(|topics| topics.join(" "))
    } else {
        serde_json::from_str::<String>(json)
    };
    shown(&text.map_or_else(|_| value.clone(), Untrusted::from))
}

/// True if the tag is renamed, deleted or (without conversations) made by this entry: that is said, and
/// not each conversation's part in it.
fn in_vocabulary(body: &Body, what: &What) -> bool {
    let What::Tag(name) = what else { return false };
    let what = What::Vocabulary(name.clone()).key();
    let own = body.writes.iter().find(|w| w.what.key() == what);
    own.is_some_and(|w| match (&w.old.0, &w.new.0) {
        (Value::Tag(Some(_)), Value::Tag(None)) => true,
        (Value::Tag(None), Value::Tag(Some(new))) => gone(body, new).is_some(),
        _ => false,
    })
}

/// The tag that `new` is the new name of.
fn gone<'b>(body: &'b Body, new: &TagValue) -> Option<&'b TagValue> {
    body.writes.iter().find_map(|w| match (&w.old.0, &w.new.0) {
        (Value::Tag(Some(old)), Value::Tag(None))
            if (&old.description, old.digit) == (&new.description, new.digit) =>
        {
            Some(old)
        }
        _ => None,
    })
}

fn vocabulary(body: &Body) -> Vec<String> {
    let mut parts = Vec::new();
    let renamed: Vec<&Untrusted> = body
        .writes
        .iter()
        .filter_map(|w| match (&w.old.0, &w.new.0) {
            (Value::Tag(None), Value::Tag(Some(new))) => gone(body, new).map(|old| &old.name),
            _ => None,
        })
        .collect();
    for write in &body.writes {
        match (&write.old.0, &write.new.0) {
            (Value::Tag(None), Value::Tag(Some(new))) => {
                if let Some(old) = gone(body, new) {
                    parts.push(format!(
                        "tag {} renamed {}",
                        shown(&old.name),
                        shown(&new.name)
                    ));
                } else if !carried(body, &new.name) {
                    parts.push(format!("tag {} made", shown(&new.name)));
                }
            }
            (Value::Tag(Some(old)), Value::Tag(None)) if !renamed.contains(&&old.name) => {
                parts.push(format!("tag {} deleted", shown(&old.name)));
            }
            (Value::Tag(Some(old)), Value::Tag(Some(new))) => {
                let name = shown(&new.name);
                if old.name != new.name {
                    parts.push(format!("tag {} renamed {name}", shown(&old.name)));
                }
                match new.digit {
                    digit if digit == old.digit => {}
                    Some(digit) => parts.push(format!("tag {name} on key {digit}")),
                    None => parts.push(format!("tag {name} off its key")),
                }
                if old.description != new.description {
                    parts.push(format!("tag {name} described"));
                }
            }
            _ => {}
        }
    }
    parts
}

/// True if the entry puts the tag on a conversation.
fn carried(body: &Body, name: &Untrusted) -> bool {
    let what = What::Tag(name.clone()).key();
    body.writes.iter().any(|w| w.what.key() == what)
}
