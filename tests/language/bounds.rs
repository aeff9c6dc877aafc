//! Filters of absurd size: answered or refused with a place, on a small stack, and stopped when asked.

use afterword::catalogue::Question;
use afterword::filter::{
    Field, Filter, add_value, complete, exclude_value, hit_words, hits, parse, positive_terms,
    quoted, while_typing, without_field,
};
use afterword::store::StoreError;
use afterword::store::testing::interrupt_after;

use crate::shelf::Shelf;

/// The least stack a thread of this program is given is a multiple of this.
const STACK: usize = 512 << 10;

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// Everything that is done with a filter while somebody types it.
fn handled(text: &str) -> Option<Filter> {
    complete(text, text.len());
    complete(text, text.len() / 2);
    let typed = while_typing(text);
    let filter = match parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            let place = text.get(error.at..error.at + error.len);
            assert!(place.is_some() && error.to_string().len() < 400, "{error}");
            return None;
        }
    };
    assert!(typed.is_ok());
    let printed = filter.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&filter));
    for changed in [
        add_value(&filter, Field::Tag, "x"),
        exclude_value(&filter, Field::Tag, "t1"),
        without_field(&filter, Field::Tag),
    ] {
        assert_eq!(parse(&changed.to_string()).as_ref(), Ok(&changed));
    }
    positive_terms(&filter);
    hit_words(&filter);
    Some(filter)
}

/// Texts of absurd size, and whether they are filters.
fn absurd() -> Vec<(String, bool)> {
    let many = |n: usize, term: fn(usize) -> String, between: &str| {
        (0..n).map(term).collect::<Vec<_>>().join(between)
    };
    let k100 = 100 * 1024;
    let mut all = vec![
        (many(1000, |i| format!("-tag:t{i}"), " "), true),
        (many(1000, |i| format!("word{i}"), " OR "), true),
        (many(10_000, |i| format!("tag:t{i}"), " OR "), true),
        (
            format!("tag:{}", many(10_000, |i| format!("t{i}"), ",")),
            true,
        ),
        (many(1000, |i| format!("messages>{i}"), " OR -"), true),
        ("x".repeat(k100), true),
        (format!("\"{}\"", "lost order ".repeat(k100 / 11)), true),
        (format!("\"{}\"", "\u{9000}".repeat(k100 / 3)), true),
        ("a-".repeat(k100 / 2), true),
        (format!("tag:{}", "v".repeat(k100)), true),
        (format!("slot:city={}*", "v".repeat(k100)), true),
        (format!("user_text:\"{}\"*", "v ".repeat(k100 / 2)), true),
        (format!("note:{}", "v".repeat(k100)), true),
        (format!("id:{}", "a".repeat(k100)), true),
        (format!("tag:{}", quoted(&"\"\\".repeat(k100 / 2))), true),
        (
            format!("turn({})", many(1000, |i| format!("word{i}"), " ")),
            true,
        ),
        ("\"\" ".repeat(k100 / 3), false),
        ("tag:a,".repeat(k100 / 6), false),
    ];
    for one in [
        "(", ")", "-", "\"", "\\", "*", ":", ",", "turn(", "NOT ", "-(", "a OR (",
    ] {
        all.push((one.repeat(k100 / one.len()), false));
    }
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("NOT ", ""),
        ("-(", ")"),
        ("(a OR ", ")"),
    ] {
        all.push((
            format!("{}a{}", open.repeat(10_000), close.repeat(10_000)),
            false,
        ));
        all.push((format!("{}a{}", open.repeat(45), close.repeat(45)), true));
    }
    all
}

#[test]
fn filters_of_absurd_size_are_answered_or_refused_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut shelf = Shelf::new();
        for (text, is_filter) in absurd() {
            let begin: String = text.chars().take(40).collect();
            let Some(filter) = handled(&text) else {
                assert!(!is_filter, "{begin}");
                continue;
            };
            assert!(is_filter, "{begin}");
            assert_eq!(shelf.found(&filter), shelf.plainly(&filter), "{begin}");
            for whole in &shelf.whole {
                hits(&filter, &crate::shelf::subject(whole));
            }
        }
    });
}

/// A question of a thousand terms stops when a newer one comes, also where no statement runs.
#[test]
fn an_interrupt_stops_a_question_between_its_terms() {
    let mut shelf = Shelf::new();
    let context = shelf.context();
    let terms: Vec<String> = (0..20_000).map(|i| format!("messages:{i}")).collect();
    let question = Question {
        filter: parse(&terms.join(" OR ")).unwrap(),
        ..Question::default()
    };
    let interrupter = shelf.store.interrupter();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        // Again and again, since an interrupt before the question begins is forgotten.
        while stopped.try_recv().is_err() {
            interrupter.interrupt();
            std::thread::yield_now();
        }
    });
    let interrupted = (0..100).any(|_| {
        let answer = shelf.catalogue.answer(&shelf.store, &question, &context);
        matches!(answer, Err(StoreError::Interrupted))
    });
    stop.send(()).unwrap();
    thread.join().unwrap();
    assert!(interrupted);
    // And the next one is not stopped by what came before it.
    let answer = shelf.catalogue.answer(&shelf.store, &question, &context);
    assert_eq!(answer.unwrap().matching, 5);
    interrupt_after(&mut shelf.store, 0);
}
