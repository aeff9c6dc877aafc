//! The built-in demo: a month of made-up traffic of three assistants, for a first look without an export.
//!
//! Everything is generated from the scenarios and texts in `assets/demo/`, the same on every machine; only
//! the moment it is asked for moves the times. This module must not know the store, the screen or a file.
//!
//! `assets` reads the texts, `plan` decides who comes when and why, `play` with `user`, `turns` and `forms`
//! lets a conversation happen, `raw` writes the records, `desk` adds what colleagues have decided.

mod assets;
mod calendar;
mod desk;
mod forms;
mod nlu;
mod persona;
mod plan;
mod play;
mod random;
mod raw;
mod script;
mod speak;
mod turns;
mod user;

#[cfg(test)]
mod tests;

use crate::model::{Change, Imported, Millis};

/// The demo's conversations, oldest first, as an importer would yield them; the newest ended minutes
/// before `now`. Nothing if an embedded text cannot be read, which a test excludes.
pub fn conversations(now: Millis) -> Vec<Imported> {
    let Ok(worlds) = assets::worlds() else {
        return Vec::new();
    };
    plan::month(&worlds, now)
}

/// What colleagues have decided already: reviewer and change, in order.
pub fn reviews(conversations: &[Imported]) -> Vec<(String, Change)> {
    assets::read("desk.toml")
        .map_or_else(|_| Vec::new(), |desk| desk::decisions(&desk, conversations))
}
