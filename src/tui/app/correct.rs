//! `i` on a user message: its intent and entities, what was predicted and what a person says.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::marking::{Marked, Marking};
use super::naming::{Named, Naming};
use super::popup::{Popup, is_ctrl};
use crate::model::{
    Change, Confidence, CorrectionField, Edit, Event, EventKind, EventTarget, MarkedEntity,
    Prediction, Set, Target, entities_json, shown_intent, string_json,
};
use crate::text::Untrusted;
use crate::tui::confidence;
use crate::tui::layout::Pane;
use crate::tui::msg::Cmd;

/// What of a message is being corrected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Its intent.
    #[default]
    Intent,
    /// The entities in its text.
    Entities,
}

/// A message that is being corrected.
#[derive(Debug)]
pub struct Correcting {
    /// `user 14:31:20`: what it is called.
    pub who: String,
    /// The intent that was predicted.
    pub predicted: Option<Untrusted>,
    /// The fallback that was recorded in its place, with its confidence: `nlu_fallback .70`.
    pub fallback: Option<String>,
    /// The intent that a person gave it before.
    pub corrected: Option<Untrusted>,
    /// Intents to choose from.
    pub intents: Naming,
    /// Its text with the entities.
    pub marking: Marking,
    /// What has the keys.
    pub part: Part,
    /// A person marked its entities before.
    pub marked_before: bool,
    row: i64,
    target: Target,
    /// The entities that were there when it began.
    began: Vec<MarkedEntity>,
}

impl Correcting {
    fn new(app: &App, whole: &crate::store::Whole, target: EventTarget, event: &Event) -> Self {
        let (review, key) = (&whole.review, target.key);
        let predicted = shown_intent(event).cloned();
        let corrected = review.corrected_intent(key);
        let mut names: Vec<(Untrusted, String)> = Vec::new();
        let shown = event.intent.as_ref().and_then(Prediction::effective);
        let figure = |c: Option<Confidence>| c.map(|c| confidence(c.0)).unwrap_or_default();
        names.extend(predicted.iter().map(|name| {
            let words = format!("{} predicted", figure(shown));
            (name.clone(), words.trim_start().to_owned())
        }));
        for ranked in event.intent.iter().flat_map(Prediction::alternatives) {
            if !names.iter().any(|n| n.0 == ranked.name) {
                names.push((ranked.name.clone(), figure(ranked.confidence)));
            }
        }
        // The digits are the numbers that the detail shows.
        let alternatives = event.intent.iter().flat_map(Prediction::alternatives);
        let alternatives: Vec<&Untrusted> = alternatives.map(|r| &r.name).collect();
        let digit = |name: &Untrusted| {
            let place = alternatives.iter().position(|r| *r == name)?;
            ('1'..='9').nth(place)
        };
        let digits = names.iter().map(|n| digit(&n.0)).collect();
        let fallback = event.intent.as_ref().and_then(|p| {
            let name = p
                .name
                .as_ref()
                .filter(|n| p.is_fallback() && p.shown() != Some(*n))?;
            let words = format!("{} {}", name.line().cut(30).as_str(), figure(p.confidence));
            Some(words.trim_end().to_owned())
        });
        if let Some(name) = &corrected {
            match names.iter_mut().find(|n| n.0 == *name) {
                Some(known) if Some(name) == predicted.as_ref() => known.1.push_str(", confirmed"),
                Some(known) => known.1 = format!("{} corrected", known.1).trim_start().to_owned(),
                None => names.push((name.clone(), "corrected".to_owned())),
            }
        }
        let mut intents = Naming::new(names);
        intents.digits = digits;
        // What a person said stays what `enter` keeps.
        if let Some(name) = &corrected {
            let items = &intents.picker.items;
            let place = items.iter().position(|i| i.label == *name);
            intents.picker.cursor = place.unwrap_or(0);
        }
        let marked = review.corrected_entities(key);
        let marked_before = marked.is_some();
        let text = event.text.clone().unwrap_or_default();
        let predicted_entities = || {
            let found = event.entities.iter().filter_map(MarkedEntity::of);
            found.collect::<Vec<_>>()
        };
        let marking = Marking::new(text, marked.unwrap_or_else(predicted_entities));
        let at = event.at.map(|at| app.clock_time(at));
        let who = at.unwrap_or_else(|| format!("message {}", target.seq));
        Self {
            who: format!("user {who}"),
            predicted,
            fallback,
            corrected,
            intents,
            began: marking.entities.clone(),
            marking,
            part: Part::Intent,
            marked_before,
            row: whole.card.row,
            target: Target {
                conversation: whole.card.id,
                event: Some(target),
            },
        }
    }

