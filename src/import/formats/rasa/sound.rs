//! Trackers and events that are sound in every respect, read in one go.
//!
//! Each event is parsed where it stands, and what was parsed is its verbatim text: nothing is looked at
//! twice. Whatever is out of the ordinary is left to [`super::shape`] and [`super::parse`], which know what
//! to do about it. Where this file answers, it must answer as they do.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::json_text::{deeper_than, mend_surrogates};
use super::super::{RasaEvent, SenderLog};
use super::wire::{Raw, Record, Text};
use super::{Columns, NO_SENDER, Parsed, convert, names_an_event_alone};
use crate::import::records::DEPTH_CAP;
use crate::text::Untrusted;

/// A tracker with its two brackets around its events leaves them so many levels.
const EVENT_DEPTH: u32 = DEPTH_CAP - 2;

/// What a text is.
pub(in super::super) enum Sound {
    /// A tracker with at least one event.
    Tracker(SenderLog),
    /// An event with its sender.
    Event(Parsed),
}

/// Reads the text of one tracker or event. `None`: it is something else, or not sound.
pub(in super::super) fn sound(text: &str) -> Option<Sound> {
    if let Cow::Owned(_) = mend_surrogates(text) {
        return None;
    }
    if names_an_event_alone(text) {
        if deeper_than(text, DEPTH_CAP) {
            return None;
        }
        let record: Record<'_> = serde_json::from_str(text).ok()?;
        let parsed = convert(&record, text, &Columns::default()).ok()?;
        return Some(Sound::Event(parsed));
    }
    let mut walk = Walk { text, at: 0 };
    walk.tracker().map(Sound::Tracker)
}

/// Goes over a text from value to value.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn tracker(&mut self) -> Option<SenderLog> {
        let (mut sender, mut name) = (Raw::default(), Raw::default());
        let mut events: Option<Vec<RasaEvent>> = None;
        self.take(b'{')?;
        loop {
            if self.peek() != Some(b'"') {
                return None;
            }
            let (Text(key), _) = self.value()?;
            self.take(b':')?;
            match key.as_deref() {
                Some("events") if self.peek() == Some(b'[') && events.is_none() => {
                    events = Some(self.events()?);
                }
                // The last of two counts, and `null` would take back the first.
                Some("events") => return None,
                // With a value in it this is an event.
                Some("event") => return None,
                key => {
                    let (value, raw) = self.value::<Raw<'_>>()?;
                    match key {
                        Some("sender_id") => sender = value,
                        Some("name") => name = value,
                        _ => {}
                    }
                    if deeper_than(raw, DEPTH_CAP - 1) {
                        return None;
                    }
                }
            }
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        if self.peek().is_some() {
            return None;
        }
        let named = sender.scalar().or_else(|| name.scalar());
        Some(SenderLog {
            sender: named.map_or_else(|| NO_SENDER.into(), |s| Untrusted::from(&*s)),
            events: events.filter(|events| !events.is_empty())?,
            ..SenderLog::default()
        })
    }

    fn events(&mut self) -> Option<Vec<RasaEvent>> {
        let mut events = Vec::new();
        self.take(b'[')?;
        loop {
            let (record, raw) = self.value::<Record<'_>>()?;
            if deeper_than(raw, EVENT_DEPTH) {
                return None;
            }
            events.push(convert(&record, raw, &Columns::default()).ok()?.event);
            match self.next()? {
                b',' => {}
                b']' => return Some(events),
                _ => return None,
            }
        }
    }

    /// The value that comes next, and its verbatim text.
    fn value<T: Deserialize<'a>>(&mut self) -> Option<(T, &'a str)> {
        self.peek()?;
        let rest = self.text.get(self.at..)?;
        let mut reader = serde_json::Deserializer::from_str(rest);
        let value = T::deserialize(&mut reader).ok()?;
        // Where a series of values would go on from here.
        let length = reader.into_iter::<IgnoredAny>().byte_offset();
        self.at += length;
        Some((value, rest.get(..length)?))
    }

    /// The next byte that is no white space; it is not taken.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(|b| blank(b)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }
}
