//! Reading lines and conversations: short questions that never wait for the catalogue.

use std::ops::Range;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::Common;
use super::excerpts;
use super::veil::veiled;
use crate::export::outgoing::hide;
use crate::filter::{self, Filter, spans};
use crate::model::{NoteId, Privacy};
use crate::store::{Access, Card, JournalQuery, Store, Whole};
use crate::tui::compared::Compared;
use crate::tui::definitions::{self, Places, Wanted};
use crate::tui::msg::{ExcerptOf, Msg};
use crate::tui::noted::NoteContext;
use crate::tui::opened::{Opened, same_filter};

/// Entries of the journal on the screen.
const JOURNAL: usize = 2_000;
/// Conversations of one user on the screen: their lines are read in a few hundredths of a second.
const OF_USER: usize = 500;
/// Lines read before something more urgent is looked for: a screen of them.
const LINES: usize = 48;
/// So many requests for lines wait at most; the list has scrolled past the older ones.
const WAITING: usize = 3;
/// So many conversations that are only likely wait at most.
const LIKELY: usize = 4;
/// Bytes of a message before and after its first hit that make a preview: more than a line shows.
const PREVIEW: (usize, usize) = (80, 480);

/// What to read.
pub(super) enum ReadJob {
    /// Lines of the list.
    Cards(Vec<i64>, Arc<Filter>),
    /// A conversation somebody waits for.
    Open(i64, Arc<Filter>),
    /// A conversation that is probably asked for next.
    Prefetch(i64, Arc<Filter>),
    /// The journal.
    Journal,
    /// The conversations of the user of this one.
    SameUser(i64),
    /// What notes stand on.
    NoteContexts(Vec<(NoteId, i64)>),
    /// Lines of the learning screen.
    LearningCards(Vec<i64>),
    /// Two conversations side by side.
    Compare([i64; 2]),
    /// Excerpts for the clipboard.
    Excerpt(ExcerptOf),
    /// Where this is defined.
    Definition(Box<(Places, Wanted)>),
}

/// What waits, by how urgent it is.
#[derive(Default)]
struct Waiting {
    /// Only the newest is still looked at.
    open: Option<(i64, Arc<Filter>)>,
    journal: bool,
    same_user: Option<i64>,
    /// In the order they were asked for: the screen asks for each once.
    contexts: Vec<(NoteId, i64)>,
    learning: Vec<i64>,
    compare: Option<[i64; 2]>,
    /// The clipboard holds one thing: the newest.
    excerpt: Option<ExcerptOf>,
    definition: Option<Box<(Places, Wanted)>>,
    /// The newest last.
    cards: Vec<(Vec<i64>, Arc<Filter>)>,
    /// The likeliest last.
    likely: Vec<(i64, Arc<Filter>)>,
}

impl Waiting {
    /// Puts a job to the others; gives back the rows that nobody wants any more because of it.
    fn put(&mut self, job: ReadJob) -> Vec<i64> {
        match job {
            ReadJob::Open(row, filter) => self.open = Some((row, filter)),
            ReadJob::Journal => self.journal = true,
            ReadJob::SameUser(row) => self.same_user = Some(row),
            ReadJob::NoteContexts(notes) => self.contexts.extend(notes),
            ReadJob::LearningCards(rows) => self.learning.extend(rows),
            ReadJob::Compare(rows) => self.compare = Some(rows),
            ReadJob::Excerpt(of) => self.excerpt = Some(of),
            ReadJob::Definition(of) => self.definition = Some(of),
            ReadJob::Prefetch(row, filter) => {
                self.likely.push((row, filter));
                let old = self.likely.len().saturating_sub(LIKELY);
                self.likely.drain(..old);
            }
            ReadJob::Cards(rows, filter) => {
                let old = |c: &(Vec<i64>, Arc<Filter>)| !same_filter(&c.1, &filter);
                let mut skipped: Vec<i64> = self
                    .cards
                    .extract_if(.., |c| old(c))
                    .flat_map(|c| c.0)
                    .collect();
                self.cards.push((rows, filter));
                if self.cards.len() > WAITING {
                    skipped.extend(self.cards.remove(0).0);
                }
                return skipped;
            }
        }
        Vec::new()
    }

    /// The most urgent of what waits: what somebody waits for before what is only likely.
    fn next(&mut self) -> Option<ReadJob> {
        if let Some((row, filter)) = self.open.take() {
            return Some(ReadJob::Open(row, filter));
        }
        if let Some(rows) = self.compare.take() {
            return Some(ReadJob::Compare(rows));
        }
        if let Some(row) = self.same_user.take() {
            return Some(ReadJob::SameUser(row));
        }
        if let Some(of) = self.excerpt.take() {
            return Some(ReadJob::Excerpt(of));
        }
        // The newest first: what was scrolled past can wait.
        if !self.contexts.is_empty() {
            let rest = self.contexts.len().saturating_sub(LINES);
            return Some(ReadJob::NoteContexts(self.contexts.split_off(rest)));
        }
        if !self.learning.is_empty() {
            let rest = self.learning.len().saturating_sub(LINES);
            return Some(ReadJob::LearningCards(self.learning.split_off(rest)));
        }
        if let Some((rows, filter)) = self.cards.last_mut() {
            let some: Vec<i64> = rows.drain(..rows.len().min(LINES)).collect();
            let filter = Arc::clone(filter);
            if rows.is_empty() {
                self.cards.pop();
            }
            return Some(ReadJob::Cards(some, filter));
        }
        if let Some(of) = self.definition.take() {
            return Some(ReadJob::Definition(of));
        }
        if std::mem::take(&mut self.journal) {
            return Some(ReadJob::Journal);
        }
        let (row, filter) = self.likely.pop()?;
        Some(ReadJob::Prefetch(row, filter))
    }
}

