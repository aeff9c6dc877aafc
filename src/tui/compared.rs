//! Two conversations side by side, turn by turn, made ready by the thread that read them: which turn stands
//! beside which, and what differs in them. Nothing here reads the store or draws.

pub mod align;
pub mod rows;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::opened::Texts;
use crate::model::{Author, Event, EventKind, Prediction, TurnFacts, is_bookkeeping};
use crate::store::Whole;
use crate::text::{Untrusted, tokens};

/// One of the two.
#[derive(Clone, Debug)]
pub struct Side {
    /// It.
    pub whole: Arc<Whole>,
    /// Its messages, safe to draw.
    pub texts: Arc<Texts>,
    /// Numbers of the events that are others than on the other side, ascending.
    others: Vec<usize>,
}

/// What differs between two turns that stand side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// There is a turn on one side only.
    pub alone: bool,
    /// Another intent.
    pub intent: bool,
    /// Other actions, or in another order.
    pub actions: bool,
    /// Other words or buttons of the assistant or of an agent.
    pub answer: bool,
}

impl Difference {
    /// True if something differs. What the user wrote does not count: two people never write the same.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// Turns that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Places among the turns, left and right.
    pub turns: [Option<usize>; 2],
    /// What differs.
    pub difference: Difference,
}

/// Two conversations side by side.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Left and right.
    pub sides: [Side; 2],
    /// Their turns.
    pub pairs: Vec<Pair>,
}

impl Side {
    fn new(whole: Whole) -> Self {
        Self {
            texts: Arc::new(super::opened::texts(&whole)),
            whole: Arc::new(whole),
            others: Vec::new(),
        }
    }

    /// The turn at that place.
    pub fn turn(&self, place: usize) -> Option<&TurnFacts> {
        self.whole.facts.turns.get(place)
    }

    /// True for an event that is another on the other side.
    pub fn is_other(&self, seq: usize) -> bool {
        self.others.binary_search(&seq).is_ok()
    }
}

impl Compared {
    /// Lays two conversations side by side.
    pub fn new(left: Whole, right: Whole) -> Self {
        let mut sides = [Side::new(left), Side::new(right)];
        let gists = [gists(&sides[0].whole), gists(&sides[1].whole)];
        let [l, r] = &gists;
        let anchors = align::anchors(l.len(), r.len(), |i, j| l[i].likeness(&r[j]));
        let mut pairs = Vec::new();
        let mut others = [Vec::new(), Vec::new()];
        for (a, b) in align::side_by_side(l.len(), r.len(), &anchors) {
            let turn = |side: usize, place: Option<usize>| {
                place.and_then(|p| Some((&*sides[side].whole, sides[side].turn(p)?)))
            };
            if [turn(0, a), turn(1, b)]
                .into_iter()
                .flatten()
                .all(is_silent)
            {
                continue;
            }
            let difference = match (turn(0, a), turn(1, b)) {
                (Some(left), Some(right)) => differ(left, right, &mut others),
                _ => Difference {
                    alone: true,
                    ..Difference::default()
                },
            };
            pairs.push(Pair {
                turns: [a, b],
                difference,
            });
        }
        for (side, mut others) in sides.iter_mut().zip(others) {
            others.sort_unstable();
            side.others = others;
        }
        Self { sides, pairs }
    }
}

/// What a turn is about, small enough to be compared with every other.
struct Gist {
    /// Hash of what the user said, without case and white space at its ends; `None` without a message.
    said: Option<u64>,
    /// Hash of the intent, where there is one that is no fallback.
    intent: Option<u64>,
    /// A bit for each word.
    words: u64,
}

