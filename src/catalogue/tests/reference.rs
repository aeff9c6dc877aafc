//! Every filter: the same conversations as by the reference.

use super::*;
use crate::catalogue::Question;
use crate::filter::testing::{Random, random_filter, random_text};
use crate::filter::{Filter, parse, select};
use crate::model::{Change, CorrectionField, Edit, Set, SortKey, Status, Target, Verdict};

/// Asks the catalogue and the reference the same, for many filters.
fn agree(catalogue: &mut Catalogue, shelf: &Shelf, filters: impl Iterator<Item = Filter>) {
    let whole = shelf.whole();
    let subjects: Vec<Subject<'_>> = whole.iter().map(subject).collect();
    let context = context(catalogue.newest());
    assert_eq!(
        catalogue.newest(),
        whole.iter().filter_map(|w| w.card.ended).max()
    );
    for filter in filters {
        let expected: Vec<i64> = select(&filter, &subjects, &context)
            .into_iter()
            .map(|i| whole[i].card.row)
            .collect();
        let found = catalogue.rows(&shelf.store, &filter, &context).unwrap();
        assert_eq!(found, expected, "{filter}");
    }
}

/// How many seeds a test runs: more where `AFTERWORD_SEEDS` says so.
fn seeds(standard: u64) -> u64 {
    let asked = std::env::var("AFTERWORD_SEEDS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(standard)
}

#[test]
fn every_filter_finds_what_the_reference_finds() {
    for seed in 0..seeds(4) {
        let shelf = Shelf::new(seed * 1000..seed * 1000 + 60);
        let filters = (seed * 10_000..seed * 10_000 + 300).map(random_filter);
        agree(&mut build(&shelf), &shelf, filters);
    }
}

#[test]
fn every_single_term_finds_what_the_reference_finds() {
    let shelf = Shelf::new(500..600);
    let mut terms = std::collections::BTreeMap::new();
    for seed in 0..6000 {
        if let Ok(filter) = parse(&random_text(seed)) {
            filter.each_term(&mut |term| {
                let alone = Filter::Term(term.clone());
                // Some terms may stand inside a turn alone.
                if parse(&alone.to_string()).is_ok_and(|f| f == alone) {
                    terms.insert(alone.to_string(), alone);
                }
            });
        }
    }
    assert!(terms.len() > 150, "{} terms", terms.len());
    agree(&mut build(&shelf), &shelf, terms.into_values());
}

#[test]
fn a_catalogue_asked_before_answers_rightly_after_review_changes() {
    for seed in 0..seeds(3) {
        let mut shelf = Shelf::new(seed * 1000..seed * 1000 + 50);
        let mut catalogue = build(&shelf);
        let mut random = Random::new(seed);
        let ids: Vec<_> = shelf.whole().iter().map(|w| w.card.id).collect();
        for round in 0..12 {
            let filters =
                || about_reviews().chain((round * 100..round * 100 + 20).map(random_filter));
            agree(&mut catalogue, &shelf, filters());
            let targets: Vec<Target> = (0..1 + random.below(12))
                .map(|_| Target {
                    conversation: random.of(&ids),
                    event: None,
                })
                .collect();
            let change = Change {
                edits: vec![Edit {
                    targets,
                    set: random_set(&mut random),
                }],
                bulk: None,
            };
            let clock = Clock::fixed(NOW);
            let reviewer = random.of(&REVIEWERS);
            // A change that changes nothing is refused.
            if shelf.store.apply(&change, reviewer, &clock).is_ok() {
                catalogue.refresh(&shelf.store).unwrap();
            }
            if random.once_in(3) && shelf.store.undo_last(1, reviewer, &clock).is_ok() {
                catalogue.refresh(&shelf.store).unwrap();
            }
            agree(&mut catalogue, &shelf, filters());
        }
    }
}

/// Filters about all that a change can touch.
fn about_reviews() -> impl Iterator<Item = Filter> {
    const ALL: &[&str] = &[
        "lang:pt",
        "lang:en",
        "lang:none",
        "topic:delivery",
        "topic:returns",
        "topic:none",
        "sentiment:negative",
        "sentiment:none",
        "sentiment:0..0.3",
        "tag:\"new one\"",
        "tag:none",
        "is:unread",
        "is:deleted",
        "verdict:none",
        "queue:me",
        "queue:bo",
        "is:flagged",
        "has:correction",
        "reviewer:bo",
        "decided:today",
    ];
    ALL.iter().filter_map(|text| parse(text).ok())
}

fn random_set(random: &mut Random) -> Set {
    match random.below(9) {
        0 | 1 => Set::Status(random.of(&Status::ALL)),
        2 => Set::Verdict(random.of(&[None, Some(Verdict::Positive), Some(Verdict::Negative)])),
        3 => Set::Tag {
            name: random.of(&["billing", "new one", "Late reply"]).into(),
            on: random.once_in(2),
        },
        4 => Set::Queue(random.of(&[None, Some("ann"), Some("Bo")]).map(Into::into)),
        5 => Set::Flag(random.once_in(2)),
        _ => {
            let (field, value) = random.of(&[
                (CorrectionField::Language, Some("\"pt\"")),
                (CorrectionField::Language, None),
                (
                    CorrectionField::Topics,
                    Some("[\"delivery/late\",\"none\"]"),
                ),
                (CorrectionField::Topics, None),
                (CorrectionField::Sentiment, Some("0.25")),
                (CorrectionField::Sentiment, None),
            ]);
            let value = value.map(Into::into);
            Set::Correction { field, value }
        }
    }
}

#[test]
fn a_refreshed_catalogue_answers_as_one_built_anew() {
    for seed in 0..seeds(3) {
        let first = seed * 1000;
        let mut shelf = Shelf::new(first..first + 30);
        let mut catalogue = build(&shelf);
        for round in 1..4 {
            let filters = || {
                let fixed = ["auto:streak", "auto:none", "", "-tag:billing"];
                let fixed = fixed.into_iter().filter_map(|f| parse(f).ok());
                fixed.chain((round * 200..round * 200 + 60).map(random_filter))
            };
            agree(&mut catalogue, &shelf, filters());
            assert!(!catalogue.refresh(&shelf.store).unwrap());
            shelf.take_in(first + round * 30..first + round * 30 + 20);
            // Some of the known ones grow and say other things of themselves.
            let grown = (first..first + 10).map(|s| {
                let mut imported = random_conversation(s).imported;
                let more = random_conversation(s + round * 7).imported;
                let last = imported.events.iter().filter_map(|e| e.at).max();
                for mut event in more.events {
                    event.at = last;
                    imported.events.push(event);
                }
                imported.attributes = more.attributes;
                imported
            });
            let grown = grown.collect();
            shelf.import(grown);
            let rows = shelf.rows();
            let newest = shelf.whole().into_iter().max_by_key(|w| w.card.ended);
            crate::store::testing::auto_tag(&mut shelf.store, "Streak", &rows[5..15]);
            crate::store::testing::purge(&mut shelf.store, newest.unwrap().card.row);
            assert!(catalogue.refresh(&shelf.store).unwrap());
            agree(&mut catalogue, &shelf, filters());
            agree(&mut build(&shelf), &shelf, filters());
        }
    }
}

#[test]
fn what_was_asked_before_is_right_after_conversations_came() {
    for seed in 0..seeds(3) {
        let first = seed * 1000;
        let mut shelf = Shelf::new(first..first + 30);
        let mut catalogue = build(&shelf);
        let sorts = [
            SortKey::Ended,
            SortKey::Messages,
            SortKey::Decided,
            SortKey::Id,
        ];
        for round in 1..4 {
            let filters = || {
                let dear = [
                    "refund",
                    "user_text:order*",
                    "turn(confidence<0.7)",
                    "time:08:00..18:00",
                ];
                let dear = dear.into_iter().filter_map(|f| parse(f).ok());
                dear.chain((round * 300..round * 300 + 40).map(random_filter))
            };
            agree(&mut catalogue, &shelf, filters());
            let mut fresh = build(&shelf);
            for (sort, reverse) in sorts.into_iter().flat_map(|s| [(s, false), (s, true)]) {
                let question = Question {
                    sort,
                    reverse,
                    ..Question::default()
                };
                let ask = |c: &mut Catalogue| {
                    c.answer(&shelf.store, &question, &context(None))
                        .unwrap()
                        .rows
                };
                assert_eq!(ask(&mut catalogue), ask(&mut fresh), "{sort:?} {reverse}");
            }
            // Only new ones, and on some of them somebody decided already.
            shelf.take_in(first + round * 30..first + round * 30 + 30);
            assert!(catalogue.refresh(&shelf.store).unwrap());
            agree(&mut catalogue, &shelf, filters());
        }
    }
}

#[test]
fn what_an_interruption_left_undone_is_done_before_the_next_answer() {
    for seed in 0..seeds(2) {
        let mut shelf = Shelf::new(seed * 1000..seed * 1000 + 20);
        let mut catalogue = build(&shelf);
        let filters = || about_reviews().chain((seed * 50..seed * 50 + 10).map(random_filter));
        let mut interruptions = 0;
        // Stopped ever later, until it comes to its end.
        for steps in [
            1, 5, 20, 60, 120, 200, 300, 450, 700, 1000, 1500, 2500, 4000,
        ] {
            let mut random = Random::new(seed * 100 + steps);
            let ids: Vec<_> = shelf.whole().iter().map(|w| w.card.id).collect();
            let change = Change {
                edits: vec![Edit {
                    targets: (0..8)
                        .map(|_| Target {
                            conversation: random.of(&ids),
                            event: None,
                        })
                        .collect(),
                    set: random_set(&mut random),
                }],
                bulk: None,
            };
            if shelf
                .store
                .apply(&change, "ann", &Clock::fixed(NOW))
                .is_err()
            {
                continue;
            }
            if random.once_in(4) {
                let rename = Set::TagRename {
                    from: "billing".into(),
                    to: "Money".into(),
                };
                let edits = vec![Edit {
                    targets: Vec::new(),
                    set: rename,
                }];
                let change = Change { edits, bulk: None };
                let _ = shelf.store.apply(&change, "ann", &Clock::fixed(NOW));
            }
            let count = shelf.rows().len() as u64;
            let others = random.once_in(3);
            if others {
                let first = seed * 1000 + 30 + count + steps * 10;
                shelf.take_in(first..first + 2);
            }
            crate::store::testing::interrupt_after(&mut shelf.store, steps as i32);
            let _ = catalogue.refresh(&shelf.store);
            interruptions += u64::from(catalogue.owes());
            if others {
                interruptions += u64::from(catalogue.refresh(&shelf.store).is_err());
            }
            crate::store::testing::interrupt_after(&mut shelf.store, 0);
            let everything = Filter::Everything;
            let count = catalogue.count(&shelf.store, &everything, &context(None));
            assert!(count.unwrap() <= shelf.rows().len() as u64);
            assert!(!catalogue.owes());
            agree(&mut catalogue, &shelf, filters());
        }
        assert!(interruptions > 2, "{interruptions} interruptions");
    }
}
