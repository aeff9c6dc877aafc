//! `:confusion`: what was predicted against what a person said, over the current filter.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::popup::{Popup, is_ctrl};
use crate::stats::{self, Confusion};
use crate::tui::msg::Cmd;

/// The table of intent confusion.
#[derive(Debug, Default)]
pub struct ConfusionTable {
    /// What was counted; `None` while it is.
    pub confusion: Option<Confusion>,
    /// Place of the cursor among the pairs.
    pub cursor: usize,
}

impl App {
    pub(super) fn open_confusion(&mut self) {
        self.popup = Some(Popup::Confusion(ConfusionTable::default()));
        self.send(Cmd::Confusion(Arc::clone(&self.view.filter)));
    }

    pub(super) fn take_confusion(&mut self, new: Confusion) {
        if let Some(Popup::Confusion(table)) = &mut self.popup {
            table.cursor = table.cursor.min(new.pairs.len().saturating_sub(1));
            table.confusion = Some(new);
        }
    }

    /// A key in the table. False: it is left.
    pub(super) fn confusion_key(&mut self, table: &mut ConfusionTable, key: &KeyEvent) -> bool {
        let pairs = table.confusion.as_ref().map_or(&[][..], |c| &c.pairs);
        let last = pairs.len().saturating_sub(1);
        let half = usize::from(self.size.1 / 2);
        match key.code {
            KeyCode::Char('q') => return false,
            KeyCode::Char('d') if is_ctrl(key, 'd') => {
                table.cursor = (table.cursor + half).min(last)
            }
            KeyCode::Char('u') if is_ctrl(key, 'u') => {
                table.cursor = table.cursor.saturating_sub(half);
            }
            KeyCode::Char('j') | KeyCode::Down => table.cursor = (table.cursor + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => table.cursor = table.cursor.saturating_sub(1),
            KeyCode::PageDown => table.cursor = (table.cursor + half * 2).min(last),
            KeyCode::PageUp => table.cursor = table.cursor.saturating_sub(half * 2),
            KeyCode::Char('g') | KeyCode::Home => table.cursor = 0,
            KeyCode::Char('G') | KeyCode::End => table.cursor = last,
            KeyCode::Enter => {
                if let Some(pair) = pairs.get(table.cursor) {
                    let filter = stats::within(&self.view.filter, pair);
                    self.focus_list();
                    self.refine(filter);
                    if let Some(words) = pair.beyond() {
                        self.say(&words);
                    }
                    return false;
                }
            }
            _ => {}
        }
        true
    }
}
