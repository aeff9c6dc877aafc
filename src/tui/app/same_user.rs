//! `@`: the conversations of the same user, the newest first, to read one and come back. They are read by
//! the reading worker; nothing here knows how.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::popup::{Popup, moved};
use crate::filter::{self, Field, Filter};
use crate::store::Card;
use crate::text::Untrusted;
use crate::tui::msg::Cmd;

/// The popup.
#[derive(Debug)]
pub struct SameUser {
    /// The conversation it was opened on.
    pub row: i64,
    /// The user id.
    pub user: Untrusted,
    /// Their conversations; `None` while they are read.
    pub cards: Option<Vec<Card>>,
    /// There are more than these.
    pub more: bool,
    /// Place of the cursor.
    pub cursor: usize,
    /// Why they could not be read.
    pub error: Option<String>,
}

impl App {
    /// The line of the conversation that keys are about, where it is here.
    pub(super) fn card_here(&self) -> Option<&Card> {
        let row = self.row_here()?;
        let open = self.reader.known(row).map(|whole| &whole.card);
        open.or_else(|| self.list.card(row))
    }

    pub(super) fn open_same_user(&mut self) {
        let Some(card) = self.card_here() else {
            return self.say(match self.row_here() {
                Some(_) => "the conversation is still being read: once more",
                None => "there is no conversation here",
            });
        };
        let row = card.row;
        let Some(user) = card.attributes.user_id.clone() else {
            return self.say("the log names no user of this conversation");
        };
        self.popup = Some(Popup::SameUser(SameUser {
            row,
            user,
            cards: None,
            more: false,
            cursor: 0,
            error: None,
        }));
        self.send(Cmd::SameUser(row));
    }

    /// Takes the answer in, if it is still asked for.
    pub(super) fn take_same_user(&mut self, row: i64, found: Result<(Vec<Card>, bool), String>) {
        let Some(Popup::SameUser(same)) = &mut self.popup else {
            return;
        };
        if same.row != row {
            return;
        }
        match found {
            Ok((cards, more)) => {
                // The present one is known: the next is what one looks for.
                let here = cards.iter().position(|c| c.row == row).unwrap_or(0);
                same.cursor = if here + 1 < cards.len() {
                    here + 1
                } else {
                    here.saturating_sub(1)
                };
                same.cards = Some(cards);
                same.more = more;
            }
            Err(error) => same.error = Some(error),
        }
    }

    pub(super) fn same_user_key(&mut self, same: &mut SameUser, key: &KeyEvent) -> bool {
        let half = usize::from(self.size.1 / 2);
        let cards = same.cards.as_deref().unwrap_or_default();
        let last = cards.len().saturating_sub(1);
        let chosen = cards.get(same.cursor).map(|c| c.row);
        if moved(&mut same.cursor, last, half, key) {
            return true;
        }
        match key.code {
            KeyCode::Char('q' | '@') => return false,
            KeyCode::Enter | KeyCode::Char('l') | KeyCode::Right => {
                if let Some(row) = chosen {
                    if row != same.row {
                        self.jump(row, None, None);
                    }
                    return false;
                }
            }
            KeyCode::Char('=') => match chosen {
                Some(row) if row != same.row => {
                    self.compare_rows(same.row, row);
                    return false;
                }
                _ => self.say("this is the present one: = on another compares the two"),
            },
            KeyCode::Char('*') => {
                let user = same.user.for_search();
                let filter = filter::add_value(&Filter::default(), Field::User, user);
                self.refine(filter);
                self.focus_list();
                return false;
            }
            _ => {}
        }
        true
    }
}
