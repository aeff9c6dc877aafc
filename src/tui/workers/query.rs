//! Questions to the catalogue: one waiting place, where a newer question replaces the waiting one and
//! interrupts the running one; counts follow every acknowledged change and every other process.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Common;
use super::reading::with_hits;
use crate::catalogue::{Answer, Catalogue, FacetName, Question};
use crate::filter::{self, Context, Field, Filter};
use crate::model::{Millis, Preset};
use crate::store::{Access, Interrupter, Store, StoreError};
use crate::tui::msg::{FacetView, Msg, Query, View};
use crate::tui::rows::Rows;

/// How often another process's changes are looked for: a question to SQLite of a few microseconds.
const WATCH: Duration = Duration::from_millis(250);
/// Following them may take this part of the time of this thread, so that an import that never pauses
/// leaves it to the reviewer.
const SHARE: u32 = 8;
/// The screen reads so many changed rows one by one; of more it is told the statuses.
const MANY: usize = 1000;
/// Lines that come along with an answer, so that they show in the same frame.
const FIRST_LINES: usize = 60;

/// What waits for the query worker.
#[derive(Default)]
struct Inbox {
    query: Option<Query>,
    values: Option<(Field, String)>,
    /// So many conversations were decided on since.
    reviewed: usize,
    presets: bool,
    stop: bool,
    /// The running question was stopped by hand.
    stopped: bool,
}

impl Inbox {
    fn idle(&self) -> bool {
        self.query.is_none()
            && self.values.is_none()
            && self.reviewed == 0
            && !self.presets
            && !self.stop
    }
}

/// The waiting place, and the way to stop what runs.
#[derive(Default)]
pub(super) struct Questions {
    inbox: Mutex<Inbox>,
    wake: Condvar,
    interrupter: Mutex<Option<Interrupter>>,
}

impl Questions {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // The state is whole between any two statements: a panic elsewhere does not spoil it.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.inbox());
        self.wake.notify_one();
    }

    pub(super) fn ask(&self, query: Query) {
        self.put(|i| {
            i.query = Some(query);
            i.stopped = false;
        });
        self.interrupt();
    }

    pub(super) fn values(&self, field: Field, prefix: String) {
        self.put(|i| i.values = Some((field, prefix)));
    }

    /// Reviews were written, of so many conversations.
    pub(super) fn reviewed(&self, conversations: usize) {
        // Of none: the vocabulary changed, which the counts are about too.
        self.put(|i| i.reviewed += conversations.max(1));
    }

    pub(super) fn presets_changed(&self) {
        self.put(|i| i.presets = true);
    }

    /// True if nothing waits.
    pub(super) fn idle(&self) -> bool {
        self.inbox().idle()
    }

    /// Waits until something does, or until it is time to look for other processes.
    fn wait(&self) {
        let inbox = self.inbox();
        if inbox.idle() {
            drop(
                self.wake
                    .wait_timeout(inbox, WATCH)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }

    pub(super) fn stop(&self) {
        self.put(|i| i.stop = true);
        self.interrupt();
    }

    /// From now on a newer question stops the running one.
    fn interruptible(&self, interrupter: Interrupter) {
        *self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(interrupter);
    }

    /// An interrupted question is asked again, unless a newer one waits or it was stopped by hand: an
    /// interrupt meant for the question before it can hit it by a hair.
    fn again(&self, query: Query) {
        let mut inbox = self.inbox();
        if inbox.query.is_none() && !inbox.stopped {
            inbox.query = Some(query);
        }
    }

    /// Stops the running question by hand.
    pub(super) fn cancel(&self) {
        self.inbox().stopped = true;
        self.interrupt();
    }

    pub(super) fn interrupt(&self) {
        if let Some(interrupter) = &*self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            interrupter.interrupt();
        }
    }
}

/// Answers questions, one at a time.
pub(super) struct Asker {
    common: Common,
    store: Store,
    catalogue: Option<Catalogue>,
    present: Option<Query>,
    /// The rows of the answer to it, as the list shows them.
    rows: Rows,
    newest_row: i64,
    version: i64,
    presets: Vec<Preset>,
    /// They may be others by now.
    recount: bool,
}

pub(super) fn run(common: &Common, questions: &Questions) {
    let Some(mut asker) = Asker::new(common) else {
        return;
    };
    let mut watch_after = Instant::now();
    loop {
        questions.wait();
        let start = Instant::now();
        match asker.turn(questions, start >= watch_after) {
            Turn::End => return,
            Turn::Followed => watch_after = Instant::now() + start.elapsed() * SHARE,
            Turn::Done => {}
        }
    }
}

/// What came of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// What waited is done.
    Done,
    /// So is what another process wrote.
    Followed,
    /// The worker is to end.
    End,
}

fn question(query: &Query) -> Question {
    Question {
        filter: query.filter.clone(),
        sort: query.sort,
        reverse: query.reverse,
        facets: FacetName::ALL.to_vec(),
    }
}

