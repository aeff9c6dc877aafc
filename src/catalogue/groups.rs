//! What values belong to: the groups of named values, and the yes-or-no facts.

use crate::filter::Field;
use crate::model::CorrectionField;
use crate::store::{Facet, Marks};

/// What a value belongs to: one group for each field that has values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Source,
    Of(Facet),
    Status,
    Verdict,
    Tag,
    Auto,
    Queue,
    Reviewer,
}

/// Yes-or-no facts of the content, by the number of their posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Escalated,
    Fallback,
    Problem,
    Clicked,
    Comment,
    NoPrediction,
    /// Has metadata at all.
    Meta,
}

/// The facts that the store keeps as bits.
pub(super) const MARKS: [(Mark, u32); 6] = [
    (Mark::Escalated, Marks::ESCALATED),
    (Mark::Fallback, Marks::FALLBACK),
    (Mark::Problem, Marks::PROBLEM),
    (Mark::Clicked, Marks::CLICKED),
    (Mark::Comment, Marks::COMMENT),
    (Mark::NoPrediction, Marks::NO_PREDICTION),
];
/// How many postings stand for facts of the content.
pub(super) const CONTENT_MARKS: usize = 7;

/// Yes-or-no facts of the reviews, by the number of their posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReviewMark {
    Flagged,
    FlaggedEvent,
    Note,
    Correction,
}
/// How many postings stand for facts of the reviews.
pub(super) const REVIEW_MARKS: usize = 4;

/// All facets, to read a stored number back.
pub(super) const FACETS: [Facet; 20] = [
    Facet::Channel,
    Facet::Language,
    Facet::Version,
    Facet::Location,
    Facet::Device,
    Facet::Agent,
    Facet::Intent,
    Facet::Action,
    Facet::Policy,
    Facet::Entity,
    Facet::Slot,
    Facet::Flow,
    Facet::Step,
    Facet::Node,
    Facet::Completed,
    Facet::Dropoff,
    Facet::Topic,
    Facet::Sentiment,
    Facet::Meta,
    Facet::EntityValue,
];

/// The group that holds the values of a field, for the fields that have named values.
pub(super) fn group_of(field: Field) -> Option<Group> {
    use Field as F;
    Some(match field {
        F::Source => Group::Source,
        F::Channel => Group::Of(Facet::Channel),
        F::Lang => Group::Of(Facet::Language),
        F::Location => Group::Of(Facet::Location),
        F::Device => Group::Of(Facet::Device),
        F::Agent => Group::Of(Facet::Agent),
        F::Version => Group::Of(Facet::Version),
        F::Intent => Group::Of(Facet::Intent),
        F::Action => Group::Of(Facet::Action),
        F::Policy => Group::Of(Facet::Policy),
        F::Entity => Group::Of(Facet::Entity),
        F::Slot => Group::Of(Facet::Slot),
        F::Flow => Group::Of(Facet::Flow),
        F::Step => Group::Of(Facet::Step),
        F::Node => Group::Of(Facet::Node),
        F::Completed => Group::Of(Facet::Completed),
        F::Dropoff => Group::Of(Facet::Dropoff),
        F::Topic => Group::Of(Facet::Topic),
        F::Sentiment => Group::Of(Facet::Sentiment),
        F::Verdict => Group::Verdict,
        F::Tag => Group::Tag,
        F::Auto => Group::Auto,
        F::Queue => Group::Queue,
        F::Reviewer => Group::Reviewer,
        _ => return None,
    })
}

/// True if a correction of this field is shown in the place of what the source says.
pub(super) fn overrides(field: CorrectionField) -> bool {
    matches!(
        field,
        CorrectionField::Language | CorrectionField::Sentiment | CorrectionField::Topics
    )
}

/// A name and a value, both folded, as the store keeps them together.
pub(super) fn pair(name: &str, value: &str) -> String {
    format!("{name}={value}")
}
