//! Hides what is to be hidden in the texts of one conversation, and says what became of every place.

use std::ops::Range;

use super::Hiding;
use super::names::Names;
use crate::model::{Attributes, ConversationKey, Event};
use crate::text::Untrusted;
use crate::text::redact::{Found, Kind, find};

/// So much personal data of one conversation is looked for in all of its places.
const KNOWN: usize = 64;

/// So many parts of a name are looked for by themselves: nobody has more, and every one is looked for in
/// every text.
const PARTS: usize = 16;

/// Hides what is to be hidden in the texts of one conversation.
#[derive(Debug)]
pub(crate) struct Mask<'p> {
    pub(super) hiding: &'p Hiding,
    names: Names,
}

/// A text without what is hidden.
#[derive(Debug)]
pub(crate) struct Masked {
    pub text: Untrusted,
    /// Bytes of the original that went, and how many came for them; ascending.
    cuts: Vec<(Range<usize>, usize)>,
}

impl<'p> Mask<'p> {
    /// Learns who takes part in a conversation and what was said of them.
    pub(super) fn learn(
        hiding: &'p Hiding,
        key: &ConversationKey,
        label: Option<&Untrusted>,
        attributes: &Attributes,
        events: &[Event],
    ) -> Self {
        let mut mask = Self {
            hiding,
            names: Names::default(),
        };
        if hiding.anonymize {
            mask.learn_people(key, label, attributes);
        }
        if hiding.redact {
            for event in events {
                let said = [&event.text, &event.payload];
                for text in said.into_iter().flatten() {
                    mask.learn_data("", text.for_export());
                }
                if let Some(slot) = &event.slot {
                    let value = slot.value.for_export().trim_matches('"');
                    mask.learn_data(slot.name.for_search(), value);
                }
            }
        }
        mask
    }

    fn learn_people(
        &mut self,
        key: &ConversationKey,
        label: Option<&Untrusted>,
        attributes: &Attributes,
    ) {
        let pseudonyms = &self.hiding.pseudonyms;
        let native = key.native.for_search();
        let ids = [Some(&key.native), attributes.user_id.as_ref(), label];
        for id in ids.into_iter().flatten() {
            let id = id.for_search();
            self.names.add(id, &self.hiding.pseudonyms.user(id), true);
        }
        if let Some(name) = &attributes.user_name {
            let name = name.for_search();
            let put = pseudonyms.user(name);
            self.names.add(name, &put, true);
            // They call themselves by the first one. As it is written: `may` is not May.
            for part in name
                .split_whitespace()
                .filter(|p| p.chars().count() > 2 && *p != native)
                .take(PARTS)
            {
                self.names.add(part, &put, false);
            }
        }
        if let Some(agent) = &attributes.agent {
            let agent = agent.for_search();
            self.names.add(agent, &pseudonyms.agent(agent), false);
        }
    }

    /// What was found once is hidden everywhere, also where it alone says too little: the digits of a
    /// telephone number in the slot that was filled with them.
    fn learn_data(&mut self, name: &str, text: &str) {
        for Found { kind, range } in find(name, text) {
            if self.names.len() >= KNOWN {
                return;
            }
            let Some(said) = text.get(range) else {
                continue;
            };
            let put = kind.mask().into();
            self.names.add(said, &put, true);
            if matches!(kind, Kind::Phone | Kind::Card | Kind::Iban | Kind::Ssn) {
                let plain: String = said.chars().filter(|c| c.is_alphanumeric()).collect();
                self.names.add(&plain, &put, true);
            }
        }
    }

    /// Hides in a text; `name` is what the field is called that holds it, else empty.
    pub(crate) fn text(&self, name: &str, text: &str) -> Masked {
        self.parts(name, text, false)
    }

    /// Hides in a name that a machine gave: people's names that are words as well stay.
    pub(crate) fn label(&self, label: &Untrusted) -> Untrusted {
        self.parts("", label.for_export(), true).text
    }

