//! Keys that are typed before the list they are meant for is there. They wait for it in their order, so that
//! a decision never falls on the rows of the list before. Nothing here decides.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::App;
use crate::tui::action::Action;
use crate::tui::keymap::Key;

/// So many keys wait at most; who types more sees that nothing happens.
const MOST: usize = 256;

impl App {
    /// True while a list is asked for that is not the one on the screen.
    fn awaits_list(&self) -> bool {
        self.view.answered < self.view.generation && self.view.error.is_none()
    }

    /// What a key would do to the panes; `None` where something in front takes it.
    fn meant_for_panes(&self, key: &KeyEvent) -> Option<Action> {
        let typing = self.line.is_some() || self.find.as_ref().is_some_and(|f| f.typing);
        if self.popup.is_some() || typing || self.layout().is_none() {
            return None;
        }
        let bound = self.keymap.resolve(self.scope(), Key::of(key))?;
        Some(bound.action)
    }

    /// True for a key that has to wait for the list: all that is about its rows or its place.
    fn must_wait(&self, key: &KeyEvent) -> bool {
        let Some(action) = self.meant_for_panes(key) else {
            return false;
        };
        let part_of_it = action == Action::MarkAll && !self.view.complete;
        let about_rows = !matches!(
            action,
            Action::Help
                | Action::Palette
                | Action::Filter
                | Action::Preset
                | Action::ManagePresets
                | Action::Redraw
                | Action::Suspend
                | Action::Interrupt
                | Action::Escape
                | Action::Back
                | Action::Quit
        );
        part_of_it || about_rows && self.awaits_list()
    }

    /// Keeps the key for the list it is meant for, or lets it drop those that are kept. True: nothing is left
    /// to do with it.
    pub(super) fn holds(&mut self, key: &KeyEvent) -> bool {
        if key.kind == KeyEventKind::Release {
            return true;
        }
        if self.held.is_empty() {
            if self.must_wait(key) {
                self.held.push_back(*key);
                return true;
            }
            return false;
        }
        match self.meant_for_panes(key) {
            Some(Action::Redraw | Action::Suspend) => return false,
            Some(Action::Escape | Action::Interrupt) => {
                let dropped = self.held.len();
                self.held.clear();
                self.say(&format!("{dropped} keys dropped that waited for the list"));
                return true;
            }
            _ if self.held.len() < MOST => self.held.push_back(*key),
            _ => {}
        }
        true
    }

    /// Does what the keys say that wait, as far as their list is there.
    pub(super) fn release_held(&mut self) {
        if self.view.error.is_some() {
            self.held.clear();
        }
        while let Some(key) = self.held.front().copied() {
            if self.must_wait(&key) {
                return;
            }
            self.held.pop_front();
            let here = self.list.cursor;
            self.pressed(&key);
            self.moved(here);
        }
    }
}
