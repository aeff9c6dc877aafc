//! What the list shows: a filter with order and name, how it is run, and the way back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::App;
use crate::filter::{self, Field, Filter};
use crate::model::{Preset, SortKey};
use crate::tui::layout::Pane;
use crate::tui::msg::{Cmd, FacetView, Query, View};

/// Facets of the sidebar, in its order.
pub const FACETS: &[Field] = &[
    Field::Status,
    Field::Verdict,
    Field::Tag,
    Field::Auto,
    Field::Is,
    Field::Channel,
    Field::Lang,
    Field::Source,
    Field::Version,
    Field::Rating,
    Field::Intent,
    Field::Action,
    Field::Policy,
    Field::Entity,
    Field::Slot,
    Field::Flow,
    Field::Step,
    Field::Dropoff,
    Field::Node,
    Field::Device,
    Field::Location,
    Field::Agent,
    Field::Reviewer,
    Field::Queue,
    Field::Topic,
    Field::Sentiment,
];

/// The filter that is shown, and what is known of its answer.
#[derive(Debug, Default)]
pub struct ViewState {
    /// The filter.
    pub filter: Arc<Filter>,
    /// Its text as typed or saved.
    pub text: String,
    /// The preset it was opened as.
    pub preset: Option<String>,
    /// Order.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
    /// The last question asked.
    pub generation: u64,
    /// The last question answered.
    pub answered: u64,
    /// Matching now.
    pub matching: u64,
    /// All that is not deleted.
    pub total: u64,
    /// Unread among the matching.
    pub unread: u64,
    /// Newer ones that match.
    pub arrived: u64,
    /// Counts.
    pub facets: Vec<FacetView>,
    /// The term that removed everything.
    pub emptied_by: Option<String>,
    /// Counts and facets stand.
    pub complete: bool,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The filter of the answer that is shown.
    pub shown: Arc<Filter>,
    /// Another order or another filter: the answer is shown from its top.
    pub fresh: bool,
    /// The store was empty and nothing was decided since: what is imported is shown as it arrives.
    pub follows: bool,
}

/// A view that can be gone back to.
#[derive(Clone, Debug)]
pub struct Previous {
    text: String,
    preset: Option<String>,
    sort: SortKey,
    reverse: bool,
    row: Option<i64>,
    marks: Vec<i64>,
}

/// Where the screen was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScreenState {
    /// Filter text.
    pub filter: String,
    /// Preset.
    pub preset: Option<String>,
    /// Order.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
    /// Conversation.
    pub row: Option<i64>,
    /// Sidebar shown where there is room.
    pub sidebar: bool,
}

impl Previous {
    /// Its filter as text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The preset it was opened as.
    pub(super) fn preset(&self) -> Option<&str> {
        self.preset.as_deref()
    }
}

impl App {
    /// Runs a filter as a new view; marks are cleared, and `''` comes back here.
    pub(super) fn open_view(&mut self, filter: Filter, text: String, preset: Option<&Preset>) {
        self.previous = Some(self.here());
        self.view.filter = Arc::new(filter);
        self.view.text = text;
        self.view.preset = preset.map(|p| p.name.clone());
        if let Some(preset) = preset {
            self.view.sort = preset.sort;
            self.view.reverse = preset.reverse;
        }
        self.list.unmark();
        // Until the answer is here, keys are about what is still on the screen.
        self.go_to = None;
        self.view.fresh = true;
        self.run_view();
        if !self.view.text.is_empty() && preset.is_none() {
            self.send(Cmd::PushHistory(self.view.text.clone()));
        }
        self.save_state();
    }

    pub(super) fn here(&self) -> Previous {
        Previous {
            text: self.view.text.clone(),
            preset: self.view.preset.clone(),
            sort: self.view.sort,
            reverse: self.view.reverse,
            row: self.list.current(),
            marks: self.list.marked_rows(),
        }
    }

    /// `''`: the previous filter, row and marks.
    pub(super) fn back_to_previous(&mut self) {
        let Some(previous) = self.previous.take() else {
            return self.say("there is no previous filter yet");
        };
        self.previous = Some(self.here());
        self.restore_view(previous);
    }

    pub(super) fn restore_view(&mut self, view: Previous) {
        self.view.filter = Arc::new(filter::parse(&view.text).unwrap_or_default());
        self.view.text = view.text;
        self.view.preset = view.preset;
        self.view.sort = view.sort;
        self.view.reverse = view.reverse;
        self.list.mark_later(view.marks);
        self.go_to = view.row;
        self.view.fresh = false;
        self.run_view();
        self.save_state();
    }

