//! What lies over the panes and takes the keys first: help, palette, pickers, prompts, journal.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::App;
use super::about::About;
use super::compare::Comparison;
use super::confusion::ConfusionTable;
use super::correct::Correcting;
use super::export::ExportForm;
use super::picker::{Choice, Item, Picker};
use super::same_user::SameUser;
use crate::filter::{self, Field};
use crate::model::{JournalEntry, Preset, SortKey};
use crate::text::Untrusted;
use crate::text::redact::has_mask;
use crate::tui::action::{ACTIONS, Action};
use crate::tui::msg::Cmd;

/// The front layer.
#[derive(Debug)]
pub enum Popup {
    /// Help, narrowed by typing.
    Help {
        /// What was typed.
        input: Input,
        /// First line on the screen.
        top: usize,
    },
    /// Every action by name.
    Palette(Picker),
    /// Tags, ticked.
    Tags(Picker),
    /// Orders.
    Sort(Picker),
    /// Values of the row or event under the cursor.
    Values(Picker),
    /// Outputs to export as.
    ExportAs(Picker),
    /// An export: what, how, into which file.
    Export(Box<ExportForm>),
    /// Presets.
    Presets(Picker),
    /// `'` was pressed: the next key names a preset.
    AwaitPreset,
    /// A note is being written.
    Note(Input),
    /// A preset is being saved: its name.
    PresetName(Input),
    /// A preset is being saved: its key.
    PresetKey {
        /// The preset.
        preset: Preset,
        /// The name of the one it replaces.
        replaces: Option<String>,
    },
    /// All notes; their state is [`super::notes::NotesState`].
    Notes,
    /// The learning sets; their state is [`super::learning::LearningState`].
    Learning,
    /// The journal.
    Journal {
        /// Entries, newest first; `None` while they are read.
        entries: Option<Vec<JournalEntry>>,
        /// Place of the cursor.
        cursor: usize,
    },
    /// Conversations of the same user.
    SameUser(SameUser),
    /// What to look for, or which place to open.
    Definitions(Picker),
    /// Two conversations side by side.
    Compare(Comparison),
    /// What was predicted against what was corrected.
    Confusion(ConfusionTable),
    /// A message is being corrected.
    Correct(Box<Correcting>),
    /// Topics and more of conversations are being corrected.
    About(Box<About>),
}

/// Edits the text of a prompt. True where it changed.
pub(super) fn edit(input: &mut Input, key: &KeyEvent) -> bool {
    input
        .handle_event(&Event::Key(*key))
        .is_some_and(|change| change.value)
}

impl App {
    /// A key for the front layer.
    pub(super) fn popup_key(&mut self, key: &KeyEvent) {
        if matches!(self.popup, Some(Popup::Notes)) {
            return self.notes_key(key);
        }
        if matches!(self.popup, Some(Popup::Learning)) {
            return self.learning_key(key);
        }
        let exporting = matches!(self.popup, Some(Popup::ExportAs(_) | Popup::Export(_)));
        self.front_key(key);
        if exporting && self.popup.is_none() && self.export.on_learning {
            self.popup = Some(Popup::Learning);
        }
    }

