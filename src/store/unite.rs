//! How two readings of one conversation become one: by event keys, in the source's order, never losing
//! an event.
//!
//! Every export is a piece of the source's log: it may begin later, end earlier or stand in the middle.
//! Where two pieces share events, those are the anchors; what only one of them has goes between the same
//! anchors. Where both have something else at the same place, only time can tell the order; where it
//! cannot, they contradict each other. Pure functions: no SQL here.

use std::collections::HashMap;

use crate::model::{Attributes, Event, EventKey, EventKind, event_keys};
use crate::text::Untrusted;

/// Events of one source may be stamped a little before the one they follow: users type while the
/// assistant still works. Pieces that overlap by no more than this still follow each other.
const JITTER_MS: i64 = 60_000;

/// What two readings are to each other.
#[derive(Debug, PartialEq)]
pub(crate) enum Union {
    /// The new one holds nothing that is not there.
    Contained,
    /// Both together; true if the new one gave the first event.
    Grown(Vec<Event>, bool),
    /// They cannot both be true, with the reason.
    Contradiction(&'static str),
}

/// Unites `old`, which is there, with `new`, which arrived.
pub(crate) fn unite(old: Vec<Event>, new: Vec<Event>) -> Union {
    if new.is_empty() {
        return Union::Contained;
    }
    if old.is_empty() {
        return Union::Grown(new, true);
    }
    let (old_keys, new_keys) = (event_keys(&old), event_keys(&new));
    if old_keys == new_keys {
        return Union::Contained;
    }
    if old.iter().chain(&new).all(|e| e.at.is_some()) {
        by_anchors(old, &old_keys, new, &new_keys)
    } else {
        by_alignment(old, new)
    }
}

/// True if the two share an event that carries a time.
pub(crate) fn share_events(old: &[Event], new: &[Event]) -> bool {
    let keys = |events: &[Event]| -> Vec<EventKey> {
        let all = event_keys(events);
        let timed = events.iter().zip(all).filter(|(e, _)| e.at.is_some());
        timed.map(|(_, k)| k).collect()
    };
    let known: std::collections::HashSet<EventKey> = keys(old).into_iter().collect();
    keys(new).iter().any(|k| known.contains(k))
}

/// True if the events begin with the marker of a session, or with what Rasa writes just before it: the
/// slot with the metadata of the first message, and the action that sets the marker.
pub(crate) fn begins_a_session(events: &[Event]) -> bool {
    let name = |name: Option<&Untrusted>, wanted| name.map(Untrusted::for_search) == Some(wanted);
    let before_marker = |event: &&Event| {
        let action = event.action.as_ref().and_then(|a| a.name.as_ref());
        let slot = event.slot.as_ref().map(|s| &s.name);
        name(action, "action_session_start") || name(slot, "session_started_metadata")
    };
    let first = events.iter().take(3).find(|e| !before_marker(e));
    first.is_some_and(|e| e.kind == EventKind::Session && name(e.text.as_ref(), "session_started"))
}

/// For events with times: equal keys are equal events, wherever they stand.
fn by_anchors(
    old: Vec<Event>,
    old_keys: &[EventKey],
    new: Vec<Event>,
    new_keys: &[EventKey],
) -> Union {
    let places: HashMap<EventKey, usize> =
        old_keys.iter().enumerate().map(|(i, k)| (*k, i)).collect();
    let anchors: Vec<(usize, usize)> = new_keys
        .iter()
        .enumerate()
        .filter_map(|(j, k)| places.get(k).map(|&i| (i, j)))
        .collect();
    if anchors.windows(2).any(|w| w[0].0 >= w[1].0) {
        return Union::Contradiction("its events stand in another order than those already here");
    }
    if anchors.len() == new.len() {
        return Union::Contained;
    }
    let anchored = !anchors.is_empty();
    let (old_len, new_len) = (old.len(), new.len());
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    let mut united = Vec::with_capacity(old_len + new_len - anchors.len());
    let (mut i, mut j) = (0, 0);
    let mut first = false;
    for (a, b) in anchors.into_iter().chain([(old_len, new_len)]) {
        let mine: Vec<Event> = old.by_ref().take(a - i).collect();
        let theirs: Vec<Event> = new.by_ref().take(b - j).collect();
        let at_start = united.is_empty();
        let Some((gap, theirs_first)) = fill(mine, theirs, anchored) else {
            return Union::Contradiction("it says something else at the same time");
        };
        first |= at_start && theirs_first;
        united.extend(gap);
        if let (Some(mine), Some(theirs)) = (old.next(), new.next()) {
            // What a click's title or a form's end is deduced from stands before it: the copy that was
            // read with more before it knows more.
            united.push(if b > a { theirs } else { mine });
        }
        (i, j) = (a + 1, b + 1);
    }
    Union::Grown(united, first)
}

/// What stands between two anchors; true if `theirs` comes first. `None`: time cannot tell.
fn fill(mine: Vec<Event>, theirs: Vec<Event>, anchored: bool) -> Option<(Vec<Event>, bool)> {
    if theirs.is_empty() {
        return Some((mine, false));
    }
    if mine.is_empty() {
        return Some((theirs, true));
    }
    if strictly_before(&mine, &theirs) {
        return Some((joined(mine, theirs), false));
    }
    if strictly_before(&theirs, &mine) {
        return Some((joined(theirs, mine), true));
    }
    if let Some(place) = hole(&mine, &theirs) {
        return Some((inserted(mine, place, theirs), false));
    }
    if let Some(place) = hole(&theirs, &mine) {
        return Some((inserted(theirs, place, mine), true));
    }
    if anchored {
        return None;
    }
    // Two pieces without a common event: a little disorder at the seam is usual.
    if loosely_before(&mine, &theirs) {
        return Some((joined(mine, theirs), false));
    }
    loosely_before(&theirs, &mine).then(|| (joined(theirs, mine), true))
}

fn joined(mut head: Vec<Event>, tail: Vec<Event>) -> Vec<Event> {
    head.extend(tail);
    head
}

fn inserted(mut around: Vec<Event>, place: usize, block: Vec<Event>) -> Vec<Event> {
    around.splice(place..place, block);
    around
}

fn moments(events: &[Event]) -> impl Iterator<Item = i64> + '_ {
    events.iter().filter_map(|e| e.at).map(|t| t.0)
}

