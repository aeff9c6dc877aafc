//! The program as a process: terminals, pipes, signals, logs.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::world::{LOG, World};

#[test]
fn the_screen_needs_a_terminal() {
    let world = World::new();
    let expected = world.run("");
    assert_snapshot!(expected, @r#"
    -- stderr --
    afterword: the review screen needs a terminal for input and output
    hint: `afterword list --json` and `afterword show` work in a pipe
    [2]
    "#);
    for line in ["open anna", "open afterword://nowhere", "demo"] {
        assert_eq!(world.run(line), expected, "{line}");
    }
    // Without a store the terminal is still what is missing first.
    assert_eq!(World::empty().run("open anna"), expected);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let world = World::new();
    for args in [
        &["list", "--json"][..],
        &["list"],
        &["show", "anna"],
        &["formats"],
        &["man"],
        &["completions", "bash"],
        &["config", "keys"],
        &["count", "--by", "intent"],
        &["preset", "export"],
        &["export", "--as", "jsonl"],
        &["export", "--as", "csv"],
        &["--help"],
    ] {
        let mut child = world.command(args).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {said}");
        assert_eq!(said, "", "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_standard_output_is_a_failure() {
    let world = World::new();
    for args in [
        &["list", "--json"][..],
        &["list", "--csv"],
        &["export", "--as", "jsonl"],
        &["show", "anna"],
        &["formats"],
        &["man"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let done = world.command(args).stdout(full).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&done.stderr),
            "afterword: standard output: no space left on device\n"
        );
        assert_eq!(done.status.code(), Some(1));
    }
}

#[test]
fn a_closed_standard_error_stops_nothing() {
    let world = World::new();
    let mut child = world
        .command(&["mark", "reviewed", "anna"])
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(world.stdout(&["count", "is:reviewed"]), "1\n");
}

#[test]
fn an_import_stopped_by_a_signal_keeps_what_it_has_and_can_be_run_again() {
    for (signal, status) in [
        (rustix::process::Signal::INT, 130),
        (rustix::process::Signal::TERM, 143),
    ] {
        let world = World::empty();
        let mut child = world
            .command(&["import", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&LOG.as_bytes()[..LOG.len() / 2]).unwrap();
        let began = Instant::now();
        // The store is opened after the signals are heard.
        while !world.store().exists() {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not begin"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let done = child.wait_with_output().unwrap();
        drop(stdin);
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(status), "{stderr}");
        assert!(
            stderr.contains("stopped: run the same command again to go on from here\n"),
            "{stderr}"
        );
        world.write("rasa.json", LOG);
        world.stdout(&["import", "rasa.json"]);
        assert_eq!(world.stdout(&["count"]), "4\n");
        assert_eq!(world.stdout(&["doctor", "--deep"]), "the store is sound\n");
    }
}

#[test]
fn words_about_results_go_to_standard_error_and_can_be_silenced() {
    let world = World::new();
    let done = world.output(&["mark", "reviewed", "anna"]);
    assert!(done.stdout.is_empty() && !done.stderr.is_empty());
    for args in [
        &["-q", "mark", "saved", "anna"][..],
        &["undo", "-q"],
        &["-q", "undo", "9"],
        &["--quiet", "list", "tag:x"],
        &["preset", "-q", "save", "x"],
    ] {
        let done = world.output(args);
        assert!(
            done.status.success() && done.stderr.is_empty(),
            "{args:?}: {done:?}"
        );
    }
    let done = world.output(&["-q", "show", "nobody"]);
    assert!(!done.stderr.is_empty(), "errors are said");
}

#[test]
fn progress_is_for_terminals() {
    let world = World::empty();
    world.write("rasa.json", LOG);
    let done = world.output(&["import", "rasa.json"]);
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn the_log_has_no_word_of_anybody() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::empty();
    world.write("rasa.json", LOG);
    world.stdout(&["--log", "run.log", "-vv", "import", "rasa.json"]);
    world.stdout(&["--log", "run.log", "-vv", "note", "anna", "secret"]);
    world.stdout(&["--log", "run.log", "-vv", "list", "money"]);
    let log = std::fs::read_to_string(world.path("run.log")).unwrap();
    for word in ["money", "parcel", "secret", "anna", "Rome"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
    let meta = std::fs::metadata(world.path("run.log")).unwrap();
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    assert_snapshot!(world.run("--log nowhere/run.log list"), @r#"
    -- stderr --
    afterword: nowhere/run.log: no such file or directory
    [1]
    "#);
}

/// What a terminal of 80 columns receives.
fn in_a_terminal(world: &World, args: &[&str]) -> String {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let size = PtySize {
        rows: 24,
        cols: 80,
        ..PtySize::default()
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_afterword"));
    command.args(args);
    command.env_clear();
    for (name, value) in world.command(&[]).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.cwd(world.path(""));
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut received = Vec::new();
    // The end of a terminal is an error on some systems.
    drop(
        pair.master
            .try_clone_reader()
            .unwrap()
            .read_to_end(&mut received),
    );
    assert!(child.wait().unwrap().success(), "{args:?}");
    String::from_utf8(received).unwrap().replace("\r\n", "\n")
}

#[test]
fn what_is_exact_in_a_pipe_is_harmless_on_a_terminal() {
    let world = World::empty();
    let text = "\u{9b}31m \u{202e}red\u{7f}";
    let event = format!("{{\"event\": \"user\", \"timestamp\": 1777280400, \"text\": \"{text}\"}}");
    world.write(
        "log.jsonl",
        format!("{{\"sender_id\": \"x{text}\", \"events\": [{event}]}}\n"),
    );
    world.stdout(&["import", "log.jsonl"]);
    let id = world.stdout(&["list", "--csv", "--columns", "id"]);
    let id = id.lines().last().unwrap();
    for args in [
        &["show", id, "--raw"][..],
        &["list", "--csv"],
        &["list"],
        &["show", id],
        &["list", "--json"],
        &["export", "--as", "csv"],
        &["export", "--as", "jsonl"],
    ] {
        let acts = ['\u{9b}', '\u{202e}', '\u{7f}', '\u{1b}'];
        let received = in_a_terminal(&world, args);
        assert!(!received.contains(acts), "{args:?}: {received:?}");
        assert!(received.contains("31m"), "{args:?}: {received:?}");
    }
    assert!(world.stdout(&["show", id, "--raw"]).contains(text));
    assert!(world.stdout(&["list", "--csv"]).contains(text));
}

#[test]
fn the_table_is_as_wide_as_the_terminal() {
    let world = World::new();
    let received = in_a_terminal(&world, &["list"]);
    assert_eq!(received, World::new().columns("80").stdout(&["list"]));
}

#[test]
fn the_demo_can_be_kept() {
    let world = World::empty();
    assert_snapshot!(world.run("demo --keep demo.db"), @r#"[0]"#);
    let count = world.stdout(&["--store", "demo.db", "count"]);
    assert!(count.trim().parse::<u32>().unwrap() > 100, "{count}");
    assert_snapshot!(world.run("demo --keep demo.db"), @r#"
    -- stderr --
    afterword: demo.db is there already
    hint: name a new file
    [1]
    "#);
}
