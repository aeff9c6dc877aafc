//! What a transcript says of a conversation, before it has a form: the terminal's lines, Markdown and HTML
//! say the same because they all tell this account. It must not escape, lay out or leave out for a form.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use chrono::Utc;

use crate::model::{
    Confidence, CorrectionField, Event, EventKey, EventKind, FlowState, MarkedEntity, MessageMark,
    Millis, Note, Prediction, Status, is_quiet, string_of, strings_of,
};
use crate::store::Whole;
use crate::text::{Untrusted, clock_time_in, duration};

/// A part of what is said: each form has one way to write each kind.
#[derive(Clone, Debug)]
pub enum Piece<'a> {
    /// Words of this program: no markup in any form.
    Own(Cow<'static, str>),
    /// Words of a log or a person: escaped by the form.
    Log(Cow<'a, Untrusted>),
    /// A moment, in the zone of the form.
    At(Millis),
}

/// Something said in one line.
pub type Phrase<'a> = Vec<Piece<'a>>;

fn own<'a>(words: impl Into<Cow<'static, str>>) -> Piece<'a> {
    Piece::Own(words.into())
}

fn log(text: &Untrusted) -> Piece<'_> {
    Piece::Log(Cow::Borrowed(text))
}

/// A line of the head: `channel webchat`.
#[derive(Clone, Debug)]
pub struct Fact<'a> {
    /// What it is about.
    pub label: &'static str,
    /// What it is.
    pub is: Phrase<'a>,
}

/// One event as it is told.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its number in the conversation.
    pub seq: usize,
    /// It.
    pub event: &'a Event,
    /// Time of day in UTC, with the day where it is another than before.
    pub when: Option<String>,
    /// Where it makes its turn a problem, or doubtful: which.
    pub trouble: Option<&'static str>,
    /// A person flagged it.
    pub flagged: bool,
    /// Only keeps the books: a form for readers leaves it out.
    pub quiet: bool,
    /// Notes on it, oldest first.
    pub notes: Vec<&'a Note>,
    corrected_intent: Option<Untrusted>,
    corrected_entities: Option<Vec<MarkedEntity>>,
}

/// Who, where, when, how it was rated and what people decided.
pub fn facts(whole: &Whole) -> Vec<Fact<'_>> {
    let card = &whole.card;
    let of = &card.attributes;
    let mut out = Head(Vec::new());
    out.log("source", Some(&card.source));
    out.log("user", of.user_name.as_ref());
    // The id says something new only where it is not the conversation's name already.
    let id = of.user_id.as_ref().filter(|id| {
        **id != card.external_id && of.user_name.as_ref().is_none_or(|name| name != *id)
    });
    out.log("user id", id);
    out.log("channel", of.channel.as_ref());
    out.shown(whole, CorrectionField::Language, of.language.as_ref());
    out.log("version", of.version.as_ref());
    out.log("agent", of.agent.as_ref());
    if let Some(at) = card.started {
        out.put("started", vec![Piece::At(at)]);
    }
    if let (Some(from), Some(to)) = (card.started, card.ended) {
        out.put("duration", vec![own(duration(to.0.saturating_sub(from.0)))]);
    }
    if let Some(rating) = of.rating {
        let mut is = vec![own(format!("{rating} of 5"))];
        if let Some(comment) = &of.rating_comment {
            is.extend([own(", "), log(comment)]);
        }
        out.put("rating", is);
    }
    if card.escalated {
        out.put("handed over", vec![own("to a person")]);
    }
    let review = &whole.review;
    let mut status = vec![own(review.status.name())];
    for word in [
        review.verdict.map(crate::model::Verdict::name),
        review.flagged.then_some("flagged"),
    ]
    .into_iter()
    .flatten()
    {
        status.extend([own(", "), own(word)]);
    }
    // Nobody decided, or what was decided does not leave: to say `unread` would claim to know.
    if status.len() > 1 || review.status != Status::default() || review.decided.is_some() {
        out.put("status", status);
    }
    out.all("tags", &review.tags);
    out.all("auto tags", &review.auto_tags);
    let topics = review.corrected(None, CorrectionField::Topics);
    match topics.and_then(strings_of) {
        Some(corrected) => {
            let mut is = joined(corrected.into_iter().map(|t| Piece::Log(Cow::Owned(t))));
            is.push(own(" (corrected)"));
            out.put("topics", is);
        }
        None => out.all("topics", &of.topics),
    }
    out.shown(whole, CorrectionField::Sentiment, of.sentiment.as_ref());
    out.shown(whole, CorrectionField::Summary, of.summary.as_ref());
    out.0
}

struct Head<'a>(Vec<Fact<'a>>);

impl<'a> Head<'a> {
    fn put(&mut self, label: &'static str, is: Phrase<'a>) {
        self.0.push(Fact { label, is });
    }

    fn log(&mut self, label: &'static str, value: Option<&'a Untrusted>) {
        if let Some(value) = value {
            self.put(label, vec![log(value)]);
        }
    }

