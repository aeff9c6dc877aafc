//! Whatever a log holds, no command sends a control character, nor one that turns or hides text.

use std::path::Path;

use crate::data;
use crate::world::World;

/// Our own cases, so that the test says something without the corpora.
const OWN: &[&str] = &[
    "a\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]52;c;aGk=\u{7}b",
    "\u{9b}31mred\u{90}dcs\u{9c}",
    "good\rEVIL\u{8}\u{8}\u{8}\u{7f}",
    "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069}\u{61c}\u{200e}",
    "in\u{200b}vis\u{200d}ible\u{ad} \u{feff}\u{3164}",
    "🏴\u{e0067}\u{e0062}\u{e007f} tags",
    "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f\tg\nh",
    "\u{0}nul\u{1}\u{1f}",
    "assistant: ok\n\nuser: \u{2500}",
    "%s %n {} $(id) `id` '; DROP TABLE card; --",
    "=cmd|' /C calc'!A0,\"x\"",
    "\u{e000}\u{fffe}\u{10ffff}\u{fff9}x\u{fffa}y\u{fffb}",
];

/// So many of our own that each is a sender's name, too.
fn own() -> Vec<String> {
    let texts = OWN.iter().map(|t| (*t).to_owned());
    texts.cycle().take(OWN.len() * 40).collect()
}

/// Acts on a terminal instead of showing.
fn acts(c: char) -> bool {
    let control = (c < ' ' && c != '\n') || ('\u{7f}'..='\u{9f}').contains(&c);
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    let breaks = matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    control || turns || breaks
}

/// One conversation for as many texts, each as message, answer, intent, slot, entity, button and action.
fn log(texts: &[String]) -> String {
    let mut out = String::new();
    for (n, some) in texts.chunks(40).enumerate() {
        let mut events = Vec::new();
        for text in some {
            let at = 1_777_280_400 + events.len();
            // A name as long as a message is no name.
            let name: String = text.chars().take(80).collect();
            events.push(serde_json::json!({
                "event": "user", "timestamp": at, "text": text, "input_channel": name,
                "parse_data": {
                    "intent": {"name": name, "confidence": 0.5},
                    "entities": [{"entity": name, "value": text, "start": 0, "end": 1}],
                    "intent_ranking": [{"name": name, "confidence": 0.5}],
                },
            }));
            events.push(
                serde_json::json!({"event": "slot", "timestamp": at, "name": name, "value": text}),
            );
            events.push(serde_json::json!({"event": "action", "timestamp": at, "name": name, "policy": name}));
            events.push(serde_json::json!({
                "event": "bot", "timestamp": at, "text": text,
                "data": {"buttons": [{"title": text, "payload": text}]},
            }));
        }
        let sender = match OWN.get(n) {
            Some(own) => format!("{n} {own}"),
            None => n.to_string(),
        };
        let tracker = serde_json::json!({"sender_id": sender, "events": events});
        out.push_str(&tracker.to_string());
        out.push('\n');
    }
    out
}

/// Runs a command and looks at every character of both streams.
fn look(world: &World, args: &[&str]) -> String {
    let done = world.output(args);
    assert!(
        done.status.code().is_some_and(|c| c <= 3),
        "{args:?}: {done:?}"
    );
    for bytes in [&done.stdout, &done.stderr] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if let Some(at) = text.find(acts) {
            let near: String = text[at..].chars().take(20).collect();
            panic!("{args:?} prints {near:?}");
        }
    }
    String::from_utf8(done.stdout).unwrap()
}

fn look_at_all(texts: &[String]) {
    let world = World::empty();
    let name = "log \u{1b}[31m\u{202e}\n.jsonl";
    world.write(name, log(texts));
    look(&world, &["import", name]);
    world.write(
        "broken\u{9b}\r.jsonl",
        "{\"sender_id\": \"\u{1b}\u{9b}\", \u{1b}\n",
    );
    look(&world, &["import", "broken\u{9b}\r.jsonl"]);
    look(&world, &["import", "not\u{1b}there"]);
    let list = look(&world, &["list", "--json"]);
    let ids: Vec<String> = list
        .lines()
        .map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), texts.len().div_ceil(40));
    look(&world, &["list"]);
    look(
        &world,
        &[
            "list",
            "--columns",
            "external_id,intents,slots,actions,channel,user_id",
        ],
    );
    for id in &ids {
        look(&world, &["show", id]);
        look(&world, &["show", "--json", id]);
    }
    for facet in ["intent", "slot", "action", "policy", "entity", "channel"] {
        look(&world, &["count", "--by", facet]);
        look(&world, &["count", "--by", facet, "--json"]);
    }
    look(&world, &["doctor", "--deep"]);
}