fn strictly_before(head: &[Event], tail: &[Event]) -> bool {
    match (moments(head).max(), moments(tail).min()) {
        (Some(end), Some(start)) => end < start,
        _ => false,
    }
}

fn loosely_before(head: &[Event], tail: &[Event]) -> bool {
    let (Some(end), Some(start)) = (moments(head).max(), moments(tail).min()) else {
        return false;
    };
    let (Some(head_first), Some(tail_first)) = (moments(head).min(), moments(tail).min()) else {
        return false;
    };
    let tail_last = moments(tail).max().unwrap_or(tail_first);
    end <= start + JITTER_MS && head_first <= tail_first && end <= tail_last
}

/// Where `late` (a session that begins with a marker) stands in `known`, if what `known` has from there on
/// is the rest of it: they share events, or `late` fits into a pause of at least `pause` milliseconds.
pub(crate) fn belongs_between(known: &[Event], late: &[Event], pause: i64) -> Option<usize> {
    let start = moments(late).min()?;
    let place = known
        .iter()
        .position(|e| e.at.is_some_and(|t| t.0 >= start))?;
    if place == 0 {
        return None;
    }
    if share_events(known, late) {
        let has_marker = late
            .first()
            .is_some_and(|e| share_events(known, std::slice::from_ref(e)));
        return (!has_marker).then_some(place);
    }
    let (before, after) = known.split_at(place);
    let silence = moments(after).min()? - moments(before).max()?;
    let fits = hole(known, late) == Some(place) && moments(before).max()? < start;
    (fits && silence >= pause).then_some(place)
}

