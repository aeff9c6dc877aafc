//! The store's dictionary: what nearly all conversations of its logs have in common.
//!
//! zstd copies text of its training data into a dictionary, and whoever gets hold of the store would read
//! it there even after the conversation was purged. So it is trained on bodies in which everything that
//! anybody typed, every id, every value and every number is blank. What stays are the keys and names that
//! many conversations share and that look like identifiers. Pure functions.

use std::collections::{HashMap, HashSet};

use super::body::{decode, encode_as_kept};
use super::lean::{end_of_string, is_reference, lighten};
use crate::filter::values::plain_json;
use crate::model::{Attributes, Confidence, Event, EventKind, Millis};
use crate::text::Untrusted;

/// Conversations it is trained from.
pub(super) const SAMPLES: usize = 1000;

/// Longer bodies are not trained from: they hold themselves what a dictionary would give them, and so many
/// of them would not fit into the memory of an import.
pub(super) const LONGEST_SAMPLE: usize = 64 * 1024;

/// A dictionary of fewer pieces is refused by zstd anyway.
const FEWEST: usize = 8;

/// Bytes of a dictionary.
const SIZE: usize = 64 * 1024;

/// Bytes that are looked at; more takes longer and finds nothing better.
const ENOUGH: usize = 3 << 20;

/// A name is kept where one conversation in so many has it.
const NAME_IN: usize = 50;

/// A key of a record is kept where one conversation in so many has it.
const KEY_IN: usize = 10;

/// A value of a record that is not known to be a name is kept where one conversation in so many has it:
/// that is a constant of the format.
const CONSTANT_IN: usize = 2;

/// Stands before a shortened time.
const MOMENT: u8 = super::moments::MARK as u8;

/// Longest name that is kept.
const LONGEST: usize = 60;

/// One conversation to train from.
pub(super) struct Sample {
    /// Its unpacked body.
    pub plain: Vec<u8>,
    /// What the source says of the whole of it that names somebody or something.
    pub secrets: Vec<String>,
}

impl Sample {
    /// Of a conversation with this sender.
    pub(super) fn of(plain: &[u8], native: &str, attributes: &Attributes) -> Self {
        let mut secrets = vec![native.to_owned()];
        let single = [
            &attributes.user_id,
            &attributes.user_name,
            &attributes.location,
            &attributes.device,
            &attributes.agent,
            &attributes.rating_comment,
            &attributes.summary,
        ];
        let single = single.into_iter().flatten();
        let metadata = attributes.metadata.iter().map(|(_, value)| value);
        for text in single.chain(metadata) {
            secrets.push(plain_json(text.for_search()).into_owned());
        }
        Self {
            plain: plain.to_vec(),
            secrets,
        }
    }
}

/// Trains a dictionary; `None` where there is too little to learn from.
pub(super) fn train(samples: &[Sample]) -> Option<Vec<u8>> {
    let mut names = Names::default();
    let mut read = Vec::with_capacity(samples.len());
    for sample in samples {
        // One that is damaged teaches nothing.
        let Some(mut events) = decode(&sample.plain) else {
            continue;
        };
        names.learn(&events, &sample.secrets);
        // Where a text only looks like a reference, it could not be told from one that says nothing.
        if lighten(&mut events) {
            read.push(events);
        }
    }
    names.settle(samples.len());
    let mut all = Vec::new();
    let mut sizes = Vec::new();
    for events in &mut read {
        if all.len() >= ENOUGH {
            break;
        }
        for event in events.iter_mut() {
            names.mask(event);
        }
        let masked = encode_as_kept(events);
        sizes.push(masked.len());
        all.extend_from_slice(&masked);
    }
    if sizes.len() < FEWEST {
        return None;
    }
    zstd::dict::from_continuous(&all, &sizes, SIZE).ok()
}

