//! The filter language: text to syntax tree and back, the table of its fields, and the reference
//! evaluation over one conversation.
//!
//! Every other evaluation (the catalogue's bitsets) must agree with [`plain`]. This module knows neither
//! SQL nor the screen.

mod ast;
mod complete;
mod context;
mod edit;
mod error;
mod fields;
mod fold;
mod hits;
mod learning;
mod parse;
pub mod plain;
mod print;
mod scalar;
mod scan;
mod term;
#[doc(hidden)]
pub mod testing;
mod turns;
pub mod values;
mod words;

#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod tests;

pub use ast::{Cmp, Date, Field, Filter, Pattern, Scalar, Term, Test, Unit};
pub use complete::{Completion, complete, field_names};
pub use context::{Context, Zone, date_period, date_range};
pub use edit::{
    add_value, exclude_value, has_value, positive_terms, terms, while_typing, without_field,
    without_value,
};
pub use error::{ParseError, nearest};
pub use fields::{FIELDS, FieldInfo, IS_FACETS, TURN_IS, ValueKind, WEEKDAYS};
pub use fold::fold;
pub use hits::{hit_words, hits};
pub use learning::{LEARNING_SETS, LearningSet, PERIODS, Period, typed_period};
pub use parse::parse;
pub use plain::{Subject, includes_deleted, matches, sample, sample_hash, select};
pub use print::quoted;
pub use turns::{matching as matching_turns, turn_holds};
pub use words::{Words, side_of, spans};