/// Where `block` fits into `around` as a whole: everything before it earlier, everything after it later.
fn hole(around: &[Event], block: &[Event]) -> Option<usize> {
    let (start, end) = (moments(block).min()?, moments(block).max()?);
    let place = around
        .iter()
        .position(|e| e.at.is_some_and(|t| t.0 >= start))?;
    let after = moments(&around[place..]).min()?;
    (end < after).then_some(place)
}

/// For events without times, where equal ones are common: one must stand in the other as a whole, or
/// go on where the other ends, with at least two events in common.
fn by_alignment(old: Vec<Event>, new: Vec<Event>) -> Union {
    let content = |events: &[Event]| -> Vec<[u8; 16]> {
        let one = |e: &Event| event_keys(std::slice::from_ref(e)).first().map(|k| k.0);
        events.iter().filter_map(one).collect()
    };
    let (a, b) = (content(&old), content(&new));
    let (whole, tail) = search(&b, &a);
    if whole.is_some() {
        return Union::Contained;
    }
    let (whole, head) = search(&a, &b);
    if let Some(place) = whole {
        let united = match place {
            0 => joined(old, new.into_iter().skip(a.len()).collect()),
            _ => new,
        };
        return Union::Grown(united, place > 0);
    }
    match (tail >= 2, head >= 2) {
        (true, false) => Union::Grown(joined(old, new.into_iter().skip(tail).collect()), false),
        (false, true) => Union::Grown(joined(new, old.into_iter().skip(head).collect()), true),
        _ => Union::Contradiction("it goes another way than what is already here"),
    }
}

/// Where `pattern` first stands in `text` as a whole, else how many of its first elements `text` ends
/// with (Knuth, Morris and Pratt: a repeated message must not make it slow).
fn search(pattern: &[[u8; 16]], text: &[[u8; 16]]) -> (Option<usize>, usize) {
    let mut border = vec![0usize; pattern.len()];
    let mut matched = 0;
    for i in 1..pattern.len() {
        while matched > 0 && pattern[i] != pattern[matched] {
            matched = border[matched - 1];
        }
        matched += usize::from(pattern[i] == pattern[matched]);
        border[i] = matched;
    }
    matched = 0;
    for (i, element) in text.iter().enumerate() {
        while matched > 0 && *element != pattern[matched] {
            matched = border[matched - 1];
        }
        matched += usize::from(*element == pattern[matched]);
        if matched == pattern.len() {
            return (Some(i + 1 - matched), 0);
        }
    }
    (None, matched)
}

/// Names keep the order in which they came first: every exporter has another one, which is nothing new.
fn unite_metadata(
    mut known: Vec<(Untrusted, Untrusted)>,
    arrived: Vec<(Untrusted, Untrusted)>,
    newer: bool,
) -> Vec<(Untrusted, Untrusted)> {
    for (name, value) in arrived {
        match known.iter_mut().find(|(n, _)| *n == name) {
            Some(held) if newer => held.1 = value,
            Some(_) => {}
            None => known.push((name, value)),
        }
    }
    known
}

