//! `import` and `formats`: figures, and one line for whatever is wrong.

use insta::assert_snapshot;

use crate::world::{LOG, World};

#[test]
fn an_import_counts_what_it_read_and_changes_nothing_the_second_time() {
    let world = World::empty();
    world.write("rasa.json", LOG);
    assert_snapshot!(world.run("import --dry-run rasa.json"), @r#"
    5 conversations read as rasa-tracker-json: 4 new, 1 empty (nothing was written)
    14 messages in 42 events; 6 kB in …
    [0]
    "#);
    assert!(!world.store().exists(), "a dry run makes no store");
    assert_snapshot!(world.run("import rasa.json"), @r#"
    5 conversations read as rasa-tracker-json: 4 new, 1 empty
    14 messages in 42 events; 6 kB in …
    [0]
    "#);
    assert_snapshot!(world.run("import rasa.json"), @r#"
    5 conversations read as rasa-tracker-json: 0 new, 4 unchanged, 1 empty
    14 messages in 42 events; 6 kB in …
    [0]
    "#);
    assert_snapshot!(world.run("import --dry-run rasa.json --json"), @r#"
    {"format":"rasa-tracker-json","files":1,"bytes":5910,"seconds":…,"conversations":{"new":0,"updated":0,"unchanged":4,"rejected":0,"empty":1,"purged":0},"events":42,"messages":14,"rejected_records":0,"rejects":[]}
    [0]
    "#);
    assert_snapshot!(world.run("import --json rasa.json rasa.json"), @r#"
    {"format":"rasa-tracker-json","files":2,"bytes":11820,"seconds":…,"conversations":{"new":0,"updated":0,"unchanged":8,"rejected":0,"empty":2,"purged":0},"events":84,"messages":28,"rejected_records":0,"rejects":[]}
    [0]
    "#);
}

#[test]
fn standard_input_is_a_dash() {
    use std::io::Write;
    let world = World::empty();
    let mut child = world
        .command(&["import", "-"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(LOG.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert_snapshot!(world.report(&done), @r#"
    5 conversations read as rasa-tracker-json: 4 new, 1 empty
    14 messages in 42 events; 6 kB in …
    [0]
    "#);
}

#[test]
fn what_cannot_be_read_is_one_line_each() {
    let world = World::empty();
    world.write("empty.json", "");
    world.write("words.txt", "hello there\n");
    world.write("other.json", "{\"a\": 1}\n");
    std::fs::create_dir(world.path("folder")).unwrap();
    assert_snapshot!(world.run("import nope.json"), @r#"
    -- stderr --
    afterword: nope.json: no such file or directory
    [1]
    "#);
    assert_snapshot!(world.run("import folder"), @r#"
    -- stderr --
    afterword: folder: no files in it
    hint: `afterword formats` lists what is read
    [1]
    "#);
    assert!(
        !world.store().exists(),
        "where nothing can come in, no store is made"
    );
    assert_snapshot!(world.run("import words.txt"), @r#"
    -- stderr --
    afterword: words.txt: unknown format: text that is not JSON; `afterword formats` lists what is read
    [1]
    "#);
    assert_snapshot!(world.run("import empty.json"), @r#"
    -- stderr --
    afterword: empty.json: is empty
    [1]
    "#);
    assert_snapshot!(world.run("import other.json"), @r#"
    -- stderr --
    afterword: other.json: unknown format: JSON objects with the keys a; `afterword formats` lists what is read
    [1]
    "#);
    assert_snapshot!(world.run("import /dev/zero"), @r#"
    -- stderr --
    afterword: /dev/zero: is a device or a socket, not a file
    [1]
    "#);
    assert_snapshot!(world.run("import -"), @r#"
    -- stderr --
    afterword: standard input: is empty
    [1]
    "#);
    assert_snapshot!(world.run("import"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: <PATH>...
    hint: `afterword import --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("import 'a\n\u{1b}[31m\u{202e}b'"), @r#"
    -- stderr --
    afterword: a⏎␛[31m⟨RLO⟩b: no such file or directory
    [1]
    "#);
}

#[test]
fn wrong_options_of_an_import_are_wrong_usage() {
    let world = World::empty();
    world.write("rasa.json", LOG);
    assert_snapshot!(world.run("import --format rasa-event rasa.json"), @r#"
    -- stderr --
    afterword: unknown format `rasa-event`
    hint: did you mean `rasa-events`?
    [2]
    "#);
    assert_snapshot!(world.run("import --sessions gap rasa.json"), @r#"
    -- stderr --
    afterword: --sessions: `gap` is no way to part sessions
    hint: marker, none, or gap:30m
    [2]
    "#);
    assert_snapshot!(world.run("import --since blurb rasa.json"), @r#"
    -- stderr --
    afterword: --since: `blurb` is no date
    hint: like 2026-05-01, 2026-05-01T14:00, 7d, yesterday, week-1
    [2]
    "#);
    assert_snapshot!(world.run("import --source ' ' rasa.json"), @r#"
    -- stderr --
    afterword: --source: a source needs a name
    [2]
    "#);
    assert!(!world.store().exists(), "wrong usage makes no store");
}

#[test]
fn what_is_left_out_is_listed_and_the_rest_is_imported() {
    let world = World::empty();
    world.write("logs/a.json", LOG);
    world.write("logs/broken.json", &LOG[..LOG.len() / 2]);
    world.write("logs/readme.txt", "what these are\n");
    assert_snapshot!(world.run("import logs"), @r#"
    6 conversations read as rasa-tracker-json: 4 new, 1 unchanged, 1 empty
    20 messages in 58 events; 9 kB in …
    -- stderr --
    3 records were left out:
      logs/broken.json line 3: incomplete: the file ends inside this record (cut off, or still being written)
      logs/broken.json line 3: the array is not closed: the file was cut off, or is still being written
      logs/readme.txt: unknown format: text that is not JSON; `afterword formats` lists what is read
    [3]
    "#);
    assert_snapshot!(world.run("import logs --json"), @r#"
    {"format":"rasa-tracker-json","files":3,"bytes":8880,"seconds":…,"conversations":{"new":0,"updated":0,"unchanged":5,"rejected":0,"empty":1,"purged":0},"events":58,"messages":20,"rejected_records":3,"rejects":[{"file":"logs/broken.json","line":3,"reason":"incomplete: the file ends inside this record (cut off, or still being written)"},{"file":"logs/broken.json","line":3,"reason":"the array is not closed: the file was cut off, or is still being written"},{"file":"logs/readme.txt","line":null,"reason":"unknown format: text that is not JSON; `afterword formats` lists what is read"}]}
    [3]
    "#);
    assert_snapshot!(world.run("count"), @r#"
    4
    [0]
    "#);
}

#[test]
fn another_source_and_other_sessions() {
    let world = World::new();
    world.write("rasa.json", LOG);
    assert_snapshot!(world.run("import --source other --sessions none rasa.json"), @r#"
    4 conversations read as rasa-tracker-json: 3 new, 1 empty
    14 messages in 42 events; 6 kB in …
    [0]
    "#);
    assert_snapshot!(world.run("count --by source"), @r#"
             4  main
             3  other
    [0]
    "#);
    assert_snapshot!(world.run("import --source late --since 2026-04-29 rasa.json"), @r#"
    3 conversations read as rasa-tracker-json: 2 new, 1 empty
    4 messages in 15 events; 6 kB in …
    [0]
    "#);
}

#[test]
fn what_is_no_store_is_refused_and_stays_as_it_is() {
    let mut world = World::empty();
    world.write("rasa.json", LOG);
    world.write("text.db", "these are just some words\n");
    assert_snapshot!(world.run("--store text.db import rasa.json"), @r#"
    -- stderr --
    afterword: ~/text.db: it is not a store of afterword
    [1]
    "#);
    assert_snapshot!(world.run("--store text.db list"), @r#"
    -- stderr --
    afterword: ~/text.db: it is not a store of afterword
    [1]
    "#);
    assert_eq!(
        std::fs::read(world.path("text.db")).unwrap(),
        b"these are just some words\n"
    );
    assert_snapshot!(world.run("--store . list"), @r#"
    -- stderr --
    afterword: .: it is a folder, not a store
    hint: name the file in it: --store ./store.db
    [1]
    "#);
    assert_snapshot!(world.run("--store . import rasa.json"), @r#"
    -- stderr --
    afterword: .: it is a folder, not a store
    hint: name the file in it: --store ./store.db
    [1]
    "#);
    world.reviewer("bo");
    std::os::unix::fs::symlink("nowhere", world.path("link.db")).unwrap();
    assert_snapshot!(world.run("--store link.db list"), @r#"
    -- stderr --
    afterword: link.db: it is a link to nowhere
    [1]
    "#);
}

#[test]
fn the_store_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::empty();
    world.write("rasa.json", LOG);
    world.stdout(&["--store", "deep/er/store.db", "import", "rasa.json"]);
    let mode = |name: &str| {
        let meta = std::fs::metadata(world.path(name)).unwrap();
        meta.permissions().mode() & 0o777
    };
    assert_eq!(mode("deep/er/store.db"), 0o600);
    assert_eq!(mode("deep/er"), 0o700);
    assert_eq!(mode("deep"), 0o700);
}

#[test]
fn names_are_paths_whatever_they_look_like() {
    let world = World::empty();
    world.write("-rf", LOG);
    world.write("file:x?mode=memory", LOG);
    assert_snapshot!(world.run("import -rf"), @r#"
    -- stderr --
    afterword: unexpected argument '-r' found
    hint: to pass '-r' as a value, use '-- -r'
    [2]
    "#);
    for args in [
        &["import", "--", "-rf"][..],
        &["import", "file:x?mode=memory"],
        &["--store", "file:y?mode=memory", "import", "./-rf"],
    ] {
        assert!(world.stdout(args).starts_with("5 conversations read"));
    }
    assert!(world.path("file:y?mode=memory").exists());
}

#[test]
fn formats_say_how_they_are_recognised() {
    let world = World::empty();
    let people = world.stdout(&["formats"]);
    let json = world.stdout(&["formats", "--json"]);
    for line in json.lines() {
        let format: serde_json::Value = serde_json::from_str(line).unwrap();
        for name in ["format", "title", "recognised", "sample", "evidence"] {
            let words = format[name].as_str().unwrap();
            assert!(people.contains(words), "{words}");
        }
    }
}
