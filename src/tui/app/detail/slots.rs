//! The tab Slots: the state of all slots after an event, and what changed against the turn before.

use super::doc::Doc;
use super::json;
use crate::model::{SlotState, is_bookkeeping_slot, slot_states_at};
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

/// A slot with its values before and after, as JSON text, and what became of it.
type Change<'a> = (&'a str, &'a str, &'a str, Fate);

/// All slots after event `seq`: what the rest of its turn goes on to change, then the changed ones, then the
/// others, bookkeeping last. Values that are objects or arrays stand over lines.
///
/// A message itself sets no slot: what it led to comes after it. So whoever stands on one is told that, too.
pub fn doc(whole: &Whole, seq: usize, height: usize) -> Doc {
    let turn = turn_at(whole, seq);
    let before = turn.and_then(|t| (t.first as usize).checked_sub(1));
    let end = turn.map_or(seq, |t| seq.max((t.end as usize).saturating_sub(1)));
    let states = slot_states_at(&whole.events, [before, Some(seq), Some(end)]);
    of_states(&states, height)
}

fn of_states([before, now, then]: &[SlotState; 3], height: usize) -> Doc {
    let mut doc = Doc::default();
    let slots = changes(before, now);
    let later: Vec<_> = changes(now, then)
        .into_iter()
        .filter(|c| c.3 != Fate::Same)
        .collect();
    if slots.is_empty() {
        doc.say(0, "no slot is set after this event", Role::Dim);
    } else {
        heading(&mut doc, &slots);
    }
    if !later.is_empty() {
        let words = format!("later in this turn {}", counts(&later));
        let line = doc.line(0);
        doc.add(&words, Role::Dim);
        for change in &later {
            slot(&mut doc, 1, change);
        }
        doc.close(line);
    }
    let place = |c: &Change<'_>| (is_bookkeeping_slot(c.0), c.3 == Fate::Same);
    let mut slots = slots;
    slots.sort_by_key(place);
    for change in &slots {
        slot(&mut doc, 0, change);
    }
    doc.fold_to_fit(height);
    doc
}

/// What became of each slot between two states; those without a value in both are left out.
fn changes<'a>(before: &'a SlotState, now: &'a SlotState) -> Vec<Change<'a>> {
    let before: std::collections::HashMap<&str, &str> = before
        .iter()
        .map(|(name, value)| (name.for_search(), value.for_search()))
        .collect();
    now.iter()
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
        .collect()
}

/// `1 set, 1 changed, 1 cleared`; empty where nothing is.
fn counts(changes: &[Change<'_>]) -> String {
    let parts = [
        (Fate::Set, "set"),
        (Fate::Changed, "changed"),
        (Fate::Cleared, "cleared"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(fate, what)| (changes.iter().filter(|c| c.3 == fate).count(), what))
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    parts.join(", ")
}

/// `3 slots after this event · 1 set, 1 changed, 1 cleared since the turn before`
fn heading(doc: &mut Doc, slots: &[Change<'_>]) {
    let held = slots.iter().filter(|c| c.3 != Fate::Cleared).count();
    let word = if held == 1 { "slot" } else { "slots" };
    let since = match counts(slots) {
        none if none.is_empty() => "nothing changed".to_owned(),
        some => some,
    };
    let words = format!("{held} {word} after this event · {since} since the turn before");
    doc.say(0, &words, Role::Dim);
}

fn slot(doc: &mut Doc, indent: u16, &(name, old, new, fate): &Change<'_>) {
    let (mark, role) = match fate {
        Fate::Same => ("  ", Role::Plain),
        Fate::Set => ("+ ", Role::Set),
        Fate::Changed => ("~ ", Role::Changed),
        Fate::Cleared => ("- ", Role::Cleared),
    };
    let books = is_bookkeeping_slot(name);
    let line = doc.line(indent);
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
                doc.line(indent + 1);
                value(doc, indent + 1, new, role);
            }
            doc.line(indent + 1);
            doc.add("was ", Role::Dim);
            value(doc, indent + 1, old, Role::Dim);
            doc.close(line);
        }
        Fate::Changed | Fate::Cleared => {
            doc.add(unquoted(old), Role::Dim);
            doc.add(" -> ", Role::Dim);
            doc.add(if new == "null" { "none" } else { unquoted(new) }, role);
        }
        Fate::Set => {
            doc.add("none -> ", Role::Dim);
            value(doc, indent, new, role);
        }
        Fate::Same => value(doc, indent, new, role),
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
        let now = state(now);
        let doc = of_states(&[state(before), now.clone(), now], 50);
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
                "+ time: none -> \"say \\\"8\\\"\"",
                "  name: Bo",
                "+ flow_hashes: none -> x",
            ]
        );
        assert_eq!(
            lines(&[], &[("a", "null")]),
            ["no slot is set after this event"]
        );
    }

    #[test]
    fn on_a_message_it_says_what_the_turn_goes_on_to_do() {
        let before = state(&[("city", "\"Rome\""), ("name", "\"Bo\"")]);
        let then = state(&[
            ("city", "\"Milan\""),
            ("name", "\"Bo\""),
            ("box", "{\"w\":1}"),
        ]);
        let doc = of_states(&[before.clone(), before, then], 50);
        assert_eq!(
            doc.texts().collect::<Vec<_>>(),
            [
                "2 slots after this event · nothing changed since the turn before",
                "later in this turn 1 set, 1 changed",
                "  ~ city: Rome -> Milan",
                "  + box: none -> {",
                "    \"w\": 1",
                "  }",
                "  city: Rome",
                "  name: Bo",
            ]
        );
        let first = of_states(&[state(&[]), state(&[]), state(&[("a", "1")])], 50);
        assert_eq!(
            first.texts().collect::<Vec<_>>(),
            [
                "no slot is set after this event",
                "later in this turn 1 set",
                "  + a: none -> 1"
            ]
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
