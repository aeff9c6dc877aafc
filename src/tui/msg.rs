//! What happens to the app ([`Msg`]) and what it asks for ([`Cmd`]). Nothing else crosses the threads.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use super::compared::Compared;
use super::definitions::{Definition, Places, Wanted};
use super::noted::{NoteContext, NotesOf, NotesView};
use super::opened::Opened;
use super::rows::Rows;
use super::terminal::TerminalEvent;
use crate::export::outputs::{Choices, OutputInfo};
use crate::filter::{Field, Filter};
use crate::model::{
    Ack, Change, CorrectionField, EntryId, JournalEntry, Millis, NoteId, Preset, Set, SortKey,
    Status, Tag,
};
use crate::stats::Confusion;
use crate::store::{Card, Whole};

/// One thing that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// Pasted text.
    Paste(String),
    /// New size: columns, rows.
    Resize(u16, u16),
    /// The first page, before the catalogue stands.
    FirstPage(Box<View>),
    /// Answer to [`Cmd::Query`].
    Answer(Box<View>),
    /// Counts and facets of the current view after something changed. Its rows are those of the answer that
    /// is shown, with their statuses now where many may have changed.
    Live(Box<View>),
    /// A question could not be answered.
    QueryFailed {
        /// Which.
        generation: u64,
        /// Why.
        error: String,
    },
    /// An answer in which people and personal data are hidden.
    Hidden(Box<Msg>),
    /// Lines of the list, with the hits of this filter as their previews.
    Cards(Vec<Card>, Arc<Filter>),
    /// Rows whose lines were not read, because others are asked for by now.
    Skipped(Vec<i64>),
    /// A conversation that was asked for.
    Opened(Box<Opened>),
    /// A conversation that could not be read.
    OpenFailed {
        /// Which row.
        row: i64,
        /// Why.
        error: String,
    },
    /// A change is durable.
    Written(Ack),
    /// A change would have changed nothing: it was so already.
    Unchanged {
        /// The ticket of its [`Cmd::Apply`], where it was one.
        ticket: Option<u64>,
    },
    /// A change was not written; everything it showed is to be taken back.
    WriteFailed {
        /// The ticket of its [`Cmd::Apply`], where it was one.
        ticket: Option<u64>,
        /// Why.
        error: String,
    },
    /// The vocabulary.
    Tags(Vec<Tag>),
    /// The presets, with how many match each where that is known.
    Presets(Vec<(Preset, Option<u64>)>),
    /// The journal, newest first.
    Journal(Vec<JournalEntry>),
    /// Answer to [`Cmd::FindDefinition`]: the places, or why there are none.
    Definitions(Result<Vec<Definition>, String>),
    /// Answer to [`Cmd::Compare`].
    Compared {
        /// What was asked for.
        rows: [i64; 2],
        /// The two side by side, or why they cannot be read.
        found: Result<Box<Compared>, String>,
    },
    /// Answer to [`Cmd::SameUser`].
    SameUser {
        /// Whose user was asked for.
        row: i64,
        /// The conversations, the newest first, and whether there are more; or why they cannot be read.
        found: Result<(Vec<Card>, bool), String>,
    },
    /// Answer to [`Cmd::Values`], with the conversations that carry each.
    Values(ValuesOf, Vec<(String, u64)>),
    /// Answer to [`Cmd::Notes`].
    Notes(Box<NotesView>),
    /// What notes stand on.
    NoteContexts(Vec<NoteContext>),
    /// Answer to [`Cmd::Learning`].
    Learning(Box<LearningView>),
    /// Lines of the learning screen.
    LearningCards(Vec<Card>),
    /// Answer to [`Cmd::Confusion`].
    Confusion(Box<Confusion>),
    /// Part of the answer to [`Cmd::Known`]: names and values of the store, predicted or corrected to, with
    /// the conversations that carry each.
    Known(CorrectionField, Vec<(String, u64)>),
    /// What was typed in the filter line before, newest first.
    History(Vec<String>),
    /// Decisions of this reviewer today.
    Today(u64),
    /// Another process changed the store: what is shown may be old.
    StoreChanged,
    /// Answer to [`Cmd::Excerpt`]: it goes to the clipboard.
    Excerpt(Clip),
    /// The helper program did not take this text: the terminal is asked instead.
    NotCopied(Clip),
    /// Something worth a line on the status line.
    Notice(String),
    /// What became of an export, or how far it is.
    Export(ExportNews),
    /// A worker ended unexpectedly.
    WorkerDied(String),
    /// The terminal or the system says so.
    Terminal(TerminalEvent),
}

