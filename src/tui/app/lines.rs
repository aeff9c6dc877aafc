//! The conversation as lines of the reader: which events show, folded how, wrapped where. Pure.

use std::ops::Range;

use super::buttons::{self, Clicks, clicks};
use crate::model::{Event, EventKind, EventTarget, FlowState, is_quiet, slot_values_before};
use crate::store::Whole;
use crate::text::{self, Untrusted};
use crate::tui::opened::Texts;

/// Column at which text begins.
pub const TEXT_COLUMN: u16 = 18;
/// A pause longer than this gets a ruler (five minutes).
const RULER_MS: i64 = 5 * 60_000;

/// One line of the reader.
#[derive(Clone, Debug)]
pub struct ReaderLine {
    /// The event it belongs to.
    pub seq: usize,
    /// First line of its event: speaker, time and marks stand on it.
    pub first: bool,
    /// What it shows.
    pub content: Content,
}

/// What a line shows.
#[derive(Clone, Debug)]
pub enum Content {
    /// Clusters of the event's message text.
    Text(Range<usize>),
    /// Intent, bar, effective confidence.
    Prediction,
    /// Buttons offered: which of them stand on the line, and which of all were clicked.
    Buttons(Range<usize>, Vec<usize>),
    /// What a click sent.
    Payload,
    /// So many folded actions, the first of them.
    Folded {
        /// How many.
        count: usize,
        /// Event number of the first.
        first: usize,
    },
    /// One action.
    Action,
    /// A slot: the value before, as JSON text.
    Slot(Option<String>),
    /// A flow or form step.
    Flow,
    /// A form was left at this step.
    FlowLeft,
    /// A note, by its place in the review.
    Note(usize),
    /// A pause before this event, in milliseconds.
    Ruler(i64),
    /// Session, restart, handover, system.
    System,
    /// An empty line between turns.
    Blank,
}

/// Which events show and which are folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// Actions, slots of bookkeeping and system events each on a line of their own.
    pub actions: bool,
    /// What was taken back is told by [`TILDES`] before it: the terminal strikes nothing out.
    pub tildes: bool,
}

/// Stands before what was taken back, where it cannot be struck out.
pub const TILDES: &str = "~~ ";

/// Lays a conversation out for a pane of `width` columns. The events `revealed` (ascending) show whatever is
/// folded.
pub fn lines(
    whole: &Whole,
    texts: &Texts,
    width: u16,
    folding: Folding,
    revealed: &[usize],
) -> Vec<ReaderLine> {
    let mut out = Builder {
        revealed,
        clicks: clicks(&whole.events),
        whole,
        texts,
        width,
        folding,
        out: Vec::new(),
        before: slot_values_before(&whole.events),
        last: None,
    };
    out.build();
    out.out
}

struct Builder<'a> {
    whole: &'a Whole,
    texts: &'a Texts,
    width: u16,
    folding: Folding,
    revealed: &'a [usize],
    clicks: Clicks,
    out: Vec<ReaderLine>,
    /// The value that each slot had before the event, as the assistant itself replays them.
    before: Vec<Option<&'a Untrusted>>,
    last: Option<i64>,
}

impl Builder<'_> {
    fn build(&mut self) {
        let events = &self.whole.events;
        let mut folded: Vec<usize> = Vec::new();
        for (seq, event) in events.iter().enumerate() {
            let revealed = self.revealed.binary_search(&seq).is_ok();
            let folds = !self.folding.actions && !revealed;
            let quiet = folds && event.kind == EventKind::Action && !event.fallback;
            if quiet {
                if event.action.is_some() && !is_quiet(event) {
                    folded.push(seq);
                }
                continue;
            }
            if folds && self.hidden(seq, event) {
                continue;
            }
            if event.kind.author().is_some() || revealed {
                self.fold(&mut folded, seq);
            }
            self.ruler(seq, event);
            let from = self.out.len();
            self.event(seq, event);
            if let Some(line) = self.out.get_mut(from) {
                line.first = true;
            }
            self.notes(seq);
        }
        self.fold(&mut folded, events.len());
    }

    /// Events that say nothing to a reader unless actions are shown or somebody looks for them.
    fn hidden(&self, seq: usize, event: &Event) -> bool {
        is_quiet(event) || event.kind == EventKind::Slot && self.unchanged(seq, event)
    }

    fn unchanged(&self, seq: usize, event: &Event) -> bool {
        event.slot.as_ref().is_some_and(|s| {
            let before = self.before[seq].map_or("null", Untrusted::for_search);
            before == s.value.for_search()
        })
    }

    fn push(&mut self, seq: usize, content: Content) {
        self.out.push(ReaderLine {
            seq,
            first: false,
            content,
        });
    }

    /// Folded actions belong under what was said before them.
    fn fold(&mut self, folded: &mut Vec<usize>, before: usize) {
        if let Some(&first) = folded.first() {
            let owner = self.out.last().map_or(before.saturating_sub(1), |l| l.seq);
            self.push(
                owner,
                Content::Folded {
                    count: folded.len(),
                    first,
                },
            );
            folded.clear();
        }
    }

    fn ruler(&mut self, seq: usize, event: &Event) {
        if let Some(at) = event.at {
            if let Some(last) = self.last
                && at.0 - last > RULER_MS
            {
                self.push(seq, Content::Ruler(at.0 - last));
                // The ruler stands above the event, not in it: its first line is still to come.
            }
            self.last = Some(self.last.map_or(at.0, |l| l.max(at.0)));
        }
    }

    fn event(&mut self, seq: usize, event: &Event) {
        match event.kind {
            EventKind::User | EventKind::Bot | EventKind::Agent => {
                let tildes = self.folding.tildes && event.reverted;
                let before = TEXT_COLUMN + 2 + if tildes { TILDES.len() as u16 } else { 0 };
                let width = usize::from(self.width.saturating_sub(before).max(10));
                for line in text::wrap(&self.texts[seq], width) {
                    self.push(seq, Content::Text(line.clusters));
                }
                if event.payload.is_some() {
                    self.push(seq, Content::Payload);
                }
                if event.intent.is_some() || self.corrected(seq) {
                    self.push(seq, Content::Prediction);
                }
                let clicked = self.clicks.remove(&seq).unwrap_or_default();
                for row in buttons::rows(event, &clicked, width) {
                    self.push(seq, Content::Buttons(row, clicked.clone()));
                }
            }
            EventKind::Action => self.push(seq, Content::Action),
            EventKind::Slot => {
                let content = if event.flow.is_some() {
                    Content::Flow
                } else {
                    Content::Slot(self.before[seq].map(|b| b.for_search().to_owned()))
                };
                self.push(seq, content);
            }
            EventKind::Flow => {
                let left = event
                    .flow
                    .as_ref()
                    .is_some_and(|f| f.state == FlowState::Cancelled);
                self.push(
                    seq,
                    if left {
                        Content::FlowLeft
                    } else {
                        Content::Flow
                    },
                );
            }
            EventKind::Session | EventKind::Handover | EventKind::Restart | EventKind::System => {
                self.push(seq, Content::System);
            }
        }
    }

    fn corrected(&self, seq: usize) -> bool {
        let key = self.whole.keys[seq];
        let here = |on: &Option<EventTarget>| on.is_some_and(|e| e.key == key);
        self.whole.review.corrections.iter().any(|c| here(&c.0))
    }

    fn notes(&mut self, seq: usize) {
        let key = self.whole.keys[seq];
        for (i, note) in self.whole.review.notes.iter().enumerate() {
            if note.event.is_some_and(|e| e.key == key) {
                self.push(seq, Content::Note(i));
            }
        }
    }
}
