use proptest::prelude::*;

use super::*;
use crate::export::testing::{hostile_texts, naughty_strings};
use crate::export::yaml;

fn entity(name: &str, span: (u32, u32), value: &str) -> MarkedEntity {
    MarkedEntity {
        name: name.into(),
        value: value.into(),
        span,
        role: None,
        group: None,
    }
}

fn of_text(text: &str, name: &str, span: (u32, u32)) -> MarkedEntity {
    let inner: String = text
        .chars()
        .skip(span.0 as usize)
        .take((span.1 - span.0) as usize)
        .collect();
    entity(name, span, &serde_json::Value::from(inner).to_string())
}

#[test]
fn simple_marks_look_as_people_write_them() {
    let text = "from Rome to Bonn";
    let marks = [
        of_text(text, "city", (5, 9)),
        of_text(text, "city", (13, 17)),
    ];
    assert_eq!(
        marked(text, &marks).unwrap(),
        "from [Rome](city) to [Bonn](city)"
    );
    let mut to = entity("city", (13, 17), "\"BN\"");
    to.role = Some("to".into());
    to.group = Some("1".into());
    assert_eq!(
        marked(text, &[to.clone(), marks[0].clone()]).unwrap(),
        r#"from [Rome](city) to [Bonn]{"entity": "city", "role": "to", "group": "1", "value": "BN"}"#
    );
    let number = entity("n", (0, 3), "3");
    assert_eq!(
        marked("III", &[number]).unwrap(),
        r#"[III]{"entity": "n", "value": 3}"#
    );
    assert_eq!(
        marked(
            "Rome",
            &[of_text("Rome", "a", (0, 4)), of_text("Rome", "b", (0, 4))]
        )
        .unwrap(),
        r#"[Rome][{"entity": "a"},{"entity": "b"}]"#
    );
}

#[test]
fn text_that_looks_like_a_mark_stays_text() {
    for (text, written) in [
        ("[a](b)", "[[][]a](b)"),
        ("[a]{\"entity\": \"x\"}", "[[][]a]{\"entity\": \"x\"}"),
        ("[a][b]", "[[][]a][[][]b]"),
        ("[a] (b)", "[a] (b)"),
        ("array[0]", "array[0]"),
        (" a ", "[ ][]a[ ][]"),
        ("a\n", "a[\n][]"),
        ("\u{a0}", "[\u{a0}][]"),
        ("- a\n- b", "- a\n- b"),
        ("\\[a](b)", "\\[[][]a](b)"),
    ] {
        assert_eq!(marked(text, &[]).as_deref(), Ok(written), "{text:?}");
    }
    // A bracket before an entity would begin it.
    let text = "see [1 Rome";
    assert_eq!(
        marked(text, &[of_text(text, "city", (7, 11))]).unwrap(),
        "see [[][]1 [Rome](city)"
    );
}

