use super::*;
use crate::export::outgoing::Privacy;
use crate::model::{Change, Clock, Edit, Event, EventKind, EventTarget, Link, Millis, Set, Target};
use crate::store::testing::{imported, main_source, message, session_start, temporary};

/// So many turns, a message of the user and one of the assistant each, with the user's of these flagged.
fn talk(texts: &[String], flagged: &[usize]) -> Whole {
    let (_dir, mut store) = temporary();
    let mut events: Vec<Event> = vec![session_start(0)];
    for (n, text) in (1..).zip(texts) {
        events.push(message(EventKind::User, n * 10_000, text));
        events.push(message(
            EventKind::Bot,
            n * 10_000 + 1_000,
            &format!("answer {n}"),
        ));
    }
    let mut ingest = store.begin_import(&main_source()).unwrap();
    ingest.take(imported("anna", events)).unwrap();
    ingest.finish().unwrap();
    let row = store.first_page(1).unwrap()[0];
    let whole = store.whole(row).unwrap().unwrap();
    if flagged.is_empty() {
        return whole;
    }
    let targets = flagged
        .iter()
        .map(|&seq| Target {
            conversation: whole.card.id,
            event: Some(EventTarget {
                key: whole.keys[seq],
                seq: seq as u32,
            }),
        })
        .collect();
    let edits = vec![Edit {
        targets,
        set: Set::Flag(true),
    }];
    let change = Change { edits, bulk: None };
    let clock = Clock::fixed(Millis(1_000_000));
    store.apply(&change, "ann", &clock).unwrap();
    store.whole(row).unwrap().unwrap()
}

fn questions(n: usize) -> Vec<String> {
    (1..=n).map(|i| format!("question {i}")).collect()
}

fn excerpt_of(whole: &Whole, at: Option<usize>, limit: usize) -> Excerpt {
    excerpt(&Outgoing::new(whole.clone(), &Privacy::none()), at, limit)
}

#[test]
fn the_turn_comes_with_its_neighbours_and_says_what_is_left_out() {
    let whole = talk(&questions(6), &[]);
    // The marker, then two events a turn: question 4 is event 7.
    let found = excerpt_of(&whole, Some(7), usize::MAX);
    assert_eq!(found.turns, 3);
    let shown: Vec<bool> = (1..=6)
        .map(|n| found.text.contains(&format!("`question {n}`")))
        .collect();
    assert_eq!(shown, [false, false, true, true, true, false]);
    let link = Link::to(whole.card.id, Some(whole.keys[7]));
    let head = found.text.lines().next().unwrap();
    assert!(
        head.contains("`anna`") && head.contains(&format!("`{link}`")),
        "{head}"
    );
    assert!(found.text.contains("_… 3 turns before_"), "{}", found.text);
    assert!(found.text.contains("_… 1 turn after_"), "{}", found.text);
    assert_eq!(found.text.matches("**linked**").count(), 1);
}

#[test]
fn without_a_place_it_is_the_beginning_and_its_link_names_no_event() {
    let whole = talk(&questions(2), &[]);
    let found = excerpt_of(&whole, None, usize::MAX);
    assert!(found.text.contains("`question 1`"));
    assert!(
        found
            .text
            .contains(&format!("`{}`", Link::to(whole.card.id, None)))
    );
    assert!(!found.text.contains("**linked**"));
}

#[test]
fn a_limit_is_kept_and_said() {
    let mut texts = questions(3);
    texts[1] = "x".repeat(9_000);
    let whole = talk(&texts, &[]);
    let all = excerpt_of(&whole, Some(3), usize::MAX);
    assert!(all.text.contains("(5,000 more characters)"), "{}", all.text);
    let alone = excerpt_of(&whole, Some(3), all.text.len() - 1);
    assert_eq!(alone.turns, 1);
    assert!(!alone.text.contains("question 1") && !alone.text.contains("did not fit"));
    for limit in [400, 1_000, 4_000] {
        let cut = excerpt_of(&whole, Some(3), limit);
        assert!(cut.text.len() <= limit, "{limit}: {}", cut.text.len());
        assert!(cut.text.ends_with("did not fit_\n"), "{}", cut.text);
        assert!(cut.text.contains("afterword://"), "{}", cut.text);
    }
}

#[test]
fn flags_are_worth_an_excerpt_each_else_the_first_problem() {
    assert_eq!(places(&talk(&questions(5), &[5, 1])), [Some(1), Some(5)]);
    assert_eq!(places(&talk(&questions(5), &[])), [None]);
}
