//! Bad input: whatever is typed is a search or an error with a position, all the way down to the search
//! index; and whatever a log holds can be asked for.

use std::path::Path;

use afterword::filter::{
    Completion, FIELDS, Filter, Pattern, Term, Test, ValueKind, complete, hit_words, parse, plain,
    terms, while_typing,
};
use afterword::text::SafeText;
use proptest::prelude::*;

use crate::shelf::Shelf;

/// Our own cases, so that the test says something without the corpora.
const OWN: &[&str] = &[
    "",
    " \t\r\n\u{a0}\u{3000}",
    "'",
    "\"",
    "\"\"",
    "\\",
    "\"\\",
    "\"a\\\"b\\\\c\\",
    "' OR 1=1 --",
    "\"; DROP TABLE card; --",
    "tag:\"; DROP TABLE card; --\"",
    "a\" OR \"b",
    "user : \"x\"",
    "user: x",
    "{user bot} : x",
    "NEAR(a b, 2)",
    "^refund",
    "refund + order",
    "- -a",
    "a AND NOT b",
    "a NOT b",
    "AND",
    "OR OR",
    "NOT NOT a",
    "*",
    "a*b",
    "**",
    "\"*\"*",
    "(((",
    ")))",
    "-(",
    "turn(last(a))",
    "turn(",
    "tag:",
    "tag:,,",
    "tag:a,,b",
    "slot:=",
    "slot:a==b",
    "intent:a<<0.5",
    "intent:a<0.5<0.6",
    "rating:..",
    "rating:1...2",
    "rating<<2",
    "confidence:1e999",
    "confidence<-0",
    "messages:99999999999999999999",
    "duration>9223372036854775807d",
    "since:99999999999y",
    "date:0000-00-00",
    "date:2026-02-30",
    "date:+12345-01-01",
    "week-99999999999",
    "time:24:01",
    "time:00:00..24:00",
    "sample:-1",
    "sample:9007199254740993",
    "%s %n {} {0} $(id) `id`",
    "_ % _%",
    "\u{0}",
    "a\u{0}b",
    "tag:\"a\u{0}b\"",
    "\u{1b}[31mred\u{7}",
    "\u{202e}\u{2066}gat:x",
    "\u{feff}tag:x",
    "tag\u{ff1a}x",
    "tag:\u{201c}x y\u{201d}",
    "\u{200b}\u{200d}\u{ad}",
    "e\u{301}\u{301}\u{301}\u{301}",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{130}I\u{131}i \u{df}\u{1e9e} \u{3c2}\u{3c3}\u{3a3}",
    "\u{e000}\u{fffe}\u{10ffff}\u{fffd}",
    "\u{5d0}\u{5d1} \u{627}\u{644} \u{e01}\u{e33}\u{1780}\u{17d2}",
    "none",
    "\"none\"",
    "none*",
    "me",
    "https://example.org/a?b=c&d=e#f",
    "C:\\path\\to",
    "#[derive(Debug)]",
    "1;2",
    "a,b",
    "<script>alert(1)</script>",
    "\u{ff1c}x\u{ff1e}",
];

fn corpus(path: &str, read: fn(&str) -> Vec<String>) -> Vec<String> {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/corpora")
        .join(path);
    match std::fs::read_to_string(&whole) {
        Ok(text) => {
            let strings = read(&text);
            assert!(strings.len() > 300, "{path}");
            strings
        }
        Err(_) => {
            eprintln!("skipped: {path} is not beside the repository");
            Vec::new()
        }
    }
}

fn strings() -> Vec<String> {
    let mut all: Vec<String> = OWN.iter().map(|t| (*t).to_owned()).collect();
    all.extend(corpus("blns/blns.json", |t| {
        serde_json::from_str(t).unwrap()
    }));
    all.extend(corpus("hostile/text_hostile.jsonl", |lines| {
        let text = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            value["text"].as_str().unwrap_or_default().to_owned()
        };
        lines.lines().map(text).collect()
    }));
    all
}

/// An error has its place in the text and is harmless to show.
fn is_placed(text: &str, error: &afterword::filter::ParseError) {
    let end = error.at + error.len;
    assert!(text.get(error.at..end).is_some(), "{text:?}: {error:?}");
    assert!(error.caret() <= SafeText::line(text).width(), "{text:?}");
    let shown = error.to_string();
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!shown.contains(acts), "{text:?} {shown:?}");
    assert!(!error.message.is_empty());
}

/// Reading, printing, completing.
fn keeps_promises(text: &str) -> Option<Filter> {
    for cursor in (0..=text.len()).step_by(1 + text.len() / 30) {
        if let Completion::Field { range, .. } | Completion::Value { range, .. } =
            complete(text, cursor)
        {
            assert!(text.get(range.clone()).is_some(), "{text:?} {range:?}");
        }
    }
    match parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            assert_eq!(
                parse(&printed).as_ref(),
                Ok(&filter),
                "{text:?} as {printed:?}"
            );
            hit_words(&filter);
            Some(filter)
        }
        Err(error) => {
            is_placed(text, &error);
            None
        }
    }
}