    /// Undoes one layer inside; false where the popup itself is the layer.
    pub(super) fn escape(&mut self) -> bool {
        self.part == Part::Entities && self.marking.escape()
    }

    /// The text being typed, where pasted text goes.
    pub(super) fn typing(&mut self) -> Option<&mut Naming> {
        match self.part {
            Part::Intent => Some(&mut self.intents),
            Part::Entities => self.marking.naming.as_mut(),
        }
    }

    /// True if the entities differ from those that were there.
    pub fn entities_changed(&self) -> bool {
        self.marking.entities != self.began
    }

    /// The intent that is shown now: a person's, else the predicted one.
    fn shown(&self) -> Option<&Untrusted> {
        self.corrected.as_ref().or(self.predicted.as_ref())
    }

    fn set_intent(&self, name: &Untrusted, parts: &mut Parts) {
        let value = string_json(name.for_search());
        let new = name.line().cut(40).as_str().to_owned();
        let words = match (self.shown(), &self.predicted) {
            (_, Some(predicted)) if predicted == name => format!("{new} (confirmed)"),
            (Some(was), _) if was != name => {
                format!("{new} (was {})", was.line().cut(40).as_str())
            }
            _ => new,
        };
        parts.add(CorrectionField::Intent, Some(value), words);
    }

    fn set_entities(&self, parts: &mut Parts) {
        let names: Vec<String> = self
            .marking
            .entities
            .iter()
            .map(|e| e.name.line().cut(20).as_str().to_owned())
            .collect();
        let words = match names.as_slice() {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let value = entities_json(&self.marking.entities);
        parts.add(CorrectionField::Entities, Some(value), words);
    }
}

/// The sets of one change, with what the status line says of each.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) sets: Vec<Set>,
    words: Vec<(CorrectionField, String)>,
}

impl Parts {
    pub(super) fn add(&mut self, field: CorrectionField, value: Option<Untrusted>, words: String) {
        self.sets.push(Set::Correction { field, value });
        self.words.push((field, words));
    }

    /// `intent of user 14:31:20: refund (was inform), entities: city`.
    pub(super) fn said(&self, whom: &str) -> String {
        let mut out = String::new();
        for (i, (field, words)) in self.words.iter().enumerate() {
            let name = field.name();
            match i {
                0 => out = format!("{name} of {whom}: {words}"),
                _ => out.push_str(&format!(", {name}: {words}")),
            }
        }
        out
    }
}

impl App {
    /// `i`: the message the reader stands on, else topics and more of the conversation.
    pub(super) fn open_correction(&mut self) {
        if self.hidden {
            // What is masked would be written down as what was said.
            return self.say("corrections need what was really said: :anonymize shows it");
        }
        let marked = self.focus == Pane::List && !self.list.marks.is_empty();
        let reading = self.layout().is_some_and(|l| l.reader.is_some());
        if marked || !reading {
            return self.open_about();
        }
        let wanted = match self.focus {
            Pane::Reader => self.reader.row(),
            Pane::List | Pane::Sidebar => self.list.current(),
        };
        let open = self.reader.open.as_ref();
        let Some(open) = open.filter(|o| wanted == Some(o.whole.card.row)) else {
            return self.say("the conversation is still being read: once more");
        };
        let Some(seq) = open.cursor else {
            return self.open_about();
        };
        let whole = Arc::clone(&open.whole);
        let (Some(event), Some(target)) = (whole.events.get(seq), open.target()) else {
            return;
        };
        if event.kind != EventKind::User {
            return self.say(
                "only what the user said has an intent: } goes to the next user message, g to the header",
            );
        }
        let correcting = Correcting::new(self, &whole, target, event);
        self.popup = Some(Popup::Correct(Box::new(correcting)));
        self.send(Cmd::Known(vec![
            CorrectionField::Intent,
            CorrectionField::Entities,
        ]));
    }

