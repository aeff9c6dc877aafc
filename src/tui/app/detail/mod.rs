//! The detail of the event under the cursor: what its tabs say, and the way around in it. Each tab makes its
//! lines in a file of its own; they are made once for an event and kept.

mod conversation;
pub mod doc;
mod json;
mod prediction;
mod raw;
mod slots;
mod story;
mod trace;

use super::App;
use super::reader::{Open, Tab};
use crate::tui::action::{Action, Scope};
use crate::tui::msg::{Clip, Cmd};
use doc::Doc;

/// What the kept lines were made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MadeOf {
    /// The state of what is open: see `ReaderState::revision`.
    revision: u64,
    tab: Tab,
    event: Option<usize>,
    width: u16,
}

/// State of the detail.
#[derive(Debug, Default)]
pub struct DetailPane {
    /// The cursor is in the detail: keys that move, move in it.
    pub inside: bool,
    /// The lines of the tab.
    pub doc: Doc,
    /// The row of the lines that the cursor stands on.
    pub cursor: usize,
    /// First row on the screen.
    pub top: usize,
    /// Rows that show.
    pub height: usize,
    /// Goes up whenever the lines are others.
    pub(super) made: u64,
    made_of: Option<MadeOf>,
    /// Somebody folded or unfolded: what fits does not decide any more.
    folded_by_hand: bool,
}

impl DetailPane {
    /// Moves the cursor by rows.
    pub fn step(&mut self, delta: isize) {
        let last = self.doc.rows().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(delta).min(last);
        self.scroll_into();
    }

    /// Scrolls without moving the cursor out of sight.
    pub fn scroll(&mut self, delta: isize) {
        let most = self.doc.rows().len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(delta).min(most);
        let last = self.top + self.height.saturating_sub(1);
        self.cursor = self.cursor.clamp(self.top, last.max(self.top));
    }

    fn scroll_into(&mut self) {
        let height = self.height.max(1);
        self.top = self.top.min(self.doc.rows().len().saturating_sub(height));
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height));
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<usize> {
        self.doc.rows().get(self.cursor).map(|r| r.line)
    }

    /// Folds what the cursor stands on, or unfolds it. False where there is nothing to fold.
    pub fn toggle(&mut self) -> bool {
        let Some(line) = self.line() else {
            return false;
        };
        let Some(folded) = self.doc.fold_state(line) else {
            return false;
        };
        self.doc.fold(line, !folded);
        self.rearranged(line);
        true
    }

    /// Folds what the cursor stands on; where that is not to be folded, goes to what it stands under. False at
    /// the outermost.
    pub fn out(&mut self) -> bool {
        let Some(line) = self.line() else {
            return false;
        };
        if self.doc.fold_state(line) == Some(false) && self.doc.parent(line).is_some() {
            return self.toggle();
        }
        match self.doc.parent(line) {
            Some(parent) => {
                self.cursor = self.doc.row_of(parent);
                self.scroll_into();
                true
            }
            None => false,
        }
    }

    /// Goes to a byte of a line, wherever it is folded.
    pub fn go_to(&mut self, line: usize, byte: usize) {
        if self.doc.reveal(line) {
            self.rearranged(line);
        }
        self.cursor = self.doc.row_at(line, byte);
        self.scroll_into();
    }

    fn rearranged(&mut self, line: usize) {
        self.folded_by_hand = true;
        self.doc.arrange(self.doc.width());
        self.cursor = self.doc.row_of(line);
        self.scroll_into();
    }
}

