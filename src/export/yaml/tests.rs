use proptest::prelude::*;
use saphyr::LoadableYamlNode;

use super::*;
use crate::export::testing::{hostile_texts, naughty_strings};

/// A document with the texts as a list, and what two readers make of it.
fn written(texts: &[&str]) -> String {
    let mut out = head("Texts");
    out.push_str("texts:\n");
    for t in texts {
        out.push_str("- text: ");
        text(&mut out, t);
        out.push('\n');
    }
    out
}

/// The texts as both readers see them. Panics where there is another key or document.
fn read_back(document: &str) -> Vec<String> {
    let by_libyaml = {
        let value: serde_yaml_ng::Value = serde_yaml_ng::from_str(document).unwrap();
        let top = value.as_mapping().unwrap();
        assert_eq!(top.len(), 2, "an extra key");
        let items = top["texts"].as_sequence().unwrap();
        items
            .iter()
            .map(|item| {
                let item = item.as_mapping().unwrap();
                assert_eq!(item.len(), 1, "an extra key");
                item["text"].as_str().expect("no text").to_owned()
            })
            .collect::<Vec<_>>()
    };
    let documents = saphyr::Yaml::load_from_str(document).unwrap();
    assert_eq!(documents.len(), 1, "an extra document");
    let top = documents[0].as_mapping().unwrap();
    assert_eq!(top.len(), 2, "an extra key");
    let items = documents[0]["texts"].as_sequence().unwrap();
    let by_saphyr: Vec<String> = items
        .iter()
        .map(|item| {
            assert_eq!(item.as_mapping().unwrap().len(), 1, "an extra key");
            item["text"].as_str().expect("no text").to_owned()
        })
        .collect();
    assert_eq!(by_libyaml, by_saphyr, "the readers differ");
    by_saphyr
}

fn holds(texts: &[&str]) {
    let expected: Vec<String> = texts.iter().map(|t| t.replace('\0', "\u{fffd}")).collect();
    assert_eq!(read_back(&written(texts)), expected);
}

#[test]
fn every_trap_stays_a_text() {
    let traps = [
        "no",
        "yes",
        "~",
        "null",
        "0o17",
        "0x1f",
        "12:30:45",
        "2026-01-01",
        "1e3",
        ".inf",
        "---",
        "...",
        "- a",
        "? a",
        "a: b",
        "a #b",
        "# c",
        "{a: b}",
        "[a]",
        "&a",
        "*a",
        "!a",
        "%YAML 1.1",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "\\",
        "\\u0041",
        "\\\\u0041",
        "\\U0001F600",
        "\\x41",
        "\\n",
        "|",
        ">",
        "a\nb",
        "a\r\nb",
        "\ta",
        " a ",
        "",
        "\u{85}",
        "\u{2028}\u{2029}",
        "\u{feff}a",
        "\u{fffe}\u{ffff}",
        "\u{7f}\u{80}\u{9f}",
        "\u{1b}[2J",
        "\u{202e}x",
        "${HOME}",
        "<<",
        "=",
        "👩‍👩‍👧‍👦",
        "\u{e0041}",
        "\u{1fffe}",
        "a\0b",
    ];
    holds(&traps);
    // As one file each, too: nothing may depend on a neighbour.
    traps.iter().for_each(|trap| holds(&[trap]));
}

#[test]
fn naughty_and_hostile_texts_read_back() {
    let (Some(naughty), Some(hostile)) = (naughty_strings(), hostile_texts()) else {
        return;
    };
    let texts: Vec<&str> = naughty.iter().chain(&hostile).map(String::as_str).collect();
    assert!(texts.len() > 800, "{} texts", texts.len());
    holds(&texts);
}

#[test]
fn nothing_in_a_file_acts_or_is_ascii_alone() {
    let document = written(&["\u{0}\u{7}\u{1b}\u{9b}\u{202e}\u{2066}\u{feff}\u{2028}\\u0041"]);
    assert!(
        !document.is_ascii(),
        "Rasa would decode `\\u` escapes first"
    );
    assert!(document.chars().all(|c| c == '\n' || !must_hide(c)));
    assert!(!document.contains("\\u0041"));
}

#[test]
fn nul_is_replaced_and_counted() {
    let mut out = String::new();
    assert_eq!(text(&mut out, "a\0b\0"), 2);
    assert_eq!(out, "\"a\u{fffd}b\u{fffd}\"");
    assert_eq!(json(&mut out, r#"{"a\u0000": ["\u0000"]}"#), 2);
}

#[test]
fn json_values_keep_their_types_and_digits() {
    let value = |text: &str| {
        let mut out = String::new();
        json(&mut out, text);
        out
    };
    assert_eq!(value("12345678901234567890.10"), "12345678901234567890.10");
    assert_eq!(value("null"), "null");
    assert_eq!(value(r#""null""#), r#""null""#);
    assert_eq!(
        value(r#"{"b":[1,true,"x: y"],"a":{},"b":2}"#),
        r#"{"a": {}, "b": 2}"#
    );
    assert_eq!(value("no json: at all"), r#""no json: at all""#);
    assert_eq!(
        value(r#"["\ud83d"]"#),
        r#""[\"\\ud83d\"]""#.replace("\\\\u", "\\x5cu")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_texts_read_back(texts in prop::collection::vec(any::<String>(), 1..6)) {
        holds(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn any_json_reads_back(texts in prop::collection::vec((any::<String>(), any::<i64>()), 0..4)) {
        let object: serde_json::Map<String, serde_json::Value> = texts
            .iter()
            .map(|(k, n)| (k.replace('\0', ""), serde_json::json!([n, k.replace('\0', ""), null, true])))
            .collect();
        let expected = serde_json::Value::Object(object);
        let mut out = "texts: ".to_owned();
        json(&mut out, &expected.to_string());
        let read: BTreeMap<String, serde_json::Value> = serde_yaml_ng::from_str(&out).unwrap();
        prop_assert_eq!(&read["texts"], &expected);
        prop_assert_eq!(saphyr::Yaml::load_from_str(&out).unwrap().len(), 1);
    }
}
