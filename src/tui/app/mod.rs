//! The state of the screen and how it changes. `update` touches no SQL, no file and no clock; what it
//! wants done it returns as commands.

pub mod about;
pub mod buttons;
pub mod compare;
pub mod confusion;
pub mod correct;
mod definitions;
pub mod detail;
mod excerpt;
pub mod export;
pub mod filter_line;
pub mod find;
mod held;
pub mod hiding;
mod keys;
pub mod learning;
pub mod lines;
pub mod list;
pub mod map;
pub mod marking;
mod mouse;
mod moves;
pub mod naming;
pub mod notes;
pub mod pending;
pub mod picker;
mod places;
pub mod popup;
pub mod predicted;
mod presets;
pub mod reader;
pub mod same_user;
pub mod sidebar;
mod tags;
mod trail;
pub mod triage;
pub mod view;

use std::collections::VecDeque;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::filter::{self, Zone};
use crate::model::{Millis, Preset, Tag};
use crate::text;
use crate::tui::definitions::Places;
use crate::tui::keymap::Keymap;
use crate::tui::layout::{DetailShare, Layout, Pane, header_rows};
use crate::tui::msg::{Cmd, Msg};
use crate::tui::opened::same_filter;
use crate::tui::terminal::TerminalEvent;
use crate::tui::theme::Theme;

use export::ExportState;
use filter_line::FilterLine;
use find::{Find, FindIn};
use learning::LearningState;
use list::ListState;
use notes::NotesState;
use pending::Pending;
use popup::Popup;
use reader::ReaderState;
use sidebar::SidebarState;
use trail::Trail;
use triage::{Repeat, StatusLine};
use view::{Previous, ScreenState, ViewState};

/// A list of an import that is under way follows it up to so many conversations: enough to begin with.
const FOLLOWED: usize = 10_000;

/// The whole state of the screen.
#[derive(Debug)]
pub struct App {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The present moment; the loop sets it before every message.
    pub now: Millis,
    /// The zone of what is shown as a time of day.
    pub zone: Zone,
    /// Who reviews.
    pub reviewer: String,
    /// Colours and glyphs.
    pub theme: Theme,
    /// What keys do.
    pub keymap: Keymap,
    /// Which pane has the keys.
    pub focus: Pane,
    /// Filter, order, counts.
    pub view: ViewState,
    /// The list.
    pub list: ListState,
    /// The conversation.
    pub reader: ReaderState,
    /// Presets and facets.
    pub sidebar: SidebarState,
    /// The filter line while it is edited.
    pub line: Option<FilterLine>,
    /// The learning screen.
    pub learning: LearningState,
    /// The notes screen.
    pub notes: NotesState,
    /// What is looked for in the conversation or its detail.
    pub find: Option<Find>,
    /// The front layer.
    pub popup: Option<Popup>,
    /// Status line.
    pub status: StatusLine,
    /// Exports.
    pub export: ExportState,
    /// The vocabulary.
    pub tags: Vec<Tag>,
    /// Presets with counts.
    pub presets: Vec<(Preset, Option<u64>)>,
    /// Filters typed before, newest first.
    pub history: Vec<String>,
    /// Decisions of this reviewer today.
    pub today: u64,
    /// People and personal data are hidden.
    pub hidden: bool,
    /// True once the store is known to hold nothing at all.
    pub empty_store: bool,
    pending: VecDeque<Pending>,
    tickets: u64,
    repeat: Option<Repeat>,
    previous: Option<Previous>,
    trail: Trail,
    /// Where definitions are looked for.
    pub definitions: Places,
    /// The row that was marked to be compared with another.
    pub compare_from: Option<i64>,
    go_to: Option<i64>,
    delete_asked: Option<String>,
    cmds: Vec<Cmd>,
    /// Keys that wait for the list they are meant for.
    held: VecDeque<KeyEvent>,
}

impl App {
    /// A screen of that size, on the view where it was left; a first start shows Unread.
    pub fn new(
        size: (u16, u16),
        now: Millis,
        reviewer: String,
        theme: Theme,
        keymap: Keymap,
    ) -> Self {
        Self {
            size,
            now,
            zone: Zone::default(),
            reviewer,
            theme,
            keymap,
            focus: Pane::List,
            view: ViewState::default(),
            list: ListState::default(),
            reader: ReaderState::default(),
            sidebar: SidebarState::default(),
            line: None,
            learning: LearningState::default(),
            notes: NotesState::default(),
            find: None,
            popup: None,
            status: StatusLine::default(),
            export: ExportState::default(),
            tags: Vec::new(),
            presets: Vec::new(),
            history: Vec::new(),
            today: 0,
            hidden: false,
            empty_store: false,
            pending: VecDeque::new(),
            tickets: 0,
            repeat: None,
            previous: None,
            trail: Trail::default(),
            definitions: Places::default(),
            compare_from: None,
            go_to: None,
            delete_asked: None,
            cmds: Vec::new(),
            held: VecDeque::new(),
        }
    }