impl Gist {
    /// How well two turns go together: equal words above an equal intent above similar words.
    fn likeness(&self, other: &Self) -> u32 {
        match (self.said, other.said) {
            (None, None) => return 5,
            (None, _) | (_, None) => return 0,
            _ => {}
        }
        let intent = self.intent.is_some() && self.intent == other.intent;
        if self.said == other.said {
            return if self.intent == other.intent {
                u32::MAX
            } else {
                6
            };
        }
        if intent {
            return 4;
        }
        let common = 2 * (self.words & other.words).count_ones();
        let all = self.words.count_ones() + other.words.count_ones();
        // More than half of the words.
        if common > 0 && 2 * common > all { 3 } else { 0 }
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn gists(whole: &Whole) -> Vec<Gist> {
    whole
        .facts
        .turns
        .iter()
        .map(|turn| {
            let event = turn.user.and_then(|seq| whole.events.get(seq as usize));
            let text = event.and_then(|e| e.text.as_ref().or(e.payload.as_ref()));
            let text = text.map_or("", Untrusted::for_search);
            let intent = event.and_then(shown);
            Gist {
                said: event.map(|_| hash(text.trim().to_lowercase())),
                intent: intent.map(hash),
                words: tokens(text).fold(0, |bits, word| bits | 1 << (hash(&*word.text) % 64)),
            }
        })
        .collect()
}

/// The intent that is shown for a message, unless it is a fallback.
fn shown(event: &Event) -> Option<&str> {
    crate::model::shown_intent(event)
        .map(Untrusted::for_search)
        .filter(|name| !Prediction::is_fallback_intent(name))
}

type Turn<'a> = (&'a Whole, &'a TurnFacts);

/// True for a turn that shows nothing: the beginning of a session.
fn is_silent((whole, turn): Turn<'_>) -> bool {
    let events = whole.events.get(turn.first as usize..turn.end as usize);
    let mut events = events.into_iter().flatten();
    !events.any(|e| e.kind.author().is_some() || counts(e))
}

/// What differs in two turns; the events that do go into `others`.
fn differ(left: Turn<'_>, right: Turn<'_>, others: &mut [Vec<usize>; 2]) -> Difference {
    let said = |(whole, turn): Turn<'_>| {
        let intent = turn.user.map(|seq| &whole.events[seq as usize]);
        intent.map(|e| e.intent.as_ref().and_then(|i| i.name.clone()))
    };
    let intent = said(left) != said(right);
    if intent {
        for (side, turn) in [left, right].into_iter().enumerate() {
            others[side].extend(turn.1.user.map(|seq| seq as usize));
        }
    }
    let mut unlike = |of: fn(&Event) -> bool| {
        let events = |(whole, turn): Turn<'_>| -> Vec<usize> {
            let range = turn.first as usize..turn.end as usize;
            range.filter(|seq| of(&whole.events[*seq])).collect()
        };
        let (l, r) = (events(left), events(right));
        let same = align::anchors(l.len(), r.len(), |i, j| {
            let (a, b) = (&left.0.events[l[i]], &right.0.events[r[j]]);
            if alike(a, b) { u32::MAX } else { 0 }
        });
        let lone = |seqs: &[usize], kept: Vec<usize>| -> Vec<usize> {
            let places = (0..seqs.len()).filter(|p| kept.binary_search(p).is_err());
            places.map(|p| seqs[p]).collect()
        };
        let lone = [
            lone(&l, same.iter().map(|s| s.0).collect()),
            lone(&r, same.iter().map(|s| s.1).collect()),
        ];
        let any = lone.iter().any(|l| !l.is_empty());
        for (others, lone) in others.iter_mut().zip(lone) {
            others.extend(lone);
        }
        any
    };
    let actions = unlike(counts);
    let answer = unlike(|e| matches!(e.kind.author(), Some(Author::Bot | Author::Agent)));
    Difference {
        alone: false,
        intent,
        actions,
        answer,
    }
}

/// True for actions that say what the assistant did.
pub(crate) fn counts(event: &Event) -> bool {
    event.kind == EventKind::Action
        && event.action.as_ref().is_some_and(|a| {
            let name = a.name.as_ref();
            name.is_none_or(|n| !is_bookkeeping(n.for_search()))
        })
}

/// True for two events of the assistant that say or do the same.
fn alike(a: &Event, b: &Event) -> bool {
    let name = |e: &Event| e.action.as_ref().and_then(|a| a.name.clone());
    a.kind == b.kind && a.text == b.text && a.buttons == b.buttons && name(a) == name(b)
}
