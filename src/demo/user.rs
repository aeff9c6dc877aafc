//! The user's side: what is typed, spoken or clicked, and how long that takes.

use super::nlu;
use super::play::{Play, of};
use super::raw::Hint;
use super::speak::{Spoken, json_text};
use crate::model::{Entity, Event, EventKind, Prediction};

impl Play<'_> {
    /// What the user says from a set, after the time it takes to read and type.
    pub fn speak(&mut self, set: &str) -> Spoken {
        self.listen();
        let template = self.template("say", set);
        let mut spoken = self.voice().typed(&template, self.who, &mut self.rng);
        let first = !self.spoke;
        if first && !self.channel.voice && self.human.is_none() {
            self.courtesy(&mut spoken, set);
        }
        if !self.channel.voice
            && self.rng.chance(self.who.style.emoji)
            && let Some(emoji) = self.rng.pick(&self.pack.emoji)
        {
            spoken.text.push(' ');
            spoken.text.push_str(emoji);
        }
        let letters = spoken.text.chars().count() as f64;
        let mut delay = if self.channel.voice {
            1_100.0 + letters * self.rng.between(48.0, 80.0)
        } else {
            let read = (self.reading as f64 * self.rng.between(18.0, 45.0)).min(14_000.0);
            let write = (letters * self.rng.between(70.0, 210.0)).min(48_000.0);
            (self.rng.between(700.0, 5_000.0) + read + write) * self.channel.pace
        };
        if !first && !self.channel.voice && self.rng.chance(3.5) {
            delay += self.rng.between(1.0, 4.5).powi(2) * 60_000.0;
        }
        match self.hurry(first) {
            Some(at) if at < self.clock => self.early = Some(at),
            Some(at) => self.clock = at,
            None => self.clock += delay,
        }
        self.reading = 0;
        self.spoke = true;
        spoken
    }

    /// Some send the question right after their hello, while the assistant still greets: the source stamps
    /// it before the answer to the hello.
    fn hurry(&mut self, first: bool) -> Option<f64> {
        let users = || {
            self.drafts
                .iter()
                .filter(|d| d.event.kind == EventKind::User)
        };
        let hello = users()
            .next_back()?
            .event
            .intent
            .as_ref()?
            .name
            .as_ref()?
            .for_search()
            == "greet";
        if first || !hello || users().count() > 1 || self.channel.voice || !self.rng.chance(42.0) {
            return None;
        }
        let at = users().next_back()?.event.at?.0 as f64;
        Some(at + self.rng.between(600.0, 2_400.0))
    }

    /// Two messages of one thought: `I just did. 1182.` becomes two, as people do in a chat with a person.
    pub fn in_pieces(&mut self, text: &str) -> Option<(String, String)> {
        if self.channel.voice || !self.rng.chance(40.0) {
            return None;
        }
        let cut = [". ", ", ", "? ", "、", "، "];
        let (at, mark) = cut.iter().find_map(|mark| Some((text.find(mark)?, mark)))?;
        let rest = text[at + mark.len()..].to_owned();
        (at > 3 && !rest.is_empty()).then(|| (text[..at].to_owned(), rest))
    }

    /// A greeting before or a thank-you after a first message, by the polite.
    fn courtesy(&mut self, spoken: &mut Spoken, set: &str) {
        if set.starts_with("greet")
            || set.starts_with("oos")
            || !self.rng.chance(self.who.style.polite)
        {
            return;
        }
        // Not twice: `hi, hi its me again`.
        let start = |text: &str| {
            let word = text.split(|c: char| !c.is_alphanumeric()).next();
            word.unwrap_or_default().to_lowercase()
        };
        let greeted = start(&spoken.text);
        if self.pack.before.iter().any(|b| start(b) == greeted) {
            return;
        }
        let style = self.who.style.clone();
        let word = |text: &str| {
            if style.lower {
                text.to_lowercase()
            } else {
                text.to_owned()
            }
        };
        if self.rng.chance(70.0) {
            if let Some(before) = self.rng.pick(&self.pack.before) {
                let before = word(before);
                let moved = before.chars().count() as u32;
                for span in spoken.entities.iter_mut().filter_map(|e| e.span.as_mut()) {
                    *span = (span.0 + moved, span.1 + moved);
                }
                spoken.text.insert_str(0, &before);
            }
        } else if spoken.text.ends_with(char::is_alphanumeric)
            && let Some(after) = self.rng.pick(&self.pack.after)
        {
            spoken.text.push_str(&word(after));
        }
    }

    /// A user message with its prediction and the slots of its entities.
    pub fn say(
        &mut self,
        spoken: Spoken,
        prediction: Option<Prediction>,
        commands: Option<String>,
    ) {
        let fallback = prediction.as_ref().is_some_and(Prediction::is_fallback)
            || commands
                .as_deref()
                .is_some_and(|c| c.contains("cannot handle"));
        let entities = spoken.entities.clone();
        let event = Event {
            text: Some(spoken.text.into()),
            intent: prediction,
            entities: spoken.entities,
            fallback,
            ..of(EventKind::User)
        };
        self.push(event, commands.map_or(Hint::None, Hint::Commands));
        self.policy = self.choice();
        if self.human.is_some() {
            return;
        }
        for entity in entities {
            self.pass(8.0, 40.0);
            self.slot(entity.name.for_search(), entity.value.for_export(), None);
        }
    }

    /// A click on a button of the last message with some; without a number, any of those that fill a
    /// slot, or the first. False where nothing is offered.
    pub fn click(&mut self, which: Option<usize>) -> bool {
        let Some(set) = self.offered.take() else {
            return false;
        };
        let domain = self.domain;
        let defs = domain.buttons.get(&set).map_or(&[][..], Vec::as_slice);
        let at = which.unwrap_or_else(|| {
            if defs.iter().any(|d| d.slot.is_some()) {
                self.rng.below(defs.len())
            } else {
                0
            }
        });
        let shown = self
            .drafts
            .iter()
            .rev()
            .find_map(|d| d.event.buttons.get(at))
            .cloned();
        let (Some(def), Some(shown)) = (defs.get(at), shown) else {
            return false;
        };
        self.listen();
        self.clock += self.rng.between(900.0, 6_500.0) + self.reading as f64 * 22.0;
        self.reading = 0;
        self.spoke = true;
        self.wants(&def.intent);
        let slot = def.slot.as_ref().zip(def.value.as_ref());
        let entities = slot.iter().map(|(name, value)| Entity {
            name: name.as_str().into(),
            value: json_text(value).into(),
            extractor: Some("RegexMessageHandler".into()),
            ..Default::default()
        });
        let event = Event {
            text: Some(shown.title.clone()),
            payload: shown.payload,
            intent: Some(nlu::certain(&def.intent)),
            entities: entities.collect(),
            ..of(EventKind::User)
        };
        self.push(event, Hint::None);
        self.policy = ("RulePolicy", 1.0);
        if let Some((name, value)) = slot {
            self.pass(8.0, 40.0);
            self.slot(name, &json_text(value), None);
            // What is said of it from now on is what was clicked.
            let holes = domain.entities.iter().filter(|(_, entity)| *entity == name);
            for (hole, _) in holes {
                self.who
                    .kept
                    .insert(hole.clone(), shown.title.for_export().to_owned());
            }
        }
        true
    }

    /// Remembers what the user is after.
    pub fn wants(&mut self, intent: &str) {
        if let Some(group) = self.domain.groups.get(intent) {
            self.topic = Some(group.clone());
        }
    }
}