impl App {
    /// Makes the lines of the detail where it shows something else than before.
    pub(super) fn settle_detail(&mut self) {
        if !self.reader.detail {
            self.reader.pane.inside = false;
            return;
        }
        let Some(area) = self.layout().and_then(|l| l.detail) else {
            return;
        };
        let Some(open) = &self.reader.open else {
            self.reader.pane.doc = Doc::default();
            self.reader.pane.made_of = None;
            return;
        };
        let height = usize::from(area.height.saturating_sub(1));
        let made_of = MadeOf {
            revision: self.reader.revision,
            tab: self.reader.tab,
            event: open.cursor,
            width: area.width,
        };
        let before = self.reader.pane.made_of;
        let grown = self.reader.pane.height != height && !self.reader.pane.folded_by_hand;
        if before != Some(made_of) || grown {
            let mut doc = self.make_doc(open, area.width, height);
            doc.arrange(area.width);
            let pane = &mut self.reader.pane;
            pane.doc = doc;
            pane.made += 1;
            pane.made_of = Some(made_of);
            pane.folded_by_hand = false;
            let same = |b: MadeOf| (b.tab, b.event) == (made_of.tab, made_of.event);
            if !before.is_some_and(same) {
                (pane.cursor, pane.top) = (0, 0);
            }
        }
        let pane = &mut self.reader.pane;
        pane.height = height;
        pane.cursor = pane.cursor.min(pane.doc.rows().len().saturating_sub(1));
        if pane.inside {
            pane.scroll_into();
        } else {
            pane.scroll(0);
        }
    }

    fn make_doc(&self, open: &Open, width: u16, height: usize) -> Doc {
        let whole = &open.whole;
        let event = open
            .cursor
            .and_then(|seq| whole.events.get(seq).map(|e| (seq, e)));
        match (self.reader.tab, event) {
            (Tab::Conversation, _) => conversation::doc(whole, height, |t| self.day_time(t)),
            (_, None) => {
                let mut doc = Doc::default();
                doc.say(
                    0,
                    "the header: the conversation's own detail is under Conversation",
                    crate::tui::theme::Role::Dim,
                );
                doc
            }
            (Tab::Prediction, Some((seq, _))) => prediction::doc(whole, seq, width),
            (Tab::Slots, Some((seq, _))) => slots::doc(whole, seq, height),
            (Tab::Story, Some((seq, _))) => {
                let keys = self.keymap.keys_for(Action::CopyLink, Scope::Reader);
                story::doc(whole, seq, &Action::CopyLink.info().reached_by(&keys))
            }
            (Tab::Trace, Some((seq, _))) => trace::doc(whole, seq, |t| self.clock_time(t)),
            (Tab::Raw, Some((_, event))) => raw::doc(event, height),
        }
    }

    /// `l`: into the detail, which it opens; in it, folds or unfolds.
    pub(super) fn go_into_detail(&mut self) {
        if !self.reader_at_hand() {
            return self.read();
        }
        if !self.reader.detail || !self.reader.pane.inside {
            self.focus = crate::tui::layout::Pane::Reader;
            self.reader.detail = true;
            self.reader.pane.inside = true;
        } else if !self.reader.pane.toggle() {
            self.say("nothing to fold here · h goes back");
        }
    }

    /// `h` in the detail: folds, goes outwards, and at last back to the reader.
    pub(super) fn out_of_detail(&mut self) {
        if !self.reader.pane.out() {
            self.reader.pane.inside = false;
        }
    }

    /// True while the cursor is in the detail.
    pub fn in_detail(&self) -> bool {
        self.focus == crate::tui::layout::Pane::Reader
            && self.reader.detail
            && self.reader.pane.inside
    }

    /// `y` while the story is shown: copies it. False where it is not shown.
    pub(super) fn copy_story(&mut self) -> bool {
        let here = self.focus == crate::tui::layout::Pane::Reader && self.reader.detail;
        let open = self.reader.open.as_ref();
        let open = open.filter(|_| here && self.reader.tab == Tab::Story);
        let Some((open, seq)) = open.and_then(|o| Some((o, o.cursor?))) else {
            return false;
        };
        let text = story::text(&open.whole, seq);
        let lines = text.lines().count() as u64;
        let name = format!("the story, {} lines", crate::text::figure(lines));
        self.send(Cmd::Copy(Clip { name, text }));
        true
    }

    /// The lines of the detail's tab as text for other programs, where it is open.
    pub(super) fn detail_texts(&self) -> Vec<String> {
        if self.reader.detail {
            self.reader.pane.doc.texts().collect()
        } else {
            Vec::new()
        }
    }
}
