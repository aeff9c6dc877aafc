//! What goes out: one file an output.
//!
//! A writer gets what the store yields and gives text; where it goes is for the caller to say. This
//! module must not print and must not write files.

pub mod account;
pub mod chat;
pub mod columns;
pub mod csv;
pub mod excerpt;
pub mod html;
pub mod json;
pub mod json_writer;
pub mod jsonl;
pub mod markdown;
pub mod outgoing;
pub mod output;
pub mod outputs;
pub mod rasa;
pub mod run;
#[cfg(test)]
mod testing;
pub mod transcript;
pub mod yaml;
