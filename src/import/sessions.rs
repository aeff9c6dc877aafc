//! From one sender's events to conversations: where sessions begin, what they are called, what is said
//! of them, and the reviews that belong to them.
//!
//! Nothing here reads a container or knows the store.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::import::formats::rasa::{hands_over, link};
use crate::import::formats::{About, RasaEvent, SenderLog};
use crate::model::replay::names::METADATA_SLOT;
use crate::model::{
    Attributes, Change, ConversationKey, CorrectionField, Edit, EntryId, Event, EventTarget, Hash,
    Imported, Millis, ReviewSeed, Set, Status, Target, event_keys,
};
use crate::text::Untrusted;

#[cfg(test)]
mod tests;

/// Who decided what Rasa X brings.
const RASA_X: &str = "rasa-x";

/// How many events at the start of a session may stand before its marker's end: the slot with the
/// metadata, `action_session_start`, `session_started`.
const OPENING: usize = 3;

/// Where a new conversation of the same sender begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionMode {
    /// At each session marker of the source.
    #[default]
    Marker,
    /// Never: a sender is one conversation.
    None,
    /// After a silence of more than so many milliseconds; markers do not count.
    Gap(i64),
}

/// `marker`, `none`, `gap:<milliseconds>`, as the store keeps it.
impl fmt::Display for SessionMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marker => f.write_str("marker"),
            Self::None => f.write_str("none"),
            Self::Gap(ms) => write!(f, "gap:{ms}"),
        }
    }
}

/// Reads what `Display` writes, and `gap:` with a unit (`gap:30m`, `s`, `h`, `d`).
impl FromStr for SessionMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text}: marker, none or gap:30m (s, m, h, d)");
        match text {
            "marker" => return Ok(Self::Marker),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let gap = text.strip_prefix("gap:").ok_or_else(wrong)?;
        let digits = gap.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: i64 = match &gap[digits.len()..] {
            "" | "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        let ms = count.checked_mul(unit).filter(|ms| *ms > 0);
        ms.map(Self::Gap).ok_or_else(wrong)
    }
}

/// A review that a source brings, before events have keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceReview {
    /// Status of the sender's conversations.
    Status(Status),
    /// A tag on the sender's conversations.
    Tag(Untrusted),
    /// The event of this index is flagged.
    Flag(usize),
    /// The user message of this index has this intent.
    Intent(usize, Untrusted),
}

impl SenderLog {
    /// The assistant's id, where the log has it: the source's name unless one is given.
    pub fn assistant_id(&self) -> Option<&Untrusted> {
        self.events
            .iter()
            .find_map(|e| e.about.assistant_id.as_ref())
    }
}

/// The conversations of one sender, in order. `source` is the source's name.
pub fn conversations(mut log: SenderLog, mode: SessionMode, source: &Untrusted) -> Vec<Imported> {
    link(&mut log.events);
    let ranges = split_sessions(&log.events, mode).into_iter();
    let ranges: Vec<(Range<usize>, Millis)> = ranges
        .map(|range| {
            let time = key_time(&log.events[range.clone()]);
            (range, time)
        })
        .collect();
    let mut rest = log.events.into_iter();
    let mut found: Vec<Imported> = Vec::with_capacity(ranges.len());
    let mut starts = Vec::with_capacity(ranges.len());
    for (range, time) in ranges {
        let mut attributes = log.attributes.clone();
        attributes.user_id.get_or_insert_with(|| log.sender.clone());
        let mut events = Vec::with_capacity(range.len());
        for RasaEvent { event, about, .. } in rest.by_ref().take(range.len()) {
            if hands_over(&event) {
                attributes.escalated.get_or_insert(true);
            }
            add(&mut attributes, about);
            events.push(event);
        }
        match found.last_mut() {
            // Two beginnings at one moment are one: the key must tell conversations apart.
            Some(last) if last.key.time == time => {
                merge(&mut last.attributes, attributes);
                last.events.extend(events);
            }
            _ => {
                starts.push(range.start);
                found.push(Imported {
                    key: ConversationKey {
                        source: source.clone(),
                        native: log.sender.clone(),
                        time,
                    },
                    external_id: None,
                    attributes,
                    events,
                    reviews: Vec::new(),
                });
            }
        }
    }
    if !log.reviews.is_empty() {
        for (conversation, start) in found.iter_mut().zip(starts) {
            conversation.reviews = seeds(conversation, start, &log.reviews);
        }
    }
    found
}

/// The sessions of one sender as ranges of its events, in order and without gaps. A session begins with
/// the block that Rasa writes before its marker, not with the marker itself.
pub fn split_sessions(events: &[RasaEvent], mode: SessionMode) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    match mode {
        SessionMode::None => {}
        SessionMode::Marker => {
            for (position, event) in events.iter().enumerate() {
                let last = starts.last().copied().unwrap_or(0);
                if event.session_marker {
                    let start = block_start(events, position, last);
                    // The first block may begin the log.
                    let opens_the_last =
                        start == last && !events[last..position].iter().any(|e| e.session_marker);
                    if !opens_the_last {
                        starts.push(start);
                    }
                }
            }
        }
        SessionMode::Gap(gap) => {
            let mut latest: Option<Millis> = None;
            for (position, event) in events.iter().enumerate() {
                let Some(at) = event.event.at else { continue };
                if latest.is_some_and(|latest| at.0.saturating_sub(latest.0) > gap) {
                    starts.push(position);
                }
                latest = latest.max(Some(at));
            }
        }
    }
    let ends = starts.iter().skip(1).copied().chain([events.len()]);
    let ranges = starts.iter().copied().zip(ends);
    ranges
        .map(|(start, end)| start..end)
        .filter(|range| !range.is_empty())
        .collect()
}