impl Asker {
    /// Opens the store. `None`: it cannot be, and that was said.
    pub(super) fn new(common: &Common) -> Option<Self> {
        let store = common.open(&Access::Read)?;
        Some(Self {
            common: common.clone(),
            version: store.data_version().unwrap_or(0),
            store,
            catalogue: None,
            present: None,
            rows: Rows::default(),
            newest_row: 0,
            presets: Vec::new(),
            recount: false,
        })
    }

    /// Does what waits, and, where it is time to `watch`, looks for what other processes wrote.
    pub(super) fn turn(&mut self, questions: &Questions, watch: bool) -> Turn {
        let work = std::mem::take(&mut *questions.inbox());
        if work.stop {
            return Turn::End;
        }
        let mut work = work;
        let first = self.catalogue.is_none();
        if let Some(query) = &work.query
            && first
        {
            self.first_page(query);
            self.build();
            // Not before: a key pressed at the start must not make it begin again.
            questions.interruptible(self.store.interrupter());
        }
        // Before others are looked for: what was written here is no news.
        if work.reviewed > 0 {
            self.own_changed();
        }
        if first {
            // Counts of presets, tags and the day come after the answer to the question.
            work.reviewed = work.reviewed.max(1);
        }
        // Somebody waits for an answer: what others wrote comes after it.
        let changed = watch && work.query.is_none() && self.others_changed();
        if let Some(query) = self.work(work, changed) {
            questions.again(query);
        }
        match changed {
            true => Turn::Followed,
            false => Turn::Done,
        }
    }

    /// Does what waited; gives a question back that was interrupted. Whether others `changed` something
    /// is known already.
    fn work(&mut self, work: Inbox, changed: bool) -> Option<Query> {
        let reviewed = work.reviewed > 0;
        let mut unanswered = None;
        match work.query {
            Some(query) => unanswered = self.answer(query),
            None if changed || reviewed => self.live(changed || work.reviewed > MANY),
            None => {}
        }
        if let Some((field, prefix)) = work.values
            && let Some(catalogue) = &mut self.catalogue
        {
            self.common
                .send(Msg::Values(field, catalogue.values(field, &prefix, 200)));
        }
        self.presets(work.presets || changed || reviewed);
        if changed || reviewed {
            self.today();
            self.tags();
        }
        unanswered
    }

    /// What SQL alone can show while the catalogue is built: the unread view, which most days begin with.
    fn first_page(&mut self, query: &Query) {
        if let Ok(presets) = self.store.presets() {
            self.common.send(Msg::Presets(
                presets.into_iter().map(|p| (p, None)).collect(),
            ));
        }
        let unread = filter::parse("is:unread").unwrap_or_default();
        let natural = query.sort == crate::model::SortKey::default() && !query.reverse;
        if query.filter != unread || !natural {
            return;
        }
        if let Ok(rows) = self.store.first_page(FIRST_LINES)
            && !rows.is_empty()
        {
            let cards = self.store.cards(&rows).unwrap_or_default();
            let statuses = cards.iter().map(|c| c.review.status).collect();
            let view = View {
                generation: query.generation,
                rows: cards.iter().map(|c| c.row).collect::<Vec<i64>>().into(),
                statuses,
                cards,
                ..View::default()
            };
            self.common.send(Msg::FirstPage(Box::new(view)));
        }
    }

    fn build(&mut self) {
        match Catalogue::build(&self.store) {
            Ok(catalogue) => self.catalogue = Some(catalogue),
            Err(error) => self.common.send(Msg::WorkerDied(error.to_string())),
        }
        if let Ok(history) = self.store.filter_history() {
            self.common.send(Msg::History(history));
        }
    }

    fn context(&self) -> Context {
        Context {
            now: self.common.clock.now(),
            zone: self.common.zone,
            newest: self.catalogue.as_ref().and_then(Catalogue::newest),
            me: self.common.reviewer.clone(),
        }
    }

    /// Answers a question; gives it back where it was interrupted.
    fn answer(&mut self, query: Query) -> Option<Query> {
        let generation = query.generation;
        match self.ask(&query) {
            Ok(Some(answer)) => {
                self.newest_row = self.catalogue.as_ref().map_or(0, Catalogue::newest_row);
                let lines: Vec<i64> = answer.rows.iter().take(FIRST_LINES).copied().collect();
                let cards = self.store.cards(&lines).unwrap_or_default();
                let cards = with_hits(&self.store, cards, &query.filter);
                let view = self.view(generation, answer, cards);
                self.present = Some(query);
                self.rows = view.rows.clone();
                self.common.send(Msg::Answer(Box::new(view)));
            }
            Ok(None) => {}
            Err(StoreError::Interrupted) => return Some(query),
            Err(error) => self.common.send(Msg::QueryFailed {
                generation,
                error: error.to_string(),
            }),
        }
        None
    }

