//! What a question answers beyond the rows: counts, facets, orders, the term that removed everything.

use super::*;
use crate::catalogue::{FacetName, NONE, Question};
use crate::filter::testing::random_filter;
use crate::filter::while_typing;
use crate::filter::{Field, Filter, Pattern, Term, Test, parse, plain};
use crate::model::{SortKey, Status};

fn ask(catalogue: &mut Catalogue, shelf: &Shelf, question: &Question) -> crate::catalogue::Answer {
    let context = context(catalogue.newest());
    catalogue.answer(&shelf.store, question, &context).unwrap()
}

#[test]
fn counts_are_those_of_the_rows() {
    let shelf = Shelf::new(0..80);
    let whole = shelf.whole();
    let mut catalogue = build(&shelf);
    let deleted = |w: &&Whole| w.review.status == Status::Deleted;
    for seed in 0..80 {
        let filter = random_filter(seed);
        let question = Question {
            filter,
            ..Question::default()
        };
        let answer = ask(&mut catalogue, &shelf, &question);
        assert_eq!(answer.matching as usize, answer.rows.len());
        assert_eq!(
            answer.total as usize,
            whole.iter().filter(|w| !deleted(w)).count()
        );
        let unread = whole
            .iter()
            .filter(|w| answer.rows.contains(&w.card.row) && w.review.status == Status::Unread);
        assert_eq!(answer.unread as usize, unread.count());
    }
    assert_eq!(catalogue.conversation_count(), 80);
}

#[test]
fn a_facet_counts_what_adding_the_value_would_find() {
    let shelf = Shelf::new(100..180);
    let mut catalogue = build(&shelf);
    let mut counted = 0;
    for seed in 0..60 {
        let filter = random_filter(seed);
        if plain::sample(&filter).is_some() {
            continue;
        }
        let question = Question {
            filter: filter.clone(),
            facets: FacetName::ALL.to_vec(),
            ..Question::default()
        };
        let answer = ask(&mut catalogue, &shelf, &question);
        assert_eq!(answer.facets.len(), FacetName::ALL.len());
        for (facet, counts) in FacetName::ALL.iter().zip(&answer.facets) {
            assert_eq!(counts.facet, *facet);
            assert_eq!(counts.distinct, counts.values.len() as u64);
            assert!(counts.values.is_sorted_by_key(|v| std::cmp::Reverse(v.1)));
            let rest = super::super::facets::rest_of(&filter, *facet);
            for (value, count) in &counts.values {
                let mut with = Filter::and(vec![rest.clone(), facet.term(value)]);
                if plain::includes_deleted(&filter) && !plain::includes_deleted(&with) {
                    // The deleted ones stay in view while another facet is counted.
                    let any = parse("is:unread,deleted OR -is:unread").unwrap();
                    with = Filter::and(vec![with, any]);
                    if *facet == FacetName::parse("status").unwrap() {
                        continue;
                    }
                }
                let context = context(catalogue.newest());
                let found = catalogue.count(&shelf.store, &with, &context).unwrap();
                assert_eq!(found, *count, "{} {value} under {filter}", facet.name());
                counted += 1;
            }
        }
    }
    assert!(counted > 1000, "{counted} values");
}

#[test]
fn absence_and_a_value_named_none_are_counted_apart() {
    let shelf = Shelf::new(0..120);
    let mut catalogue = build(&shelf);
    let question = Question {
        facets: vec![FacetName::parse("tag").unwrap()],
        ..Question::default()
    };
    let values = ask(&mut catalogue, &shelf, &question).facets[0]
        .values
        .clone();
    assert!(values.iter().any(|v| v.0 == NONE) && values.iter().any(|v| v.0 == "\"none\""));
}

