//! Personal data: how much of it is found, how much else is taken for it, how fast. On the corpus of cases
//! where it is there, and on 10,000 generated texts.

#![allow(clippy::print_stderr, reason = "a bench tells what it missed")]

mod common;
#[path = "common/personal.rs"]
mod personal;

use std::collections::BTreeMap;
use std::hint::black_box;

use afterword::text::redact::{find, redact};
use common::{Bar, Outcome, Samples, Table};
use personal::Text;

const TEXTS: usize = 10_000;
const SEED: u64 = 4;
const CASES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/corpora/hostile/pii/pii_cases.jsonl"
);

fn main() -> Outcome {
    common::run("redact", |table| {
        if let Ok(lines) = std::fs::read_to_string(CASES) {
            let cases: Result<Vec<Vec<Text>>, _> = lines.lines().map(case).collect();
            let cases: Vec<Text> = cases?.into_iter().flatten().collect();
            figures("corpus", &cases, table);
        }
        let generated = personal::texts(SEED, TEXTS);
        figures("generated", &generated, table);
        speed(&generated, table)
    })
}

/// The needles of one case, each as a text of its own.
fn case(line: &str) -> serde_json::Result<Vec<Text>> {
    #[derive(serde::Deserialize)]
    struct Case {
        kind: String,
        text: String,
        redact: Vec<String>,
    }
    let Case { kind, text, redact } = serde_json::from_str(line)?;
    let kind: &'static str = kind.leak();
    let one = |needle: Option<String>| Text {
        kind,
        text: text.clone(),
        needle,
    };
    Ok(match redact.is_empty() {
        true => vec![one(None)],
        false => redact.into_iter().map(|needle| one(Some(needle))).collect(),
    })
}

/// Found, or falsely found, of all, by kind; what went wrong is printed.
fn figures(of: &str, texts: &[Text], table: &mut Table) {
    let mut counts: BTreeMap<(bool, &str), (u32, u32)> = BTreeMap::new();
    let (mut false_ones, mut harmless) = (0, 0);
    for Text { kind, text, needle } in texts {
        let found = find("", text);
        let hit = match needle {
            Some(needle) => text.find(needle.as_str()).is_some_and(|at| {
                let end = at + needle.len();
                found
                    .iter()
                    .any(|f| f.range.start <= at && end <= f.range.end)
            }),
            None => !found.is_empty(),
        };
        if hit == needle.is_none() && std::env::var_os("AFTERWORD_BENCH_SHOW").is_some() {
            eprintln!("{of}, {kind}: {text}");
        }
        let count = counts.entry((needle.is_none(), kind)).or_default();
        count.1 += 1;
        count.0 += u32::from(hit);
        if needle.is_none() {
            harmless += 1;
            false_ones += u32::from(hit);
        }
    }
    let percent = |(part, all): (u32, u32)| 100.0 * f64::from(part) / f64::from(all.max(1));
    for ((harmless, kind), count) in counts {
        let bar = match kind {
            _ if harmless => None,
            "card" | "email" | "iban" => Some(Bar::AtLeast(99.0)),
            kind if kind.starts_with("phone") => Some(Bar::AtLeast(95.0)),
            _ => None,
        };
        let what = if harmless { "falsely found" } else { "found" };
        table.figure(
            &format!("{of}: {kind}, {what}"),
            count.1.into(),
            percent(count),
            "%",
            bar,
        );
    }
    let all = (false_ones, harmless);
    let bar = Some(Bar::AtMost(1.0));
    table.figure(
        &format!("{of}: falsely found in all"),
        harmless.into(),
        percent(all),
        "%",
        bar,
    );
}

fn speed(texts: &[Text], table: &mut Table) -> Outcome {
    let mut all = String::new();
    while all.len() < 1_000_000 {
        texts.iter().for_each(|t| {
            all.push_str("we were told that the parcel would come tomorrow, but it did not. ");
            all.push_str(&t.text);
            all.push('\n');
        });
    }
    all.truncate(
        all.char_indices()
            .map(|c| c.0)
            .take_while(|at| *at <= 1_000_000)
            .last()
            .unwrap_or(0),
    );
    for (what, text) in [
        ("chat, every second line with data", all.as_str()),
        ("digits alone", &"1 ".repeat(500_000)),
        ("beginnings of keys alone", &"SG.".repeat(333_333)),
    ] {
        let samples = Samples::of(15, |_| {
            black_box(redact(text));
            Ok::<(), std::convert::Infallible>(())
        })?;
        table.times(
            &format!("1 MB of text: {what}"),
            1,
            &samples,
            Some(Bar::Median(100.0)),
        );
    }
    Ok(())
}
