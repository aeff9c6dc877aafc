//! The filter language over a store with known answers: every row and form of it, and bad input.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // helpers of tests are tests

mod bounds;
mod checklist;
mod empty;
mod hostile;
mod shelf;
