//! Training data for Rasa 3: examples, stories, end-to-end tests.
//!
//! `message` says what a user message means after a person's corrections, `markup` how entities stand in a
//! text, `story` what of a conversation is a story; `nlu`, `stories` and `end_to_end` are the outputs.
//! What Rasa could not read back as it was is left out and counted, never altered.

pub mod end_to_end;
pub mod markup;
pub mod message;
pub mod nlu;
pub mod stories;
pub mod story;
mod tally;
#[cfg(test)]
mod testing;