    fn front_key(&mut self, key: &KeyEvent) {
        let Some(mut popup) = self.popup.take() else {
            return;
        };
        if key.code == KeyCode::Esc || is_ctrl(key, 'c') {
            // Some have layers of their own.
            let inside = match &mut popup {
                Popup::Correct(of) => of.escape(),
                Popup::About(of) => of.escape(),
                _ => false,
            };
            self.popup = inside.then_some(popup);
            return;
        }
        let keep = match &mut popup {
            Popup::Help { input, top } => help_key(input, top, key),
            Popup::Palette(picker)
            | Popup::Sort(picker)
            | Popup::Values(picker)
            | Popup::Definitions(picker)
            | Popup::ExportAs(picker) => {
                if key.code == KeyCode::Enter {
                    self.choose(
                        picker.current().map(|i| i.choice.clone()),
                        picker.input.value().to_owned(),
                    );
                    false
                } else {
                    picker_key(picker, key);
                    true
                }
            }
            Popup::Export(form) => self.export_key(form, key),
            Popup::Tags(picker) => self.tags_key(picker, key),
            Popup::Presets(picker) => self.presets_key(picker, key),
            Popup::AwaitPreset => {
                self.preset_key(key);
                false
            }
            Popup::Note(input) => {
                if key.code == KeyCode::Enter && !key.modifiers.is_empty() {
                    // Where another tool begins a line: here a note is one line.
                    input.handle(tui_input::InputRequest::InsertChar(' '));
                    true
                } else if key.code == KeyCode::Enter {
                    let text = Untrusted::from(input.value());
                    self.write_note(text);
                    false
                } else {
                    edit(input, key);
                    true
                }
            }
            Popup::PresetName(input) => {
                if key.code == KeyCode::Enter {
                    let name = input.value().trim().to_owned();
                    self.name_preset(name);
                    false
                } else {
                    edit(input, key);
                    true
                }
            }
            Popup::PresetKey { preset, replaces } => {
                self.key_preset(preset.clone(), replaces.clone(), key);
                false
            }
            // They have their keys above, and stay where they are.
            Popup::Notes | Popup::Learning => true,
            Popup::Journal { entries, cursor } => self.journal_key(entries.as_deref(), cursor, key),
            Popup::SameUser(same) => self.same_user_key(same, key),
            Popup::Compare(comparison) => self.compare_key(comparison, key),
            Popup::Confusion(table) => self.confusion_key(table, key),
            Popup::Correct(of) => self.correct_key(of, key),
            Popup::About(of) => self.about_key(of, key),
        };
        // A choice may have opened another layer: that one stays in front.
        if keep && self.popup.is_none() {
            self.popup = Some(popup);
        }
    }

    /// Pasted text goes into whatever takes text.
    pub(super) fn popup_paste(&mut self, text: &str) {
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(100_000)
            .collect();
        let insert = |input: &mut Input| insert(input, text.chars());
        match &mut self.popup {
            Some(Popup::Note(input) | Popup::PresetName(input) | Popup::Help { input, .. }) => {
                insert(input)
            }
            Some(Popup::Export(form)) if form.in_file() => insert(&mut form.file),
            Some(
                Popup::Palette(picker)
                | Popup::Tags(picker)
                | Popup::Sort(picker)
                | Popup::Values(picker)
                | Popup::Definitions(picker)
                | Popup::ExportAs(picker)
                | Popup::Presets(picker),
            ) => {
                insert(&mut picker.input);
                picker.narrow();
            }
            Some(Popup::Notes) => self.notes_paste(&text),
            Some(Popup::Learning) => self.learning_paste(&text),
            Some(Popup::Correct(of)) => {
                if let Some(naming) = of.typing() {
                    insert(&mut naming.picker.input);
                    naming.picker.narrow();
                }
            }
            Some(Popup::About(of)) => {
                if let Some(input) = &mut of.input {
                    insert(input);
                }
            }
            _ => {}
        }
    }

    pub(super) fn open_palette(&mut self) {
        let scope = self.scope();
        let mut items: Vec<Item> = ACTIONS
            .iter()
            .filter(|i| i.action != Action::Palette)
            .map(|info| Item {
                label: info.name.replace('-', " ").into(),
                detail: format!(
                    "{}  {}",
                    self.keymap.keys_for(info.action, scope).join(" "),
                    info.help
                ),
                ticked: None,
                choice: Choice::Action(info.action),
            })
            .collect();
        for (word, detail, choice) in [
            ("w", "everything is written already", Choice::AllWritten),
            ("wq", "leave afterword", Choice::Quit),
            ("quit", "leave afterword", Choice::Quit),
        ] {
            items.push(Item {
                label: word.into(),
                detail: detail.to_owned(),
                ticked: None,
                choice,
            });
        }
        for (preset, _) in &self.presets {
            items.push(Item {
                label: format!("preset {}", preset.name).into(),
                detail: self.shown_filter(&preset.filter).to_owned(),
                ticked: None,
                choice: Choice::Preset(preset.name.clone()),
            });
        }
        self.popup = Some(Popup::Palette(Picker::new(items)));
    }

