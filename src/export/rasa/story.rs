//! The story of a conversation, as Rasa learns from one: what the user meant, what the assistant did, which
//! slots were set and which form was active. Bookkeeping and what was taken back are no part of it.

use std::collections::HashSet;

use super::message::{Meaning, Mention, meaning};
use crate::export::yaml;
use crate::model::replay::names;
use crate::model::{Event, EventKind, FlowState, is_bookkeeping, reverted};
use crate::store::Whole;
use crate::text::Untrusted;

/// One step of a story.
#[derive(Clone, Debug)]
pub enum Step {
    /// The user said or clicked something: the number of its event, and what it means.
    User(usize, Meaning),
    /// The assistant ran an action of this name.
    Action(Untrusted),
    /// The assistant said this without an action that has a name.
    Bot(Untrusted),
    /// A slot was set: name, and value as JSON text.
    Slot(Untrusted, Untrusted),
    /// A form took over; `None`: it is done.
    Loop(Option<Untrusted>),
}

/// The steps of the first `end` events, as they stood then: what a later event took back is in.
pub fn steps(whole: &Whole, end: usize) -> Vec<Step> {
    let events = &whole.events[..end.min(whole.events.len())];
    let gone = reverted(events);
    let actions: HashSet<&str> = events.iter().filter_map(action_name).collect();
    let has_actions = events.iter().any(|e| e.kind == EventKind::Action);
    let mut steps = Vec::new();
    let mut form = false;
    for (seq, event) in events.iter().enumerate().filter(|(seq, _)| !gone[*seq]) {
        match event.kind {
            EventKind::User => {
                let key = whole.keys.get(seq).copied();
                steps.push(Step::User(seq, meaning(event, key, &whole.review)));
            }
            EventKind::Action => match action_name(event) {
                Some(name) if is_bookkeeping(name) => {}
                Some(name) => steps.push(Step::Action(name.into())),
                None => steps.extend(said(event)),
            },
            // What an action said follows from the action; of a source without actions it is all there is.
            EventKind::Bot if !has_actions => steps.extend(said(event)),
            EventKind::Slot => {
                let slot = event.slot.as_ref();
                let of_story = |name: &str| name != names::METADATA_SLOT;
                if let Some(slot) = slot.filter(|s| of_story(s.name.for_search())) {
                    steps.push(Step::Slot(slot.name.clone(), slot.value.clone()));
                }
            }
            EventKind::Flow => {
                let Some(flow) = &event.flow else { continue };
                match flow.state {
                    // A form is an action, too; other flows are no part of a story.
                    FlowState::Started if actions.contains(flow.name.for_search()) => {
                        form = true;
                        steps.push(Step::Loop(Some(flow.name.clone())));
                    }
                    FlowState::Completed | FlowState::Cancelled if form => {
                        form = false;
                        steps.push(Step::Loop(None));
                    }
                    _ => {}
                }
            }
            EventKind::System if is_reset(event) => {
                let cleared = set_slots(&steps);
                steps.extend(
                    cleared
                        .into_iter()
                        .map(|name| Step::Slot(name, "null".into())),
                );
            }
            _ => {}
        }
    }
    steps
}

/// The story of the events up to and including number `last`, or of all, as an entry of a `stories:` list:
/// YAML lines that are harmless on a screen, and valid where they are pasted.
pub fn lines(whole: &Whole, last: Option<usize>) -> Vec<Untrusted> {
    let end = last.map_or(whole.events.len(), |last| last.saturating_add(1));
    let mut out = String::new();
    write(&mut out, whole, &steps(whole, end), &mut user);
    out.lines().map(Untrusted::from).collect()
}

/// Stands before actions that nobody vouches for.
const CHECK: &str =
    "  # These ran after another intent than the right one: put the right actions here.\n";

/// What came up while a story was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Noted {
    /// NUL characters that were replaced.
    pub(super) replaced: u64,
    /// Turns with the actions of a wrong intent.
    pub(super) unsure: u64,
}

