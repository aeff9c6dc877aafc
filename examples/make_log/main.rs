//! Writes seeded Rasa-like logs for measurements: `make_log N [SEED] > trackers.jsonl`.
//!
//! The same N and seed give the same bytes on every machine; a smaller N gives the beginning of them.

mod generate;

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1).map(|a| a.parse::<u64>());
    let (Some(Ok(n)), seed) = (args.next(), args.next().and_then(Result::ok).unwrap_or(1)) else {
        let usage = "usage: make_log N [SEED] > trackers.jsonl";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, usage));
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    generate::write(&mut out, 0..n, seed)?;
    out.flush()
}
