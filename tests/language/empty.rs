//! An empty answer says which term removed everything, and what was probably meant.

use afterword::catalogue::Question;
use afterword::filter::parse;

use crate::shelf::Shelf;

#[test]
fn an_empty_answer_says_which_term_removed_everything() {
    let mut shelf = Shelf::new();
    let context = shelf.context();
    let mut why = |text: &str| {
        let question = Question {
            filter: parse(text).unwrap(),
            ..Question::default()
        };
        let answer = shelf.catalogue.answer(&shelf.store, &question, &context);
        let answer = answer.unwrap();
        assert_eq!(answer.matching == 0, answer.emptied_by.is_some(), "{text}");
        answer.emptied_by.map_or(String::new(), |by| by.to_string())
    };
    let nothing = "matches nothing";
    let rest = "leaves nothing of what the terms before it match";
    let table = [
        ("refund", String::new()),
        // By itself, wherever it stands.
        ("tag:nosuch", format!("`tag:nosuch` {nothing}")),
        (
            "messages:0.. tag:nosuch refund",
            format!("`tag:nosuch` {nothing}"),
        ),
        (
            "tag:nosuch channel:nowhere",
            format!("`tag:nosuch` {nothing}"),
        ),
        (
            "rating:3 OR tag:x",
            format!("`rating:3 OR tag:x` {nothing}"),
        ),
        (
            "refund (rating:3 OR tag:x)",
            format!("`rating:3 OR tag:x` {nothing}"),
        ),
        // Together with what stands before it.
        ("channel:webchat rating:5", format!("`rating:5` {rest}")),
        (
            "rating:5 channel:webchat",
            format!("`channel:webchat` {rest}"),
        ),
        ("refund -refund", format!("`-refund` {rest}")),
        ("rating:5 -(please OR hello)", format!("`-hello` {rest}")),
        ("-(id:* OR refund)", format!("`-id:*` {nothing}")),
        ("--tag:nosuch", format!("`tag:nosuch` {nothing}")),
        (
            "rating:5 -(refund hello)",
            format!("`-(refund hello)` {rest}"),
        ),
        // Words.
        ("nosuchword refund", format!("`nosuchword` {nothing}")),
        ("\"please what\"", format!("`\"please what\"` {nothing}")),
        (
            "hello \u{9000}\u{6b3e}",
            format!("`\u{9000}\u{6b3e}` {rest}"),
        ),
        // Single turns: the term inside, where it is to blame by itself.
        (
            "turn(refund intent:nosuch)",
            format!("`turn(intent:nosuch)` {nothing}"),
        ),
        (
            "turn(intent:greet is:fallback)",
            format!("`turn(intent:greet is:fallback)` {nothing}"),
        ),
        (
            "turn(intent:ask_refund is:fallback)",
            "`turn(intent:ask_refund is:fallback)` matches deleted conversations alone; \
             is:deleted shows them"
                .to_owned(),
        ),
        (
            "rating:5 turn(hello please)",
            format!("`turn(please)` {rest}"),
        ),
        (
            "intent:ask_refund<0.1",
            format!("`intent:ask_refund<0.1` {nothing}"),
        ),
        // Numbers, times, samples.
        ("rating:..2 rating:5", format!("`rating:5` {rest}")),
        ("since:4h refund", format!("`since:4h` {nothing}")),
        ("refund sample:0", format!("`sample:0` {nothing}")),
        // Deleted ones.
        (
            "rating:1",
            "`rating:1` matches deleted conversations alone; is:deleted shows them".to_owned(),
        ),
        // What was probably meant.
        (
            "tag:biling",
            format!("`tag:biling` {nothing}; did you mean `billing`?"),
        ),
        (
            "intent:ask_refnud<0.5",
            format!("`intent:ask_refnud<0.5` {nothing}; did you mean `ask_refund`?"),
        ),
        (
            "refund turn(intent:infrom)",
            format!("`turn(intent:infrom)` {nothing}; did you mean `inform`?"),
        ),
        (
            "slot:ctiy=Rome",
            format!("`slot:ctiy=Rome` {nothing}; did you mean `city`?"),
        ),
        ("slot:city=Roma", format!("`slot:city=Roma` {nothing}")),
        (
            "channel:whatsap,xyz",
            format!("`channel:whatsap,xyz` {nothing}; did you mean `WhatsApp`?"),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(why(text), expected, "{text}");
    }
}