    /// A key while a message is corrected. False: it is done.
    pub(super) fn correct_key(&mut self, of: &mut Correcting, key: &KeyEvent) -> bool {
        if of.marking.naming.is_none() {
            if matches!(key.code, KeyCode::Tab | KeyCode::BackTab) {
                of.part = match of.part {
                    Part::Intent => Part::Entities,
                    Part::Entities => Part::Intent,
                };
                return true;
            }
            if is_ctrl(key, 'd') {
                return self.uncorrect(of);
            }
        }
        let mut parts = Parts::default();
        match of.part {
            Part::Intent => match of.intents.key(key) {
                Named::Not => return true,
                Named::Nothing => {
                    self.say("nothing was predicted that could be confirmed: type an intent");
                    return true;
                }
                Named::Chosen(name) => {
                    of.set_intent(&name, &mut parts);
                    if of.entities_changed() {
                        of.set_entities(&mut parts);
                    }
                }
            },
            Part::Entities => match of.marking.key(key) {
                Marked::Done => return true,
                Marked::NoText => {
                    self.say("this message has no text to mark");
                    return true;
                }
                // Unchanged ones are kept too: that says that they are right.
                Marked::Keep => of.set_entities(&mut parts),
            },
        }
        self.write_correction(of, &parts);
        false
    }

    /// Takes the correction of the part at hand away: the prediction counts again.
    fn uncorrect(&mut self, of: &Correcting) -> bool {
        let (field, there) = match of.part {
            Part::Intent => (CorrectionField::Intent, of.corrected.is_some()),
            Part::Entities => (CorrectionField::Entities, of.marked_before),
        };
        if !there {
            self.say(&format!("no correction of the {} to remove", field.name()));
            return true;
        }
        let mut parts = Parts::default();
        let words = match (field, &of.predicted) {
            (CorrectionField::Intent, Some(predicted)) => {
                let predicted = predicted.line();
                format!("{} again (correction removed)", predicted.cut(40).as_str())
            }
            _ => "as predicted again (correction removed)".to_owned(),
        };
        parts.add(field, None, words);
        self.write_correction(of, &parts);
        false
    }

    fn write_correction(&mut self, of: &Correcting, parts: &Parts) {
        let Some(event) = of.target.event else { return };
        let ticket = self.show_event_at_once(of.row, event, &parts.sets);
        self.about(ticket, parts.said(&of.who));
        let edit = |set: &Set| Edit {
            targets: vec![of.target],
            set: set.clone(),
        };
        self.send(Cmd::Apply {
            ticket,
            change: Change {
                edits: parts.sets.iter().map(edit).collect(),
                bulk: None,
            },
        });
    }

    /// Names for a correction arrived.
    pub(super) fn take_known(&mut self, field: CorrectionField, values: Vec<(String, u64)>) {
        let counted = |(name, count): (String, u64)| {
            let word = if count == 1 {
                "conversation"
            } else {
                "conversations"
            };
            let words = format!("{} {word}", crate::text::figure(count));
            (Untrusted::from(name), words)
        };
        match (&mut self.popup, field) {
            (Some(Popup::Correct(of)), CorrectionField::Intent) => {
                let real = values.into_iter();
                let real = real.filter(|v| !Prediction::is_fallback_intent(&v.0));
                of.intents.add(real.map(counted));
            }
            (Some(Popup::Correct(of)), CorrectionField::Entities) => {
                of.marking.know(values.into_iter().map(counted).collect());
            }
            (Some(Popup::About(of)), field) => of.know(field, values),
            _ => {}
        }
    }
}
