//! What the notes screen and the learning screen ask of the catalogue. A newer question of the list goes
//! first: what it interrupts here waits again.

use std::collections::HashMap;
use std::sync::Arc;

use super::query::Asker;
use super::questions::Questions;
use crate::catalogue::Question;
use crate::filter::{self, Filter, LEARNING_SETS};
use crate::stats::Confusion;
use crate::store::{Result, StoreError};
use crate::text::Untrusted;
use crate::tui::msg::{LearningQuery, LearningView, Msg};
use crate::tui::noted::{NotesOf, NotesView, folded};

/// So many of those reviewed last are looked at for new tags.
pub(super) const LOOKED_AT: usize = 20;
/// Lines that come along with an answer of the learning screen.
const FIRST_LINES: usize = 60;

impl Asker {
    /// Answers what the screens asked for.
    pub(super) fn screens(
        &mut self,
        notes: Option<(u64, NotesOf)>,
        learning: Option<LearningQuery>,
        questions: &Questions,
    ) {
        if let Some((generation, of)) = notes {
            match self.notes(generation, &of) {
                Ok(view) => self.tell(Msg::Notes(Box::new(view))),
                Err(StoreError::Interrupted) => {
                    questions.screen_again(Some((generation, of)), None)
                }
                Err(error) => self.common.send(Msg::Notice(error.to_string())),
            }
        }
        if let Some(query) = learning {
            match self.learning(&query) {
                Ok(view) => self.tell(Msg::Learning(Box::new(view))),
                Err(StoreError::Interrupted) => questions.screen_again(None, Some(query)),
                Err(error) => self.common.send(Msg::Notice(error.to_string())),
            }
        }
    }

    /// Counts predicted against corrected intents in what a filter matches.
    pub(super) fn confusion(&mut self, filter: Arc<Filter>, questions: &Questions) {
        let context = self.context();
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        let counted = catalogue
            .rows(&self.store, &filter, &context)
            .and_then(|mut rows| {
                rows.sort_unstable();
                self.store
                    .corrected_messages(|row| rows.binary_search(&row).is_ok())
            });
        match counted {
            Ok((messages, lost)) => {
                let confusion = Confusion::of(&messages, lost);
                self.tell(Msg::Confusion(Box::new(confusion)));
            }
            Err(StoreError::Interrupted) => questions.confusion_again(Some(filter)),
            Err(error) => self.common.send(Msg::Notice(error.to_string())),
        }
    }

    fn notes(&mut self, generation: u64, of: &NotesOf) -> Result<NotesView> {
        let matching = match of {
            NotesOf::Rows(rows) => Arc::clone(rows),
            NotesOf::Filter(filter) => {
                let context = self.context();
                match &mut self.catalogue {
                    Some(catalogue) => catalogue.rows(&self.store, filter, &context)?.into(),
                    None => Arc::default(),
                }
            }
        };
        self.store.begin_question()?;
        let notes = self.store.notes_on(&matching)?;
        let rows: Arc<[i64]> = match of {
            NotesOf::Rows(rows) => Arc::clone(rows),
            NotesOf::Filter(_) => {
                let mut rows: Vec<i64> = notes.iter().map(|n| n.row).collect();
                rows.sort_unstable();
                rows.dedup();
                rows.into()
            }
        };
        let tags = self.store.tags_on(rows.iter().copied())?;
        Ok(NotesView {
            generation,
            counts: counts(&tags),
            folded: notes.iter().map(folded).collect(),
            notes,
            rows,
            tags,
            saturation: self.store.saturation(LOOKED_AT)?,
        })
    }

    fn learning(&mut self, query: &LearningQuery) -> Result<LearningView> {
        let context = self.context();
        let Some(catalogue) = &mut self.catalogue else {
            return Ok(LearningView::default());
        };
        let mut period = &query.period;
        let mut newest = None;
        if let Some(other) = &query.else_period
            && catalogue.count(&self.store, period, &context)? == 0
        {
            period = other;
            newest = catalogue.newest();
        }
        let mut counts = Vec::with_capacity(LEARNING_SETS.len());
        let mut rows = Vec::new();
        for (at, set) in LEARNING_SETS.iter().enumerate() {
            let own = filter::parse(set.filter).unwrap_or_default();
            let filter = Filter::and(vec![query.within.clone(), own, period.clone()]);
            if at == query.set {
                let question = Question {
                    filter,
                    sort: query.sort,
                    reverse: query.reverse,
                    facets: Vec::new(),
                };
                let answer = catalogue.answer(&self.store, &question, &context)?;
                counts.push(answer.matching);
                rows = answer.rows;
            } else {
                counts.push(catalogue.count(&self.store, &filter, &context)?);
            }
        }
        let first = &rows[..rows.len().min(FIRST_LINES)];
        Ok(LearningView {
            generation: query.generation,
            cards: self.store.cards(first)?,
            counts,
            rows: rows.into(),
            newest,
        })
    }
}

/// How many conversations carry each tag: most frequent first, then by name.
fn counts(tags: &HashMap<i64, Vec<Untrusted>>) -> Vec<(Untrusted, u64)> {
    let mut counts: HashMap<&Untrusted, u64> = HashMap::new();
    for tag in tags.values().flatten() {
        *counts.entry(tag).or_default() += 1;
    }
    let mut counts: Vec<(Untrusted, u64)> = counts
        .into_iter()
        .map(|(tag, count)| (tag.clone(), count))
        .collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}
