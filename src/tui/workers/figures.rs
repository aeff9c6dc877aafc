//! What is told beside the rows of an answer: counts of facets and presets, tags, decisions of the day.
//! Nothing is asked for here that a newer question would have to wait for.

use super::query::Asker;
use super::questions::Questions;
use crate::catalogue::{Answer, FacetName};
use crate::filter::{self, Context, Field};
use crate::model::{Millis, Preset};
use crate::store::StoreError;
use crate::tui::msg::{FacetView, Msg, View};

/// An answer as the screen shows it, without statuses and lines.
pub(super) fn view(answer: Answer) -> View {
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
        rows: answer.rows.into(),
        matching: answer.matching,
        total: answer.total,
        unread: answer.unread,
        facets,
        emptied_by: answer.emptied_by.map(|by| by.to_string()),
        complete: true,
        ..View::default()
    }
}

impl Asker {
    /// Sends the presets with their counts: where something was written, if they are others; `anyway`,
    /// where the counts may be. False: a newer question came before all were counted, and none was sent.
    pub(super) fn tell_presets(&mut self, anyway: bool, questions: &Questions) -> bool {
        if !std::mem::take(&mut self.recount) && !anyway {
            return true;
        }
        let presets = match self.store.presets() {
            Ok(presets) if anyway || presets != self.presets => presets,
            Err(StoreError::Interrupted) => return false,
            _ => return true,
        };
        let context = self.context();
        let mut counted = Vec::with_capacity(presets.len());
        for preset in &presets {
            // Each count forgets an interrupt that came before it.
            if questions.is_asked() {
                return false;
            }
            match self.count(preset, &context) {
                Err(StoreError::Interrupted) => return false,
                count => counted.push((preset.clone(), count.ok().flatten())),
            }
        }
        self.presets = presets;
        self.common.send(Msg::Presets(counted));
        true
    }

    /// How many a preset matches; `None` where its filter does not read.
    fn count(&mut self, preset: &Preset, context: &Context) -> Result<Option<u64>, StoreError> {
        let (Ok(filter), Some(catalogue)) =
            (filter::parse(&preset.filter), self.catalogue.as_mut())
        else {
            return Ok(None);
        };
        catalogue.count(&self.store, &filter, context).map(Some)
    }

    /// Sends how many conversations this reviewer decided today.
    pub(super) fn tell_today(&self) {
        let zone = self.common.zone;
        let now = zone.local(self.common.clock.now());
        let midnight: Millis = zone.moment(now.date().and_time(chrono::NaiveTime::MIN));
        if let Some(catalogue) = &self.catalogue {
            let decided = catalogue.decided_since(&self.common.reviewer, midnight);
            self.common.send(Msg::Today(decided));
        }
    }

    /// Sends the vocabulary with its counts. False: a newer question came.
    pub(super) fn tell_tags(&self) -> bool {
        let Some(catalogue) = &self.catalogue else {
            return true;
        };
        match self.store.vocabulary() {
            Ok(mut tags) => {
                catalogue.count_tags(&mut tags);
                self.common.send(Msg::Tags(tags));
                true
            }
            Err(error) => !matches!(error, StoreError::Interrupted),
        }
    }
}
