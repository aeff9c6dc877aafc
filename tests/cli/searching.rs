//! `search`: what it prints for people, for scripts, and where there is nothing.

use insta::assert_snapshot;
use serde_json::Value;

use crate::world::World;

#[test]
fn people_see_the_message_with_what_is_around_it() {
    let world = World::new();
    assert_snapshot!(world.run("search money"), @r#"
    dg2l7odn  anna  27 Apr 09:00
    dg2l7odn-5    09:00:06 bot      Hello, how can I help?
    dg2l7odn:7    09:00:20 user     I want my money back
    dg2l7odn-9    09:00:21 bot      Which order is it?
    [0]
    "#);
    assert_snapshot!(world.run("search 'hello OR invoice*' --context 0 --limit 2"), @r#"
    dg2l7odn  anna  27 Apr 09:00
    dg2l7odn:3    09:00:05 user     hello
    dg2l7odn:5    09:00:06 bot      Hello, how can I help?
    [0]
    "#);
    // Whoever asks for colours gets them; nobody else finds anything but the text in a pipe.
    assert_snapshot!(world.run("--color always search money --context 0").replace('\u{1b}', "ESC"), @r#"
    dg2l7odn  anna  27 Apr 09:00
    dg2l7odn:7    09:00:20 user     I want my ESC[7mmoneyESC[0m back
    [0]
    "#);
}

#[test]
fn a_phrase_a_side_and_a_filter_narrow_it() {
    let world = World::new();
    for (line, expected) in [
        ("search 'my money'", 1),
        ("search 'money my'", 1),
        ("search '\"money my\"'", 0),
        ("search 'user_text:money'", 1),
        ("search 'bot_text:money'", 0),
        ("search money channel:nowhere", 0),
        ("search money user:anna", 1),
        ("search money -user:anna", 0),
    ] {
        let found = world.run(&format!("{line} --json"));
        let hits = found.lines().filter(|l| l.starts_with('{')).count();
        assert_eq!(hits, expected, "{line}: {found}");
    }
}

#[test]
fn scripts_read_one_object_a_line() {
    let world = World::new();
    let line = world.stdout(&["search", "money my", "--json"]);
    let value: Value = serde_json::from_str(&line).unwrap();
    let mut from = 0;
    for name in ["id", "seq", "at", "kind", "text", "before", "after", "hits"] {
        from += line[from..].find(&format!("\"{name}\":")).expect(name);
    }
    assert_eq!(value.as_object().unwrap().len(), 8);
    let text: Vec<char> = value["text"].as_str().unwrap().chars().collect();
    let hits: Vec<String> = value["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| {
            text[h[0].as_u64().unwrap() as usize..h[1].as_u64().unwrap() as usize]
                .iter()
                .collect()
        })
        .collect();
    assert_eq!(hits, ["my", "money"]);
    assert_eq!(value["before"].as_array().unwrap().len(), 1);
    // The id and the number are those of `show`.
    let id = value["id"].as_str().unwrap();
    let shown = world.stdout(&["show", id, "--at", &value["seq"].to_string(), "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["text"], &shown["at"]),
        (&value["text"], &value["at"])
    );
    let alone = world.stdout(&["search", "money", "--json", "--context", "0"]);
    let alone: Value = serde_json::from_str(&alone).unwrap();
    assert_eq!(alone["before"], Value::Array(Vec::new()));
}

#[test]
fn nothing_found_and_wrong_words_are_said() {
    let world = World::new();
    assert_snapshot!(world.run("search xylophone"), @r#"
    -- stderr --
    nothing matches: `xylophone` matches nothing
    [0]
    "#);
    assert_snapshot!(world.run("search 'hello money' user:anna"), @r#"
    -- stderr --
    nothing matches: no single message says it
    [0]
    "#);
    assert_snapshot!(world.run("search is:problem"), @r#"
    -- stderr --
    afterword: `is:` says nothing of a message
    hint: what is looked for comes first, the filter after it: afterword search refund is:problem
    [2]
    "#);
    assert_snapshot!(world.run("search ''"), @r#"
    -- stderr --
    afterword: there is no word to look for
    hint: afterword search refund, or a phrase: afterword search '"lost order"'
    [2]
    "#);
}
