//! Bodies: the events of one conversation with their verbatim records, before compression.
//!
//! A body is a version byte and the postcard form of the events; from version 2 on, figures that the
//! records say already are references into them (see [`super::lean`]). This file must not know what the
//! events mean.

use postcard::ser_flavors::Flavor;

use super::lean::{lighten, restore};
use super::{Result, StoreError};
use crate::model::Event;

/// First byte of a body with every figure in its place.
const PLAIN: u8 = 1;

/// First byte of a body with references in the place of figures.
const LEAN: u8 = 2;

/// Most events with their record are no larger.
const USUAL_EVENT: usize = 512;

/// The version byte and the events, before compression; what the content hash covers. [`decode`] gives
/// the events back.
pub(crate) fn encode(mut events: Vec<Event>) -> Result<Vec<u8>> {
    let version = if lighten(&mut events) { LEAN } else { PLAIN };
    let mut out = Vec::with_capacity(events.len() * USUAL_EVENT);
    out.push(version);
    postcard::serialize_with_flavor(&events, Appended(out))
        .map_err(|_| StoreError::Refused("the events cannot be written".into()))
}

/// The events of an unpacked body; `None` where it does not read back.
pub(crate) fn decode(plain: &[u8]) -> Option<Vec<Event>> {
    let (&version, rest) = plain.split_first()?;
    if !matches!(version, PLAIN | LEAN) {
        return None;
    }
    let (mut events, left): (Vec<Event>, _) = postcard::take_from_bytes(rest).ok()?;
    (left.is_empty() && (version == PLAIN || restore(&mut events))).then_some(events)
}

/// Events that are light already, as a body has them.
pub(super) fn encode_as_kept(events: &[Event]) -> Vec<u8> {
    // Plain data into memory: there is nothing that could fail.
    postcard::serialize_with_flavor(events, Appended(vec![LEAN])).unwrap_or_default()
}

/// Writes behind what is there, whole pieces at a time.
struct Appended(Vec<u8>);

impl Flavor for Appended {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}