    fn all(&mut self, label: &'static str, values: &'a [Untrusted]) {
        if !values.is_empty() {
            self.put(label, joined(values.iter().map(log)));
        }
    }

    /// A value that people may correct: theirs, else the source's.
    fn shown(&mut self, whole: &'a Whole, field: CorrectionField, imported: Option<&'a Untrusted>) {
        match whole.review.corrected(None, field) {
            Some(json) => self.put(field.name(), vec![value(json), own(" (corrected)")]),
            None => self.log(field.name(), imported),
        }
    }
}

fn joined<'a>(pieces: impl Iterator<Item = Piece<'a>>) -> Phrase<'a> {
    let mut out = Vec::new();
    for piece in pieces {
        if !out.is_empty() {
            out.push(own(", "));
        }
        out.push(piece);
    }
    out
}

/// The value of JSON text for people: a string without its quotes, anything else as it stands.
fn value(json: &Untrusted) -> Piece<'_> {
    match string_of(json) {
        Some(text) => Piece::Log(Cow::Owned(text)),
        None => log(json),
    }
}

/// Notes that stand on the conversation, and those whose event is gone.
pub fn notes(whole: &Whole) -> impl Iterator<Item = &Note> {
    let notes = whole.review.notes.iter();
    notes.filter(|n| n.event.is_none() || n.detached)
}

/// The events in `range`, each as it is told.
pub fn entries(whole: &Whole, range: Range<usize>) -> Vec<Entry<'_>> {
    let review = &whole.review;
    let flagged: HashSet<EventKey> = review.flagged_events.iter().map(|t| t.key).collect();
    let mut notes: HashMap<EventKey, Vec<&Note>> = HashMap::new();
    for note in &review.notes {
        if let Some(event) = note.event.filter(|_| !note.detached) {
            notes.entry(event.key).or_default().push(note);
        }
    }
    let corrected: HashSet<EventKey> = review
        .corrections
        .iter()
        .filter_map(|c| c.0.map(|event| event.key))
        .collect();
    let troubles = troubles(whole);
    let mut slots: HashMap<&Untrusted, &Untrusted> = HashMap::new();
    let mut day = whole.card.started.map(date);
    let mut out = Vec::new();
    for (seq, event) in whole.events.iter().enumerate().take(range.end) {
        let changes = event.slot.as_ref().is_none_or(|slot| {
            let before = slots.insert(&slot.name, &slot.value);
            before.map_or(slot.value.for_search() != "null", |b| *b != slot.value)
        });
        if seq < range.start {
            continue;
        }
        let key = whole.keys.get(seq).copied();
        let asked = key.filter(|key| corrected.contains(key));
        out.push(Entry {
            seq,
            event,
            when: event.at.map(|at| when(at, &mut day)),
            trouble: troubles.get(&seq).copied(),
            flagged: key.is_some_and(|key| flagged.contains(&key)),
            quiet: is_quiet(event) || goes_without_saying(event) || !changes,
            notes: key.and_then(|key| notes.remove(&key)).unwrap_or_default(),
            corrected_intent: asked.and_then(|key| review.corrected_intent(key)),
            corrected_entities: asked.and_then(|key| review.corrected_entities(key)),
        });
    }
    out
}

/// Day and time in UTC, for what is read elsewhere: `2026-11-20 14:31:02 UTC`.
pub fn utc(at: Millis) -> String {
    format!("{} {} UTC", date(at), clock_time_in(&Utc, at.0))
}

fn date(at: Millis) -> String {
    let text = at.to_rfc3339();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn when(at: Millis, day: &mut Option<String>) -> String {
    let clock = clock_time_in(&Utc, at.0);
    let today = date(at);
    if day.as_ref() == Some(&today) {
        return clock;
    }
    let dated = format!("{today} {clock}");
    *day = Some(today);
    dated
}

/// What is wrong at the event with which a turn begins.
fn troubles(whole: &Whole) -> HashMap<usize, &'static str> {
    let turns = whole.facts.turns.iter();
    turns
        .filter_map(|turn| {
            let word = match (turn.problem, turn.mark) {
                (true, MessageMark::NotUnderstood) => "not understood",
                (true, _) => "fallback",
                _ if turn.doubt => "unsure",
                _ => return None,
            };
            Some((turn.user.unwrap_or(turn.first) as usize, word))
        })
        .collect()
}

/// What a transcript leaves out beside what every reader does: the head says when it began, and what a form
/// asks for is told by its question.
fn goes_without_saying(event: &Event) -> bool {
    match event.kind {
        EventKind::Session => {
            event.text.as_ref().map_or("", Untrusted::for_search) == "session_started"
        }
        EventKind::Slot => event
            .slot
            .as_ref()
            .is_some_and(|slot| slot.name.for_search() == "requested_slot"),
        _ => false,
    }
}