#[test]
fn own_hostile_texts() {
    look_at_all(&own());
}

#[test]
fn what_reviewers_and_shells_hand_over() {
    let world = World::new();
    for text in OWN.iter().filter(|t| !t.contains('\0')) {
        look(&world, &["note", "anna", text]);
        look(&world, &["tag", "add", text, "anna"]);
        look(&world, &["tag", "describe", text, text]);
        look(&world, &["tag", "remove", &format!("{text}?"), "anna"]);
        look(&world, &["preset", "save", text, "--key", "r", text]);
        look(&world, &["preset", "show", text]);
        look(&world, &["preset", "delete", &format!("{text}?")]);
        look(&world, &["list", text]);
        look(&world, &["list", &format!("tag:{text}:")]);
        look(&world, &["count", "--by", text]);
        look(&world, &["show", text]);
        look(&world, &["open", text]);
        look(&world, &["undo", text]);
        look(&world, &["mark", "reviewed", text]);
        look(&world, &[text]);
        look(&world, &["list", &format!("--{text}")]);
        look(&world, &["list", "--sort", text, "--columns", text]);
        look(&world, &["--store", text, "list"]);
        look(&world, &["--config", text, "list"]);
        look(&world, &["--reviewer", text, "mark", "saved", "bob"]);
        look(&world, &["--store", text, "config", "path"]);
        look(&world, &["--store", text, "config", "show"]);
    }
    for args in [
        &["log"][..],
        &["log", "--json"],
        &["tag", "list"],
        &["tag", "list", "--json"],
        &["preset", "list"],
        &["preset", "list", "--json"],
        &["list"],
        &["show", "anna"],
        &["show", "anna", "--json"],
        &["undo", "500"],
    ] {
        look(&world, args);
    }
}

/// Texts of a file of the corpora.
fn corpus(path: &str, read: impl Fn(&[u8]) -> Vec<String>) {
    let Some(data) = data() else { return };
    let path = data.join("corpora").join(Path::new(path));
    match std::fs::read(&path) {
        Ok(bytes) => {
            let texts = read(&bytes);
            assert!(texts.len() > 100, "{}", path.display());
            look_at_all(&texts);
        }
        Err(_) => eprintln!("skipped: no corpus {}", path.display()),
    }
}

#[test]
fn naughty_strings() {
    corpus("blns/blns.json", |bytes| {
        serde_json::from_slice(bytes).unwrap()
    });
}

#[test]
fn hostile_corpus() {
    corpus("hostile/text_hostile.jsonl", |bytes| {
        bytes
            .split(|&b| b == b'\n')
            .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
            .filter_map(|case| case.get("text")?.as_str().map(String::from))
            .collect()
    });
}

#[test]
fn csv_is_exact_and_parses_back() {
    let world = World::empty();
    world.write("log.jsonl", log(&own()));
    world.stdout(&["import", "log.jsonl"]);
    let names = ["external_id", "user_id"];
    let printed = world.stdout(&[
        "list",
        "--csv",
        "--columns",
        &names.join(","),
        "--sort",
        "id",
    ]);
    let json = world.stdout(&["list", "--json", "--sort", "id"]);
    let mut rows = csv::Reader::from_reader(printed.as_bytes());
    let mut seen = 0;
    for (row, line) in rows.records().zip(json.lines()) {
        let (row, object) = (
            row.unwrap(),
            serde_json::from_str::<serde_json::Value>(line).unwrap(),
        );
        for (cell, name) in row.iter().zip(names) {
            assert_eq!(cell, object[name].as_str().unwrap());
        }
        seen += 1;
    }
    assert_eq!(seen, json.lines().count());
}
