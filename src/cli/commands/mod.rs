//! One file a command.

pub(super) mod config;
pub(super) mod correct;
pub(super) mod count;
pub(super) mod doctor;
pub(super) mod export;
pub(super) mod flag;
pub(super) mod formats;
pub(super) mod generate;
pub(super) mod import;
pub(super) mod list;
pub(super) mod log;
pub(super) mod mark;
pub(super) mod preset;
pub(super) mod screen;
pub(super) mod search;
pub(super) mod show;
pub(super) mod stats;
pub(super) mod tag;
pub(super) mod undo;
