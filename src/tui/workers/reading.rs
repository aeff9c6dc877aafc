//! Reading lines and conversations: short questions that never wait for the catalogue.

use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::Common;
use crate::filter::{self, Filter};
use crate::store::{Access, Card, JournalQuery, Store};
use crate::tui::msg::Msg;

/// Entries of the journal on the screen.
const JOURNAL: usize = 2_000;

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
}

pub(super) fn run(common: &Common, jobs: &Receiver<ReadJob>) {
    let Some(store) = common.open(&Access::Read) else {
        return;
    };
    let mut later: Vec<ReadJob> = Vec::new();
    loop {
        // What somebody waits for goes before what is only likely.
        let job = match jobs.try_recv() {
            Ok(job @ ReadJob::Prefetch(..)) => {
                later.push(job);
                continue;
            }
            Ok(job) => job,
            Err(_) => match later.pop() {
                Some(job) => {
                    // Only what was asked for last is still likely.
                    later.drain(..later.len().saturating_sub(4));
                    job
                }
                None => match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                },
            },
        };
        common.send(read(&store, job));
    }
}

/// Answers one job.
pub(super) fn read(store: &Store, job: ReadJob) -> Msg {
    match job {
        ReadJob::Cards(rows, filter) => match store.cards(&rows) {
            Ok(cards) => Msg::Cards(with_hits(store, cards, &filter)),
            Err(error) => Msg::Notice(error.to_string()),
        },
        ReadJob::Open(row, filter) | ReadJob::Prefetch(row, filter) => match store.whole(row) {
            Ok(Some(whole)) => {
                let hits = filter::hits(&filter, &whole.subject()).into();
                Msg::Opened(Arc::new(whole), hits)
            }
            Ok(None) => Msg::OpenFailed {
                row,
                error: "this conversation was removed".to_owned(),
            },
            Err(error) => Msg::OpenFailed {
                row,
                error: error.to_string(),
            },
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
            if let Some(text) = hit.and_then(|e| e.text.clone()) {
                card.preview = Some(text);
            }
        }
    }
    cards
}
