//! From a key to what it does. The front layer gets it first: filter line, popup, pane.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::App;
use super::popup::Popup;
use super::triage::StatusLine;
use crate::filter;
use crate::model::{SortKey, Status, Verdict};
use crate::text::{SafeText, Untrusted};
use crate::tui::action::{Action, Scope};
use crate::tui::keymap::Key;
use crate::tui::layout::{Class, Pane};
use crate::tui::msg::Cmd;

impl App {
    /// The scope of the pane with the focus.
    pub fn scope(&self) -> Scope {
        match self.focus {
            Pane::List => Scope::List,
            Pane::Reader => Scope::Reader,
            Pane::Sidebar => Scope::Sidebar,
        }
    }

    pub(super) fn pressed(&mut self, key: &KeyEvent) {
        if self.layout().is_none() {
            // Nothing can be seen, so nothing is changed; leaving always works.
            if matches!(Key::of(key).char(), Some('q')) || super::popup::is_ctrl(key, 'c') {
                self.quit();
            }
            return;
        }
        // Words about the last key are gone with the next one; the last change stays until another.
        if self.status.passing {
            self.status = StatusLine::default();
        }
        if self.popup.is_some() {
            return self.popup_key(key);
        }
        if self.line.is_some() {
            return self.line_key(key);
        }
        if self.find.as_ref().is_some_and(|f| f.typing) {
            return self.find_key(key);
        }
        let key = Key::of(key);
        match self.keymap.resolve(self.scope(), key).cloned() {
            Some(bound) => self.act(bound.action, &bound.argument),
            None => self.say(&format!("{key} does nothing here · ? shows the keys")),
        }
    }