impl Msg {
    /// True for what a worker read of conversations and their reviews.
    pub fn has_data(&self) -> bool {
        matches!(
            self,
            Self::FirstPage(_)
                | Self::Answer(_)
                | Self::Live(_)
                | Self::Cards(..)
                | Self::Opened(_)
                | Self::Journal(_)
                | Self::Compared { .. }
                | Self::SameUser { .. }
                | Self::Values(..)
                | Self::Notes(_)
                | Self::NoteContexts(_)
                | Self::Learning(_)
                | Self::LearningCards(_)
                | Self::Confusion(_)
                | Self::Known(..)
                | Self::Excerpt(_)
        )
    }
}

/// Rows of a view, in order, with what belongs to them.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Which question this answers.
    pub generation: u64,
    /// Row ids in the order of the list.
    pub rows: Rows,
    /// Status of each when the filter ran.
    pub statuses: Vec<Status>,
    /// The first lines, so that they show in the same frame.
    pub cards: Vec<Card>,
    /// How many match.
    pub matching: u64,
    /// How many are not deleted.
    pub total: u64,
    /// Unread among the matching.
    pub unread: u64,
    /// Matching rows that are newer than the list on the screen (in [`Msg::Live`]).
    pub arrived: u64,
    /// Counts per facet.
    pub facets: Vec<FacetView>,
    /// Where nothing matches: which term removed everything, in words.
    pub emptied_by: Option<String>,
    /// The store holds no conversation at all, not even a deleted one.
    pub empty: bool,
    /// False while counts and facets are still being worked out.
    pub complete: bool,
}

/// One facet of the sidebar.
#[derive(Clone, Debug, PartialEq)]
pub struct FacetView {
    /// Its field.
    pub field: Field,
    /// Values with counts, most frequent first.
    pub values: Vec<(String, u64)>,
    /// How many values there are in all.
    pub distinct: u64,
}

/// A question to the catalogue.
#[derive(Clone, Debug)]
pub struct Query {
    /// Answers carry it; late ones are dropped.
    pub generation: u64,
    /// Filter.
    pub filter: Filter,
    /// Order.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
    /// Facets whose values are shown.
    pub facets: Vec<Field>,
}

/// A question of the learning screen.
#[derive(Clone, Debug)]
pub struct LearningQuery {
    /// Answers carry it; late ones are dropped.
    pub generation: u64,
    /// What every set has to satisfy beside its own filter.
    pub within: Filter,
    /// The period.
    pub period: Filter,
    /// The period in its place where no conversation at all is within that one.
    pub else_period: Option<Filter>,
    /// The set whose conversations are listed, by its place in the table.
    pub set: usize,
    /// Order.
    pub sort: SortKey,
    /// Against the natural direction.
    pub reverse: bool,
}

/// What the learning screen is told.
#[derive(Clone, Debug, Default)]
pub struct LearningView {
    /// Which question this answers.
    pub generation: u64,
    /// How many conversations each set has, in the order of the table.
    pub counts: Vec<u64>,
    /// Rows of the chosen set, in order.
    pub rows: Rows,
    /// The first lines.
    pub cards: Vec<Card>,
    /// Last activity of the newest conversation, where the period counts back from it.
    pub newest: Option<Millis>,
}

/// Which values a completion asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesOf {
    /// Of this field.
    pub field: Field,
    /// In `slot:city=`: the name whose values they are.
    pub name: Option<String>,
    /// They begin so, without case.
    pub prefix: String,
}

/// One set on whole conversations, by their rows.
#[derive(Clone, Debug)]
pub struct RowsEdit {
    /// Where. Shared by the sets of a change, by what shows it and by what writes it: a bulk change may be
    /// about a million.
    pub rows: Arc<[i64]>,
    /// What.
    pub set: Set,
}

