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

    /// Where a span of characters of the original `text` is now, and whether something in it was hidden.
    pub(crate) fn span(&self, text: &str, span: (u32, u32)) -> ((u32, u32), bool) {
        let byte = |chars: u32| {
            let mut places = text.char_indices().map(|(at, _)| at);
            places.nth(chars as usize).unwrap_or(text.len())
        };
        let (from, to) = (byte(span.0), byte(span.1));
        let (mut start, mut end, mut touched) = (from, to, false);
        let mut moved = 0isize;
        for (cut, put) in &self.cuts {
            let begins = (cut.start as isize + moved) as usize;
            if cut.start < to && from < cut.end {
                touched = true;
            }
            if cut.start <= from && from < cut.end {
                start = begins;
            } else if cut.end <= from {
                start = (from as isize + moved + *put as isize - cut.len() as isize) as usize;
            }
            if cut.start < to && to <= cut.end {
                end = begins + put;
            } else if cut.end <= to {
                end = (to as isize + moved + *put as isize - cut.len() as isize) as usize;
            }
            moved += *put as isize - cut.len() as isize;
        }
        let now = self.text.for_export();
        let chars = |at: usize| now.get(..at).map_or(0, |before| before.chars().count()) as u32;
        ((chars(start), chars(end)), touched)
    }

    /// The characters of this span as they are now.
    pub(crate) fn slice(&self, span: (u32, u32)) -> String {
        let all = self.text.for_export().chars();
        all.skip(span.0 as usize)
            .take(span.1.saturating_sub(span.0) as usize)
            .collect()
    }
}