    /// Does an action, with the words of a configured key where it has some.
    pub(super) fn act(&mut self, action: Action, argument: &str) {
        if action.decides() {
            // From here on the list is worked on, and stands still.
            self.view.follows = false;
            self.take_range();
        }
        match action {
            Action::Reviewed => self.decide_status(Status::Reviewed),
            Action::Saved => self.decide_status(Status::Saved),
            Action::Deleted => self.decide_status(Status::Deleted),
            Action::Unread => self.decide_status(Status::Unread),
            Action::Positive => self.decide_verdict(Verdict::Positive),
            Action::Negative => self.decide_verdict(Verdict::Negative),
            Action::Tags if !argument.is_empty() => self.toggle_tag(Untrusted::from(argument)),
            Action::Tags => self.open_tags(),
            Action::Flag => self.flag(false, None),
            Action::FlagConversation => self.flag(true, None),
            Action::Note => self.popup = Some(Popup::Note(Input::default())),
            Action::Repeat => self.repeat_last(),
            Action::Undo => self.send(Cmd::Undo),
            Action::Redo => self.send(Cmd::Redo),
            Action::Preset if !argument.is_empty() => self.open_preset_named(argument),
            Action::Preset => self.popup = Some(Popup::AwaitPreset),
            Action::ManagePresets => self.open_presets(),
            Action::SavePreset => self.open_save_preset(),
            Action::Filter if !argument.is_empty() => match filter::parse(argument) {
                Ok(parsed) => self.open_view(parsed, argument.to_owned(), None),
                Err(error) => self.fail(&error.to_string()),
            },
            Action::Filter => self.edit_filter(),
            Action::RunAgain => self.run_view(),
            Action::Journal => {
                self.popup = Some(Popup::Journal {
                    entries: None,
                    cursor: 0,
                });
                self.send(Cmd::LoadJournal);
            }
            Action::Help => {
                self.popup = Some(Popup::Help {
                    input: Input::default(),
                    top: 0,
                })
            }
            Action::Palette => self.open_palette(),
            Action::Sort => self.open_sort(),
            Action::ReverseSort => {
                self.view.reverse = !self.view.reverse;
                self.view.fresh = true;
                self.run_view();
                self.save_state();
            }
            Action::ToggleSidebar => self.toggle_sidebar(),
            Action::FilterByValue => self.filter_by_value(),
            // The story, while it is the story that is read.
            Action::CopyLink if self.copy_story() => {}
            Action::CopyLink => self.copy_link(),
            Action::Learning => self.open_learning(),
            Action::CopyExcerpt => self.copy_excerpt(),
            Action::Export => self.open_export(),
            Action::Notes => self.open_notes(),
            Action::Correct => self.open_correction(),
            Action::Confusion => self.open_confusion(),
            Action::Anonymize => self.toggle_hiding(),
            Action::Compare => self.compare(),
            Action::OpenDefinition => self.open_definition(),
            Action::ConversationsOfUser => self.open_same_user(),
            Action::Pager => {
                let open = if self.focus == Pane::Reader {
                    self.reader.row()
                } else {
                    self.list.current()
                };
                match open.and_then(|row| self.reader.known(row)) {
                    Some(whole) => {
                        // A detail that is open is what one wants to read on in.
                        let detail = self.detail_texts();
                        let lines = if self.focus == Pane::Reader && !detail.is_empty() {
                            let safe = |line: &String| SafeText::line(line).as_str().to_owned();
                            detail.iter().map(safe).collect()
                        } else {
                            crate::export::transcript::lines(whole, 0..whole.events.len(), self.now)
                        };
                        self.send(Cmd::Pager(lines.join("\n")));
                    }
                    None => self.say("the conversation is still being read: once more"),
                }
            }
            Action::Find => self.open_find(),
            Action::Back => self.back(),
            Action::Escape => self.escape(),
            Action::Quit => self.quit(),
            Action::Redraw => self.send(Cmd::Redraw),
            Action::Suspend => self.send(Cmd::Suspend),
            Action::Interrupt if self.stop_export() => {}
            Action::Interrupt => {
                self.send(Cmd::Interrupt);
                self.say("q leaves afterword; everything is written");
            }
            Action::NextPane => self.next_pane(),
            Action::AddValue => self.sidebar_choose(false),
            Action::ExcludeValue => self.sidebar_choose(true),
            Action::SortValues => self.sidebar.by_name = !self.sidebar.by_name,
            Action::Read => self.read(),
            Action::LeaveReader if self.in_detail() => self.out_of_detail(),
            Action::LeaveReader => self.leave_reader(),
            Action::IntoDetail => self.go_into_detail(),
            Action::Mark => {
                self.list.toggle_mark();
                self.list.step(1);
                self.follow();
            }
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => {
                self.list.mark(0..=usize::MAX);
                let n = crate::text::figure(self.list.marks.len() as u64);
                self.say(&format!(
                    "{n} conversations marked: all that the filter shows · esc unmarks"
                ));
            }
            Action::ShowActions => self.reader.folding.actions = !self.reader.folding.actions,
            Action::Detail => self.reader.detail = !self.reader.detail,
            Action::NextTab | Action::PreviousTab => {
                self.reader.detail = true;
                self.reader.tab =
                    self.reader
                        .tab
                        .step(if action == Action::NextTab { 1 } else { -1 });
            }
            Action::NextHit => self.hit(false),
            Action::PreviousHit => self.hit(true),
            Action::NextProblem => self.go_in_reader(
                |o| o.next_of(&o.problems(), false),
                "no further problem here",
            ),
            Action::PreviousProblem => self.go_in_reader(
                |o| o.next_of(&o.problems(), true),
                "no earlier problem here",
            ),
            Action::NextTurn => {
                self.go_in_reader(|o| o.next_of(&o.turns(), false), "no further turn")
            }
            Action::PreviousTurn => {
                self.go_in_reader(|o| o.next_of(&o.turns(), true), "no earlier turn")
            }
            Action::NextConversation | Action::PreviousConversation => {
                self.other_conversation(action == Action::PreviousConversation);
            }
            Action::Down => self.step(1),
            Action::Up => self.step(-1),
            Action::HalfPageDown => self.page(1, 2),
            Action::HalfPageUp => self.page(-1, 2),
            Action::PageDown => self.page(1, 1),
            Action::PageUp => self.page(-1, 1),
            Action::Top => self.page(isize::MIN / 4, 1),
            Action::Bottom => self.page(isize::MAX / 4, 1),
            _ => {
                if let Some(digit) = action.tag_digit() {
                    self.tag_on_digit(digit);
                }
            }
        }
    }