/// The catalogue answers it, as the reference does.
fn is_answered(shelf: &mut Shelf, filter: &Filter) {
    assert_eq!(shelf.found(filter), shelf.plainly(filter), "{filter}");
}

#[test]
fn every_hostile_string_is_a_search_or_an_error_with_a_place() {
    let mut shelf = Shelf::new();
    let mut searches = 0;
    let all = strings();
    for text in &all {
        if let Some(filter) = keeps_promises(text) {
            is_answered(&mut shelf, &filter);
            searches += 1;
        }
        // While it is typed, letter by letter.
        let short = text.chars().count() < 40;
        let step = if short { 1 } else { 1 + text.len() / 20 };
        for (at, _) in text.char_indices().step_by(step) {
            match while_typing(&text[..at]) {
                Ok(filter) if short && at % 16 == 0 => is_answered(&mut shelf, &filter),
                Ok(_) => {}
                Err(error) => is_placed(&text[..at], &error),
            }
        }
    }
    assert!(searches > OWN.len() / 3, "{searches} of {}", all.len());
}

#[test]
fn every_hostile_string_can_be_asked_for_as_a_value_of_every_field() {
    let mut shelf = Shelf::new();
    for (n, text) in strings().iter().enumerate() {
        for (i, info) in FIELDS.iter().enumerate() {
            let value = || Pattern::Exact(text.clone());
            let tests = match info.kind {
                ValueKind::Names => vec![
                    Test::Any(vec![value()]),
                    Test::Any(vec![Pattern::Prefix(text.clone()), Pattern::from("other")]),
                ],
                ValueKind::Scored => vec![Test::Scored {
                    value: value(),
                    cmp: afterword::filter::Cmp::Less,
                    number: 0.5,
                }],
                ValueKind::Named if info.closed(false).is_empty() => vec![
                    Test::Named {
                        name: text.clone(),
                        value: value(),
                    },
                    Test::Named {
                        name: "city".into(),
                        value: Pattern::Prefix(text.clone()),
                    },
                ],
                _ => Vec::new(),
            };
            for test in tests {
                let filter = Filter::Term(Term {
                    field: info.field,
                    test,
                });
                let printed = filter.to_string();
                assert_eq!(parse(&printed).as_ref(), Ok(&filter), "{printed}");
                // Each string in some of the fields, each field with some of the strings.
                if (n + i) % 61 == 0 {
                    is_answered(&mut shelf, &filter);
                }
            }
            // As it was typed, without the program's own quotes.
            let typed = format!("{}:{text}", info.name);
            if (n + i) % 7 == 0 {
                keeps_promises(&typed);
            }
        }
        let phrase = Term {
            field: afterword::filter::Field::Text,
            test: Test::Words {
                text: text.clone(),
                phrase: true,
                prefix: n % 2 == 0,
            },
        };
        if n % 4 == 0 {
            is_answered(&mut shelf, &Filter::Term(phrase));
        }
    }
}

const PIECES: &[&str] = &[
    "tag:",
    "slot:",
    "intent:",
    "rating",
    "date:",
    "since:",
    "turn(",
    "last(",
    "(",
    ")",
    "-",
    " ",
    " ",
    " OR ",
    "AND",
    "NOT ",
    ",",
    "<",
    ">=",
    "=",
    ":",
    "..",
    "*",
    "\"",
    "\\",
    "none",
    "a",
    "Rome",
    "city",
    "5",
    "0.5",
    "7d",
    "2026-05-01",
    "22:00",
    "is:",
    "fallback",
    "sample:",
    "seed:",
    "corrected:",
    "has:",
    "\u{4e2d}",
    "\u{301}",
    "user_text:",
    "sentiment:",
    "time:",
    "duration",
    "5m",
    "meta:",
    "id:",
    "me",
    "queue:",
    "\u{0}",
    "\u{202e}",
    "refund",
    "\u{1f600}",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]
    #[test]
    fn any_text_is_a_search_or_an_error_with_a_place(text in "\\PC{0,60}|.{0,40}") {
        keeps_promises(&text);
        if let Err(error) = while_typing(&text) {
            is_placed(&text, &error);
        }
    }
}

#[test]
fn any_soup_of_pieces_is_answered_as_the_reference_answers_it() {
    let mut shelf = Shelf::new();
    let mut random = afterword::filter::testing::Random::new(11);
    let mut searches = 0;
    for _ in 0..6000 {
        let length = 1 + random.below(10);
        let text: String = (0..length).map(|_| random.of(PIECES)).collect();
        let Some(filter) = keeps_promises(&text) else {
            continue;
        };
        is_answered(&mut shelf, &filter);
        searches += usize::from(!terms(&filter).is_empty());
        if plain::sample(&filter).is_none() {
            is_answered(&mut shelf, &Filter::Not(Box::new(filter)));
        }
    }
    assert!(searches > 300, "{searches} searches");
}
