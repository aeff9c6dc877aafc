//! What is hidden of conversations: who took part (by pseudonyms), and personal data in what they said
//! (by its type). Pure functions over one conversation; whatever stores, shows or writes it comes here.

mod imported;
mod json;
mod mask;
mod names;
mod parts;

pub(crate) use mask::{Mask, Masked};

use super::{Attributes, ConversationKey, Event, Pseudonyms};
use crate::text::Untrusted;

/// What is hidden of a conversation. Whoever hides nothing says so: [`Privacy::none`].
#[derive(Clone, Debug, Default)]
pub struct Privacy(Option<Hiding>);

#[derive(Clone, Debug)]
struct Hiding {
    pseudonyms: Pseudonyms,
    anonymize: bool,
    redact: bool,
}

impl Privacy {
    /// Nothing is hidden.
    pub fn none() -> Self {
        Self(None)
    }

    /// With `anonymize` people have the pseudonyms of this store, with `redact` personal data in texts is
    /// masked by its type. See `Store::privacy`, which knows the key.
    pub fn new(pseudonyms: Pseudonyms, anonymize: bool, redact: bool) -> Self {
        Self((anonymize || redact).then_some(Hiding {
            pseudonyms,
            anonymize,
            redact,
        }))
    }

    /// What a user is called: the pseudonym where people have one.
    pub fn user(&self, name: &str) -> Untrusted {
        match &self.0 {
            Some(hiding) if hiding.anonymize => hiding.pseudonyms.user(name),
            _ => name.into(),
        }
    }

    /// True if everything stays as it is.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// True if nothing in this text is to be hidden, whoever it is about.
    pub fn shows(&self, text: &str) -> bool {
        !self.redacts() || crate::text::redact::find("", text).is_empty()
    }

    /// True if people have pseudonyms.
    pub fn anonymizes(&self) -> bool {
        self.0.as_ref().is_some_and(|h| h.anonymize)
    }

    /// True if personal data in texts is masked.
    pub fn redacts(&self) -> bool {
        self.0.as_ref().is_some_and(|h| h.redact)
    }

    /// What hides the people and data of this conversation; `None` where nothing is hidden. `label` is what
    /// it is called beside its key.
    pub(crate) fn mask(
        &self,
        key: &ConversationKey,
        label: Option<&Untrusted>,
        attributes: &Attributes,
        events: &[Event],
    ) -> Option<Mask<'_>> {
        let hiding = self.0.as_ref()?;
        Some(Mask::learn(hiding, key, label, attributes, events))
    }
}

/// What a conversation is called once its sender is: the sender, or `sender#k`.
pub(crate) fn relabel(label: &Untrusted, before: &Untrusted, now: &Untrusted) -> Untrusted {
    let rest = label.for_search().strip_prefix(before.for_search());
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('#'));
    match rest {
        Some(rest) => format!("{}{rest}", now.for_export()).into(),
        None => now.clone(),
    }
}