pub(super) fn run(common: &Common, jobs: &Receiver<ReadJob>) {
    let Some(store) = common.open(&Access::Read) else {
        return;
    };
    let mut waiting = Waiting::default();
    loop {
        let mut skipped: Vec<i64> = Vec::new();
        for job in jobs.try_iter() {
            skipped.extend(waiting.put(job));
        }
        if !skipped.is_empty() {
            common.send(Msg::Skipped(skipped));
        }
        match waiting.next() {
            Some(job) => answer(common, &store, job),
            None => match jobs.recv() {
                Ok(job) => drop(waiting.put(job)),
                Err(_) => return,
            },
        }
    }
}

/// Answers one job, with hidden what is to be.
pub(super) fn answer(common: &Common, store: &Store, job: ReadJob) {
    common.send(match common.privacy(store) {
        Ok(privacy) => veiled(store, read(store, job, &privacy), &privacy),
        Err(error) => Msg::Notice(error.to_string()),
    });
}

fn read(store: &Store, job: ReadJob, privacy: &Privacy) -> Msg {
    match job {
        ReadJob::Cards(rows, filter) => match store.cards(&rows) {
            Ok(cards) => Msg::Cards(with_hits(store, cards, &filter), filter),
            Err(error) => Msg::Notice(error.to_string()),
        },
        ReadJob::Open(row, filter) | ReadJob::Prefetch(row, filter) => match store.whole(row) {
            Ok(Some(whole)) => Msg::Opened(Box::new(Opened::new(whole, filter, privacy))),
            Ok(None) => Msg::OpenFailed {
                row,
                error: "this conversation was removed".to_owned(),
            },
            Err(error) => Msg::OpenFailed {
                row,
                error: error.to_string(),
            },
        },
        ReadJob::Definition(of) => {
            let (places, wanted) = &*of;
            let found = std::env::current_dir().map_err(|error| error.to_string());
            Msg::Definitions(found.and_then(|folder| definitions::find(places, &folder, wanted)))
        }
        ReadJob::Compare(rows) => {
            let read = |row| match store.whole(row) {
                Ok(Some(mut whole)) => {
                    hide(&mut whole, privacy);
                    Ok(whole)
                }
                Ok(None) => Err("a conversation of the two was removed".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let found =
                read(rows[0]).and_then(|left| Ok(Box::new(Compared::new(left, read(rows[1])?))));
            Msg::Compared { rows, found }
        }
        ReadJob::SameUser(row) => {
            let found = store.same_user(row, OF_USER).and_then(|of| {
                let cards = store.cards(&of.rows)?;
                Ok((cards, of.more))
            });
            let found = found.map_err(|error| error.to_string());
            Msg::SameUser { row, found }
        }
        ReadJob::Excerpt(of) => excerpts::write(store, &of, privacy),
        ReadJob::NoteContexts(notes) => Msg::NoteContexts(contexts(store, &notes, privacy)),
        ReadJob::LearningCards(rows) => match store.cards(&rows) {
            Ok(cards) => Msg::LearningCards(cards),
            Err(error) => Msg::Notice(error.to_string()),
        },
        ReadJob::Journal => {
            let query = JournalQuery {
                limit: Some(JOURNAL),
                ..JournalQuery::default()
            };
            match store.journal(&query) {
                Ok(entries) => Msg::Journal(entries),
                Err(error) => Msg::Notice(error.to_string()),
            }
        }
    }
}

/// What notes stand on. A conversation that cannot be read leaves its notes without.
fn contexts(store: &Store, notes: &[(NoteId, i64)], privacy: &Privacy) -> Vec<NoteContext> {
    let mut found = Vec::with_capacity(notes.len());
    let mut last: Option<Whole> = None;
    for (id, row) in notes {
        // Several notes of one conversation most often follow each other.
        if last.as_ref().is_none_or(|whole| whole.card.row != *row) {
            last = store.whole(*row).ok().flatten();
            if let Some(whole) = &mut last {
                hide(whole, privacy);
            }
        }
        found.extend(last.as_ref().map(|whole| NoteContext::of(whole, *id)));
    }
    found
}

/// Where the filter asks for words, the preview of a line is the first message that has them.
pub(super) fn with_hits(store: &Store, mut cards: Vec<Card>, filter: &Filter) -> Vec<Card> {
    let words = filter::hit_words(filter);
    if words.is_empty() {
        return cards;
    }
    for card in &mut cards {
        if let Ok(Some(whole)) = store.whole(card.row) {
            let hit = whole
                .events
                .iter()
                .find(|e| words.iter().any(|w| w.said_in(e)));
            if let Some(text) = hit.and_then(|e| e.text.as_ref()) {
                let raw = text.for_search();
                let first = spans(raw, &words).first().map_or(0, |s| s.start);
                card.preview = Some(around(raw, first).into());
            }
        }
    }
    cards
}

/// The part of a message around the byte `at`: a line of the list needs no more of it.
fn around(text: &str, at: usize) -> String {
    let (before, after) = PREVIEW;
    let mut part: Range<usize> = at.saturating_sub(before)..(at + after).min(text.len());
    if part.start < before {
        part.start = 0;
    }
    while !text.is_char_boundary(part.start) {
        part.start += 1;
    }
    while !text.is_char_boundary(part.end) {
        part.end -= 1;
    }
    let cut = if part.start > 0 { "…" } else { "" };
    format!("{cut}{}", &text[part])
}
