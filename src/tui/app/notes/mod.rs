//! The notes screen: all notes of the filter with what they stand on, several selected, one tag given. The
//! list stands still while it is worked on; only what is counted and shown of it is read anew.

mod state;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

pub use state::{NOTE_ROWS, NotesLayout, NotesState};

use super::App;
use super::picker::Picker;
use super::popup::{Popup, edit, insert, is_ctrl, moved, picker_key};
use super::triage::Repeat;
use crate::model::{Change, Edit, NoteId, Set, Target};
use crate::text::{Untrusted, figure};
use crate::tui::layout::Layout;
use crate::tui::msg::Cmd;
use crate::tui::noted::{NoteContext, NotesOf, NotesView, folded};

impl App {
    /// `:notes`: the notes of the present filter.
    pub(super) fn open_notes(&mut self) {
        self.popup = Some(Popup::Notes);
        self.notes.stale = false;
        if self.notes.filter != self.view.text {
            // Notes of another filter: what was chosen there does not count here.
            let generation = self.notes.generation;
            self.notes = NotesState {
                generation,
                filter: self.view.text.clone(),
                ..NotesState::default()
            };
        }
        self.ask_notes(NotesOf::Filter(Arc::clone(&self.view.filter)));
    }

    fn ask_notes(&mut self, of: NotesOf) {
        self.notes.generation += 1;
        let generation = self.notes.generation;
        self.send(Cmd::Notes { generation, of });
    }

    /// The list stays; texts, tags and counts are read anew, once they can be seen.
    pub(super) fn notes_changed(&mut self) {
        self.notes.stale = true;
    }

    /// Takes the notes in.
    pub(super) fn take_notes(&mut self, view: NotesView) {
        self.notes.take(view);
    }

    /// Takes in what notes stand on.
    pub(super) fn take_note_contexts(&mut self, contexts: Vec<NoteContext>) {
        for context in contexts {
            self.notes.awaited.remove(&context.id);
            self.notes.contexts.insert(context.id, context);
        }
    }

    /// Scrolls, and asks for what is on the screen.
    pub(super) fn settle_notes(&mut self, layout: &Layout) {
        if std::mem::take(&mut self.notes.stale)
            && let Some(view) = &self.notes.view
        {
            let rows = Arc::clone(&view.rows);
            self.ask_notes(NotesOf::Rows(rows));
        }
        let fit = NotesLayout::of(layout.full()).notes();
        let wanted = self.notes.wanted(fit);
        if !wanted.is_empty() {
            self.send(Cmd::NoteContexts(wanted));
        }
    }

    /// A key of the notes screen.
    pub(super) fn notes_key(&mut self, key: &KeyEvent) {
        if let Some(mut picker) = self.notes.picker.take() {
            return self.note_tag_key(&mut picker, key);
        }
        if let Some((id, mut input)) = self.notes.editing.take() {
            return self.note_edit_key(id, &mut input, key);
        }
        if self.notes.typing {
            match key.code {
                KeyCode::Enter => self.notes.typing = false,
                _ if is_escape(key) => {
                    self.notes.typing = false;
                    self.notes.words = Input::default();
                    self.notes.narrow();
                }
                KeyCode::Down => self.notes.step(1),
                KeyCode::Up => self.notes.step(-1),
                _ => {
                    if edit(&mut self.notes.words, key) {
                        self.notes.narrow();
                    }
                }
            }
            return;
        }
        let fit = self
            .layout()
            .map_or(1, |l| NotesLayout::of(l.full()).notes());
        let last = self.notes.shown.len().saturating_sub(1);
        if moved(&mut self.notes.cursor, last, (fit / 2).max(1), key) {
            return;
        }
        match key.code {
            KeyCode::Char('q') => self.popup = None,
            _ if is_escape(key) => self.leave_a_layer(),
            _ if is_ctrl(key, 'r') => self.send(Cmd::Redo),
            KeyCode::Char('/') => self.notes.typing = true,
            KeyCode::Char(' ') => self.mark_note(),
            KeyCode::Char('v') => self.mark_notes_range(),
            KeyCode::Char('A') => self.mark_all_notes(),
            KeyCode::Char('t') => self.open_note_tags(),
            KeyCode::Char(digit @ '1'..='9') => self.note_tag_on_digit(digit),
            KeyCode::Char('e') => self.edit_note(),
            KeyCode::Char('d') => self.set_note(None),
            KeyCode::Char('u') => self.send(Cmd::Undo),
            KeyCode::Char('R') => self.open_notes(),
            KeyCode::Enter => self.open_noted(),
            _ => {}
        }
    }

