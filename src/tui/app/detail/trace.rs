//! The tab Trace: every event of a turn as it came, with the time each took.

use serde::Deserialize;
use std::borrow::Cow;

use super::doc::Doc;
use super::slots;
use crate::model::{Author, Confidence, Event, EventKind, FlowState, TurnFacts};
use crate::store::Whole;
use crate::text;
use crate::tui::app::predicted::{action_parts, figure2, turn_at, turn_mark};
use crate::tui::confidence;
use crate::tui::theme::Role;

/// The name by which Rasa says that an action was predicted and then would not run.
const REJECTED: &str = "action_execution_rejected";

/// What a source's record says beyond the event that was made of it.
#[derive(Default, Deserialize)]
struct Record<'a> {
    #[serde(default, borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    policy: Option<Cow<'a, str>>,
    #[serde(default)]
    confidence: Option<f64>,
}

impl<'a> Record<'a> {
    /// Of the few kinds of event that say more than the model keeps.
    fn of(event: &'a Event) -> Option<Self> {
        if !matches!(event.kind, EventKind::Flow | EventKind::System) {
            return None;
        }
        serde_json::from_str(event.raw.as_ref()?.for_search()).ok()
    }

    fn is_rejection(&self) -> bool {
        self.event.as_deref() == Some(REJECTED)
    }
}

/// The turn of event `seq`; `clock` writes a time of day.
pub fn doc(whole: &Whole, seq: usize, clock: impl Fn(crate::model::Millis) -> String) -> Doc {
    let mut doc = Doc::default();
    let Some(turn) = turn_at(whole, seq) else {
        return doc;
    };
    let range = turn.first as usize..turn.end as usize;
    let events = whole.events.get(range).unwrap_or_default();
    heading(&mut doc, turn, events);
    let mut last = None;
    for (number, event) in (turn.first..).zip(events) {
        doc.line(0);
        let role = |role| if event.reverted { Role::Reverted } else { role };
        let time = event.at.map(&clock).unwrap_or_default();
        doc.add(&format!("{time:8} "), Role::Dim);
        let delta = event.at.zip(last).map(|(at, before)| at.0 - before);
        let words = delta.map(signed).unwrap_or_default();
        let slow = delta.is_some_and(|d| d >= 2_000 && event.kind != EventKind::User);
        doc.add(
            &format!("{words:>8} "),
            if slow { Role::Doubt } else { Role::Dim },
        );
        last = event.at.map(|t| t.0).or(last);
        let here = if number as usize == seq {
            Role::Accent
        } else {
            role(Role::Plain)
        };
        let record = Record::of(event);
        let rejected = record.as_ref().is_some_and(Record::is_rejection);
        let kind = if rejected {
            "rejected"
        } else {
            event.kind.name()
        };
        doc.add(
            &format!("{kind:9}"),
            if rejected { Role::Fail } else { here },
        );
        if event.reverted {
            doc.add("~~", Role::Dim);
        }
        words_of(&mut doc, event, record, turn, &role);
        if event.reverted {
            doc.add(" (taken back)", Role::Dim);
        }
    }
    doc
}