/// Appends a story under the conversation's id; `user` appends the step of a user message, and returns how
/// many NUL characters it replaced.
pub(super) fn write(
    out: &mut String,
    whole: &Whole,
    steps: &[Step],
    user: &mut dyn FnMut(&mut String, &Event, &Meaning) -> u64,
) -> Noted {
    let mut noted = Noted::default();
    out.push_str("- story: ");
    yaml::text(out, &whole.card.id.to_string());
    out.push_str(if steps.is_empty() {
        "\n  steps: []\n"
    } else {
        "\n  steps:\n"
    });
    let (mut slots, mut wrong) = (false, false);
    for step in steps {
        if let Step::User(seq, meaning) = step {
            noted.replaced += user(out, &whole.events[*seq], meaning);
            wrong = meaning.changed;
        } else {
            if wrong && matches!(step, Step::Action(_) | Step::Bot(_)) {
                out.push_str(CHECK);
                noted.unsure += 1;
                wrong = false;
            }
            noted.replaced += deed(out, step, slots);
        }
        slots = matches!(step, Step::Slot(..));
    }
    noted
}

/// Appends a step of the assistant; a slot joins the slots of the step before it where `slots` says that
/// there are such. A user's step is for the caller.
fn deed(out: &mut String, step: &Step, slots: bool) -> u64 {
    let mut replaced = 0;
    match step {
        Step::User(..) => return 0,
        Step::Action(name) => {
            out.push_str("  - action: ");
            replaced += yaml::text(out, name.for_export());
        }
        Step::Bot(text) => {
            out.push_str("  - bot: ");
            replaced += yaml::text(out, text.for_export());
        }
        Step::Slot(name, value) => {
            out.push_str(if slots { "" } else { "  - slot_was_set:\n" });
            out.push_str("    - ");
            replaced += yaml::text(out, name.for_export());
            out.push_str(": ");
            replaced += yaml::json(out, value.for_export());
        }
        Step::Loop(name) => {
            out.push_str("  - active_loop: ");
            match name {
                Some(name) => replaced += yaml::text(out, name.for_export()),
                None => out.push_str("null"),
            }
        }
    }
    out.push('\n');
    replaced
}

/// The intent under which Rasa learns a story: of `faq/opening_hours` the first part.
fn base_intent(intent: &Untrusted) -> &str {
    let name = intent.for_export();
    name.split_once('/')
        .map_or(name, |(base, _)| if base.is_empty() { name } else { base })
}

/// The step of a user message: intent and entities.
pub(super) fn user(out: &mut String, event: &Event, meaning: &Meaning) -> u64 {
    let mut replaced = 0;
    match &meaning.intent {
        Some(intent) => {
            out.push_str("  - intent: ");
            replaced += yaml::text(out, base_intent(intent));
        }
        None => {
            out.push_str("  - user: ");
            let said = event.text.as_ref().map_or("", Untrusted::for_export);
            replaced += yaml::text(out, said);
        }
    }
    out.push('\n');
    let entities: Vec<&Mention> = meaning.entities.iter().filter(has_a_name).collect();
    if meaning.intent.is_some() && !entities.is_empty() {
        out.push_str("    entities:\n");
        for entity in entities {
            out.push_str("    - ");
            replaced += yaml::text(out, entity.name.for_export());
            out.push_str(": ");
            replaced += yaml::json(out, entity.value.for_export());
            out.push('\n');
            for (key, value) in [("role", &entity.role), ("group", &entity.group)] {
                if let Some(value) = value {
                    out.push_str("      ");
                    out.push_str(key);
                    out.push_str(": ");
                    replaced += yaml::text(out, value.for_export());
                    out.push('\n');
                }
            }
        }
    }
    replaced
}

/// In a story an entity is a key beside `role` and `group`: of these names there can be none.
pub(super) fn has_a_name(mention: &&Mention) -> bool {
    !matches!(mention.name.for_search(), "role" | "group")
}

fn said(event: &Event) -> Option<Step> {
    let text = event.text.as_ref()?;
    (!text.is_empty()).then(|| Step::Bot(text.clone()))
}

fn action_name(event: &Event) -> Option<&str> {
    let run = event.action.as_ref()?;
    run.name.as_ref().map(Untrusted::for_search)
}

fn is_reset(event: &Event) -> bool {
    let text = event.text.as_ref();
    text.is_some_and(|t| t.for_search() == names::RESET_SLOTS)
}

/// The slots that have a value after these steps, in the order in which they got their first.
fn set_slots(steps: &[Step]) -> Vec<Untrusted> {
    let mut set: Vec<(Untrusted, bool)> = Vec::new();
    for step in steps {
        if let Step::Slot(name, value) = step {
            let has_value = value.for_search() != "null";
            match set.iter_mut().find(|(known, _)| known == name) {
                Some(known) => known.1 = has_value,
                None => set.push((name.clone(), has_value)),
            }
        }
    }
    set.into_iter().filter(|s| s.1).map(|s| s.0).collect()
}

#[cfg(test)]
mod tests;
