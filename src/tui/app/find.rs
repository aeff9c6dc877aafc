//! Find: a prompt that goes to every place of what is typed, in the conversation or in the lines of the
//! detail, also where it is folded. `n` and `N` go from place to place until `esc` drops the find.

mod texts;

use std::ops::Range;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::App;
use super::popup::is_ctrl;
use super::reader::Tab;
use crate::text::Haystack;
use texts::Owner;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindIn {
    /// Everything the reader shows or folds, and what people wrote in its header.
    Conversation,
    /// The lines of the detail's tab.
    Detail,
}

/// A find, while it is typed and as long as it is kept.
#[derive(Debug)]
pub struct Find {
    /// What is looked for.
    pub input: Input,
    /// The prompt is open.
    pub typing: bool,
    /// Where.
    pub within: FindIn,
    /// Goes up whenever the places are others.
    pub generation: u64,
    hay: Haystack,
    owners: Vec<Owner>,
    places: Vec<(usize, Range<usize>)>,
    at: Option<usize>,
    /// The state of what is open, or of the detail, that the texts are of.
    made_of: Option<u64>,
    /// Where the cursor stood before.
    origin: Option<usize>,
}

impl Find {
    /// What is looked for.
    pub fn asked(&self) -> &str {
        self.input.value()
    }

    /// `3 of 12`, `12 places`, `nothing found`; nothing while nothing is asked.
    pub fn count(&self) -> String {
        let all = crate::text::figure(self.places.len() as u64);
        match self.at {
            _ if self.asked().trim().is_empty() => String::new(),
            _ if self.places.is_empty() => "nothing found".to_owned(),
            Some(at) => format!("{} of {all}", crate::text::figure(at as u64 + 1)),
            None if self.places.len() == 1 => "1 place".to_owned(),
            None => format!("{all} places"),
        }
    }

    /// Numbers of the events (or lines) with a place, ascending, each once; the header has none.
    pub fn numbers(&self) -> Vec<usize> {
        let owners = self.places.iter().map(|p| self.owners[p.0]);
        let mut all: Vec<usize> = owners.filter_map(|o| o.number).collect();
        all.dedup();
        all
    }

    /// The event (or line) and the byte of its text where the present place begins.
    fn here(&self) -> Option<(Owner, usize)> {
        let (text, range) = self.places.get(self.at?)?;
        Some((self.owners[*text], range.start))
    }

    /// True if event or line `number` has a place; `None`: if the header has one.
    pub fn is_in(&self, number: Option<usize>) -> bool {
        let from = self
            .places
            .partition_point(|p| self.owners[p.0].number < number);
        let next = self.places.get(from);
        next.is_some_and(|p| self.owners[p.0].number == number)
    }

    /// True for a text that holds what is looked for.
    pub fn is_found_in(&self, text: &str) -> bool {
        !Haystack::new([text]).places(self.asked()).is_empty()
    }

    /// Whether the byte at `byte` of a message (or line) belongs to a place, and whether to the present one.
    pub fn lights(&self, number: usize, byte: usize) -> Option<bool> {
        let number = Some(number);
        let before = |(text, range): &(usize, Range<usize>)| {
            let owner = self.owners[*text];
            // The message is the first text of its event.
            (owner.number, !owner.message, range.end) <= (number, false, byte)
        };
        let at = self.places.partition_point(before);
        let (text, range) = self.places.get(at)?;
        let owner = self.owners[*text];
        let hit = owner.number == number && owner.message && range.contains(&byte);
        hit.then_some(self.at == Some(at))
    }

    fn look(&mut self) {
        self.places = self.hay.places(self.input.value());
        self.generation += 1;
        self.at = None;
    }

    /// Goes to the first place at or after `number`, else to the first.
    fn go_from(&mut self, number: Option<usize>) {
        let at = self
            .places
            .partition_point(|p| self.owners[p.0].number < number);
        self.at = match self.places.len() {
            0 => None,
            all => Some(at % all),
        };
    }

    /// The next place, around the end. True where it went around.
    fn step(&mut self, backwards: bool, number: Option<usize>) -> bool {
        let all = self.places.len();
        if all == 0 {
            return false;
        }
        let Some(at) = self.at else {
            self.go_from(number);
            return false;
        };
        // Whoever moved away goes on from where the cursor stands now.
        let here = self.owners[self.places[at].0].number;
        if here != number {
            let first = self
                .places
                .partition_point(|p| self.owners[p.0].number < number);
            let after = self
                .places
                .partition_point(|p| self.owners[p.0].number <= number);
            let to = if backwards {
                first.checked_sub(1)
            } else {
                Some(after)
            };
            self.at =
                Some(
                    to.filter(|to| *to < all)
                        .unwrap_or(if backwards { all - 1 } else { 0 }),
                );
            return to.is_none_or(|to| to >= all);
        }
        let step = if backwards { all - 1 } else { 1 };
        self.at = Some((at + step) % all);
        if backwards { at == 0 } else { at + 1 == all }
    }
}

impl App {
    /// `/`: a find in the conversation; in its lines where the cursor is in the detail, or where the record is
    /// shown.
    pub(super) fn open_find(&mut self) {
        if !self.reader_at_hand() {
            return self.read();
        }
        let in_record = self.reader.detail && self.reader.tab == Tab::Raw;
        let within = if self.in_detail() || in_record {
            self.reader.pane.inside = true;
            FindIn::Detail
        } else {
            FindIn::Conversation
        };
        self.drop_find();
        self.find = Some(Find {
            input: Input::default(),
            typing: true,
            within,
            generation: 0,
            hay: Haystack::default(),
            owners: Vec::new(),
            places: Vec::new(),
            at: None,
            made_of: None,
            origin: match within {
                FindIn::Conversation => self.reader.open.as_ref().and_then(|o| o.cursor),
                FindIn::Detail => self.reader.pane.line(),
            },
        });
    }