#[test]
fn facets_of_a_sample_are_counted_inside_it() {
    let shelf = Shelf::new(0..80);
    let mut catalogue = build(&shelf);
    let question = Question {
        filter: parse("sample:10 seed:3").unwrap(),
        facets: vec![FacetName::parse("channel").unwrap()],
        ..Question::default()
    };
    let answer = ask(&mut catalogue, &shelf, &question);
    assert_eq!(answer.matching, 10);
    let counted: u64 = answer.facets[0].values.iter().map(|v| v.1).sum();
    assert_eq!(counted, 10);
}

/// What a card sorts by, as a number or as folded text; `None` is absence.
fn sorts_by(whole: &Whole, key: SortKey) -> Option<(i64, String)> {
    use SortKey as K;
    let card = &whole.card;
    let a = &card.attributes;
    let number = |n: i64| Some((n, String::new()));
    let text =
        |t: Option<&crate::text::Untrusted>| t.map(|t| (0, crate::filter::fold(t.for_search())));
    match key {
        K::Ended => number(card.ended?.0),
        K::Started => number(card.started?.0),
        K::Duration => number(card.ended?.0 - card.started?.0),
        K::Messages => number(card.messages.into()),
        K::UserMessages => number(card.user_messages.into()),
        K::BotMessages => number(card.bot_messages.into()),
        K::Queries => number(card.queries.into()),
        K::Fallbacks => number(card.fallbacks.into()),
        K::Rating => number(a.rating?.into()),
        K::Confidence => number(card.min_confidence?.steps().into()),
        K::Margin => number(card.min_margin?.steps().into()),
        K::ActionConfidence => number(card.min_action_confidence?.steps().into()),
        K::Decided => number(whole.review.decided.as_ref()?.1.0),
        K::Escalated => number(card.escalated.into()),
        K::Id => {
            let bytes = card.id.0.map(|b| format!("{b:02x}"));
            Some((0, bytes.concat()))
        }
        K::User => text(a.user_name.as_ref().or(a.user_id.as_ref())),
        K::UserId => text(a.user_id.as_ref()),
        K::Agent => text(a.agent.as_ref()),
        K::Location => text(a.location.as_ref()),
        K::Channel => text(a.channel.as_ref()),
        K::Device => text(a.device.as_ref()),
        K::Version => text(a.version.as_ref()),
        K::Queue => text(whole.review.queue.as_ref()),
        K::Tags => whole.review.tags.iter().filter_map(|t| text(Some(t))).min(),
        K::AutoTags => text(whole.review.auto_tags.first()),
        K::Language => {
            let language = crate::filter::values::language(a, &whole.review)?;
            Some((0, crate::filter::fold(&language)))
        }
        K::Topics => {
            let topics = crate::filter::values::topics(a, &whole.review);
            topics
                .into_iter()
                .flat_map(crate::filter::values::with_parent)
                .map(|t| (0, crate::filter::fold(&t)))
                .min()
        }
        K::Sentiment => {
            let shown = crate::filter::values::sentiment(a, &whole.review)?;
            let number = match crate::filter::fold(&shown).as_str() {
                "negative" => -1.0,
                "neutral" => 0.0,
                "positive" => 1.0,
                other => other.parse().unwrap_or(f64::MAX),
            };
            Some(((number * 1e6) as i64, String::new()))
        }
    }
}

#[test]
fn every_order_has_absent_ones_last_and_the_newest_first_among_equals() {
    let shelf = Shelf::new(0..120);
    let whole = shelf.whole();
    let of_row = |row: &i64| whole.iter().find(|w| w.card.row == *row).unwrap();
    let mut catalogue = build(&shelf);
    for (sort, name, _, descending) in SortKey::ALL {
        for (reverse, filter) in [
            (false, ""),
            (true, ""),
            (false, "rating:1"),
            (true, "rating:1"),
        ] {
            let question = Question {
                filter: parse(filter).unwrap(),
                sort: *sort,
                reverse,
                ..Question::default()
            };
            let rows = ask(&mut catalogue, &shelf, &question).rows;
            assert!(rows.len() > 5);
            for pair in rows.windows(2) {
                let (a, b) = (of_row(&pair[0]), of_row(&pair[1]));
                let tie = |w: &Whole| {
                    (
                        w.card.ended.is_none(),
                        w.card.ended.map(|t| -t.0),
                        -w.card.row,
                    )
                };
                let ordered = match (sorts_by(a, *sort), sorts_by(b, *sort)) {
                    (None, Some(_)) => false,
                    (Some(_), None) => true,
                    (x, y) if x == y => tie(a) < tie(b),
                    (x, y) => (x < y) != (*descending != reverse),
                };
                assert!(ordered, "{name} reverse={reverse} {filter}: {pair:?}");
            }
        }
    }
}