    /// Pasted text goes into whatever takes text.
    pub(super) fn notes_paste(&mut self, text: &str) {
        if let Some(picker) = &mut self.notes.picker {
            insert(&mut picker.input, text.chars());
            picker.narrow();
        } else if let Some((_, input)) = &mut self.notes.editing {
            insert(input, text.chars());
        } else if self.notes.typing {
            insert(&mut self.notes.words, text.chars());
            self.notes.narrow();
        }
    }

    /// `esc`: range, marks, words, screen.
    fn leave_a_layer(&mut self) {
        let notes = &mut self.notes;
        if notes.range.is_some() {
            notes.range = None;
        } else if !notes.marks.is_empty() {
            notes.marks.clear();
            self.say("marks cleared");
        } else if !notes.words.value().is_empty() {
            notes.words = Input::default();
            notes.narrow();
        } else {
            self.popup = None;
        }
    }

    fn mark_note(&mut self) {
        if let Some(id) = self.notes.current().map(|n| n.id) {
            if !self.notes.marks.remove(&id) {
                self.notes.marks.insert(id);
            }
            self.notes.step(1);
        }
    }

    fn mark_notes_range(&mut self) {
        if self.notes.range.is_none() {
            self.notes.range = Some(self.notes.cursor);
            return self.say("range begins here: t tags it all · v again marks it · esc drops it");
        }
        let ids: Vec<NoteId> = (0..self.notes.shown.len())
            .filter(|place| self.notes.in_range(*place))
            .filter_map(|place| self.notes.at(place).map(|n| n.id))
            .collect();
        self.notes.marks.extend(ids);
        self.notes.range = None;
        self.say_marked();
    }

    fn mark_all_notes(&mut self) {
        let ids: Vec<NoteId> = self.notes.shown_notes().map(|n| n.id).collect();
        self.notes.marks.extend(ids);
        self.say_marked();
    }

    fn say_marked(&mut self) {
        let n = figure(self.notes.marks.len() as u64);
        self.say(&format!(
            "{n} notes marked · t gives them a tag · esc unmarks"
        ));
    }

    fn open_note_tags(&mut self) {
        self.notes.tagging = self.notes.chosen_rows();
        if self.notes.tagging.is_empty() {
            return self.say("no note here to tag");
        }
        let items = self.tag_items(None);
        self.notes.picker = Some(Picker::new(items));
    }

    fn note_tag_key(&mut self, picker: &mut Picker, key: &KeyEvent) {
        if is_escape(key) {
            return;
        }
        if key.code != KeyCode::Enter {
            picker_key(picker, key);
            self.notes.picker = Some(std::mem::take(picker));
            return;
        }
        match picker.current().map(|item| item.label.clone()) {
            Some(name) => self.tag_chosen(vec![Set::Tag { name, on: true }]),
            None => {
                let typed = picker.input.value().trim().to_owned();
                if typed.is_empty() {
                    return self.say("a tag needs a name");
                }
                self.tag_chosen(self.new_tag(&typed));
            }
        }
    }

    /// The tag was chosen; what is under the cursor may have changed since it was asked for.
    fn tag_chosen(&mut self, sets: Vec<Set>) {
        let rows = std::mem::take(&mut self.notes.tagging);
        self.tag_notes(rows, sets);
    }

    fn note_tag_on_digit(&mut self, digit: char) {
        let tag = self.tags.iter().find(|t| t.key == Some(digit));
        match tag.map(|t| t.name.clone()) {
            Some(name) => {
                let rows = self.notes.chosen_rows();
                self.tag_notes(rows, vec![Set::Tag { name, on: true }]);
            }
            None => self.say(&format!("no tag on {digit} · t opens the tags")),
        }
    }

