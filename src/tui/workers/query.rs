//! Questions to the catalogue, answered one at a time; counts follow every acknowledged change and every
//! other process. What waits stands in [`super::questions`].

use std::time::Instant;

use super::Common;
use super::figures;
use super::questions::{Inbox, Questions};
use super::reading::with_hits;
use super::veil::veiled;
use crate::catalogue::{Answer, Catalogue, FacetName, Question};
use crate::filter::{self, Context};
use crate::model::{CorrectionField, Preset};
use crate::store::{Access, Card, Store, StoreError};
use crate::tui::msg::{Msg, Query, ValuesOf, View};
use crate::tui::rows::Rows;

/// Following other processes may take this part of the time of this thread, so that an import that never pauses
/// leaves it to the reviewer.
const SHARE: u32 = 8;
/// The screen reads so many changed rows one by one; of more it is told the statuses.
const MANY: usize = 1000;
/// Lines that come along with an answer, so that they show in the same frame.
const FIRST_LINES: usize = 60;
/// Values that a completion offers at most.
const VALUES: usize = 200;

/// Names that a correction offers at most: assistants have hundreds of intents.
const KNOWN: usize = 5000;

/// Answers questions, one at a time.
pub(super) struct Asker {
    pub(super) common: Common,
    pub(super) store: Store,
    pub(super) catalogue: Option<Catalogue>,
    present: Option<Query>,
    /// The rows of the answer to it, as the list shows them.
    rows: Rows,
    newest_row: i64,
    version: i64,
    /// Rows decided on here, of which no news was taken in yet.
    own: Vec<i64>,
    pub(super) presets: Vec<Preset>,
    /// They may be others by now.
    pub(super) recount: bool,
    /// A newer question came before all counts were told: they are told after its answer.
    unfinished: bool,
    /// The statuses told last may be older than a decision that was acknowledged before them.
    outdated: bool,
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
            own: Vec::new(),
            presets: Vec::new(),
            recount: false,
            unfinished: false,
            outdated: false,
        })
    }

    /// Does what waits, and, where it is time to `watch`, looks for what other processes wrote.
    pub(super) fn turn(&mut self, questions: &Questions, watch: bool) -> Turn {
        let mut work = questions.take();
        if work.stop {
            return Turn::End;
        }
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
        self.own.append(&mut work.own);
        let many = self.own.len() > MANY;
        let others = work.reviewed && self.take_in();
        if first {
            // Counts of presets, tags and the day come after the answer to the question.
            work.reviewed = true;
        }
        // Somebody waits for an answer: what others wrote comes after it.
        let followed = watch && work.query.is_none() && self.others_changed();
        self.work(work, many || others || followed, questions);
        match followed {
            true => Turn::Followed,
            false => Turn::Done,
        }
    }

    /// Does what waited; a question that was interrupted waits again. With `statuses` so many changed that
    /// the screen is told all of them.
    fn work(&mut self, work: Inbox, statuses: bool, questions: &Questions) {
        let anew = statuses | work.reviewed | std::mem::take(&mut self.unfinished);
        match work.query {
            Some(query) => {
                if let Some(query) = self.answer(query, questions) {
                    self.unfinished |= anew;
                    questions.screen_again(work.notes, work.learning);
                    questions.confusion_again(work.confusion);
                    return questions.again(query, work.values, work.known);
                }
            }
            None if anew => self.live(statuses, questions),
            None => {}
        }
        if let Some(of) = work.values {
            self.values(of);
        }
        self.screens(work.notes, work.learning, questions);
        if let Some(filter) = work.confusion {
            self.confusion(filter, questions);
        }
        for field in work.known {
            self.known(field);
        }
        if anew {
            self.tell_today();
        }
        let told =
            self.tell_presets(work.presets || anew, questions) && (!anew || self.tell_tags());
        self.unfinished |= !told;
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
            self.tell(Msg::FirstPage(Box::new(view)));
        }
    }

    /// Sends an answer, with hidden what is to be.
    pub(super) fn tell(&self, msg: Msg) {
        match self.common.privacy(&self.store) {
            Ok(privacy) => self.common.send(veiled(&self.store, msg, &privacy)),
            Err(error) => self.common.send(Msg::Notice(error.to_string())),
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

    pub(super) fn context(&self) -> Context {
        Context {
            now: self.common.clock.now(),
            zone: self.common.zone,
            newest: self.catalogue.as_ref().and_then(Catalogue::newest),
            me: self.common.reviewer.clone(),
        }
    }

    /// Answers a question; gives it back where it was interrupted.
    fn answer(&mut self, query: Query, questions: &Questions) -> Option<Query> {
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
                self.outdated = questions.is_reviewed();
                self.tell(Msg::Answer(Box::new(view)));
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
    fn live(&mut self, statuses: bool, questions: &Questions) {
        let Some(query) = self.present.clone() else {
            return;
        };
        let (question, context) = (question(&query), self.context());
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        let statuses = statuses || self.outdated;
        let tally = catalogue.tally(&self.store, &question, &context, self.newest_row);
        match tally {
            Ok((answer, arrived)) => {
                let mut view = self.view(query.generation, answer, Vec::new());
                view.arrived = arrived;
                view.rows = self.rows.clone();
                // What was decided meanwhile may be acknowledged already: the next ones have it.
                self.outdated = statuses && questions.is_reviewed();
                if statuses
                    && !self.outdated
                    && let Some(catalogue) = &self.catalogue
                {
                    view.statuses = catalogue.statuses(self.rows.iter());
                }
                self.tell(Msg::Live(Box::new(view)));
            }
            Err(StoreError::Interrupted) => {
                self.outdated = statuses;
                self.unfinished = true;
            }
            Err(_) => {}
        }
    }

    /// Values for a completion. What is interrupted is not asked for any more.
    fn values(&mut self, of: ValuesOf) {
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        let found = match &of.name {
            None => Ok(catalogue.values(of.field, &of.prefix, VALUES)),
            Some(name) => catalogue.named_values(&self.store, of.field, name, &of.prefix, VALUES),
        };
        if let Ok(values) = found {
            self.tell(Msg::Values(of, values));
        }
    }

    /// Names and values that something could be corrected to.
    fn known(&mut self, field: CorrectionField) {
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        if let Ok(values) = catalogue.correctable(&self.store, field, KNOWN) {
            self.tell(Msg::Known(field, values));
        }
    }

    fn ask(&mut self, query: &Query) -> Result<Option<Answer>, StoreError> {
        let (question, context) = (question(query), self.context());
        let Some(catalogue) = &mut self.catalogue else {
            return Ok(None);
        };
        catalogue.answer(&self.store, &question, &context).map(Some)
    }

    fn view(&self, generation: u64, answer: Answer, cards: Vec<Card>) -> View {
        let statuses = match &self.catalogue {
            Some(catalogue) => catalogue.statuses(answer.rows.iter().copied()),
            None => Vec::new(),
        };
        View {
            generation,
            statuses,
            cards,
            empty: self.catalogue.as_ref().is_some_and(|c| c.newest_row() == 0),
            ..figures::view(answer)
        }
    }

    /// Takes in what another process wrote. True if there was anything that is listed or counted.
    fn others_changed(&mut self) -> bool {
        match self.store.data_version() {
            Ok(version) if version != self.version => self.take_in(),
            _ => false,
        }
    }

    /// Takes in what was written, here or elsewhere. True if others wrote anything that is listed or
    /// counted: a decision made here must not hide one that was made elsewhere at the same time.
    fn take_in(&mut self) -> bool {
        let Some(catalogue) = &mut self.catalogue else {
            return false;
        };
        // The version first: what is written from here on is looked for again.
        self.version = self.store.data_version().unwrap_or(self.version);
        match catalogue.refresh(&self.store) {
            // Where a screen was left, a filter that was typed, a preset.
            Ok(anything) => self.recount |= !anything,
            // By a newer question: it is finished before that is answered, and looked at again.
            Err(StoreError::Interrupted) => {
                self.version = 0;
                return false;
            }
            Err(error) => self.common.send(Msg::Notice(error.to_string())),
        }
        let others = catalogue
            .take_news()
            .is_beyond(std::mem::take(&mut self.own));
        if others {
            self.common.send(Msg::StoreChanged);
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Zone;
    use crate::model::{Change, Clock, Edit, EventKind, Millis, Set, SortKey, Status, Target};
    use crate::store::testing;
    use crossbeam_channel::Receiver;

    struct Desk {
        _dir: tempfile::TempDir,
        store: Store,
        asker: Asker,
        questions: Questions,
        messages: Receiver<Msg>,
    }

    fn desk() -> Desk {
        let (dir, mut store) = testing::temporary();
        let mut ingest = store.begin_import(&testing::main_source()).unwrap();
        let said = testing::message(EventKind::User, 1000, "hello");
        ingest.take(testing::imported("one", vec![said])).unwrap();
        ingest.finish().unwrap();
        let (out, messages) = crossbeam_channel::unbounded();
        let asker = Asker::new(&Common {
            path: store.path().to_owned(),
            reviewer: "ida".to_owned(),
            clock: Clock::fixed(Millis(2000)),
            zone: Zone::Local,
            out,
            hidden: Default::default(),
        });
        Desk {
            _dir: dir,
            store,
            asker: asker.unwrap(),
            questions: Questions::default(),
            messages,
        }
    }

    impl Desk {
        fn ask(&self, generation: u64) {
            self.questions.ask(Query {
                generation,
                filter: filter::Filter::Everything,
                sort: SortKey::default(),
                reverse: false,
                facets: Vec::new(),
            });
        }

        /// Decides as the writer does.
        fn decide(&mut self) {
            let conversation = self.store.ids(&[1]).unwrap()[0];
            let change = Change {
                edits: vec![Edit {
                    targets: vec![Target {
                        conversation,
                        event: None,
                    }],
                    set: Set::Status(Status::Saved),
                }],
                bulk: None,
            };
            let clock = Clock::fixed(Millis(2000));
            let ack = self.store.apply(&change, "ida", &clock).unwrap();
            self.questions.reviewed(&ack.rows);
        }

        fn told(&self) -> Vec<&'static str> {
            let name = |msg: Msg| match msg {
                Msg::Answer(_) => "answer",
                Msg::Live(view) if view.statuses.is_empty() => "live",
                Msg::Live(_) => "live with statuses",
                Msg::Presets(p) if p.iter().all(|p| p.1.is_some()) => "presets",
                Msg::Presets(_) => "presets without counts",
                Msg::Tags(_) => "tags",
                Msg::StoreChanged => "changed",
                _ => "",
            };
            let names = self.messages.try_iter().map(name);
            names.filter(|n| !n.is_empty()).collect()
        }
    }

    #[test]
    fn counts_that_a_question_cuts_short_are_told_after_its_answer() {
        let mut desk = desk();
        desk.ask(1);
        desk.asker.turn(&desk.questions, false);
        desk.told();
        desk.decide();
        let work = desk.questions.take();
        // It comes while the decision is being counted.
        desk.ask(2);
        desk.asker.work(work, false, &desk.questions);
        assert_eq!(desk.told(), ["live"]);
        desk.asker.turn(&desk.questions, false);
        assert_eq!(desk.told(), ["answer", "presets", "tags"]);
        desk.asker.turn(&desk.questions, false);
        assert!(desk.told().is_empty(), "once");
    }

    #[test]
    fn statuses_from_before_a_decision_are_followed_by_those_after_it() {
        let mut desk = desk();
        desk.ask(1);
        desk.asker.turn(&desk.questions, false);
        desk.told();
        desk.ask(2);
        let work = desk.questions.take();
        desk.decide();
        // The answer knows nothing of the decision, which the screen may take for written already.
        desk.asker.work(work, false, &desk.questions);
        assert_eq!(desk.told(), ["answer"]);
        desk.asker.turn(&desk.questions, false);
        assert_eq!(desk.told()[0], "live with statuses");
        // One's own decisions alone are no news and need no statuses.
        desk.store
            .undo_last(1, "ida", &Clock::fixed(Millis(3000)))
            .unwrap();
        desk.questions.reviewed(&[1]);
        desk.asker.turn(&desk.questions, false);
        assert_eq!(desk.told(), ["live", "presets", "tags"]);
    }
}
