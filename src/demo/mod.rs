//! The built-in demo: a month of made-up traffic of three assistants, for a first look without an export.
//!
//! Everything is generated from the scenarios and texts in `assets/demo/`, the same on every machine; only
//! the moment it is asked for moves the times. This module must not know the store, the screen or a file.

use crate::model::{Change, Imported, Millis};

/// The demo's conversations, oldest first, as an importer would yield them; the newest ended minutes
/// before `now`.
pub fn conversations(now: Millis) -> Vec<Imported> {
    let _ = now;
    Vec::new()
}

/// What colleagues have decided already: reviewer and change, in order.
pub fn reviews(conversations: &[Imported]) -> Vec<(String, Change)> {
    let _ = conversations;
    Vec::new()
}