#[test]
fn the_last_word_goes_on_while_it_is_typed() {
    let shelf = Shelf::new(0..60);
    let mut catalogue = build(&shelf);
    let mut count = |text: &str, typing: bool| {
        let read = if typing { while_typing } else { parse };
        let question = Question {
            filter: read(text).unwrap(),
            ..Question::default()
        };
        ask(&mut catalogue, &shelf, &question).matching
    };
    let whole_word = count("refund", false);
    assert!(whole_word > 0 && count("refun", false) == 0);
    assert!(count("refun", true) >= whole_word);
    assert_eq!(count("\"refun\"", true), 0);
    assert_eq!(count("refun messages:0..", true), 0);
}

#[test]
fn completion_of_a_name_counts_what_the_filter_would_find() {
    let mut shelf = Shelf::new(0..80);
    let rows = shelf.rows();
    crate::store::testing::purge(&mut shelf.store, rows[3]);
    let mut catalogue = build(&shelf);
    let mut seen = 0;
    for field in [Field::Slot, Field::Entity, Field::Meta] {
        let names = match field {
            // Their names stay in the store.
            Field::Meta => vec!["Tier".to_owned(), "count".to_owned()],
            field => {
                let known = catalogue.values(field, "", 100);
                known.into_iter().map(|v| v.0).collect()
            }
        };
        let before = seen;
        for name in names {
            let offered = catalogue
                .named_values(&shelf.store, field, &name, "", 100)
                .unwrap();
            assert!(offered.is_sorted_by_key(|v| std::cmp::Reverse(v.1)));
            for (value, count) in &offered {
                let filter = Filter::Term(Term {
                    field,
                    test: Test::Named {
                        name: name.clone(),
                        value: Pattern::Exact(value.clone()),
                    },
                });
                let context = context(catalogue.newest());
                let found = catalogue.count(&shelf.store, &filter, &context).unwrap();
                assert_eq!(found, *count, "{filter}");
                let begins: String = value.chars().take(1).collect();
                let narrower = catalogue
                    .named_values(&shelf.store, field, &name, &begins.to_uppercase(), 100)
                    .unwrap();
                let kept = offered.iter().filter(|v| v.0.starts_with(&begins)).cloned();
                assert_eq!(narrower, kept.collect::<Vec<_>>());
                seen += 1;
            }
        }
        assert!(seen > before + 2, "{field:?}");
    }
}

#[test]
fn completion_offers_values_by_frequency() {
    let shelf = Shelf::new(0..60);
    let catalogue = build(&shelf);
    let intents = catalogue.values(crate::filter::Field::Intent, "ASK_", 10);
    assert_eq!(intents.len(), 2);
    assert!(intents[0].1 >= intents[1].1 && intents[1].0.starts_with("ask_"));
    assert_eq!(
        catalogue.values(crate::filter::Field::Intent, "", 1).len(),
        1
    );
    assert!(
        catalogue
            .values(crate::filter::Field::Messages, "", 9)
            .is_empty()
    );
}

