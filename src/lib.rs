//! afterword: review what people said to your assistant.
//!
//! Exports come in through [`import`], live in one SQLite file behind [`store`], are found through the
//! in-memory [`catalogue`] by the language of [`filter`], and are read and judged in [`tui`] or from
//! [`cli`]. Each layer uses only those to its left:
//!
//! `text → model → filter → store → catalogue → import, export, analyze, stats, out_file → cli | tui`

pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod error;
pub mod export;
pub mod filter;
pub mod import;
mod log_file;
pub mod model;
pub mod out_file;
pub mod paths;
pub mod stats;
pub mod store;
pub mod text;
pub mod tui;
