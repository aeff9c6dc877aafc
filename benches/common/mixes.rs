//! Random filters as reviewers write them: one to six terms over the fields and values of a store.

use afterword::catalogue::Catalogue;
use afterword::filter::{Context, Field, Filter, parse};

use super::generate::Random;

/// What the random filters are made of.
pub struct Mixes {
    random: Random,
    values: Vec<(&'static str, Vec<String>)>,
}

/// Fields of which one value, or two, are asked for.
const NAMED: [(&str, Field); 7] = [
    ("channel", Field::Channel),
    ("intent", Field::Intent),
    ("action", Field::Action),
    ("slot", Field::Slot),
    ("policy", Field::Policy),
    ("version", Field::Version),
    ("flow", Field::Flow),
];

impl Mixes {
    /// The same filters for the same seed and store.
    pub fn new(catalogue: &Catalogue, seed: u64) -> Self {
        let names = |field| {
            let values = catalogue.values(field, "", 100);
            values.into_iter().map(|v| v.0).collect::<Vec<_>>()
        };
        let values = NAMED.map(|(name, field)| (name, names(field)));
        Self {
            random: Random::new(seed),
            values: values.into_iter().filter(|v| !v.1.is_empty()).collect(),
        }
    }

    /// A filter of one to six terms, by its terms.
    pub fn terms(&mut self) -> Vec<String> {
        let count = 1 + self.random.below(6);
        (0..count).map(|_| self.term()).collect()
    }

    /// One term: often negated, sometimes two with OR between them.
    pub fn term(&mut self) -> String {
        let mut term = self.plain();
        if self.random.below(8) == 0 {
            let other = self.plain();
            term = format!("({term} OR {other})");
        }
        match self.random.below(6) {
            0 => format!("-{term}"),
            _ => term,
        }
    }

    fn plain(&mut self) -> String {
        let r = &mut self.random;
        match r.below(16) {
            0..=5 if !self.values.is_empty() => self.named(),
            6 => format!("confidence<0.{}", 30 + r.below(65)),
            7 => format!("margin<0.{}", 10 + r.below(60)),
            8 => format!("messages:{}..{}", r.below(12), 12 + r.below(30)),
            9 => format!("duration>{}s", 20 + r.below(400)),
            10 => {
                let (from, to) = (r.below(24), r.below(24));
                format!("time:{from:02}:00..{to:02}:30")
            }
            11 => {
                let day = 1 + r.below(28);
                let (from, to) = (11 + r.below(2), 1 + r.below(4));
                format!("date:2025-{from:02}-{day:02}..2026-{to:02}-{day:02}")
            }
            12 => ["weekday:sat,sun", "weekday:mon", "weekday:tue,fri"][r.below(3) as usize].into(),
            13 => ["is:fallback", "is:problem", "is:escalated", "fallbacks>=2"]
                [r.below(4) as usize]
                .into(),
            14 => {
                ["is:unread", "tag:none", "verdict:none", "-is:flagged"][r.below(4) as usize].into()
            }
            _ => format!("user_messages>={}", 2 + r.below(8)),
        }
    }

    fn named(&mut self) -> String {
        let r = &mut self.random;
        let (name, values) = &self.values[r.below(self.values.len() as u64) as usize];
        let value = |r: &mut Random| &values[r.zipf(values.len() as u64) as usize];
        let one = value(r);
        match r.below(5) {
            0 => format!("{name}:\"{one}\",\"{}\"", value(r)),
            _ => format!("{name}:\"{one}\""),
        }
    }
}

/// The filter of these terms.
pub fn filter(terms: &[String]) -> Result<Filter, Box<dyn std::error::Error>> {
    let text = terms.join(" ");
    parse(&text).map_err(|e| format!("{text}: {e}").into())
}

/// When and by whom a measurement asks.
pub fn context(catalogue: &Catalogue) -> Context {
    Context {
        now: catalogue.newest().unwrap_or_default(),
        newest: catalogue.newest(),
        me: "bench".into(),
        ..Context::default()
    }
}
