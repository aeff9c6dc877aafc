//! A conversation made ready for the screen by the thread that read it: safe texts, hits, marked words.
//! The thread that draws only lays it out. Nothing here reads the store or draws.

use std::ops::Range;
use std::sync::Arc;

use crate::export::outgoing::hide;
use crate::filter::{self, Filter, Words, side_of, spans};
use crate::model::Privacy;
use crate::store::Whole;
use crate::text::SafeText;

/// The safe text of every event, made once a conversation.
pub type Texts = Vec<SafeText>;

/// The safe texts of a conversation.
pub fn texts(whole: &Whole) -> Texts {
    let events = whole.events.iter();
    events
        .map(|e| e.text.as_ref().map(|t| t.block()).unwrap_or_default())
        .collect()
}

/// A conversation as it was asked for under a filter.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It.
    pub whole: Arc<Whole>,
    /// Its messages, safe to draw.
    pub texts: Arc<Texts>,
    /// The filter it was asked for under.
    pub filter: Arc<Filter>,
    /// What of it satisfies that filter.
    pub hits: Arc<Hits>,
}

/// What of a conversation satisfies a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Numbers of the events, ascending.
    pub events: Vec<u32>,
    /// The words of the filter where they were said: event and bytes of its text, ascending, apart from each
    /// other.
    words: Vec<(u32, Range<usize>)>,
}

impl Opened {
    /// Makes a conversation ready, with hidden what is to be: the filter is about what was really said.
    pub fn new(mut whole: Whole, filter: Arc<Filter>, privacy: &Privacy) -> Self {
        let events = filter::hits(&filter, &whole.subject());
        hide(&mut whole, privacy);
        Self {
            texts: Arc::new(texts(&whole)),
            hits: Arc::new(Hits {
                events,
                words: said(&whole, &filter),
            }),
            whole: Arc::new(whole),
            filter,
        }
    }

    /// Its row.
    pub fn row(&self) -> i64 {
        self.whole.card.row
    }
}

/// The words of the filter where they can be seen.
fn said(whole: &Whole, filter: &Filter) -> Vec<(u32, Range<usize>)> {
    let asked = filter::hit_words(filter);
    let mut words = Vec::new();
    if asked.is_empty() {
        return words;
    }
    for (seq, event) in (0..).zip(&whole.events) {
        let Some(text) = &event.text else { continue };
        let of_side: Vec<&Words> = asked.iter().filter(|w| side_of(w.field, event)).collect();
        let said = spans(text.for_search(), &of_side);
        words.extend(said.into_iter().map(|range| (seq, range)));
    }
    words
}

impl Hits {
    /// True if the byte at `at` of an event's text belongs to a word of the filter.
    pub fn is_said(&self, seq: usize, at: usize) -> bool {
        let before = |(s, range): &(u32, Range<usize>)| (*s as usize, range.end) <= (seq, at);
        let next = self.words.get(self.words.partition_point(before));
        next.is_some_and(|(s, range)| *s as usize == seq && range.contains(&at))
    }
}

/// True if what was read under one filter holds under the other.
pub fn same_filter(a: &Arc<Filter>, b: &Arc<Filter>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}
