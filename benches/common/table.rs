//! The table that a benchmark prints: each figure beside its bar.

#![allow(clippy::print_stdout)] // this is what a benchmark is for

use super::machine;
use super::measure::Samples;
use afterword::text;

/// What a figure must be, in the unit of its row.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// The median is at most this.
    Median(f64),
    /// The 95th percentile is at most this.
    P95(f64),
    /// The 99th percentile is at most this.
    P99(f64),
    /// The figure is at most this: memory, size.
    AtMost(f64),
    /// The figure is at least this: rates, how many times faster.
    AtLeast(f64),
}

/// Rows of figures, printed together in the end.
#[derive(Debug)]
pub struct Table {
    title: String,
    rows: Vec<[String; COLUMNS.len()]>,
}

const COLUMNS: [&str; 9] = [
    "what", "n", "median", "p95", "cpu", "cpu p95", "unit", "bar", "of bar",
];

impl Table {
    /// An empty table.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            rows: Vec::new(),
        }
    }

    /// Times in milliseconds, at so many conversations.
    pub fn times(&mut self, what: &str, n: u64, samples: &Samples, bar: Option<Bar>) {
        let judged = bar.map(|bar| match bar {
            Bar::P95(limit) => (samples.p95(), limit, " p95"),
            Bar::P99(limit) => (samples.p99(), limit, " p99"),
            Bar::Median(limit) | Bar::AtMost(limit) | Bar::AtLeast(limit) => {
                (samples.median(), limit, "")
            }
        });
        self.row([
            what.to_owned(),
            text::figure(n),
            figure(samples.median()),
            figure(samples.p95()),
            figure(samples.cpu()),
            figure(samples.cpu_p95()),
            "ms".to_owned(),
            judged.map_or_else(String::new, |(_, bar, which)| format!("≤ {bar}{which}")),
            judged.map_or_else(String::new, |(found, bar, _)| percent(found / bar)),
        ]);
    }

    /// One figure in a unit of its own: bytes, rates, ratios.
    pub fn figure(&mut self, what: &str, n: u64, value: f64, unit: &str, bar: Option<Bar>) {
        let judged = bar.map(|bar| match bar {
            Bar::AtLeast(limit) => (limit, "≥"),
            Bar::AtMost(limit) | Bar::Median(limit) | Bar::P95(limit) | Bar::P99(limit) => {
                (limit, "≤")
            }
        });
        self.row([
            what.to_owned(),
            text::figure(n),
            figure(value),
            String::new(),
            String::new(),
            String::new(),
            unit.to_owned(),
            judged.map_or_else(String::new, |(bar, sign)| format!("{sign} {bar}")),
            judged.map_or_else(String::new, |(bar, _)| percent(value / bar)),
        ]);
    }

    fn row(&mut self, row: [String; COLUMNS.len()]) {
        self.rows.push(row);
    }

    /// Prints the machine and the rows, as a table of Markdown.
    pub fn print(&self) {
        println!("\n## {}\n\n{}\n", self.title, machine::line());
        let head = COLUMNS.map(str::to_owned);
        let wide: Vec<usize> = (0..COLUMNS.len())
            .map(|c| {
                let cells = self.rows.iter().chain([&head]);
                cells.map(|r| r[c].chars().count()).max().unwrap_or(0)
            })
            .collect();
        line(&head, &wide);
        let rule: Vec<String> = (0..COLUMNS.len())
            .map(|c| match c {
                0 => "-".repeat(wide[c]),
                _ => format!("{}:", "-".repeat(wide[c] - 1)),
            })
            .collect();
        line(&rule, &wide);
        self.rows.iter().for_each(|row| line(row, &wide));
    }
}

fn line(cells: &[String], wide: &[usize]) {
    let cells: Vec<String> = (0..)
        .zip(cells.iter().zip(wide))
        .map(|(at, (cell, wide))| match at {
            0 => format!("{cell:<wide$}"),
            _ => format!("{cell:>wide$}"),
        })
        .collect();
    println!("| {} |", cells.join(" | "));
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value {
        v if v.is_nan() => "-".to_owned(),
        v if v.abs() >= 100.0 => format!("{v:.0}"),
        v if v.abs() >= 10.0 => format!("{v:.1}"),
        v if v.abs() >= 1.0 => format!("{v:.2}"),
        v => format!("{v:.3}"),
    }
}

fn percent(ratio: f64) -> String {
    match ratio >= 10.0 {
        true => format!("{ratio:.0} x"),
        false => format!("{:.0} %", ratio * 100.0),
    }
}
