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
    hint: `afterword list` and `afterword show` work without one
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
