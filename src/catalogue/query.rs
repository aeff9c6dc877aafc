//! Asking the catalogue: one question, one answer.

use super::Catalogue;
use super::bits::Bits;
use super::emptied::Emptied;
use super::evaluate::Evaluator;
use super::facets::FacetCounts;
use super::names::FacetName;
use super::terms;
use crate::filter::{Context, Filter};
use crate::model::SortKey;
use crate::store::{Result, Store};

/// What the list asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// What must hold.
    pub filter: Filter,
    /// Sort order.
    pub sort: SortKey,
    /// Against the natural direction of that order.
    pub reverse: bool,
    /// The facets to count.
    pub facets: Vec<FacetName>,
}

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Rows of the store that match, in order.
    pub rows: Vec<i64>,
    /// How many match.
    pub matching: u64,
    /// All that is not deleted.
    pub total: u64,
    /// Unread ones among the matching.
    pub unread: u64,
    /// The facets asked for, in that order.
    pub facets: Vec<FacetCounts>,
    /// Where nothing matches: the term that removed everything.
    pub emptied_by: Option<Emptied>,
}

impl Catalogue {
    /// Rows, counts and facets under a filter. Answers [`crate::store::StoreError::Interrupted`] when
    /// the store's interrupt handle fires meanwhile.
    pub fn answer(
        &mut self,
        store: &Store,
        question: &Question,
        context: &Context,
    ) -> Result<Answer> {
        let (mut answer, found) = self.counted(store, question, context)?;
        let order = (question.sort, question.reverse);
        answer.rows = self.orders.sorted(&self.index, store, &found, order)?;
        Ok(answer)
    }

    /// The same without its rows, and how many of those that match come after the row `seen`: a list that
    /// stands still has to know no more while others write.
    pub fn tally(
        &mut self,
        store: &Store,
        question: &Question,
        context: &Context,
        seen: i64,
    ) -> Result<(Answer, u64)> {
        let (answer, found) = self.counted(store, question, context)?;
        let rows = &self.index.rows;
        let arrived = found.iter().filter(|p| rows.row(*p) > seen).count();
        Ok((answer, arrived as u64))
    }

    fn counted(
        &mut self,
        store: &Store,
        question: &Question,
        context: &Context,
    ) -> Result<(Answer, Bits)> {
        self.settle(store)?;
        let filter = &question.filter;
        let mut evaluator = Evaluator {
            index: &self.index,
            cache: &mut self.cache,
            store,
            context,
        };
        let found = evaluator.matching(filter)?;
        let matching = u64::from(found.count());
        let mut answer = Answer {
            matching,
            total: evaluator.universe(false).count().into(),
            unread: terms::status(&self.index, "unread")
                .count_and(&found)
                .into(),
            ..Answer::default()
        };
        for facet in &question.facets {
            store.still_asked()?;
            answer.facets.push(evaluator.facet(*facet, filter, &found)?);
        }
        if matching == 0 {
            answer.emptied_by = evaluator.emptied_by(filter)?;
        }
        Ok((answer, found))
    }

    /// How many conversations match.
    pub fn count(&mut self, store: &Store, filter: &Filter, context: &Context) -> Result<u64> {
        let found = self.matching(store, filter, context)?;
        Ok(found.count().into())
    }

    /// The rows that match, ascending.
    pub fn rows(&mut self, store: &Store, filter: &Filter, context: &Context) -> Result<Vec<i64>> {
        let found = self.matching(store, filter, context)?;
        Ok(found.iter().map(|p| self.index.rows.row(p)).collect())
    }

    /// How many distinct users the matching conversations are of: by id, else by name; those with neither
    /// are not counted.
    pub fn users(&mut self, store: &Store, filter: &Filter, context: &Context) -> Result<u64> {
        let mut left = self.matching(store, filter, context)?;
        let rows = &self.index.rows;
        let mut users = 0;
        // They come in order: a user is counted when the first conversation of theirs comes.
        let mut count = |left: &mut Bits, last: &mut Option<String>, row: i64, user: &str| {
            if rows.position(row).is_some_and(|p| left.remove(p)) && last.as_deref() != Some(user) {
                users += 1;
                *last = Some(user.to_owned());
            }
        };
        let (mut id, mut name) = (None, None);
        store.ask_user_ids(|row, user| count(&mut left, &mut id, row, user))?;
        store.ask_user_names(|row, user| count(&mut left, &mut name, row, user))?;
        Ok(users)
    }

    fn matching(&mut self, store: &Store, filter: &Filter, context: &Context) -> Result<Bits> {
        self.settle(store)?;
        let mut evaluator = Evaluator {
            index: &self.index,
            cache: &mut self.cache,
            store,
            context,
        };
        evaluator.matching(filter)
    }
}