    /// Opens the view where the screen was left (`None`: the first start, Unread), at the conversation
    /// and event `at` where one is asked for.
    pub fn start(
        &mut self,
        state: Option<ScreenState>,
        at: Option<(i64, Option<u32>)>,
    ) -> Vec<Cmd> {
        let first = ScreenState {
            filter: "is:unread".into(),
            preset: Some("Unread".into()),
            sidebar: true,
            ..Default::default()
        };
        let state = state.unwrap_or(first);
        self.view.text = state.filter;
        match filter::parse(&self.view.text) {
            Ok(parsed) => self.view.filter = Arc::new(parsed),
            Err(error) => {
                self.fail(&format!("the last filter no longer reads: {error}"));
                self.view.text.clear();
            }
        }
        self.view.preset = state.preset;
        self.view.sort = state.sort;
        self.view.reverse = state.reverse;
        self.sidebar.shown = state.sidebar;
        self.go_to = at.map(|a| a.0).or(state.row);
        if at.is_some() {
            self.focus = Pane::Reader;
        }
        self.run_view();
        if let Some((row, seq)) = at {
            self.reader.land_on_event = seq.map(|s| (row, s as usize));
            self.reader.awaited = Some(row);
            self.send(Cmd::Open(row, Arc::clone(&self.view.filter)));
        }
        self.finish()
    }

