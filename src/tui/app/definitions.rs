//! `E`: what under the cursor has a definition, which of several places is meant, and then the editor.

use super::App;
use super::picker::{Choice, Item, Picker};
use super::popup::Popup;
use crate::model::{Author, Prediction, is_bookkeeping, shown_intent};
use crate::text::Untrusted;
use crate::tui::definitions::{Definition, Kind, Wanted};
use crate::tui::layout::Pane;
use crate::tui::msg::Cmd;

impl App {
    pub(super) fn open_definition(&mut self) {
        let wanted = self.defined_here();
        match wanted.as_slice() {
            [] => self.say("no flow, intent or action here"),
            [one] => self.look_up(one.clone()),
            many => {
                let items = many.iter().map(|wanted| Item {
                    label: format!("{} {}", wanted.kind.word(), wanted.name.for_search()).into(),
                    detail: String::new(),
                    ticked: None,
                    choice: Choice::Define(wanted.clone()),
                });
                self.popup = Some(Popup::Definitions(Picker::new(items.collect())));
            }
        }
    }

    pub(super) fn look_up(&mut self, wanted: Wanted) {
        let name = wanted.name.preview(40);
        self.say(&format!(
            "looking for the {} {}…",
            wanted.kind.word(),
            name.as_str()
        ));
        self.send(Cmd::FindDefinition(Box::new((
            self.definitions.clone(),
            wanted,
        ))));
    }

    /// Takes the places in: one is opened, several are offered, none is told.
    pub(super) fn take_definitions(&mut self, found: Result<Vec<Definition>, String>) {
        match found {
            Err(words) => self.fail(&words),
            Ok(mut found) if found.len() == 1 => {
                self.send(Cmd::Edit(found.remove(0)));
            }
            Ok(_) if self.popup.is_some() => {
                self.say("several definitions: close this, then E again")
            }
            Ok(found) => {
                let n = found.len();
                self.say(&format!("{n} definitions: which is meant?"));
                let items = found.into_iter().map(|definition| Item {
                    label: definition.label.clone().into(),
                    detail: definition.words.clone(),
                    ticked: None,
                    choice: Choice::Edit(definition),
                });
                self.popup = Some(Popup::Definitions(Picker::new(items.collect())));
            }
        }
    }

    /// What is under the cursor: of an event its own, in the list those of the conversation.
    fn defined_here(&self) -> Vec<Wanted> {
        let mut out: Vec<Wanted> = Vec::new();
        let mut add = |kind, name: &Untrusted| {
            let name = name.clone();
            let wanted = Wanted { kind, name };
            if !out.contains(&wanted) {
                out.push(wanted);
            }
        };
        if self.focus == Pane::Reader {
            let Some(open) = &self.reader.open else {
                return out;
            };
            let events = &open.whole.events;
            let Some(event) = open.cursor.and_then(|seq| events.get(seq)) else {
                return out;
            };
            if let Some(intent) = shown_intent(event) {
                add(Kind::Intent, intent);
            }
            if let Some(flow) = &event.flow {
                add(Kind::Flow, &flow.name);
            }
            let mut action = event.action.as_ref();
            if event.kind.author() == Some(Author::Bot) {
                // What was said is what the last action said.
                let before = events[..open.cursor.unwrap_or(0)].iter().rev();
                action = before
                    .take_while(|e| e.kind.author() != Some(Author::User))
                    .find_map(|e| e.action.as_ref());
            }
            if let Some(name) = action.and_then(|a| a.name.as_ref()) {
                add(Kind::Action, name);
            }
        } else if let Some(card) = self.card_here() {
            for flow in &card.flows {
                add(Kind::Flow, &flow.name);
            }
            for (intent, _) in &card.intents {
                add(Kind::Intent, intent);
            }
            for (action, _) in &card.actions {
                add(Kind::Action, action);
            }
        }
        out.retain(|w| match w.kind {
            Kind::Intent => !Prediction::is_fallback_intent(w.name.for_search()),
            Kind::Action => !is_bookkeeping(w.name.for_search()),
            Kind::Flow => true,
        });
        out
    }
}