/// Which names stay.
#[derive(Default)]
struct Names {
    /// In how many conversations each occurs as a name, as a key and as any other string of a record.
    counts: HashMap<String, [usize; 3]>,
    /// Who spoke, and what is said of a conversation: never kept.
    secrets: HashSet<String>,
    /// What somebody typed, and values: kept at most as a key that many records have.
    typed: HashSet<String>,
}

impl Names {
    /// Takes the names and the secrets of one conversation in.
    fn learn(&mut self, events: &[Event], secrets: &[String]) {
        let mut found: [HashSet<String>; 3] = Default::default();
        let [named, keys, said] = &mut found;
        for event in events {
            each_secret(event, |text| {
                self.typed.insert(text.to_owned());
            });
            each_name(event, |name| {
                named.insert(name.for_search().to_owned());
            });
            let raw = event.raw.as_ref().map_or("", Untrusted::for_search);
            let mut parts = parts(raw).peekable();
            while let Some(part) = parts.next() {
                let Part::Text(text) = part else { continue };
                let key = matches!(parts.peek(), Some(Part::Structure(s)) if s.trim_start().starts_with(':'));
                let kind = if key { &mut *keys } else { &mut *said };
                kind.insert(text.to_owned());
            }
        }
        for (kind, found) in found.into_iter().enumerate() {
            for name in found.into_iter().filter(|n| is_identifier(n)) {
                self.counts.entry(name).or_default()[kind] += 1;
            }
        }
        self.secrets.extend(secrets.iter().cloned());
    }

    /// Keeps what enough of so many conversations have, and nobody typed.
    fn settle(&mut self, conversations: usize) {
        let enough = [NAME_IN, KEY_IN, CONSTANT_IN].map(|of| (conversations / of).max(FEWEST));
        let (secrets, typed) = (&self.secrets, &self.typed);
        self.counts.retain(|name, [named, keys, said]| {
            let key = *keys >= enough[1];
            let other = (*named >= enough[0] || *said >= enough[2]) && !typed.contains(name);
            (key || other) && !secrets.contains(name)
        });
    }

    fn keeps(&self, text: &str) -> bool {
        self.counts.contains_key(text)
    }

    /// Blanks everything else.
    fn mask(&self, event: &mut Event) {
        let keep = |text: &mut Untrusted| {
            // A reference to the record says nothing itself.
            if !is_reference(text) && !self.keeps(text.for_search()) {
                *text = Untrusted::default();
            }
        };
        event.at = event.at.map(|at| Millis(at.0.min(i64::MIN + 255)));
        each_name_mut(event, keep);
        if let Some(text) = &mut event.text {
            keep(text);
        }
        event.payload.iter_mut().for_each(blank_text);
        for button in &mut event.buttons {
            blank_text(&mut button.title);
            button.payload.iter_mut().for_each(blank_text);
        }
        for entity in &mut event.entities {
            blank_text(&mut entity.value);
            entity.span = entity.span.map(|_| (0, 0));
            blank(&mut entity.confidence);
        }
        if let Some(slot) = &mut event.slot {
            blank_text(&mut slot.value);
        }
        if let Some(prediction) = &mut event.intent {
            blank(&mut prediction.confidence);
            for ranked in &mut prediction.ranking {
                blank(&mut ranked.confidence);
            }
        }
        if let Some(run) = &mut event.action {
            blank(&mut run.confidence);
        }
        event.raw = event.raw.as_ref().map(|raw| self.mask_record(raw));
    }

    /// A JSON record with its structure, its keys and the names that stay.
    fn mask_record(&self, raw: &Untrusted) -> Untrusted {
        let mut out = String::with_capacity(raw.len());
        for part in parts(raw.for_search()) {
            match part {
                Part::Text(text) => {
                    out.push('"');
                    if self.keeps(text) {
                        out.push_str(text);
                    }
                    out.push('"');
                }
                Part::Number => out.push('0'),
                Part::Structure(text) => out.push_str(text),
            }
        }
        out.into()
    }
}

/// References to the record stay, texts do not.
fn blank_text(text: &mut Untrusted) {
    if !is_reference(text) {
        *text = Untrusted::default();
    }
}

