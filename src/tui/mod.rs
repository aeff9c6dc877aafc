//! The review screen: a loop of messages, an app that changes by them, drawing that reads it.
//!
//! `msg` in, `app` changes, `draw` shows, `workers` do what is asked. Only `terminal` and `clipboard`
//! write escape sequences; nothing here has SQL.

pub mod action;
pub mod app;
pub mod audit;
pub mod clipboard;
pub mod compared;
pub mod definitions;
pub mod draw;
pub mod editor;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod msg;
pub mod noted;
pub mod opened;
pub mod pen;
pub mod rows;
mod run;
pub mod terminal;
pub mod theme;
pub mod workers;

pub use run::{Options, run};

/// Panics in debug builds where `AFTERWORD_TEST_PANIC` names this part of the screen, with what it holds
/// in the message: tests cannot see otherwise what a panic leaves behind and what it tells.
fn panic_if_asked(part: &str, holds: &dyn std::fmt::Debug) {
    if cfg!(debug_assertions) && std::env::var_os("AFTERWORD_TEST_PANIC").is_some_and(|p| p == part)
    {
        panic!("asked for, while holding {holds:?}");
    }
}

/// A confidence in three columns: `.43`, `1.0`.
pub(crate) fn confidence(value: f64) -> String {
    if value >= 0.995 {
        return "1.0".to_owned();
    }
    let text = format!("{:.2}", value.abs());
    let text = text.strip_prefix('0').unwrap_or(&text);
    if value < 0.0 {
        format!("-{text}")
    } else {
        text.to_owned()
    }
}

/// A JSON string without its quotes, where it needs none.
pub(crate) fn unquoted(json: &str) -> &str {
    json.strip_prefix('"')
        .and_then(|j| j.strip_suffix('"'))
        .filter(|j| !j.contains('\\'))
        .unwrap_or(json)
}