    fn parts(&self, name: &str, text: &str, firm: bool) -> Masked {
        let mut parts: Vec<(Range<usize>, &str)> = Vec::new();
        self.names.find(text, firm, |range, put| {
            parts.push((range, put.for_export()))
        });
        if self.hiding.redact {
            parts.extend(
                find(name, text)
                    .into_iter()
                    .map(|f| (f.range, f.kind.mask())),
            );
        }
        // The longer one says what it is: a name in an address is a part of the address.
        parts.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut apart: Vec<(Range<usize>, &str)> = Vec::with_capacity(parts.len());
        for (range, put) in parts {
            match apart.last_mut().filter(|(last, _)| range.start < last.end) {
                Some((last, name)) => {
                    if range.len() > last.len() {
                        *name = put;
                    }
                    last.end = last.end.max(range.end);
                }
                None => apart.push((range, put)),
            }
        }
        let (mut out, mut copied) = (String::new(), 0);
        let mut cuts = Vec::with_capacity(apart.len());
        for (range, put) in apart {
            out.push_str(&text[copied..range.start]);
            out.push_str(put);
            copied = range.end;
            cuts.push((range, put.len()));
        }
        out.push_str(&text[copied..]);
        Masked {
            text: out.into(),
            cuts,
        }
    }

    /// What stands for the id of a user: an id that is a telephone number or an address gets a pseudonym
    /// too where only personal data is hidden, since all of them would be one otherwise.
    pub(crate) fn id(&self, id: &Untrusted) -> Untrusted {
        let text = id.for_search();
        let hidden = self.hiding.anonymize
            || !find("phone", text).is_empty()
            || self.parts("", text, false).has_cuts();
        match hidden && !text.is_empty() {
            true => self.hiding.pseudonyms.user(text),
            false => id.clone(),
        }
    }
}

impl Masked {
    /// True if something was hidden.
    pub(crate) fn has_cuts(&self) -> bool {
        !self.cuts.is_empty()
    }

    /// The way from places in the original `text` to where they are now.
    pub(crate) fn places(&self, text: &str) -> Places<'_> {
        let starts = |text: &str| text.char_indices().map(|(at, _)| at).collect();
        let mut moved = 0isize;
        let cuts = self.cuts.iter().map(|(cut, put)| {
            let begins = (cut.start as isize + moved) as usize;
            moved += *put as isize - cut.len() as isize;
            (cut.clone(), begins..begins + put)
        });
        Places {
            now: self.text.for_export(),
            cuts: cuts.collect(),
            before: starts(text),
            after: starts(self.text.for_export()),
            length: text.len(),
        }
    }
}

/// Where the places of a text are once something in it is hidden: made once a text, since there may be many
/// entities in a long one.
pub(crate) struct Places<'m> {
    now: &'m str,
    /// Bytes that went, and those that came for them.
    cuts: Vec<(Range<usize>, Range<usize>)>,
    /// Where the characters of the original begin, and those of the text as it is now.
    before: Vec<usize>,
    after: Vec<usize>,
    length: usize,
}

impl Places<'_> {
    /// Where a span of characters of the original is now, and whether something in it was hidden.
    pub(crate) fn span(&self, span: (u32, u32)) -> ((u32, u32), bool) {
        let byte = |chars: u32| self.before.get(chars as usize).copied();
        let (from, to) = (
            byte(span.0).unwrap_or(self.length),
            byte(span.1).unwrap_or(self.length),
        );
        let last = |begun: usize| begun.checked_sub(1).and_then(|at| self.cuts.get(at));
        let at_start = last(self.cuts.partition_point(|(cut, _)| cut.start <= from));
        let at_end = last(self.cuts.partition_point(|(cut, _)| cut.start < to));
        let start = match at_start {
            Some((cut, put)) if from < cut.end => put.start,
            Some((cut, put)) => put.end + (from - cut.end),
            None => from,
        };
        let end = match at_end {
            Some((cut, put)) if to <= cut.end => put.end,
            Some((cut, put)) => put.end + (to - cut.end),
            None => to,
        };
        let touched = at_end.is_some_and(|(cut, _)| from < cut.end);
        let chars = |at: usize| self.after.partition_point(|begin| *begin < at) as u32;
        ((chars(start), chars(end)), touched)
    }

    /// The characters of this span of the text as it is now.
    pub(crate) fn slice(&self, span: (u32, u32)) -> &str {
        let byte = |chars: u32| self.after.get(chars as usize).copied();
        let from = byte(span.0).unwrap_or(self.now.len());
        let to = byte(span.1).unwrap_or(self.now.len());
        self.now.get(from..to).unwrap_or_default()
    }
}
