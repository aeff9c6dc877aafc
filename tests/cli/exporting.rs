//! `export`: what it writes, where to, and what it never leaves behind.

use std::io::Read;
use std::time::{Duration, Instant};

use afterword::export::csv::{acts, unprefixed};
use afterword::export::outputs::OUTPUTS;
use insta::assert_snapshot;

use crate::data;
use crate::world::World;

fn files(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.path("")).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("store.db"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_whole_and_only_once() {
    let world = World::new();
    assert_snapshot!(world.run("export --as jsonl -o all.jsonl"), @"
    -- stderr --
    4 conversations in ~/all.jsonl
    [0]
    ");
    let first = std::fs::read_to_string(world.path("all.jsonl")).unwrap();
    assert_eq!(first.lines().count(), 4);
    assert_snapshot!(world.run("export --as csv -o all.jsonl"), @"
    -- stderr --
    afterword: ~/all.jsonl: it is there already
    hint: --force replaces it
    [1]
    ");
    assert_eq!(
        std::fs::read_to_string(world.path("all.jsonl")).unwrap(),
        first
    );
    assert_snapshot!(world.run("export id:nobody --as jsonl -o all.jsonl --force"), @r#"
    -- stderr --
    nothing matches: `id:nobody` matches nothing
    0 conversations in ~/all.jsonl
    [0]
    "#);
    assert_eq!(files(&world), ["all.jsonl"]);
    assert_snapshot!(world.run("export --as csv -o store.db --force"), @"
    -- stderr --
    afterword: ~/store.db: it belongs to the store
    [1]
    ");
    assert_snapshot!(world.run("export --as csv -o /dev/full --force"), @"
    -- stderr --
    afterword: /dev/full: it is a device, which is not replaced
    [1]
    ");
    assert_snapshot!(world.run("export --as csv -o none/a.csv"), @"
    -- stderr --
    afterword: none: there is no such folder
    [1]
    ");
    assert_eq!(files(&world), ["all.jsonl"]);
}

#[test]
fn wrong_usage_names_what_is_meant() {
    let world = World::new();
    assert_snapshot!(world.run("export --as jsno"), @r#"
    -- stderr --
    afterword: invalid value 'jsno' for '--as <OUTPUT>' [possible values: jsonl, csv, markdown, html, nlu, stories, tests, chat]
    hint: did you mean `jsonl`?
    [2]
    "#);
    assert_snapshot!(world.run("export"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: --as <OUTPUT>
    hint: `afterword export --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("export --as csv --with-review"), @r#"
    -- stderr --
    afterword: --with-review: not with --as csv
    hint: it is for jsonl, markdown, html
    [2]
    "#);
    assert_snapshot!(world.run("export --as jsonl --columns id"), @r#"
    -- stderr --
    afterword: --columns: not with --as jsonl
    hint: it is for csv
    [2]
    "#);
    assert_snapshot!(world.run("export --as csv --columns it"), @r#"
    -- stderr --
    afterword: unknown column `it`
    hint: did you mean `id`?
    [2]
    "#);
    assert_snapshot!(world.run("export --as jsonl --force"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: --output <FILE>
    hint: `afterword export --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("export --as csv --ids nobody"), @r#"
    -- stderr --
    afterword: there is no conversation nobody
    hint: `afterword list` shows the ids; the beginning of one is enough
    [1]
    "#);
    assert_snapshot!(world.run("export is:unread --as csv --ids anna"), @r#"
    -- stderr --
    afterword: the argument '[FILTER]...' cannot be used with '--ids <ID>...'
    hint: `afterword export --help` shows how
    [2]
    "#);
}

#[test]
fn the_filter_the_ids_and_the_order_decide() {
    let world = World::new();
    assert_snapshot!(world.run("export --as csv --columns external_id,messages"), @r#"
    "external_id","messages"
    "carla#2",2
    "carla",2
    "bob",4
    "anna",6
    -- stderr --
    4 conversations
    [0]
    "#);
    assert_snapshot!(world.run("export is:problem -id:anna --as csv --columns external_id"), @r#"
    "external_id"
    "carla#2"
    "bob"
    -- stderr --
    2 conversations
    [0]
    "#);
    assert_snapshot!(world.run("export --as csv --columns external_id --ids carla bob carla"), @r#"
    "external_id"
    "carla"
    "bob"
    -- stderr --
    2 conversations
    [0]
    "#);
    assert_snapshot!(world.run("export --as csv --columns external_id --sort messages --reverse --limit 2"), @r#"
    "external_id"
    "carla#2"
    "carla"
    -- stderr --
    2 conversations
    [0]
    "#);
}

#[test]
fn the_same_twice_is_the_same_bytes() {
    let world = World::new();
    for info in OUTPUTS {
        let export = || world.output(&["export", "--as", info.name]).stdout;
        let first = export();
        assert_eq!(first, export(), "{}", info.name);
        let file = format!("{}.{}", info.name, info.ending);
        world.stdout(&["export", "--as", info.name, "-o", &file]);
        assert_eq!(std::fs::read(world.path(file)).unwrap(), first);
    }
}

#[test]
fn no_review_leaves_that_nobody_asked_for() {
    let world = World::new();
    let with_review = |output: &str| ["jsonl", "markdown", "html"].contains(&output);
    let of = |output: &str| world.stdout(&["export", "--as", output]);
    let plain: Vec<String> = ["jsonl", "markdown", "html", "chat"].map(of).to_vec();
    for args in [
        &["mark", "reviewed", "negative", "bob"][..],
        &["tag", "add", "secret tag", "anna"],
        &["flag", "anna", "bob:3"],
        &["note", "anna", "of the whole"],
        &["note", "anna:7", "of an event"],
        &["correct", "anna", "language=xx"],
    ] {
        world.stdout(args);
    }
    for (output, plain) in ["jsonl", "markdown", "html", "chat"].iter().zip(plain) {
        assert_eq!(of(output), plain, "{output}");
        if !with_review(output) {
            continue;
        }
        let with = world.stdout(&["export", "--as", output, "--with-review"]);
        for word in [
            "negative",
            "secret tag",
            "of the whole",
            "of an event",
            "xx",
        ] {
            assert!(with.contains(word), "{output}: {word}");
        }
    }
    let with = world.stdout(&["export", "--as", "jsonl", "--with-review"]);
    for line in with.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = value["conversation"]["id"].as_str().unwrap();
        assert_eq!(world.stdout(&["show", "--json", id]).trim_end(), line);
    }
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    let world = World::new();
    world.stdout(&["mark", "reviewed", "negative", "bob"]);
    world.stdout(&["tag", "add", "two words", "anna"]);
    world.stdout(&[
        "export",
        "--as",
        "jsonl",
        "--with-review",
        "-o",
        "all.jsonl",
    ]);
    let sent = std::fs::read_to_string(world.path("all.jsonl")).unwrap();
    let other = World::empty();
    other.write("all.jsonl", &sent);
    other.stdout(&["import", "--with-review", "all.jsonl"]);
    assert_eq!(
        other.stdout(&["export", "--as", "jsonl", "--with-review"]),
        sent
    );
    let plain = World::empty();
    plain.write("all.jsonl", &sent);
    plain.stdout(&["import", "all.jsonl"]);
    let back = plain.stdout(&["export", "--as", "jsonl"]);
    assert_eq!(back, world.stdout(&["export", "--as", "jsonl"]));
}

/// A store whose users said these texts, one conversation each.
fn said(texts: &[String]) -> World {
    let world = World::empty();
    let mut log = String::new();
    for (n, text) in texts.iter().enumerate() {
        let line = serde_json::json!({
            "sender_id": format!("{n:05}{text}"),
            "events": [{"event": "user", "timestamp": 1_777_280_400 + n, "text": text,
                        "metadata": {"text": text}}],
        });
        log.push_str(&format!("{line}\n"));
    }
    world.write("log.jsonl", log);
    let done = world.output(&["import", "log.jsonl"]);
    assert!(matches!(done.status.code(), Some(0 | 3)), "{done:?}");
    world
}

/// The texts that break programs, and some of our own.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "=1+1",
        " =1",
        "\u{feff}@x",
        "\tx",
        "a\r\nb",
        "\"q\"",
        "'=1",
        "\u{ff1d}1",
        "a,b;c",
        "\0",
        "\u{2028}",
        "-1",
        "",
        "=cmd|' /C calc'!A0",
    ]
    .map(str::to_owned)
    .to_vec();
    let Some(data) = data() else { return texts };
    let read = |path: &str| std::fs::read_to_string(data.join("corpora").join(path)).unwrap();
    texts.extend(serde_json::from_str::<Vec<String>>(&read("blns/blns.json")).unwrap());
    texts.extend(
        read("csv-injection-payloads/csv-payload.txt")
            .lines()
            .map(str::to_owned),
    );
    for line in read("hostile/text_hostile.jsonl").lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        texts.extend(value["text"].as_str().map(str::to_owned));
    }
    texts
}

#[test]
fn hostile_texts_make_no_formula_and_come_back_from_csv() {
    let texts = hostile();
    let world = said(&texts);
    let count: usize = world.stdout(&["count"]).trim().parse().unwrap();
    assert!(count >= 14, "{count}");
    let columns = "external_id,user_id,summary,min_margin,messages";
    let csv = world.stdout(&[
        "export",
        "--as",
        "csv",
        "--columns",
        columns,
        "--sort",
        "ended",
        "--reverse",
    ]);
    let raw = world.stdout(&[
        "export",
        "--as",
        "csv",
        "--columns",
        columns,
        "--sort",
        "ended",
        "--reverse",
        "--raw-csv",
    ]);
    let rows = |text: &str| -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(Result::unwrap)
            .collect()
    };
    let (safe, exact) = (rows(&csv), rows(&raw));
    assert_eq!(safe.len(), count);
    assert_eq!(exact.len(), count);
    for (safe, exact) in safe.iter().zip(&exact) {
        for (cell, text) in safe.iter().zip(exact) {
            assert!(!acts(cell), "{cell:?}");
            assert_eq!(unprefixed(cell), text);
        }
    }
}

#[test]
fn hostile_texts_come_back_from_jsonl() {
    let world = said(&hostile());
    world.stdout(&["mark", "reviewed", "--filter", "messages:1.."]);
    let sent = world.stdout(&["export", "--as", "jsonl", "--with-review", "--sort", "id"]);
    let other = World::empty();
    other.write("all.jsonl", &sent);
    other.stdout(&["import", "--with-review", "all.jsonl"]);
    let back = other.stdout(&["export", "--as", "jsonl", "--with-review", "--sort", "id"]);
    for (back, sent) in back.lines().zip(sent.lines()) {
        assert_eq!(back, sent);
    }
    assert_eq!(back.len(), sent.len());
}

#[test]
fn a_stopped_export_leaves_nothing() {
    for (signal, status) in [
        (rustix::process::Signal::INT, 130),
        (rustix::process::Signal::TERM, 143),
    ] {
        let texts: Vec<String> = (0..4_000).map(|n| format!("text {n}")).collect();
        let world = said(&texts);
        let mut child = world
            .command(&["export", "--as", "jsonl", "-o", "all.jsonl"])
            .spawn()
            .unwrap();
        // The temporary file is there after the signals are heard.
        let began = Instant::now();
        while !files(&world).iter().any(|name| name.ends_with(".tmp")) {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not begin"
            );
            assert!(child.try_wait().unwrap().is_none(), "it ended before");
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(status), "{stderr}");
        assert_eq!(stderr, "stopped: nothing was written\n");
        assert_eq!(files(&world), ["log.jsonl"]);
    }
}

#[test]
fn a_damaged_conversation_is_left_out_and_said() {
    let world = World::new();
    let store = rusqlite::Connection::open(world.store()).unwrap();
    let damage = "UPDATE body SET events = zeroblob(10) WHERE row = (SELECT min(row) FROM body)";
    assert_eq!(store.execute(damage, []).unwrap(), 1);
    store.close().unwrap();
    assert_snapshot!(world.run("export --as jsonl -o all.jsonl"), @"
    -- stderr --
    3 conversations in ~/all.jsonl; left out: 1 conversation damaged in the store (`afterword doctor --deep` names them)
    [3]
    ");
    let doctor = world.output(&["doctor", "--deep"]);
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    let written = std::fs::read_to_string(world.path("all.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 3);
    for info in OUTPUTS {
        let done = world.output(&["export", "--as", info.name]);
        assert_eq!(done.status.code(), Some(3), "{}", info.name);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains("1 conversation damaged"), "{said}");
    }
}
