//! The facets: which values of the log and of the reviews are counted beside the list.

use crate::filter::{Field, Filter, Pattern, Scalar, Term, Test};

/// One facet, by the field that filters by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FacetName {
    /// The values of a field: `channel`, `intent`, `tag`, …
    Of(Field),
    /// One yes-or-no value of `is:`: `escalated`, `fallback`, `problem`, `flagged`.
    Is(&'static str),
}

/// How absence is written among the values of a facet, as in the filter language; a value of that very
/// name is written in quotes.
pub const NONE: &str = "none";
const NONE_VALUE: &str = "\"none\"";

impl FacetName {
    /// Every facet, in the order of the sidebar.
    pub const ALL: &[Self] = &[
        Self::Of(Field::Status),
        Self::Of(Field::Verdict),
        Self::Of(Field::Tag),
        Self::Of(Field::Auto),
        Self::Is("problem"),
        Self::Is("fallback"),
        Self::Is("escalated"),
        Self::Is("flagged"),
        Self::Of(Field::Intent),
        Self::Of(Field::Action),
        Self::Of(Field::Flow),
        Self::Of(Field::Dropoff),
        Self::Of(Field::Step),
        Self::Of(Field::Node),
        Self::Of(Field::Topic),
        Self::Of(Field::Sentiment),
        Self::Of(Field::Rating),
        Self::Of(Field::Channel),
        Self::Of(Field::Lang),
        Self::Of(Field::Location),
        Self::Of(Field::Device),
        Self::Of(Field::Version),
        Self::Of(Field::Source),
        Self::Of(Field::Agent),
        Self::Of(Field::Policy),
        Self::Of(Field::Entity),
        Self::Of(Field::Slot),
        Self::Of(Field::Queue),
        Self::Of(Field::Reviewer),
    ];

    /// Its name: `channel`, `is:problem`.
    pub fn name(self) -> String {
        match self {
            Self::Of(field) => field.name().to_owned(),
            Self::Is(what) => format!("is:{what}"),
        }
    }

    /// The facet of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name)
    }

    /// The field that filters by it.
    pub fn field(self) -> Field {
        match self {
            Self::Of(field) => field,
            Self::Is(_) => Field::Is,
        }
    }

    /// The pattern that asks for one of its values, as [`super::FacetCounts`] writes it; for
    /// [`crate::filter::add_value`] and the like.
    pub fn pattern(self, value: &str) -> Pattern {
        match (self, value) {
            (Self::Is(what), _) => Pattern::from(what),
            (_, NONE) => Pattern::None,
            (_, NONE_VALUE) => Pattern::from(NONE),
            (Self::Of(Field::Rating), number) => number.parse().map_or_else(
                |_| Pattern::from(number),
                |n| Pattern::Scalar(Scalar::Number(n)),
            ),
            (_, value) => Pattern::from(value),
        }
    }

    /// The term that asks for one of its values.
    pub fn term(self, value: &str) -> Filter {
        Filter::Term(Term {
            field: self.field(),
            test: Test::Any(vec![self.pattern(value)]),
        })
    }

    /// A value of the log as it is written among the values of a facet.
    pub(super) fn written(value: &str) -> String {
        if value == NONE {
            NONE_VALUE.to_owned()
        } else {
            value.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_facet_of_the_language_is_there_and_none_else() {
        let mut here: Vec<String> = FacetName::ALL.iter().map(|f| f.name()).collect();
        let mut language: Vec<String> = crate::filter::FIELDS
            .iter()
            .filter(|i| i.facet && i.field != Field::Is)
            .map(|i| i.name.to_owned())
            .chain(crate::filter::IS_FACETS.iter().map(|w| format!("is:{w}")))
            .collect();
        here.sort();
        language.sort();
        assert_eq!(here, language);
    }

    #[test]
    fn a_value_named_none_is_not_absence() {
        let absent = FacetName::Of(Field::Tag).term(NONE);
        let named = FacetName::Of(Field::Tag).term(&FacetName::written("none"));
        assert_ne!(absent, named);
        assert!(
            matches!(absent, Filter::Term(Term { test: Test::Any(p), .. }) if p == [Pattern::None])
        );
    }
}