    /// Gives these conversations a tag: one change, one undo.
    fn tag_notes(&mut self, rows: Vec<i64>, sets: Vec<Set>) {
        let Some(name) = sets.iter().find_map(|s| match s {
            Set::Tag { name, .. } => Some(name.clone()),
            _ => None,
        }) else {
            return;
        };
        if rows.is_empty() {
            return self.say("no note here to tag");
        }
        self.repeat = Some(Repeat::Tag(name.clone()));
        self.notes.show_tag(&rows, &name);
        let one = match rows.as_slice() {
            [row] => self.notes.contexts.values().find(|c| c.row == *row),
            _ => None,
        };
        let who = one.map(|c| c.who.line().cut(30).as_str().to_owned());
        self.apply_rows(&rows.into(), sets);
        if let Some(who) = who {
            self.status.text = self.status.text.replacen("this conversation", &who, 1);
        }
        self.notes.marks.clear();
        self.notes.range = None;
    }

    fn edit_note(&mut self) {
        if self.hidden {
            // The masked text would be written over the real one.
            return self.say("a note is changed as it really is: :anonymize shows it");
        }
        let Some(id) = self.notes.current().map(|n| n.id) else {
            return self.say("no note here to change");
        };
        let text = self.notes.contexts.get(&id).and_then(|c| c.note.as_ref());
        match text.map(|n| n.text.for_search().to_owned()) {
            Some(text) => self.notes.editing = Some((id, Input::new(text))),
            None => self.say("the note is still being read: once more"),
        }
    }

    fn note_edit_key(&mut self, id: NoteId, input: &mut Input, key: &KeyEvent) {
        if is_escape(key) {
            return;
        }
        if key.code != KeyCode::Enter {
            edit(input, key);
            self.notes.editing = Some((id, std::mem::take(input)));
            return;
        }
        let text = input.value().trim().to_owned();
        if text.is_empty() {
            return self.say("an empty note is not kept · d removes it");
        }
        // It may be gone meanwhile, and the cursor on another one.
        if self.notes.current().map(|n| n.id) != Some(id) {
            return self.fail("not changed: the note was removed meanwhile");
        }
        self.set_note(Some(text.as_str().into()));
    }

    /// Another text for the note under the cursor; `None` removes it.
    fn set_note(&mut self, text: Option<Untrusted>) {
        let Some((id, row)) = self.notes.current().map(|n| (n.id, n.row)) else {
            return self.say("no note here");
        };
        let context = self.notes.contexts.get(&id);
        let Some((conversation, note)) =
            context.and_then(|c| Some((c.conversation, c.note.clone()?)))
        else {
            return self.say("the note is still being read: once more");
        };
        let words = if text.is_some() {
            "note changed"
        } else {
            "note removed"
        };
        let ticket = self.await_rows([row].into());
        self.about(ticket, words.to_owned());
        if let Some(view) = &mut self.notes.view
            && let Some(at) = view.notes.iter().position(|n| n.id == id)
        {
            match &text {
                Some(text) => {
                    view.notes[at].text = text.clone();
                    view.folded[at] = folded(&view.notes[at]);
                }
                None => {
                    view.notes.remove(at);
                    view.folded.remove(at);
                }
            }
            self.notes.marks.remove(&id);
            self.notes.narrow();
        }
        let edit = Edit {
            targets: vec![Target {
                conversation,
                event: note.event,
            }],
            set: Set::Note { id, text },
        };
        self.send(Cmd::Apply {
            ticket,
            change: Change {
                edits: vec![edit],
                bulk: None,
            },
        });
    }

    /// `enter`: the conversation, at the event; leaving it comes back here.
    fn open_noted(&mut self) {
        let Some(note) = self.notes.current() else {
            return;
        };
        let (row, id) = (note.row, note.id);
        let said = self.notes.contexts.get(&id).and_then(|c| c.said.as_ref());
        let seq = said.map_or(note.event.map(|e| e.seq), |s| Some(s.seq));
        self.popup = None;
        self.jump(row, seq.map(|seq| seq as usize), Some(Popup::Notes));
    }
}

/// Leaves a prompt or a screen.
fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc || is_ctrl(key, 'c')
}