#[test]
fn users_are_counted_once_each() {
    let shelf = Shelf::new(0..80);
    let mut catalogue = build(&shelf);
    for filter in ["", "channel:webchat", "user:none", "rating<3 -lang:en"] {
        let filter = parse(filter).unwrap();
        let context = context(None);
        let rows = catalogue.rows(&shelf.store, &filter, &context).unwrap();
        let whole = shelf.whole();
        let matching = whole.iter().filter(|w| rows.contains(&w.card.row));
        let ids = matching
            .clone()
            .filter_map(|w| w.card.attributes.user_id.clone());
        let names = matching
            .filter(|w| w.card.attributes.user_id.is_none())
            .filter_map(|w| w.card.attributes.user_name.clone());
        let ids: std::collections::BTreeSet<_> = ids.collect();
        let names: std::collections::BTreeSet<_> = names.collect();
        let users = catalogue.users(&shelf.store, &filter, &context).unwrap();
        assert_eq!(users as usize, ids.len() + names.len(), "{filter}");
    }
}

#[test]
fn an_empty_store_answers_everything_with_nothing() {
    let shelf = Shelf::new(0..0);
    let mut catalogue = build(&shelf);
    for seed in 0..100 {
        let question = Question {
            filter: random_filter(seed),
            facets: FacetName::ALL.to_vec(),
            ..Question::default()
        };
        let answer = ask(&mut catalogue, &shelf, &question);
        assert!(answer.rows.is_empty() && answer.facets.iter().all(|f| f.values.is_empty()));
    }
    assert_eq!(catalogue.newest(), None);
}

#[test]
fn one_damaged_conversation_does_not_hide_the_others() {
    let shelf = Shelf::new(0..60);
    let mut catalogue = build(&shelf);
    let question = Question {
        filter: parse("turn(order)").unwrap(),
        ..Question::default()
    };
    let before = ask(&mut catalogue, &shelf, &question).rows;
    crate::store::testing::damage(&shelf.store, before[0]);
    let after = ask(&mut build(&shelf), &shelf, &question).rows;
    assert_eq!(after, before[1..]);
}

#[test]
fn an_interrupted_build_says_so_and_can_be_repeated() {
    let mut shelf = Shelf::new(0..60);
    let context = context(None);
    let mut catalogue = build(&shelf);
    let filter = Filter::Term(Term {
        field: crate::filter::Field::User,
        test: Test::Any(vec![Pattern::from("u1")]),
    });
    let expected = build(&shelf)
        .count(&shelf.store, &filter, &context)
        .unwrap();
    crate::store::testing::interrupt_after(&mut shelf.store, 1);
    assert!(matches!(
        Catalogue::build(&shelf.store),
        Err(crate::store::StoreError::Interrupted)
    ));
    assert!(matches!(
        catalogue.count(&shelf.store, &filter, &context),
        Err(crate::store::StoreError::Interrupted)
    ));
    crate::store::testing::interrupt_after(&mut shelf.store, 0);
    let found = catalogue.count(&shelf.store, &filter, &context).unwrap();
    assert_eq!(found, expected);
}

#[test]
fn decisions_and_tags_are_counted_as_they_stand() {
    let shelf = Shelf::new(0..120);
    let (whole, catalogue) = (shelf.whole(), build(&shelf));
    let mut moments: Vec<Millis> = whole
        .iter()
        .filter_map(|w| Some(w.review.decided.as_ref()?.1))
        .collect();
    moments.sort_unstable();
    let mut most = 0;
    for since in [moments[0], moments[moments.len() / 2], Millis(i64::MAX)] {
        for reviewer in REVIEWERS {
            let decided = whole.iter().filter(|w| {
                let who = w.review.decided.as_ref();
                who.is_some_and(|(who, at)| who.for_search() == reviewer && *at >= since)
                    && (w.review.status != Status::Unread || w.review.verdict.is_some())
            });
            let counted = catalogue.decided_since(reviewer, since);
            assert_eq!(counted, decided.count() as u64, "{reviewer}");
            most = most.max(counted);
        }
    }
    assert!(most > 1, "the reviews must hold something to count");
    let counted = shelf.store.tags().unwrap();
    let mut tags = counted.clone();
    tags.iter_mut().for_each(|tag| tag.count = 7);
    catalogue.count_tags(&mut tags);
    assert_eq!(tags, counted);
    assert!(tags.iter().any(|tag| tag.count > 1));
}
