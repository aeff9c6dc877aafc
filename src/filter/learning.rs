//! The learning sets and the periods they are looked at over: filters of the language, in one table each.

use super::ast::{Field, Filter, Term};
use super::error::ParseError;
use super::parse::parse;

/// One of the sets that an assistant learns from.
#[derive(Debug)]
pub struct LearningSet {
    /// Its name.
    pub name: &'static str,
    /// What belongs to it, in the language.
    pub filter: &'static str,
    /// Where it comes from.
    pub help: &'static str,
}

/// The three sets.
pub const LEARNING_SETS: [LearningSet; 3] = [
    LearningSet {
        name: "positive",
        filter: "verdict:positive",
        help: "judged positive",
    },
    LearningSet {
        name: "negative",
        filter: "verdict:negative",
        help: "judged negative",
    },
    LearningSet {
        name: "fallback",
        filter: "is:fallback",
        help: "with a fallback, automatic",
    },
];

/// A period, back from now or from the newest conversation.
#[derive(Debug)]
pub struct Period {
    /// Its words.
    pub words: &'static str,
    /// Its length as the language has it; `None`: all of the time.
    pub span: Option<&'static str>,
}

/// The periods that are one key away.
pub const PERIODS: [Period; 5] = [
    Period {
        words: "24 hours",
        span: Some("24h"),
    },
    Period {
        words: "week",
        span: Some("7d"),
    },
    Period {
        words: "month",
        span: Some("1mo"),
    },
    Period {
        words: "year",
        span: Some("1y"),
    },
    Period {
        words: "all",
        span: None,
    },
];

impl Period {
    /// The conversations of the period, back from now.
    pub fn from_now(&self) -> Filter {
        self.since("")
    }

    /// The same, back from the newest conversation; `None` where that makes no difference.
    pub fn from_newest(&self) -> Option<Filter> {
        self.span.map(|_| self.since("newest-"))
    }

    fn since(&self, from: &str) -> Filter {
        let text = self.span.map(|span| format!("since:{from}{span}"));
        // The table is held to the language by a test.
        parse(&text.unwrap_or_default()).unwrap_or_default()
    }
}

/// A period as it is typed: what `date:` takes (`2026-05-01..2026-05-31`, `yesterday`, `10d`), or terms of
/// `since:`, `until:`, `date:`, `started:`.
///
/// # Errors
/// Where it is none of them.
pub fn typed_period(text: &str) -> Result<Filter, ParseError> {
    let is_date = |term: &&Term| {
        matches!(
            term.field,
            Field::Since | Field::Until | Field::Date | Field::Started
        )
    };
    if let Ok(filter) = parse(text)
        && filter != Filter::Everything
        && super::edit::terms(&filter).iter().all(is_date)
    {
        return Ok(filter);
    }
    parse(&format!("date:{}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_filters_of_the_language() {
        for set in &LEARNING_SETS {
            assert_eq!(parse(set.filter).unwrap().to_string(), set.filter);
        }
        let shown = |p: &Period| {
            (
                p.from_now().to_string(),
                p.from_newest().map(|f| f.to_string()),
            )
        };
        for period in &PERIODS {
            match period.span {
                Some(span) => assert_eq!(
                    shown(period),
                    (
                        format!("since:{span}"),
                        Some(format!("since:newest-{span}"))
                    )
                ),
                None => assert_eq!(shown(period), (String::new(), None)),
            }
        }
    }

    #[test]
    fn a_period_is_typed_as_the_language_has_it() {
        for (typed, filter) in [
            ("2026-05-01..2026-05-31", "date:2026-05-01..2026-05-31"),
            (" yesterday ", "date:yesterday"),
            ("10d", "date:10d"),
            ("since:2026-05-01", "since:2026-05-01"),
            ("since:7d until:yesterday", "since:7d until:yesterday"),
            ("newest-3d", "date:newest-3d"),
        ] {
            assert_eq!(typed_period(typed).unwrap().to_string(), filter);
        }
        for typed in [
            "",
            "last week",
            "is:unread",
            "2026-13-01",
            "since:7d refund",
        ] {
            assert!(typed_period(typed).is_err(), "{typed}");
        }
    }
}