    pub(super) fn open_sort(&mut self) {
        let items = SortKey::ALL
            .iter()
            .map(|(key, name, words, _)| Item {
                label: name.replace('_', " ").into(),
                detail: (*words).to_owned(),
                ticked: Some(*key == self.view.sort),
                choice: Choice::Sort(*key),
            })
            .collect();
        self.popup = Some(Popup::Sort(Picker::new(items)));
    }

    fn choose(&mut self, choice: Option<Choice>, typed: String) {
        if matches!(typed.trim(), "q" | "wq" | "q!") {
            return self.quit();
        }
        match choice {
            Some(Choice::Action(action)) => self.act(action, ""),
            Some(Choice::Sort(key)) => self.sort_by(key),
            Some(Choice::Value(field, value)) => {
                let filter = filter::add_value(&self.view.filter, field, value.as_str());
                self.refine(filter);
            }
            Some(Choice::Preset(name)) => self.open_preset_named(&name),
            Some(Choice::Define(wanted)) => self.look_up(wanted),
            Some(Choice::Edit(definition)) => self.send(Cmd::Edit(definition)),
            Some(Choice::Output(name)) => self.open_export_form(name),
            Some(Choice::Quit) => self.quit(),
            Some(Choice::AllWritten) => self.say("everything is written as soon as it is decided"),
            Some(Choice::Tag(name) | Choice::AutoTag(name)) => self.toggle_tag(name),
            // Names are chosen in popups of their own.
            Some(Choice::Name(_)) => {}
            None => self.say("nothing of that name"),
        }
    }

    fn journal_key(
        &mut self,
        entries: Option<&[JournalEntry]>,
        cursor: &mut usize,
        key: &KeyEvent,
    ) -> bool {
        let last = entries.map_or(0, |e| e.len().saturating_sub(1));
        let half = usize::from(self.size.1 / 2);
        match key.code {
            _ if moved(cursor, last, half, key) => {}
            KeyCode::Char('q' | 'H') => return false,
            KeyCode::Char('u') => {
                if let Some(entry) = entries.and_then(|e| e.get(*cursor)) {
                    self.send(Cmd::UndoEntry(entry.id));
                }
            }
            KeyCode::Enter => {
                if let Some((row, _)) = entries
                    .and_then(|e| e.get(*cursor))
                    .and_then(|e| e.first.clone())
                {
                    self.read_row(row);
                    return false;
                }
            }
            _ => {}
        }
        true
    }

    /// `*`: by a value of what is under the cursor; one value is taken at once, several are offered.
    pub(super) fn filter_by_value(&mut self) {
        let mut values = self.values_here();
        // What stands in place of a value is none to filter by.
        values.retain(|(field, value)| {
            !self.hidden || !matches!(field, Field::User | Field::Agent) && !has_mask(value)
        });
        match values.as_slice() {
            [] if self.hidden => self.say("nothing here to filter by that is not hidden"),
            [] => self.say("nothing here to filter by"),
            [(field, value)] => {
                let filter = filter::add_value(&self.view.filter, *field, value.as_str());
                self.refine(filter);
            }
            many => {
                let items = many
                    .iter()
                    .map(|(field, value)| Item {
                        label: format!("{}:{value}", field.name()).into(),
                        detail: String::new(),
                        ticked: None,
                        choice: Choice::Value(*field, value.clone()),
                    })
                    .collect();
                self.popup = Some(Popup::Values(Picker::new(items)));
            }
        }
    }