#[test]
fn names_and_values_with_brackets_are_written_another_way() {
    let text = "Rome";
    for name in ["a:b", "a)b", "a}b", "a]b", "a\"b", "é"] {
        let mark = of_text(text, name, (0, 4));
        let written = marked(text, std::slice::from_ref(&mark)).unwrap();
        assert_eq!(read(&written).unwrap().entities[0].name, name);
        // Both in a list.
        marked(text, &[mark.clone(), mark]).unwrap();
    }
    let odd = entity("x", (0, 4), r#""}]){[(:""#);
    let written = marked(text, &[odd.clone(), odd]).unwrap();
    assert_eq!(read(&written).unwrap().entities[1].value, "}]){[(:");
}

#[test]
fn what_rasa_cannot_read_is_refused() {
    for (text, marks) in [
        ("a[b]c", vec![of_text("a[b]c", "x", (1, 4))]),
        (
            "abc",
            vec![of_text("abc", "x", (0, 2)), of_text("abc", "y", (1, 3))],
        ),
        ("abc", vec![entity("x", (1, 1), "\"\"")]),
        ("abc", vec![entity("x", (1, 4), "\"bc\"")]),
        ("abc", vec![entity("x", (0, 3), "null")]),
        ("abc", vec![entity("x", (0, 3), "true")]),
        ("abc", vec![entity("x", (0, 3), "{\"a\":1}")]),
        (
            "abc",
            vec![entity("x", (0, 3), "123456789012345678901234567890")],
        ),
        ("abc", vec![entity("x", (0, 3), "no json")]),
    ] {
        assert_eq!(
            marked(text, &marks),
            Err(Unmarkable),
            "{text} {}",
            marks[0].value.for_search()
        );
    }
    let text = "abc";
    let marks = [
        of_text(text, "x", (0, 2)),
        of_text(text, "y", (1, 3)),
        of_text(text, "z", (2, 3)),
    ];
    let (written, dropped) = marked_as_can_be(text, &marks);
    assert_eq!(written, "[ab](x)[c](z)");
    assert_eq!(dropped, 1);
}

#[test]
fn the_reader_sees_what_rasa_sees() {
    // Each of these was given to Rasa 3.6.20's own parser.
    for (written, text, names) in [
        ("[a](b)", "a", vec!["b"]),
        ("[a](b:c)", "a", vec!["b"]),
        ("[[a](b)", "[a", vec!["b"]),
        ("[](b)", "[](b)", vec![]),
        ("[a]()", "[a]()", vec![]),
        ("[a](:b)", "[a](:b)", vec![]),
        ("[a](b:)", "[a](b:)", vec![]),
        ("[a][]", "a", vec![]),
        ("[a][b]", "a", vec![]),
        ("[a][\n]", "[a][\n]", vec![]),
        ("[a\nb](c\nd)", "a\nb", vec!["c\nd"]),
        ("[[][]", "[", vec![]),
    ] {
        let read = read(written).unwrap();
        assert_eq!(read.text, text, "{written:?}");
        let found: Vec<&str> = read.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(found, names, "{written:?}");
    }
    for refused in [
        "[a]{b}",
        "[a]{\"value\": \"x\"}",
        "[a][{b}]",
        "[a]{\"entity\": 3}",
    ] {
        assert_eq!(read(refused), None, "{refused}");
    }
}

/// Written as an example, and read by both YAML readers and the rules of Rasa.
fn survives(text: &str, entities: &[MarkedEntity]) -> Result<(), TestCaseError> {
    let Ok(written) = marked(text, entities) else {
        prop_assert!(
            !entities.is_empty(),
            "a text alone can always be written: {text:?}"
        );
        return Ok(());
    };
    let mut document = yaml::head("Texts");
    document.push_str("text: ");
    yaml::text(&mut document, &written);
    let back: std::collections::BTreeMap<String, String> =
        serde_yaml_ng::from_str(&document).unwrap();
    let read = read(&back["text"]).unwrap();
    prop_assert_eq!(&read.text, text);
    prop_assert_eq!(read.entities.len(), entities.len());
    Ok(())
}

#[test]
fn naughty_and_hostile_texts_are_examples_too() {
    let (Some(naughty), Some(hostile)) = (naughty_strings(), hostile_texts()) else {
        return;
    };
    for text in naughty.iter().chain(&hostile).filter(|t| !t.contains('\0')) {
        survives(text, &[]).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_survives(text in "[^\0]*") {
        survives(&text, &[])?;
    }

    #[test]
    fn brackets_survive(text in r"[\[\](){}:a \n\\]{0,12}") {
        survives(&text, &[])?;
    }

    #[test]
    fn brackets_around_entities_survive(
        text in r"[\[\](){}:a \n]{1,10}",
        name in r"[\[\](){}:a ]{1,3}",
        from in 0u32..10,
        length in 1u32..4,
    ) {
        let count = text.chars().count() as u32;
        let to = (from + length).min(count);
        prop_assume!(from < to);
        let mark = of_text(&text, &name, (from, to));
        let inner: String = text.chars().skip(from as usize).take((to - from) as usize).collect();
        prop_assert_eq!(marked(&text, std::slice::from_ref(&mark)).is_ok(), !inner.contains(']'));
        survives(&text, &[mark])?;
    }
}