/// Where the session of the marker at `marker` begins: `[slot session_started_metadata,]
/// action_session_start, session_started`. Never before `lowest`.
fn block_start(events: &[RasaEvent], marker: usize, lowest: usize) -> usize {
    let mut start = marker;
    let before = |start: usize| (start > lowest).then(|| &events[start - 1].event);
    if before(start).is_some_and(is_session_start_action) {
        start -= 1;
        if before(start).is_some_and(is_metadata_slot) {
            start -= 1;
        }
    }
    start
}

fn is_session_start_action(event: &Event) -> bool {
    let name = event.action.as_ref().and_then(|a| a.name.as_ref());
    name.is_some_and(|n| n.for_search() == "action_session_start")
}

fn is_metadata_slot(event: &Event) -> bool {
    let slot = event.slot.as_ref();
    slot.is_some_and(|s| s.name.for_search() == METADATA_SLOT)
}

/// The time that names a conversation: its session marker's where it opens with one, else that of the
/// first event that has one, else 0. What is appended later cannot change it.
fn key_time(session: &[RasaEvent]) -> Millis {
    let marker = session
        .iter()
        .take(OPENING)
        .position(|e| e.session_marker)
        .filter(|marker| block_start(session, *marker, 0) == 0)
        .and_then(|marker| session[marker].event.at);
    marker
        .or_else(|| session.iter().find_map(|e| e.event.at))
        .unwrap_or_default()
}

/// Adds what an event says; what was said first stays.
fn add(attributes: &mut Attributes, about: About) {
    let first = |place: &mut Option<Untrusted>, value| {
        if place.is_none() {
            *place = value;
        }
    };
    first(&mut attributes.channel, about.channel);
    first(&mut attributes.version, about.model_id);
    first(&mut attributes.language, about.language);
    first(&mut attributes.location, about.location);
    first(&mut attributes.device, about.device);
    first(&mut attributes.user_name, about.user_name);
    for (name, value) in about.metadata {
        if attributes.metadata.iter().all(|(known, _)| *known != name) {
            attributes.metadata.push((name, value));
        }
    }
}

fn merge(attributes: &mut Attributes, later: Attributes) {
    if later.escalated == Some(true) {
        attributes.escalated = Some(true);
    }
    add(
        attributes,
        About {
            channel: later.channel,
            model_id: later.version,
            assistant_id: None,
            language: later.language,
            location: later.location,
            device: later.device,
            user_name: later.user_name,
            metadata: later.metadata,
        },
    );
}

/// The reviews of one conversation, whose events began at `start` of the sender's, as one entry.
fn seeds(conversation: &Imported, start: usize, reviews: &[SourceReview]) -> Vec<ReviewSeed> {
    let id = conversation.key.id();
    let keys = event_keys(&conversation.events);
    let whole = Target {
        conversation: id,
        event: None,
    };
    let at_event = |index: usize| {
        let seq = index.checked_sub(start)?;
        let event = EventTarget {
            key: *keys.get(seq)?,
            seq: u32::try_from(seq).ok()?,
        };
        Some(Target {
            conversation: id,
            event: Some(event),
        })
    };
    let mut content = Hash::new("review of rasa-x");
    content.bytes(&id.0);
    let mut edits = Vec::new();
    for review in reviews {
        let (target, set) = match review {
            SourceReview::Status(status) => (Some(whole), Set::Status(*status)),
            SourceReview::Tag(name) => (
                Some(whole),
                Set::Tag {
                    name: name.clone(),
                    on: true,
                },
            ),
            SourceReview::Flag(index) => (at_event(*index), Set::Flag(true)),
            SourceReview::Intent(index, intent) => {
                let mut value = String::new();
                crate::import::formats::json_text::push_string(&mut value, intent.for_export());
                let set = Set::Correction {
                    field: CorrectionField::Intent,
                    value: Some(value.into()),
                };
                (at_event(*index), set)
            }
        };
        let Some(target) = target else { continue };
        hash_edit(&mut content, &target, &set);
        edits.push(Edit {
            targets: vec![target],
            set,
        });
    }
    if edits.is_empty() {
        return Vec::new();
    }
    let last = conversation.events.iter().filter_map(|e| e.at).max();
    let at = last.unwrap_or(conversation.key.time);
    content.number(at.0);
    vec![ReviewSeed {
        entry: EntryId(content.end()),
        reviewer: RASA_X.into(),
        at,
        change: Change { edits, bulk: None },
    }]
}

fn hash_edit(content: &mut Hash, target: &Target, set: &Set) {
    content.bytes(target.event.as_ref().map_or(&[], |e| &e.key.0));
    match set {
        Set::Status(status) => {
            content.text("status");
            content.text(status.name());
        }
        Set::Tag { name, .. } => {
            content.text("tag");
            content.text(name.for_search());
        }
        Set::Flag(_) => content.text("flag"),
        Set::Correction { value, .. } => {
            content.text("intent");
            content.text(value.as_ref().map_or("", Untrusted::for_search));
        }
        // Rasa X brings no others.
        _ => {}
    }
}