    fn values_here(&self) -> Vec<(Field, String)> {
        let mut out = Vec::new();
        let mut add = |field, value: Option<&Untrusted>| {
            if let Some(value) = value {
                out.push((field, value.for_search().to_owned()));
            }
        };
        if self.focus == crate::tui::layout::Pane::Reader
            && let Some(open) = &self.reader.open
            && let Some(event) = open.cursor.and_then(|seq| open.whole.events.get(seq))
        {
            add(
                Field::Intent,
                event.intent.as_ref().and_then(|i| i.name.as_ref()),
            );
            add(
                Field::Action,
                event.action.as_ref().and_then(|a| a.name.as_ref()),
            );
            add(Field::Slot, event.slot.as_ref().map(|s| &s.name));
            add(Field::Flow, event.flow.as_ref().map(|f| &f.name));
            for entity in &event.entities {
                add(Field::Entity, Some(&entity.name));
            }
            if !out.is_empty() {
                return out;
            }
        }
        let Some(card) = self.list.current().and_then(|row| self.list.card(row)) else {
            return Vec::new();
        };
        let mut add = |field, value: Option<&Untrusted>| {
            if let Some(value) = value {
                out.push((field, value.for_search().to_owned()));
            }
        };
        let a = &card.attributes;
        add(Field::Channel, a.channel.as_ref());
        add(Field::Lang, a.language.as_ref());
        add(Field::User, a.user_id.as_ref());
        add(Field::Version, a.version.as_ref());
        add(Field::Device, a.device.as_ref());
        add(Field::Location, a.location.as_ref());
        add(Field::Agent, a.agent.as_ref());
        add(Field::Source, Some(&card.source));
        for tag in &card.review.tags {
            add(Field::Tag, Some(tag));
        }
        for (intent, _) in &card.intents {
            add(Field::Intent, Some(intent));
        }
        for (action, _) in &card.actions {
            add(Field::Action, Some(action));
        }
        out
    }
}

/// True for a letter with ctrl.
pub(super) fn is_ctrl(key: &KeyEvent, c: char) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers.contains(KeyModifiers::CONTROL)
}

/// A key that moves in a popup that is a list: `cursor` goes to at most `last`, by `half` a page at a time.
/// False: it means something else.
pub(super) fn moved(cursor: &mut usize, last: usize, half: usize, key: &KeyEvent) -> bool {
    *cursor = match key.code {
        KeyCode::Char('d') if is_ctrl(key, 'd') => *cursor + half,
        KeyCode::Char('u') if is_ctrl(key, 'u') => cursor.saturating_sub(half),
        KeyCode::PageDown => *cursor + 2 * half,
        KeyCode::PageUp => cursor.saturating_sub(2 * half),
        KeyCode::Char('j') | KeyCode::Down => *cursor + 1,
        KeyCode::Char('k') | KeyCode::Up => cursor.saturating_sub(1),
        KeyCode::Char('g') | KeyCode::Home => 0,
        KeyCode::Char('G') | KeyCode::End => last,
        _ => return false,
    };
    *cursor = (*cursor).min(last);
    true
}

/// A key that moves in a picker or narrows it.
pub(super) fn picker_key(picker: &mut Picker, key: &KeyEvent) {
    match key.code {
        KeyCode::Down => picker.step(1),
        KeyCode::Up => picker.step(-1),
        KeyCode::PageDown => picker.step(10),
        KeyCode::PageUp => picker.step(-10),
        _ if is_ctrl(key, 'n') => picker.step(1),
        _ if is_ctrl(key, 'p') => picker.step(-1),
        _ => {
            if edit(&mut picker.input, key) {
                picker.narrow();
            }
        }
    }
}

fn help_key(input: &mut Input, top: &mut usize, key: &KeyEvent) -> bool {
    match key.code {
        KeyCode::Enter => return false,
        KeyCode::Char('?' | 'q') if input.value().is_empty() => return false,
        KeyCode::Down => *top += 1,
        KeyCode::Up => *top = top.saturating_sub(1),
        KeyCode::PageDown => *top += 10,
        KeyCode::PageUp => *top = top.saturating_sub(10),
        _ => {
            if edit(input, key) {
                *top = 0;
            }
        }
    }
    true
}

/// Puts text in at the cursor, all at once: character by character each looks for its place again, and the
/// screen would stand still for seconds after a long paste.
pub(super) fn insert(input: &mut Input, text: impl Iterator<Item = char>) {
    let (cursor, old) = (input.cursor(), input.value());
    let mut value: String = old.chars().take(cursor).collect();
    let at = value.len();
    value.extend(text);
    let cursor = value.chars().count();
    value.push_str(&old[at..]);
    *input = std::mem::take(input).with_value(value).with_cursor(cursor);
}