    /// Applies one message and says what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Cmd> {
        let Some(msg) = self.past_the_veil(msg) else {
            return self.finish();
        };
        match msg {
            // Taken off above.
            Msg::Hidden(_) => {}
            Msg::Key(key) => {
                if !self.holds(&key) {
                    let here = self.list.cursor;
                    self.pressed(&key);
                    self.moved(here);
                }
            }
            Msg::Mouse(mouse) => {
                let here = self.list.cursor;
                self.mouse(&mouse);
                self.moved(here);
            }
            Msg::Paste(text) => {
                if self.line.is_some() {
                    self.line_paste(&text);
                } else if self.find.as_ref().is_some_and(|f| f.typing) {
                    self.find_paste(&text);
                } else {
                    self.popup_paste(&text);
                }
            }
            Msg::Resize(width, height) => self.size = (width, height),
            Msg::FirstPage(view) => {
                if self.view.answered == 0 {
                    self.answered(*view);
                }
            }
            Msg::Answer(view) => {
                self.empty_store = view.empty;
                self.answered(*view);
            }
            Msg::Live(view) => {
                let current = view.generation == self.view.generation;
                let filled = self.empty_store && !view.empty;
                self.empty_store = view.empty;
                // Without statuses what is shown would count as what was before.
                if view.rows.is_the(&self.list.rows) && !view.statuses.is_empty() {
                    self.list.set_statuses(&view.statuses);
                    self.show_pending_statuses();
                }
                self.counted(*view);
                // Nothing was being worked on that could jump: what arrives is shown by itself.
                self.view.follows |= filled;
                if filled || current && self.view.arrived > 0 && self.may_follow() {
                    self.run_view();
                }
            }
            Msg::QueryFailed { generation, error } => {
                if generation == self.view.generation {
                    self.fail(&error);
                    self.view.error = Some(error);
                }
            }
            // Their previews are those of a filter that is not asked for any more.
            Msg::Cards(cards, filter) if !same_filter(&filter, &self.view.filter) => {
                self.list.skipped(cards.iter().map(|c| c.row));
            }
            Msg::Cards(cards, _) => self.take_cards(cards),
            Msg::Skipped(rows) => self.list.skipped(rows.into_iter()),
            // It was read before a change that is shown already; it is read again when that is written.
            Msg::Opened(opened)
                if self.is_pending(opened.row()) && self.reader.known(opened.row()).is_some() => {}
            Msg::Opened(opened) if !same_filter(&opened.filter, &self.view.filter) => {
                self.opened_late(opened.row());
            }
            Msg::Opened(opened) => {
                let width = self.reader_size().0;
                self.reader.take(*opened, width);
            }
            Msg::OpenFailed { row, error } => {
                if self.reader.awaited == Some(row) {
                    self.reader.awaited = None;
                    self.reader.error = Some(error);
                    self.reader.open = None;
                }
            }
            Msg::Written(ack) => {
                self.written(ack);
                self.reviews_changed();
            }
            Msg::WriteFailed { ticket, error } => {
                self.write_failed(ticket, &error);
                self.reviews_changed();
            }
            Msg::Unchanged { ticket } => {
                self.unchanged(ticket);
                self.reviews_changed();
            }
            Msg::Tags(tags) => self.tags = tags,
            Msg::Presets(presets) => self.take_presets(presets),
            Msg::Journal(new) => {
                if let Some(Popup::Journal { entries, cursor }) = &mut self.popup {
                    *cursor = (*cursor).min(new.len().saturating_sub(1));
                    *entries = Some(new);
                }
            }
            Msg::Definitions(found) => self.take_definitions(found),
            Msg::Compared { rows, found } => self.take_compared(rows, found),
            Msg::SameUser { row, found } => self.take_same_user(row, found),
            Msg::Values(of, values) => self.take_values(&of, values),
            Msg::Notes(view) => self.take_notes(*view),
            Msg::NoteContexts(contexts) => self.take_note_contexts(contexts),
            Msg::Learning(view) => self.take_learning(*view),
            Msg::LearningCards(cards) => self.take_learning_cards(cards),
            Msg::Confusion(confusion) => self.take_confusion(*confusion),
            Msg::Known(field, values) => self.take_known(field, values),
            Msg::History(history) => self.history = history,
            Msg::Today(n) => self.today = n,
            Msg::StoreChanged => {
                self.list.forget_far();
                let mut rows: Vec<i64> = self.list.near().collect();
                rows.extend(self.reader.row());
                self.reader.forget();
                self.reread(&rows, false);
                self.reviews_changed();
            }
            Msg::Excerpt(clip) => self.send(Cmd::Copy(clip)),
            Msg::NotCopied(clip) => self.send(Cmd::CopyByTerminal(clip)),
            Msg::Notice(text) => self.say(&text),
            Msg::Export(news) => self.export_news(news),
            Msg::WorkerDied(why) => {
                self.fail(&why);
                // No list may ever come: keys do not wait for it.
                self.view.answered = self.view.generation;
            }
            Msg::Terminal(TerminalEvent::Terminate(_) | TerminalEvent::Hangup) => self.leave(),
            Msg::Terminal(TerminalEvent::Suspend) => self.send(Cmd::Suspend),
            Msg::Terminal(TerminalEvent::Resume) => self.send(Cmd::Redraw),
        }
        self.finish()
    }

    /// Brings everything derived into step and hands the commands over.
    fn finish(&mut self) -> Vec<Cmd> {
        self.release_held();
        self.keep_trail();
        self.settle_comparison();
        if let Some(layout) = self.layout() {
            // Behind the reader the list stands still: it is found as it was left.
            if layout.list.is_some() {
                self.list.scroll_into(layout.list_rows());
                let wanted = self.list.wanted(layout.list_rows());
                if !wanted.is_empty() {
                    let filter = Arc::clone(&self.view.filter);
                    self.send(Cmd::Cards(wanted, filter));
                }
            }
            if let Some(area) = layout.sidebar {
                self.settle_sidebar(usize::from(area.height));
            }
            match self.popup {
                Some(Popup::Notes) => self.settle_notes(&layout),
                Some(Popup::Learning) => self.settle_learning(&layout),
                _ => {}
            }
            let (width, height) = self.reader_size();
            self.reader.folding.tildes = !self.theme.strikes();
            self.reader.settle(width, height);
            self.settle_detail();
            self.settle_find();
            self.settle_map();
            if layout.reader.is_some()
                && self.reader.row().is_none()
                && self.reader.awaited.is_none()
                // What could not be read is not asked for again and again.
                && self.reader.error.is_none()
            {
                self.follow();
            }
        }
        std::mem::take(&mut self.cmds)
    }

    /// What a full screen shows of reviews is read anew: something of them changed, or did not after all.
    fn reviews_changed(&mut self) {
        self.notes_changed();
        self.learning_changed();
    }

    /// The layout of the present frame; `None`: too small.
    pub fn layout(&self) -> Option<Layout> {
        Layout::of(
            self.size,
            self.focus,
            self.sidebar.shown,
            self.detail_share(),
        )
    }

    /// How much of the reader the detail takes.
    fn detail_share(&self) -> DetailShare {
        match (self.reader.detail, self.in_detail()) {
            (false, _) => DetailShare::None,
            (true, false) => DetailShare::Some,
            (true, true) => DetailShare::Most,
        }
    }

    /// Columns and rows that conversation lines have in the reader, without its header.
    pub fn reader_size(&self) -> (u16, usize) {
        match self.layout().and_then(|l| l.reader.map(|r| (r, l.class))) {
            Some((area, class)) => (
                area.width,
                usize::from(area.height.saturating_sub(header_rows(class) + 1)),
            ),
            None => (80, 20),
        }
    }

    /// Time of day of a moment.
    pub fn clock_time(&self, at: Millis) -> String {
        match self.zone {
            Zone::Local => text::clock_time(at.0),
            Zone::Fixed(offset) => text::clock_time_in(&offset, at.0),
        }
    }

    /// Day and time of a moment.
    pub fn day_time(&self, at: Millis) -> String {
        match self.zone {
            Zone::Local => text::day_time(at.0, self.now.0),
            Zone::Fixed(offset) => text::day_time_in(&offset, at.0, self.now.0),
        }
    }

    /// Makes the map anew where it would show something else.
    fn settle_map(&mut self) {
        let layout = self.layout();
        let Some((area, class)) = layout.and_then(|l| l.reader.map(|r| (r, l.class))) else {
            return;
        };
        let height = usize::from(area.height.saturating_sub(header_rows(class)));
        let find = self.find_in_conversation();
        let made_of = (self.reader.revision, height, find.map(|f| f.generation));
        let Some(open) = &self.reader.open else {
            return;
        };
        if self.reader.map_of != Some(made_of) {
            let map = match find {
                Some(find) => map::Map::new(open, height, find.numbers()),
                None => map::Map::new(open, height, open.hits.events.iter().map(|h| *h as usize)),
            };
            self.reader.map = map;
            self.reader.map_of = Some(made_of);
        }
    }

    /// The find, where it is about the conversation.
    pub fn find_in_conversation(&self) -> Option<&Find> {
        self.find
            .as_ref()
            .filter(|f| f.within == FindIn::Conversation)
    }

    pub(super) fn send(&mut self, cmd: Cmd) {
        self.cmds.push(cmd);
    }

    /// Words on the status line.
    pub(super) fn say(&mut self, text: &str) {
        self.status = StatusLine {
            text: text.to_owned(),
            passing: true,
            ..StatusLine::default()
        };
    }

    /// An error on the status line.
    pub(super) fn fail(&mut self, text: &str) {
        self.status = StatusLine {
            text: text.to_owned(),
            error: true,
            passing: true,
            ..StatusLine::default()
        };
    }

    pub(super) fn focus_list(&mut self) {
        self.focus = Pane::List;
    }

    /// Lays the open conversation out again.
    pub(super) fn relayout(&mut self) {
        let width = self.reader_size().0;
        self.reader.lay_out(width);
    }

    /// Whoever moves the cursor from `here` by hand is not taken elsewhere by an answer that comes later.
    fn moved(&mut self, here: usize) {
        if self.list.cursor != here {
            self.go_to = None;
        }
    }

    /// True while the list may show by itself what an import brings: nobody has begun to work on it.
    fn may_follow(&self) -> bool {
        self.view.follows
            && self.list.rows.len() < FOLLOWED
            && self.list.marks.is_empty()
            && self.list.range.is_none()
            && self.line.is_none()
            && self.popup.is_none()
    }

    /// A conversation arrived that was asked for under another filter: its hits are not those of this one.
    /// Where somebody waits for it, it is read once more.
    fn opened_late(&mut self, row: i64) {
        if self.reader.awaited == Some(row) || self.reader.row() == Some(row) {
            self.send(Cmd::Open(row, Arc::clone(&self.view.filter)));
        }
    }

    /// The reader shows what the list's cursor stands on, where it is on the screen; the neighbours are
    /// read before they are asked for.
    pub(super) fn follow(&mut self) {
        let Some(row) = self.list.current() else {
            self.reader.open = None;
            self.reader.awaited = None;
            self.reader.error = None;
            return;
        };
        let filter = Arc::clone(&self.view.filter);
        let visible = self.layout().is_some_and(|l| l.reader.is_some());
        if visible && self.reader.row() != Some(row) {
            let width = self.reader_size().0;
            if !self.reader.show_kept(row, &filter, width) {
                self.reader.awaited = Some(row);
                self.reader.error = None;
                self.send(Cmd::Open(row, Arc::clone(&filter)));
            }
        }
        let near = [self.list.cursor + 1, self.list.cursor.wrapping_sub(1)];
        let near = near.into_iter().chain(self.list.next_undecided(false));
        let ahead: Vec<i64> = near.filter_map(|p| self.list.rows.get(p)).collect();
        for row in ahead {
            if self.reader.known(row).is_none() && self.reader.awaited != Some(row) {
                self.send(Cmd::Prefetch(row, Arc::clone(&filter)));
            }
        }
    }

    /// Opens a row in the reader, wherever it stands.
    pub(super) fn read_row(&mut self, row: i64) {
        if let Some(place) = self.list.place_of(row) {
            self.list.cursor = place;
        }
        self.focus = Pane::Reader;
        let width = self.reader_size().0;
        let filter = Arc::clone(&self.view.filter);
        if self.reader.row() != Some(row) && !self.reader.show_kept(row, &filter, width) {
            self.reader.awaited = Some(row);
            self.reader.error = None;
            self.send(Cmd::Open(row, filter));
        }
    }
}