    /// Asks for the present view again.
    pub(super) fn run_view(&mut self) {
        self.view.generation += 1;
        self.view.error = None;
        self.reader.forget();
        let query = Query {
            generation: self.view.generation,
            filter: (*self.view.filter).clone(),
            sort: self.view.sort,
            reverse: self.view.reverse,
            facets: FACETS.to_vec(),
        };
        self.send(Cmd::Query(Box::new(query)));
    }

    /// Takes the answer to a question in; late ones are dropped.
    pub(super) fn answered(&mut self, mut view: View) {
        if view.generation < self.view.generation {
            return;
        }
        self.view.answered = view.generation;
        let rows = view.rows.clone();
        let statuses = std::mem::take(&mut view.statuses);
        let fresh = std::mem::take(&mut self.view.fresh);
        let before = std::mem::replace(&mut self.view.shown, Arc::clone(&self.view.filter));
        if filter::hit_words(&before) != filter::hit_words(&self.view.filter) {
            // The previews of the lines are hits of that filter.
            self.list.forget_lines();
        }
        self.list.set_rows(rows, statuses);
        if fresh {
            self.list.cursor = 0;
            self.list.top = 0;
        }
        self.show_pending_statuses();
        match self.go_to.and_then(|row| self.list.place_of(row)) {
            Some(place) => {
                self.list.cursor = place;
                self.go_to = None;
            }
            // The first page is not all there is.
            None if view.complete => self.go_to = None,
            None => {}
        }
        self.counted(view);
        // What is open may have other hits under this filter.
        if let Some(row) = self.reader.row()
            && self.list.current() == Some(row)
        {
            let filter = Arc::clone(&self.view.filter);
            self.send(Cmd::Open(row, filter));
        }
        if !self.reads_beside_the_list() {
            self.follow();
        }
    }

    /// What is read stays open where another answer does not list it: a link, or a filter run again.
    fn reads_beside_the_list(&self) -> bool {
        let row = self.reader.awaited.or(self.reader.row());
        self.focus == Pane::Reader
            && self.line.is_none()
            && row.is_some_and(|row| self.list.place_of(row).is_none())
    }

    /// Takes counts and facets in, of an answer or of what changed since.
    pub(super) fn counted(&mut self, view: View) {
        if view.generation < self.view.generation {
            return;
        }
        self.view.matching = view.matching;
        self.view.total = view.total;
        self.view.unread = view.unread;
        self.view.arrived = view.arrived;
        self.view.emptied_by = view.emptied_by;
        self.view.complete = view.complete;
        if view.complete {
            let here = self.sidebar_line();
            self.view.facets = view.facets;
            self.stay_in_sidebar(here);
        }
        self.take_cards(view.cards);
    }

    /// Runs the edited filter with the same order; used by sidebar and `*`.
    pub(super) fn refine(&mut self, filter: Filter) {
        let text = filter.to_string();
        self.open_view(filter, text, None);
    }

    /// Takes the presets in. A view goes by the name of a preset only while it is that preset.
    pub(super) fn take_presets(&mut self, presets: Vec<(Preset, Option<u64>)>) {
        let same = |p: &Preset| filter::parse(&p.filter).is_ok_and(|f| f == *self.view.filter);
        let named = self.view.preset.as_deref();
        if !presets
            .iter()
            .any(|(p, _)| Some(p.name.as_str()) == named && same(p))
        {
            self.view.preset = None;
        }
        self.presets = presets;
    }

    /// Opens a preset.
    pub(super) fn open_preset(&mut self, preset: &Preset) {
        match filter::parse(&preset.filter) {
            Ok(filter) => {
                let preset = preset.clone();
                self.open_view(filter, preset.filter.clone(), Some(&preset));
                self.focus_list();
            }
            Err(error) => self.fail(&format!("preset {}: {error}", preset.name)),
        }
    }

    /// Keeps where the screen stands, for the next start.
    pub(super) fn save_state(&mut self) {
        let here = self.list.current().filter(|_| !self.view.fresh);
        let state = ScreenState {
            filter: self.view.text.clone(),
            preset: self.view.preset.clone(),
            sort: self.view.sort,
            reverse: self.view.reverse,
            row: self.go_to.or(here),
            sidebar: self.sidebar.shown,
        };
        if let Ok(text) = serde_json::to_string(&state) {
            self.send(Cmd::SaveState(text));
        }
    }
}