impl<'a> Entry<'a> {
    /// Who speaks, where it is a message.
    pub fn speaker(&self) -> Option<&'static str> {
        match self.event.kind {
            EventKind::User => Some("User"),
            EventKind::Bot => Some("Assistant"),
            EventKind::Agent => Some("Agent"),
            _ => None,
        }
    }

    /// What is to be seen of it at once: `not understood`, `flagged`, …
    pub fn marks(&self) -> Vec<&'static str> {
        let fallback = self.event.fallback && self.trouble.is_none();
        [
            self.trouble,
            fallback.then_some("fallback"),
            self.flagged.then_some("flagged"),
            self.event.reverted.then_some("taken back"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What happened, where it is no message.
    pub fn happened(&self) -> Phrase<'a> {
        let event = self.event;
        let said = || event.text.iter().map(log).collect();
        match event.kind {
            EventKind::Action => {
                let Some(action) = &event.action else {
                    return said();
                };
                let mut out: Phrase<'a> = match &action.name {
                    Some(name) => vec![log(name)],
                    None => said(),
                };
                out.extend(action.confidence.map(|c| own(figure(c))));
                if let Some(policy) = &action.policy {
                    out.extend([own(" "), log(policy)]);
                }
                out
            }
            EventKind::Slot => match &event.slot {
                Some(slot) => vec![log(&slot.name), own(" = "), log(&slot.value)],
                None => said(),
            },
            EventKind::Flow => match &event.flow {
                Some(flow) => {
                    let mut out = vec![log(&flow.name)];
                    if let Some(step) = &flow.step {
                        out.extend([own("/"), log(step)]);
                    }
                    out.push(own(format!(" {}", state_words(flow.state))));
                    out
                }
                None => said(),
            },
            _ => said(),
        }
    }

    /// What stands under a message: the prediction and its correction, entities, what a click sent, the
    /// buttons offered.
    pub fn under(&self) -> Vec<Phrase<'a>> {
        let mut out = Vec::new();
        let event = self.event;
        out.extend(self.intent());
        let found = event.entities.iter();
        let entities: Vec<_> = found
            .map(|e| [log(&e.name), own(" = "), value(&e.value)])
            .collect();
        if !entities.is_empty() {
            out.push(listed("entities ", entities));
        }
        if let Some(marked) = &self.corrected_entities {
            let marked: Vec<_> = marked
                .iter()
                .map(|e| {
                    let shown = string_of(&e.value).unwrap_or_else(|| e.value.clone());
                    [
                        Piece::Log(Cow::Owned(e.name.clone())),
                        own(" = "),
                        Piece::Log(Cow::Owned(shown)),
                    ]
                })
                .collect();
            out.push(match marked.is_empty() {
                true => vec![own("entities corrected: none")],
                false => listed("entities corrected: ", marked),
            });
        }
        if let Some(payload) = &event.payload
            && event.text.as_ref() != Some(payload)
        {
            out.push(vec![own("clicked, sent "), log(payload)]);
        }
        if !event.buttons.is_empty() {
            let mut offered = vec![own("buttons ")];
            offered.extend(joined(event.buttons.iter().map(|b| log(&b.title))));
            out.push(offered);
        }
        out
    }

    fn intent(&self) -> Option<Phrase<'a>> {
        let mut out = match &self.event.intent {
            Some(prediction) => predicted(prediction),
            None if self.corrected_intent.is_some() => vec![own("no prediction")],
            None => return None,
        };
        if let Some(corrected) = &self.corrected_intent {
            let shown = self.event.intent.as_ref().and_then(Prediction::shown);
            if shown == Some(corrected) {
                out.push(own(", confirmed"));
            } else {
                let corrected = Piece::Log(Cow::Owned(corrected.clone()));
                out.extend([own(", corrected to "), corrected]);
            }
        }
        Some(out)
    }
}

/// `intent nlu_fallback 0.70 (effective 0.43 inform)`.
fn predicted(prediction: &Prediction) -> Phrase<'_> {
    let mut out = match &prediction.name {
        Some(name) => vec![own("intent "), log(name)],
        None => vec![own("no intent")],
    };
    out.extend(prediction.confidence.map(|c| own(figure(c))));
    let effective = prediction.effective();
    if prediction.confidence != effective {
        out.push(own(" (effective"));
        out.extend(effective.map(|c| own(figure(c))));
        let shown = prediction.shown();
        if let Some(name) = shown.filter(|_| shown != prediction.name.as_ref()) {
            out.extend([own(" "), log(name)]);
        }
        out.push(own(")"));
    }
    out
}

fn listed<'a>(label: &'static str, pairs: Vec<[Piece<'a>; 3]>) -> Phrase<'a> {
    let mut out = vec![own(label)];
    for (i, pair) in pairs.into_iter().enumerate() {
        if i > 0 {
            out.push(own(", "));
        }
        out.extend(pair);
    }
    out
}

/// A confidence after a name, with the space between.
pub fn figure(confidence: Confidence) -> String {
    format!(" {:.2}", confidence.0)
}

/// A flow's state in words.
fn state_words(state: FlowState) -> &'static str {
    match state {
        FlowState::Started => "started",
        FlowState::Step => "step",
        FlowState::Completed => "completed",
        FlowState::Cancelled => "left",
        FlowState::Interrupted => "interrupted",
        FlowState::Resumed => "resumed",
    }
}
