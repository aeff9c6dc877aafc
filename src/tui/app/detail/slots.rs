//! The tab Slots: the state of all slots after an event, and what changed against the turn before.

use super::doc::Doc;
use super::json;
use crate::model::{SlotState, is_bookkeeping_slot, slot_state_at};
use crate::store::Whole;
use crate::tui::app::predicted::turn_at;
use crate::tui::theme::Role;
use crate::tui::unquoted;

/// What became of a slot since the turn before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Same,
    Set,
    Changed,
    Cleared,
}

/// All slots after event `seq`: values that are objects or arrays over lines, bookkeeping last.
pub fn doc(whole: &Whole, seq: usize, height: usize) -> Doc {
    let now = slot_state_at(&whole.events, seq);
    let before = match turn_at(whole, seq) {
        Some(turn) if turn.first > 0 => slot_state_at(&whole.events, turn.first as usize - 1),
        _ => SlotState::new(),
    };
    of_states(&before, &now, height)
}

fn of_states(before: &SlotState, now: &SlotState, height: usize) -> Doc {
    let before: std::collections::HashMap<&str, &str> = before
        .iter()
        .map(|(name, value)| (name.for_search(), value.for_search()))
        .collect();
    let slots: Vec<(&str, &str, &str, Fate)> = now
        .iter()
        .filter_map(|(name, value)| {
            let (name, new) = (name.for_search(), value.for_search());
            let old = before.get(name).copied().unwrap_or("null");
            let fate = match (old, new) {
                ("null", "null") => return None,
                (old, new) if old == new => Fate::Same,
                ("null", _) => Fate::Set,
                (_, "null") => Fate::Cleared,
                _ => Fate::Changed,
            };
            Some((name, old, new, fate))
        })
        .collect();
    let mut doc = Doc::default();
    if slots.is_empty() {
        doc.say(0, "no slot is set after this event", Role::Dim);
        return doc;
    }
    heading(&mut doc, slots.iter().map(|s| s.3));
    let (own, books): (Vec<_>, Vec<_>) = slots
        .into_iter()
        .partition(|(name, ..)| !is_bookkeeping_slot(name));
    for (name, old, new, fate) in own.into_iter().chain(books) {
        slot(&mut doc, name, old, new, fate);
    }
    doc.fold_to_fit(height);
    doc
}

/// `3 slots after this event · 1 set, 1 changed, 1 cleared since the turn before`
fn heading(doc: &mut Doc, fates: impl Iterator<Item = Fate> + Clone) {
    let count = |fate| fates.clone().filter(|f| *f == fate).count();
    let cleared = count(Fate::Cleared);
    let held = fates.clone().count() - cleared;
    let word = if held == 1 { "slot" } else { "slots" };
    let parts: Vec<String> = [
        (count(Fate::Set), "set"),
        (count(Fate::Changed), "changed"),
        (cleared, "cleared"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    let since = if parts.is_empty() {
        "nothing changed".to_owned()
    } else {
        parts.join(", ")
    };
    let words = format!("{held} {word} after this event · {since} since the turn before");
    doc.say(0, &words, Role::Dim);
}

fn slot(doc: &mut Doc, name: &str, old: &str, new: &str, fate: Fate) {
    let (mark, role) = match fate {
        Fate::Same => ("  ", Role::Plain),
        Fate::Set => ("+ ", Role::Set),
        Fate::Changed => ("~ ", Role::Changed),
        Fate::Cleared => ("- ", Role::Cleared),
    };
    let books = is_bookkeeping_slot(name);
    let line = doc.line(0);
    doc.add(mark, role);
    doc.add(name, if books { Role::Dim } else { Role::Plain });
    doc.add(": ", Role::Dim);
    let role = match fate {
        Fate::Same if books => Role::Dim,
        _ => role,
    };
    let nested = |json: &str| json.starts_with(['{', '[']) && json.len() > 2;
    match fate {
        Fate::Changed | Fate::Cleared if nested(old) || nested(new) => {
            // Both over lines: first what it is, then what it was, which mostly stays folded.
            doc.add(if new == "null" { "none" } else { "now" }, role);
            if new != "null" {
                doc.line(1);
                value(doc, 1, new, role);
            }
            doc.line(1);
            doc.add("was ", Role::Dim);
            value(doc, 1, old, Role::Dim);
            doc.close(line);
        }
        Fate::Changed | Fate::Cleared => {
            doc.add(unquoted(old), Role::Dim);
            doc.add(" -> ", Role::Dim);
            doc.add(if new == "null" { "none" } else { unquoted(new) }, role);
        }
        Fate::Set => {
            doc.add("none -> ", Role::Dim);
            value(doc, 0, new, role);
        }
        Fate::Same => value(doc, 0, new, role),
    }
}

/// A value on the present line, and lines for what is in it.
pub(super) fn value(doc: &mut Doc, indent: u16, json: &str, role: Role) {
    let nested = json.starts_with(['{', '[']) && json.len() > 2;
    if !(nested && json::add(doc, indent, json, role)) {
        doc.add(unquoted(json), role);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(slots: &[(&str, &str)]) -> SlotState {
        let pair = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
        slots.iter().map(pair).collect()
    }

    fn lines(before: &[(&str, &str)], now: &[(&str, &str)]) -> Vec<String> {
        let doc = of_states(&state(before), &state(now), 50);
        doc.texts().collect()
    }

    #[test]
    fn what_was_set_changed_and_cleared_says_from_what_to_what() {
        assert_eq!(
            lines(
                &[
                    ("city", "\"Rome\""),
                    ("people", "2"),
                    ("name", "\"Bo\""),
                    ("gone", "null")
                ],
                &[
                    ("flow_hashes", "\"x\""),
                    ("city", "\"Milan\""),
                    ("people", "null"),
                    ("name", "\"Bo\""),
                    ("gone", "null"),
                    ("time", "\"say \\\"8\\\"\""),
                ],
            ),
            [
                "4 slots after this event · 2 set, 1 changed, 1 cleared since the turn before",
                "~ city: Rome -> Milan",
                "- people: 2 -> none",
                "  name: Bo",
                "+ time: none -> \"say \\\"8\\\"\"",
                "+ flow_hashes: none -> x",
            ]
        );
        assert_eq!(
            lines(&[], &[("a", "null")]),
            ["no slot is set after this event"]
        );
    }

    #[test]
    fn nested_values_stand_over_lines() {
        assert_eq!(
            lines(&[("a", "{\"x\":1}")], &[("a", "{\"x\":[2]}"), ("b", "[]")]),
            [
                "2 slots after this event · 1 set, 1 changed since the turn before",
                "~ a: now",
                "  {",
                "    \"x\": [",
                "      2",
                "    ]",
                "  }",
                "  was {",
                "    \"x\": 1",
                "  }",
                "+ b: none -> []",
            ]
        );
    }
}