/// Attributes of both: what `new` says goes first where it is the fuller reading (`newer`), else it only
/// fills what is missing.
pub(crate) fn unite_attributes(
    mut old: Attributes,
    mut new: Attributes,
    newer: bool,
) -> Attributes {
    let known = std::mem::take(&mut old.metadata);
    let arrived = std::mem::take(&mut new.metadata);
    let metadata = unite_metadata(known, arrived, newer);
    let (first, second) = if newer { (new, old) } else { (old, new) };
    Attributes {
        channel: first.channel.or(second.channel),
        user_id: first.user_id.or(second.user_id),
        user_name: first.user_name.or(second.user_name),
        language: first.language.or(second.language),
        location: first.location.or(second.location),
        device: first.device.or(second.device),
        version: first.version.or(second.version),
        environment: first.environment.or(second.environment),
        agent: first.agent.or(second.agent),
        rating: first.rating.or(second.rating),
        rating_comment: first.rating_comment.or(second.rating_comment),
        queries: first.queries.or(second.queries),
        escalated: first.escalated.or(second.escalated),
        threshold: first.threshold.or(second.threshold),
        metadata,
        topics: if first.topics.is_empty() {
            second.topics
        } else {
            first.topics
        },
        sentiment: first.sentiment.or(second.sentiment),
        summary: first.summary.or(second.summary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActionRun, SlotSet};
    use crate::store::testing::{message, session_start};

    fn said(at: i64, text: &str) -> Event {
        message(EventKind::User, at, text)
    }

    #[test]
    fn a_session_begins_with_what_the_source_writes_before_its_marker() {
        let action = |name: &str| Event {
            action: Some(ActionRun {
                name: Some(name.into()),
                ..ActionRun::default()
            }),
            ..message(EventKind::Action, 1, name)
        };
        let slot = |name: &str| Event {
            slot: Some(SlotSet {
                name: name.into(),
                value: "{}".into(),
            }),
            ..message(EventKind::Slot, 1, name)
        };
        let start = action("action_session_start");
        assert!(begins_a_session(&[session_start(1)]));
        assert!(begins_a_session(&[start.clone(), session_start(1)]));
        assert!(begins_a_session(&[
            slot("session_started_metadata"),
            start.clone(),
            session_start(1)
        ]));
        assert!(!begins_a_session(&[
            slot("city"),
            start.clone(),
            session_start(1)
        ]));
        assert!(!begins_a_session(&[
            said(1, "session_started"),
            session_start(1)
        ]));
        assert!(!begins_a_session(&[start]));
        assert!(!begins_a_session(&[]));
    }

    #[test]
    fn the_copy_that_was_read_with_more_before_it_is_kept() {
        let click = |title: &str| Event {
            payload: Some("/affirm".into()),
            ..said(3, title)
        };
        let old = vec![click("/affirm"), said(4, "and")];
        let new = vec![said(1, "a"), said(2, "b"), click("Yes, please")];
        let Union::Grown(united, first) = unite(old.clone(), new.clone()) else {
            panic!("they are one");
        };
        assert!(first);
        let texts: Vec<_> = united
            .iter()
            .map(|e| e.text.as_ref().unwrap().for_search())
            .collect();
        assert_eq!(texts, ["a", "b", "Yes, please", "and"]);
        let Union::Grown(again, first) = unite(new, old) else {
            panic!("they are one");
        };
        assert!(!first);
        assert_eq!(again, united);
    }

    #[test]
    fn a_little_disorder_at_a_seam_is_usual_a_lot_is_not() {
        let old = vec![said(0, "a"), said(50_000, "b")];
        let near = vec![said(40_000, "c"), said(90_000, "d")];
        assert!(matches!(unite(old.clone(), near), Union::Grown(all, false) if all.len() == 4));
        let through = vec![said(-200_000, "c"), said(25_000, "d"), said(200_000, "e")];
        assert!(matches!(unite(old, through), Union::Contradiction(_)));
    }

    #[test]
    fn equal_messages_at_one_moment_are_counted() {
        let twice = vec![said(1, "hi"), said(1, "hi")];
        let once = vec![said(1, "hi")];
        assert_eq!(unite(twice.clone(), once.clone()), Union::Contained);
        assert_eq!(
            unite(once, twice.clone()),
            Union::Grown(twice.clone(), false)
        );
        assert_eq!(unite(twice.clone(), Vec::new()), Union::Contained);
        assert_eq!(unite(Vec::new(), twice.clone()), Union::Grown(twice, true));
    }
}
