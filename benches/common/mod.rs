//! What the benchmarks share: ready logs and stores of several sizes, measuring, and a table of figures
//! beside their bars.
//!
//! A benchmark is one command, `cargo bench --bench NAME`, and says what it measured on which machine.
//! Sizes are those of `AFTERWORD_BENCH_SIZES` (numbers of conversations with commas between them).
//! Nothing here decides what is fast enough: each benchmark names the bars of its own rows.

#![allow(dead_code, unused_imports)] // no benchmark uses all of it

pub mod data;
#[path = "../../examples/make_log/generate.rs"]
pub mod generate;
pub mod machine;
pub mod measure;
pub mod mixes;
pub mod table;

use std::error::Error;

pub use measure::Samples;
pub use table::{Bar, Table};

/// What a benchmark ends with.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Measures: `work` fills the table, which is printed in the end. Other runs of the same program than
/// `cargo bench`'s, like those of `cargo test --all-targets`, measure nothing.
pub fn run(title: &str, work: impl FnOnce(&mut Table) -> Outcome) -> Outcome {
    if !std::env::args().any(|a| a == "--bench") {
        return Ok(());
    }
    let mut table = Table::new(title);
    let outcome = work(&mut table);
    table.print();
    outcome
}

/// The numbers of conversations to measure at.
pub fn sizes() -> Result<Vec<u64>, Box<dyn Error>> {
    let asked = std::env::var("AFTERWORD_BENCH_SIZES").unwrap_or_else(|_| "10000,100000".into());
    let size = |text: &str| {
        text.trim()
            .replace('_', "")
            .parse()
            .map_err(|_| format!("AFTERWORD_BENCH_SIZES: {text} is no number").into())
    };
    asked.split(',').map(size).collect()
}
