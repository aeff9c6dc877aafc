//! Keys that only move: rows, events, problems, hits, turns, pages. Nothing here changes a conversation.

use super::App;
use crate::tui::layout::Pane;

impl App {
    /// With two panes, keys of the reader reach it from the list.
    pub(super) fn reader_at_hand(&self) -> bool {
        self.layout().is_some_and(|l| l.reader.is_some())
    }

    pub(super) fn go_in_reader(
        &mut self,
        find: impl Fn(&super::reader::Open) -> Option<usize>,
        none: &str,
    ) {
        if !self.reader_at_hand() {
            self.read();
            return;
        }
        let Some(open) = &mut self.reader.open else {
            return;
        };
        // A turn that shows nothing ends where one stands already.
        match find(open).and_then(|seq| open.stop_near(seq)) {
            Some(seq) if open.cursor != Some(seq) => open.cursor = Some(seq),
            _ => self.say(none),
        }
    }

    /// `n` and `N`: hits of this conversation, then of the next one.
    pub(super) fn hit(&mut self, backwards: bool) {
        if !self.reader_at_hand() {
            return self.read();
        }
        if self.step_find(backwards) {
            return;
        }
        let Some(open) = &mut self.reader.open else {
            return;
        };
        let hits: Vec<usize> = open.hits.events.iter().map(|h| *h as usize).collect();
        if let Some(seq) = open
            .next_of(&hits, backwards)
            .and_then(|seq| open.stop_near(seq))
        {
            open.cursor = Some(seq);
            return;
        }
        let before = self.list.cursor;
        self.list.step(if backwards { -1 } else { 1 });
        if self.list.cursor == before {
            return self.say(if backwards {
                "no earlier hit in this list"
            } else {
                "no further hit in this list"
            });
        }
        self.reader.land_on_hit = self.list.current().map(|row| (row, !backwards));
        self.follow();
    }

    pub(super) fn other_conversation(&mut self, backwards: bool) {
        if self.focus == Pane::Reader {
            let before = self.list.cursor;
            self.list.step(if backwards { -1 } else { 1 });
            if self.list.cursor == before {
                return self.say(if backwards {
                    "this is the first one"
                } else {
                    "this is the last one"
                });
            }
        } else {
            match self.list.next_undecided(backwards) {
                Some(place) => self.list.cursor = place,
                None => return self.say("nothing undecided in this list"),
            }
        }
        self.follow();
    }

    pub(super) fn step(&mut self, delta: isize) {
        match self.focus {
            Pane::List => {
                self.list.step(delta);
                self.follow();
            }
            Pane::Sidebar => self.sidebar_step(delta),
            Pane::Reader if self.in_detail() => self.reader.pane.step(delta),
            Pane::Reader => {
                let height = self.reader_size().1;
                if let Some(open) = &mut self.reader.open {
                    open.step(delta, height);
                }
            }
        }
    }

    /// Pages: `parts` of a screen in the direction of `delta`; very far means to the end.
    pub(super) fn page(&mut self, delta: isize, parts: usize) {
        let layout = self.layout();
        let rows = |height: usize| delta.saturating_mul((height / parts).max(1) as isize);
        match self.focus {
            Pane::List => {
                self.list.step(rows(layout.map_or(1, |l| l.list_rows())));
                self.follow();
            }
            Pane::Sidebar => {
                let lines = self.sidebar_lines().len() as isize;
                let height = layout
                    .and_then(|l| l.sidebar)
                    .map_or(1, |r| usize::from(r.height));
                self.sidebar_step(rows(height).clamp(-lines, lines));
            }
            Pane::Reader if self.in_detail() => {
                let height = self.reader.pane.height;
                self.reader.pane.step(rows(height));
            }
            Pane::Reader if self.reader.detail && parts == 1 && delta.abs() == 1 => {
                let height = self.reader.pane.height;
                self.reader.pane.scroll(rows(height));
            }
            Pane::Reader => {
                let height = self.reader_size().1;
                if let Some(open) = &mut self.reader.open {
                    if delta < -1 {
                        open.cursor = None;
                        open.top = 0;
                    } else {
                        open.page(rows(height), height);
                    }
                }
            }
        }
    }
}