    /// Counts and facets of the present question after something changed. The rows stay the reviewer's;
    /// with `statuses` it is said what became of each of them.
    fn live(&mut self, statuses: bool) {
        let Some(query) = self.present.clone() else {
            return;
        };
        let (question, context) = (question(&query), self.context());
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        let tally = catalogue.tally(&self.store, &question, &context, self.newest_row);
        if let Ok((answer, arrived)) = tally {
            let mut view = self.view(query.generation, answer, Vec::new());
            view.arrived = arrived;
            view.rows = self.rows.clone();
            if statuses && let Some(catalogue) = &self.catalogue {
                view.statuses = catalogue.statuses(self.rows.iter());
            }
            self.common.send(Msg::Live(Box::new(view)));
        }
    }

    fn ask(&mut self, query: &Query) -> Result<Option<Answer>, StoreError> {
        let (question, context) = (question(query), self.context());
        let Some(catalogue) = &mut self.catalogue else {
            return Ok(None);
        };
        catalogue.answer(&self.store, &question, &context).map(Some)
    }

    fn view(&self, generation: u64, answer: Answer, cards: Vec<crate::store::Card>) -> View {
        let statuses = match &self.catalogue {
            Some(catalogue) => catalogue.statuses(answer.rows.iter().copied()),
            None => Vec::new(),
        };
        let mut facets: Vec<FacetView> = Vec::new();
        for counts in answer.facets {
            match counts.facet {
                FacetName::Of(field) => {
                    facets.push(FacetView {
                        field,
                        values: counts.values,
                        distinct: counts.distinct,
                    });
                }
                FacetName::Is(what) => {
                    let n = counts.values.iter().map(|v| v.1).max().unwrap_or(0);
                    match facets.iter_mut().find(|f| f.field == Field::Is) {
                        Some(view) => view.values.push((what.to_owned(), n)),
                        None => facets.push(FacetView {
                            field: Field::Is,
                            values: vec![(what.to_owned(), n)],
                            distinct: 4,
                        }),
                    }
                }
            }
        }
        View {
            generation,
            rows: answer.rows.into(),
            statuses,
            cards,
            matching: answer.matching,
            total: answer.total,
            unread: answer.unread,
            arrived: 0,
            facets,
            emptied_by: answer.emptied_by.map(|by| by.to_string()),
            empty: self.catalogue.as_ref().is_some_and(|c| c.newest_row() == 0),
            complete: true,
        }
    }

    /// Takes in what was decided on this screen.
    fn own_changed(&mut self) {
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        // The version first: what another process writes from here on is looked for again.
        self.version = self.store.data_version().unwrap_or(self.version);
        match catalogue.refresh(&self.store) {
            // Interrupted by a newer question: it is finished before that is answered.
            Ok(_) | Err(StoreError::Interrupted) => {}
            Err(error) => self.common.send(Msg::Notice(error.to_string())),
        }
    }

    /// Takes in what another process wrote. True if there was anything that is listed or counted.
    fn others_changed(&mut self) -> bool {
        let Ok(version) = self.store.data_version() else {
            return false;
        };
        if version == self.version {
            return false;
        }
        self.version = version;
        if let Some(catalogue) = &mut self.catalogue {
            match catalogue.refresh(&self.store) {
                Ok(true) => {
                    self.common.send(Msg::StoreChanged);
                    return true;
                }
                // Where a screen was left, a filter that was typed, a preset.
                Ok(false) => self.recount = true,
                Err(StoreError::Interrupted) => self.version = 0,
                Err(error) => self.common.send(Msg::Notice(error.to_string())),
            }
        }
        false
    }

    /// Sends the presets with their counts: where something was written, if they are others; `anyway`,
    /// where the counts may be.
    fn presets(&mut self, anyway: bool) {
        if !std::mem::take(&mut self.recount) && !anyway {
            return;
        }
        let Ok(presets) = self.store.presets() else {
            return;
        };
        if !anyway && presets == self.presets {
            return;
        }
        self.presets.clone_from(&presets);
        let context = self.context();
        let counted = presets.into_iter().map(|p| {
            let count = self.count(&p, &context);
            (p, count)
        });
        let counted: Vec<(Preset, Option<u64>)> = counted.collect();
        self.common.send(Msg::Presets(counted));
    }

    fn count(&mut self, preset: &Preset, context: &Context) -> Option<u64> {
        let parsed: Filter = filter::parse(&preset.filter).ok()?;
        self.catalogue
            .as_mut()?
            .count(&self.store, &parsed, context)
            .ok()
    }

    fn today(&self) {
        let zone = self.common.zone;
        let now = zone.local(self.common.clock.now());
        let midnight: Millis = zone.moment(now.date().and_time(chrono::NaiveTime::MIN));
        if let Some(catalogue) = &self.catalogue {
            let decided = catalogue.decided_since(&self.common.reviewer, midnight);
            self.common.send(Msg::Today(decided));
        }
    }

    fn tags(&self) {
        if let Some(catalogue) = &self.catalogue
            && let Ok(mut tags) = self.store.vocabulary()
        {
            catalogue.count_tags(&mut tags);
            self.common.send(Msg::Tags(tags));
        }
    }
}