/// A text for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// What the status line calls it: a link by itself, an excerpt by how much it is.
    pub name: String,
    /// It.
    pub text: String,
}

/// Of what to write an excerpt.
#[derive(Clone, Debug)]
pub enum ExcerptOf {
    /// The turns around an event of a conversation that is here; without one its beginning.
    Event(Arc<Whole>, Option<usize>),
    /// Of each of these rows its flagged events, else its first problem, else its beginning.
    Rows(Arc<[i64]>),
}

/// One export that is asked for.
#[derive(Clone, Debug)]
pub struct ExportAsk {
    /// As what.
    pub info: &'static OutputInfo,
    /// How.
    pub choices: Choices,
    /// Which conversations, in order.
    pub rows: Rows,
    /// The path as typed.
    pub file: String,
    /// A file that is there may go.
    pub replace: bool,
}

/// What the worker says of an export.
#[derive(Debug)]
pub enum ExportNews {
    /// So many conversations are written.
    Progress(u64),
    /// The file is there: what is in it, and where it is.
    Written(String),
    /// Nothing was written: a file of that name is there already.
    Exists(String),
    /// Nothing was written, and why.
    Failed(String),
    /// Nothing was written: it was stopped.
    Stopped,
}

/// What the app asks for.
#[derive(Debug)]
pub enum Cmd {
    /// Run a filter. A newer one replaces it.
    Query(Box<Query>),
    /// Read lines of the list, with the hit of this filter as the preview where it has one.
    Cards(Vec<i64>, Arc<Filter>),
    /// Read a conversation, with the hits of this filter.
    Open(i64, Arc<Filter>),
    /// The same, before it is asked for.
    Prefetch(i64, Arc<Filter>),
    /// Write decisions on whole conversations; the writer finds their ids.
    Decide {
        /// Comes back with a failure.
        ticket: u64,
        /// What and where, all of it in one entry.
        edits: Vec<RowsEdit>,
        /// The filter of a bulk change.
        bulk: Option<String>,
    },
    /// Write a change.
    Apply {
        /// Comes back with a failure.
        ticket: u64,
        /// What.
        change: Change,
    },
    /// Take back one's own newest change.
    Undo,
    /// Take back this entry.
    UndoEntry(EntryId),
    /// Take back one's own newest undo.
    Redo,
    /// Save a preset; the name of the one it replaces.
    SavePreset(Preset, Option<String>),
    /// Delete a preset.
    DeletePreset(String),
    /// Write conversations into a file.
    Export(Box<ExportAsk>),
    /// Stop the export that runs.
    StopExport,
    /// Read the journal.
    LoadJournal,
    /// Look where this is defined.
    FindDefinition(Box<(Places, Wanted)>),
    /// Open a file in the editor.
    Edit(Definition),
    /// Read two conversations and lay them side by side.
    Compare([i64; 2]),
    /// Read the conversations of the user of this one.
    SameUser(i64),
    /// All notes.
    Notes {
        /// The answer carries it.
        generation: u64,
        /// Which.
        of: NotesOf,
    },
    /// What these notes stand on, each with the row of its conversation.
    NoteContexts(Vec<(NoteId, i64)>),
    /// Count the learning sets and list one of them.
    Learning(Box<LearningQuery>),
    /// Read lines of the learning screen.
    LearningCards(Vec<i64>),
    /// Values for a completion.
    Values(ValuesOf),
    /// Count what was predicted against what was corrected in what this filter matches.
    Confusion(Arc<Filter>),
    /// All names and values that these could be corrected to.
    Known(Vec<CorrectionField>),
    /// Keep where the screen was left.
    SaveState(String),
    /// Keep a filter in the history.
    PushHistory(String),
    /// Write excerpts as Markdown, with hidden what the screen hides.
    Excerpt(ExcerptOf),
    /// From now on people and personal data are hidden in what is read, or no longer.
    Hide(bool),
    /// To the clipboard.
    Copy(Clip),
    /// To the clipboard, by asking the terminal.
    CopyByTerminal(Clip),
    /// Show text in $PAGER.
    Pager(String),
    /// Stop the running question.
    Interrupt,
    /// To the shell.
    Suspend,
    /// Clear and draw all.
    Redraw,
    /// Leave, once everything is written.
    Quit,
}