/// `latency 3.0s to the first answer · turn 3.4s · 9 events · 1 rejected · 2 taken back`
fn heading(doc: &mut Doc, turn: &TurnFacts, events: &[Event]) {
    doc.line(0);
    let (latency, role) = match (turn.user, latency(turn, events)) {
        (None, _) => ("before the first message".to_owned(), Role::Dim),
        (_, Latency::Of(ms)) => (
            format!("latency {} to the first answer", plain(ms)),
            Role::Plain,
        ),
        (_, Latency::Unknown) => ("latency unknown: times are missing".to_owned(), Role::Dim),
        (_, Latency::NoAnswer) => ("no answer in this turn".to_owned(), Role::Fail),
    };
    doc.add(&latency, role);
    let times = events.iter().filter_map(|e| e.at.map(|t| t.0));
    let span = times
        .clone()
        .min()
        .zip(times.max())
        .map(|(from, to)| to - from);
    if let Some(span) = span {
        doc.add(&format!(" · turn {}", plain(span)), Role::Dim);
    }
    let word = if events.len() == 1 { "event" } else { "events" };
    doc.add(
        &format!(" · {} {word}", text::figure(events.len() as u64)),
        Role::Dim,
    );
    let rejected = events
        .iter()
        .filter(|e| Record::of(e).is_some_and(|r| r.is_rejection()))
        .count();
    if rejected > 0 {
        doc.add(&format!(" · {rejected} rejected"), Role::Fail);
    }
    let reverted = events.iter().filter(|e| e.reverted).count();
    if reverted > 0 {
        doc.add(&format!(" · {reverted} taken back"), Role::Dim);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Latency {
    Of(i64),
    Unknown,
    NoAnswer,
}

/// From the user's message to the first answer, of the assistant or a person.
fn latency(turn: &TurnFacts, events: &[Event]) -> Latency {
    let user = turn
        .user
        .and_then(|u| events.get((u - turn.first) as usize));
    let answers = |e: &&Event| matches!(e.kind.author(), Some(Author::Bot | Author::Agent));
    let Some(answer) = events.iter().find(answers) else {
        return Latency::NoAnswer;
    };
    match user.and_then(|u| u.at).zip(answer.at) {
        Some((from, to)) => Latency::Of(to.0 - from.0),
        None => Latency::Unknown,
    }
}

/// `0.4s`, `59.9s`, then `26 min`; a minus where the source's times run backwards.
fn plain(ms: i64) -> String {
    let minus = if ms < 0 { "-" } else { "" };
    match ms.saturating_abs() {
        short @ ..60_000 => format!("{minus}{:.1}s", short as f64 / 1000.0),
        long => format!("{minus}{}", text::gap(long)),
    }
}

/// The same with its sign: `+0.4s`.
fn signed(ms: i64) -> String {
    let words = plain(ms);
    if ms < 0 { words } else { format!("+{words}") }
}

fn words_of(
    doc: &mut Doc,
    event: &Event,
    record: Option<Record<'_>>,
    turn: &TurnFacts,
    role: &impl Fn(Role) -> Role,
) {
    let text = event.text.as_ref().map_or("", |t| t.for_search());
    match event.kind {
        EventKind::User => {
            doc.add(text, role(Role::User));
            if let Some(payload) = event.payload.as_ref().filter(|p| p.for_search() != text) {
                doc.add(" sent ", Role::Dim);
                doc.add(payload.for_search(), role(Role::Dim));
            }
            if let Some(intent) = &event.intent {
                let (mark, colour) = turn_mark(turn);
                let name = intent.shown().map_or("(no intent)", |n| n.for_search());
                let figure = intent
                    .effective()
                    .map(|c| confidence(c.0))
                    .unwrap_or_default();
                doc.add(&format!("  {name} {figure}{mark}"), role(colour));
            }
        }
        EventKind::Bot | EventKind::Agent => {
            let said = if text.is_empty() { "(no text)" } else { text };
            let colour = if event.kind == EventKind::Agent {
                Role::Agent
            } else {
                Role::Bot
            };
            doc.add(said, role(colour));
            for button in &event.buttons {
                doc.add(
                    &format!(" [{}]", button.title.for_search()),
                    role(Role::Dim),
                );
            }
        }
        EventKind::Action => {
            let Some((name, confidence, policy)) = action_parts(event) else {
                return;
            };
            let colour = if event.fallback {
                Role::Fail
            } else {
                Role::Plain
            };
            doc.add(&name, role(colour));
            let figure = confidence
                .map(|c| format!(" {}", figure2(c)))
                .unwrap_or_default();
            let policy = policy.map(|p| format!(" {p}")).unwrap_or_default();
            doc.add(&format!("{figure}{policy}"), role(Role::Dim));
        }
        EventKind::Slot => {
            let Some(slot) = &event.slot else { return };
            doc.add(slot.name.for_search(), role(Role::Plain));
            doc.add(" = ", Role::Dim);
            let line = doc.len() - 1;
            match slot.value.for_search() {
                "null" => doc.add("none", role(Role::Cleared)),
                value => slots::value(doc, 1, value, role(Role::Set)),
            }
            if doc.len() > line + 1 {
                doc.close(line);
                doc.fold(line, true);
            }
        }
        _ => {
            let rejection = record.filter(Record::is_rejection);
            if let Some(record) = rejection {
                doc.add(
                    record.name.as_deref().unwrap_or("without a name"),
                    role(Role::Fail),
                );
                let figure = record
                    .confidence
                    .map(|c| format!(" {}", figure2(Confidence(c))));
                let policy = record
                    .policy
                    .map(|p| format!(" {}", p.replace("Policy", "")));
                let words = figure.unwrap_or_default() + &policy.unwrap_or_default();
                doc.add(&words, role(Role::Dim));
                return;
            }
            match &event.flow {
                Some(flow) => {
                    doc.add(flow.name.for_search(), role(Role::Plain));
                    if let Some(step) = &flow.step {
                        doc.add(&format!("/{}", step.for_search()), role(Role::Plain));
                    }
                    doc.add(flow_word(flow.state), role(Role::Dim));
                }
                None => doc.add(text, role(Role::Plain)),
            }
        }
    }
}

fn flow_word(state: FlowState) -> &'static str {
    match state {
        FlowState::Started => " started",
        FlowState::Step => "",
        FlowState::Completed => " completed",
        FlowState::Cancelled => " left",
        FlowState::Interrupted => " interrupted",
        FlowState::Resumed => " resumed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    fn event(kind: EventKind, at: Option<i64>) -> Event {
        Event {
            kind,
            at: at.map(Millis),
            ..Event::default()
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(signed(0), "+0.0s");
        assert_eq!(signed(400), "+0.4s");
        assert_eq!(signed(59_940), "+59.9s");
        assert_eq!(signed(-140), "-0.1s");
        assert_eq!(signed(26 * 60_000), "+26 min");
        assert_eq!(plain(i64::MIN), "-106751991167 days");
    }

    #[test]
    fn latency_is_from_the_message_to_the_first_answer() {
        use EventKind::{Action, Agent, Bot, User};
        let turn = TurnFacts {
            first: 7,
            user: Some(8),
            ..TurnFacts::default()
        };
        let of = |events: &[Event]| latency(&turn, events);
        let user = event(User, Some(1_000));
        let act = event(Action, Some(1_500));
        let bot = |at| event(Bot, at);
        assert_eq!(
            of(&[
                act.clone(),
                user.clone(),
                act.clone(),
                bot(Some(4_000)),
                bot(Some(9_000))
            ]),
            Latency::Of(3_000)
        );
        assert_eq!(
            of(&[act.clone(), user.clone(), event(Agent, Some(2_000))]),
            Latency::Of(1_000)
        );
        assert_eq!(
            of(&[act.clone(), user.clone(), bot(None)]),
            Latency::Unknown
        );
        assert_eq!(of(&[act.clone(), user, act]), Latency::NoAnswer);
    }
}