/// References to the record stay, figures do not.
fn blank(confidence: &mut Option<Confidence>) {
    if let Some(c) = confidence
        && !c.0.is_nan()
    {
        c.0 = 0.0;
    }
}

/// What people typed and what belongs to one of them.
fn each_secret(event: &Event, mut each: impl FnMut(&str)) {
    let typed = event.kind.author().is_some() || event.kind == EventKind::Action;
    if let (true, Some(text)) = (typed, &event.text) {
        each(text.for_search());
    }
    if let Some(payload) = &event.payload {
        each(payload.for_search());
    }
    for button in &event.buttons {
        each(button.title.for_search());
        if let Some(payload) = &button.payload {
            each(payload.for_search());
        }
    }
    let values = event.entities.iter().map(|e| &e.value);
    for value in values.chain(event.slot.iter().map(|s| &s.value)) {
        each(&plain_json(value.for_search()));
        for part in parts(value.for_search()) {
            if let Part::Text(text) = part {
                each(text);
            }
        }
    }
}

fn each_name(event: &Event, mut each: impl FnMut(&Untrusted)) {
    // One list for reading and for changing; a copy of one event is cheap.
    each_name_mut(&mut event.clone(), |name| each(name));
}

fn each_name_mut(event: &mut Event, mut each: impl FnMut(&mut Untrusted)) {
    if let Some(prediction) = &mut event.intent {
        prediction.name.iter_mut().for_each(&mut each);
        prediction
            .ranking
            .iter_mut()
            .for_each(|r| each(&mut r.name));
    }
    for entity in &mut event.entities {
        each(&mut entity.name);
        entity.role.iter_mut().for_each(&mut each);
        entity.extractor.iter_mut().for_each(&mut each);
    }
    if let Some(run) = &mut event.action {
        run.name.iter_mut().for_each(&mut each);
        run.policy.iter_mut().for_each(&mut each);
    }
    if let Some(slot) = &mut event.slot {
        each(&mut slot.name);
    }
    if let Some(flow) = &mut event.flow {
        each(&mut flow.name);
        flow.step.iter_mut().for_each(&mut each);
    }
}

/// Looks like the name of a thing in a program, not like a number of somebody.
fn is_identifier(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-');
    let mut digits = 0;
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| {
            digits = if b.is_ascii_digit() { digits + 1 } else { 0 };
            plain(b) && digits <= 3
        })
}

/// A piece of a JSON record.
enum Part<'a> {
    /// A string, key or value, as it stands between the quotes.
    Text(&'a str),
    Number,
    /// Brackets, commas, colons, spaces, `true`, `false`, `null`.
    Structure(&'a str),
}

/// The pieces of a record; what is not JSON is left out.
fn parts(raw: &str) -> impl Iterator<Item = Part<'_>> {
    let bytes = raw.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let from = at;
            let run = |wanted: &dyn Fn(u8) -> bool| {
                from + bytes[from..].iter().take_while(|b| wanted(**b)).count()
            };
            match *bytes.get(at)? {
                b'"' => {
                    at = end_of_string(bytes, from + 1);
                    let end = (at - 1).max(from + 1);
                    return Some(Part::Text(raw.get(from + 1..end).unwrap_or_default()));
                }
                b'-' | b'0'..=b'9' => {
                    at = run(&|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
                    return Some(Part::Number);
                }
                b if structure(b) => {
                    at = run(&structure);
                    return Some(Part::Structure(&raw[from..at]));
                }
                _ => {
                    at = run(&|b| !structure(b) && !matches!(b, b'"' | b'-' | b'0'..=b'9'));
                    if let word @ ("true" | "false" | "null") = &raw[from..at] {
                        return Some(Part::Structure(word));
                    }
                }
            }
        }
    })
}

fn structure(byte: u8) -> bool {
    matches!(
        byte,
        b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | MOMENT
    )
}

#[cfg(test)]
mod tests;
