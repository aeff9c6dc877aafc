//! What an event's metadata says of the user and the conversation, under the names that are usual.
//!
//! Rasa leaves metadata to whoever writes the channel, so this is a guess by names, and nothing is
//! taken that is not a plain value.

use std::borrow::Cow;

use super::super::About;
use super::super::json_text::canonical;
use super::wire::{Members, Raw, Record};
use crate::model::replay::names::METADATA_SLOT;
use crate::model::{Event, EventKind};
use crate::text::Untrusted;

/// Longer values are contents, not properties; they stay in the raw record.
const LONGEST: usize = 256;

/// Names that Rasa itself puts into metadata.
const RASAS_OWN: [&str; 6] = [
    "model_id",
    "assistant_id",
    "is_external",
    "rasa_x_flagged",
    "rasa_x_id",
    "external",
];

/// True if the metadata marks a message that no person sent.
pub(super) fn is_external(metadata: Raw<'_>) -> bool {
    // Most metadata does not hold the word at all.
    metadata.0.is_some_and(|raw| raw.contains("is_external"))
        && metadata
            .read::<Members<'_>>()
            .0
            .iter()
            .any(|(name, value)| name == "is_external" && value.0 == Some("true"))
}

/// What this event says of its conversation. Only events that begin one or are the user's are asked.
pub(super) fn about(event: &Event, record: &Record<'_>) -> About {
    let mut about = About::default();
    match event.kind {
        EventKind::User => {
            // Custom channels may pass an object where a name belongs: its text is what there is, in the
            // one spelling, since every exporter puts its blanks elsewhere.
            let channel = record.input_channel;
            let text = channel.scalar().or_else(|| channel.0.map(canonical));
            about.channel = text.map(|text| text.as_ref().into());
            take(&mut about, record.metadata);
        }
        EventKind::Session => take(&mut about, record.metadata),
        EventKind::Slot
            if event
                .slot
                .as_ref()
                .is_some_and(|s| s.name.for_search() == METADATA_SLOT) =>
        {
            take(&mut about, record.metadata);
            take(&mut about, record.value);
        }
        _ => {}
    }
    about
}

fn take(about: &mut About, metadata: Raw<'_>) {
    for (name, value) in metadata.read::<Members<'_>>().0 {
        let plain = plain(value).filter(|text| !text.is_empty() && text.len() <= LONGEST);
        // Nearly all names are in lower case already.
        let lower = match name.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name.as_ref()),
        };
        let (place, inner): (&mut Option<Untrusted>, &[&str]) = match lower.as_ref() {
            "model_id" => (&mut about.model_id, &[]),
            "assistant_id" => (&mut about.assistant_id, &[]),
            "language" | "lang" | "locale" | "user_language" => (&mut about.language, &[]),
            "location" | "country" | "city" | "region" => {
                (&mut about.location, &["name", "city", "country"])
            }
            "device" | "platform" | "device_type" | "user_device" => {
                (&mut about.device, &["name", "model", "type", "os"])
            }
            "user_name" | "username" | "full_name" | "display_name" => (&mut about.user_name, &[]),
            own if RASAS_OWN.contains(&own) => continue,
            _ => {
                let known = about.metadata.iter().any(|(n, _)| n.for_search() == name);
                if plain.is_some() && !known {
                    let raw = canonical(value.0.unwrap_or("null"));
                    let pair = (name.as_ref().into(), raw.as_ref().into());
                    about.metadata.push(pair);
                }
                continue;
            }
        };
        if place.is_none() {
            let found = plain.or_else(|| member(value, inner));
            *place = found.map(|text| text.as_ref().into());
        }
    }
}

/// A text or figure; truth values count as well.
fn plain(value: Raw<'_>) -> Option<Cow<'_, str>> {
    value.scalar()
}

/// The first of these members that is a plain value.
fn member<'a>(value: Raw<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    let members = value.read::<Members<'a>>().0;
    names.iter().find_map(|name| {
        let (_, value) = members.iter().find(|(found, _)| found == name)?;
        plain(*value).filter(|text| !text.is_empty() && text.len() <= LONGEST)
    })
}