    /// Takes the find away; what it unfolded folds again.
    pub(super) fn drop_find(&mut self) {
        if self.find.take().is_some() {
            self.reveal(Vec::new());
        }
    }

    fn reveal(&mut self, events: Vec<usize>) {
        if self.reader.revealed != events {
            self.reader.revealed = events;
            self.relayout();
            if let Some(open) = &mut self.reader.open {
                open.cursor = open.cursor.and_then(|seq| open.stop_near(seq));
            }
        }
    }

    /// A key while the prompt is open.
    pub(super) fn find_key(&mut self, key: &KeyEvent) {
        let Some(find) = &mut self.find else { return };
        match key.code {
            _ if key.code == KeyCode::Esc || is_ctrl(key, 'c') => {
                self.back_to_origin();
                self.drop_find();
            }
            KeyCode::Enter if find.asked().trim().is_empty() => self.drop_find(),
            KeyCode::Enter => {
                find.typing = false;
                // It stays also where it found nothing: `n` belongs to it, and never leaves the conversation.
                if find.places.is_empty() {
                    return self.say_nothing_found();
                }
                if find.within == FindIn::Conversation {
                    let events = find.numbers();
                    self.reveal(events);
                }
                self.show_place();
            }
            KeyCode::Down | KeyCode::Up => {
                self.step_find(key.code == KeyCode::Up);
            }
            _ => {
                let typed = find.input.handle_event(&TerminalEvent::Key(*key));
                if typed.is_some_and(|c| c.value) {
                    self.find_typed();
                }
            }
        }
    }

    /// Pasted text in the prompt.
    pub(super) fn find_paste(&mut self, text: &str) {
        let Some(find) = &mut self.find else { return };
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        super::popup::insert(&mut find.input, plain.take(10_000));
        self.find_typed();
    }

    fn find_typed(&mut self) {
        self.settle_find();
        let Some(find) = &mut self.find else { return };
        find.look();
        find.go_from(find.origin);
        if find.at.is_some() {
            self.show_place();
        } else {
            self.back_to_origin();
        }
    }

    /// The cursor goes back to where it stood when the find began.
    fn back_to_origin(&mut self) {
        let Some(find) = &self.find else { return };
        match (find.within, &mut self.reader.open) {
            (FindIn::Conversation, Some(open)) => open.cursor = find.origin,
            (FindIn::Detail, _) => self.reader.pane.go_to(find.origin.unwrap_or(0), 0),
            _ => {}
        }
    }

    fn say_nothing_found(&mut self) {
        if let Some(find) = &self.find {
            let words = format!("nothing found of {}", find.asked());
            self.say(&words);
        }
    }

    /// `n` and `N` while there is a find. False where there is none.
    pub(super) fn step_find(&mut self, backwards: bool) -> bool {
        let number = match self.find.as_ref().map(|f| f.within) {
            None => return false,
            Some(FindIn::Conversation) => self.reader.open.as_ref().and_then(|o| o.cursor),
            Some(FindIn::Detail) => self.reader.pane.line(),
        };
        let Some(find) = &mut self.find else {
            return false;
        };
        let around = find.step(backwards, number);
        let nothing = find.places.is_empty();
        self.show_place();
        if nothing {
            self.say_nothing_found();
        } else if around {
            self.say(if backwards {
                "from the first place to the last"
            } else {
                "from the last place to the first"
            });
        }
        true
    }

    /// Brings the present place on the screen.
    fn show_place(&mut self) {
        let height = self.reader_size().1;
        let Some(find) = &self.find else { return };
        let Some((owner, byte)) = find.here() else {
            return;
        };
        match find.within {
            FindIn::Detail => self.reader.pane.go_to(owner.number.unwrap_or(0), byte),
            FindIn::Conversation => match (&mut self.reader.open, owner.number) {
                (Some(open), Some(seq)) => open.show(seq, owner.message.then_some(byte), height),
                (Some(open), None) => open.cursor = None,
                (None, _) => {}
            },
        }
    }

    /// Keeps the places of a find those of what is open.
    pub(super) fn settle_find(&mut self) {
        let Some(find) = &mut self.find else { return };
        if find.within == FindIn::Detail && !self.reader.detail {
            return self.drop_find();
        }
        let made_of = match find.within {
            FindIn::Conversation => self.reader.revision,
            FindIn::Detail => self.reader.pane.made,
        };
        let Some(open) = &self.reader.open else {
            return;
        };
        if find.made_of == Some(made_of) {
            return;
        }
        let first = find.made_of.is_none();
        (find.owners, find.hay) = match find.within {
            FindIn::Conversation => texts::of(&open.whole),
            FindIn::Detail => {
                let doc = &self.reader.pane.doc;
                let owners = (0..doc.len()).map(|number| Owner {
                    number: Some(number),
                    message: true,
                });
                let texts = (0..doc.len()).map(|line| doc.text(line));
                (owners.collect(), Haystack::with_escapes(texts))
            }
        };
        let at = find.at.filter(|_| !first);
        find.look();
        find.at = at.filter(|at| *at < find.places.len());
        if find.within == FindIn::Conversation {
            let events = if find.typing {
                Vec::new()
            } else {
                find.numbers()
            };
            self.reveal(events);
            // Laying it out anew changed nothing of what is searched.
            let revision = self.reader.revision;
            if let Some(find) = &mut self.find {
                find.made_of = Some(revision);
            }
        } else {
            find.made_of = Some(made_of);
        }
    }
}
