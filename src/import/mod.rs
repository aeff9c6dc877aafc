//! Exports in, conversations out: inputs are found and unpacked ([`source`]), told apart by content,
//! cut into records, read by [`formats`], split into conversations ([`sessions`]) and handed to the store.
//!
//! This module must not print and must not know the screen; the only SQL in it reads source databases and
//! stages interleaved events.

pub mod detect;
mod encoding;
pub mod formats;
pub mod records;
pub mod report;
pub mod sessions;
pub mod source;
#[cfg(test)]
mod testing;