    pub(super) fn sort_by(&mut self, key: SortKey) {
        self.view.sort = key;
        self.view.reverse = false;
        self.view.fresh = true;
        self.run_view();
        self.save_state();
    }

    fn toggle_sidebar(&mut self) {
        if self.layout().is_some_and(|l| l.class == Class::Three) && self.focus != Pane::Sidebar {
            self.sidebar.shown = !self.sidebar.shown;
        } else {
            self.focus = if self.focus == Pane::Sidebar {
                Pane::List
            } else {
                Pane::Sidebar
            };
        }
        self.save_state();
    }

    pub(super) fn quit(&mut self) {
        if !self.export_holds() {
            self.leave();
        }
    }

    /// Leaves at once: there may be nobody left to ask.
    pub(super) fn leave(&mut self) {
        self.save_state();
        self.send(Cmd::Quit);
    }

    fn back(&mut self) {
        match self.focus {
            Pane::Reader if self.in_detail() => self.reader.pane.inside = false,
            Pane::Reader if self.reader.detail => self.reader.detail = false,
            Pane::Reader => self.leave_reader(),
            Pane::Sidebar => self.focus = Pane::List,
            Pane::List => self.quit(),
        }
    }

    fn escape(&mut self) {
        if self.focus == Pane::Reader && self.find.is_some() {
            return self.drop_find();
        }
        if self.list.range.take().is_some() {
            return;
        }
        if !self.list.marks.is_empty() {
            self.list.unmark();
            return self.say("marks cleared");
        }
        match self.focus {
            Pane::Reader if self.in_detail() => self.reader.pane.inside = false,
            Pane::Reader if self.reader.detail => self.reader.detail = false,
            Pane::Reader => self.leave_reader(),
            Pane::Sidebar => self.focus = Pane::List,
            Pane::List if self.compare_from.take().is_some() => {
                self.say("nothing is marked for comparing any more");
            }
            Pane::List => {}
        }
    }

    fn next_pane(&mut self) {
        let class = self.layout().map(|l| l.class);
        let sidebar = class == Some(Class::Three) && self.sidebar.shown;
        if self.focus == Pane::Reader && self.reader.detail && !self.reader.pane.inside {
            self.reader.pane.inside = true;
            return;
        }
        self.reader.pane.inside = false;
        self.focus = match self.focus {
            Pane::Sidebar => Pane::List,
            Pane::List => Pane::Reader,
            Pane::Reader if sidebar => Pane::Sidebar,
            Pane::Reader => Pane::List,
        };
        if self.focus == Pane::Reader {
            self.read();
        }
    }

    pub(super) fn read(&mut self) {
        match self.list.current() {
            Some(row) => self.read_row(row),
            None => self.focus = Pane::List,
        }
    }

    fn mark_range(&mut self) {
        if self.list.range.is_none() {
            self.list.range = Some(self.list.cursor);
            self.say(
                "range begins here: a decision takes it all · v again marks it · esc drops it",
            );
            return;
        }
        self.list.mark_range();
        let n = crate::text::figure(self.list.marks.len() as u64);
        self.say(&format!("{n} conversations marked"));
    }

    /// The filter, to hand to a command.
    pub fn filter(&self) -> Arc<filter::Filter> {
        Arc::clone(&self.view.filter)
    }
}
