//! Transcripts for other people: whatever a log holds, a transcript shows it as text and as nothing else.

// Tests may stop and speak.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod chat;
mod html;
mod markdown;
mod world;
