//! Predictions in short, for reader and detail alike: what was taken for what, and how that turned out.

use crate::model::{Confidence, Event, Prediction, TurnFacts};
use crate::store::Whole;
use crate::text::{SafeText, Untrusted};
use crate::tui::confidence;
use crate::tui::theme::Role;

/// A confidence with its leading digit: `1.00`, `.40`.
pub fn figure2(c: Confidence) -> String {
    if c.steps() >= 9_950 {
        "1.00".to_owned()
    } else {
        confidence(c.0)
    }
}

/// `x`, `?` or nothing for a turn, with its colour. What a form accepted as its answer was understood
/// well enough, whatever the classifier thought of it.
pub fn turn_mark(turn: &TurnFacts) -> (&'static str, Role) {
    if turn.doubt {
        ("?", Role::Doubt)
    } else if turn.problem {
        ("x", Role::Fail)
    } else {
        ("", Role::Plain)
    }
}

/// The shown intent in words; `None` where nothing was predicted.
pub fn shown_words(intent: &Prediction) -> Option<SafeText> {
    match (intent.shown(), intent.effective()) {
        (Some(name), _) => Some(name.line()),
        (None, Some(_)) => Some(SafeText::line("(no intent)")),
        (None, None) => None,
    }
}

/// The first of the ranking that is neither what is shown nor a fallback.
pub fn runner_up(intent: &Prediction) -> Option<(&Untrusted, Option<Confidence>)> {
    let shown = intent.shown();
    intent
        .alternatives()
        .map(|r| (&r.name, r.confidence))
        .find(|(name, _)| Some(*name) != shown)
}

/// The turn that an event stands in.
pub fn turn_at(whole: &Whole, seq: usize) -> Option<&TurnFacts> {
    let turns = &whole.facts.turns;
    turns.get(turns.partition_point(|t| (t.end as usize) <= seq))
}

/// The turn of which this event is the user's message.
pub fn turn_of_message(whole: &Whole, seq: usize) -> Option<&TurnFacts> {
    turn_at(whole, seq).filter(|t| t.user == Some(seq as u32))
}

/// `action_find_order .98 TED`: name (or text) of an action, confidence, policy in short.
pub fn action_parts(event: &Event) -> Option<(String, Option<Confidence>, Option<String>)> {
    let action = event.action.as_ref()?;
    let name = match (&action.name, &event.text) {
        (Some(name), _) => name.for_search().to_owned(),
        (None, Some(text)) => format!("\"{}\"", text.for_search()),
        (None, None) => "(nameless action)".to_owned(),
    };
    let policy = action.policy.as_ref();
    let short = policy.map(|p| p.for_search().replace("Policy", ""));
    Some((name, action.confidence, short))
}
