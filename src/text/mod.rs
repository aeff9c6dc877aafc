//! Untrusted text and its only ways out.
//!
//! Everything that comes from a log is [`Untrusted`]. It reaches a terminal as [`SafeText`] alone, a
//! file as the exact bytes through the exporter of that format, and the search index as [`tokens`].
//! This module must not know what a conversation is, and must not print.

mod chars;
mod escapes;
mod find;
mod path_slug;
pub mod redact;
mod safe;
mod sanitise;
mod spans;
mod tokens;
mod untrusted;
mod wrap;

pub use chars::is_drawable;
pub(crate) use escapes::unescaped;
pub use find::{Haystack, places};
pub use path_slug::PathSlug;
pub use safe::{Cluster, Excerpt, SafeText};
pub use spans::{
    age, clock_time, clock_time_in, day, day_in, day_time, day_time_in, duration, figure, gap,
};
pub use tokens::{Token, search_document, tokens};
pub use untrusted::Untrusted;
pub use wrap::{Line, wrap};

#[cfg(test)]
mod tests;
