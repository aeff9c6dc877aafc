use super::*;
use proptest::prelude::*;

/// Values as text, broken ones as `line: reason`, cut to their first words.
fn read(text: impl AsRef<[u8]>) -> Vec<String> {
    read_in(text.as_ref(), usize::MAX, RECORD_CAP)
}

fn shown(item: &Item<'_>) -> String {
    match item {
        Item::Value { raw, line } => format!("{line} {}", String::from_utf8_lossy(raw)),
        Item::Broken { line, reason } => {
            format!("{line}! {}", reason.split(':').next().unwrap_or_default())
        }
        Item::Fault(error) => format!("fault {error}"),
    }
}

/// A reader that gives at most so many bytes at once.
struct Steps<'a>(&'a [u8], usize);

impl Read for Steps<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(out.len());
        self.0.read(&mut out[..n])
    }
}

/// The same through a reader that gives at most `step` bytes at once.
fn read_in(text: &[u8], step: usize, cap: usize) -> Vec<String> {
    let mut records = Records::new(Steps(text, step));
    records.cap = cap;
    let mut seen = Vec::new();
    while let Some(item) = records.next_item() {
        seen.push(shown(&item));
    }
    seen
}

#[test]
fn lines_arrays_and_runs_of_objects_are_cut_alike() {
    let expected = ["{\"a\":1}", "{\"a\":\"}{\\\"[\"}", "{\"a\":[{}]}"];
    for text in [
        expected.join("\n"),
        expected.join("\r\n") + "\r\n",
        expected.join("\r"),
        expected.join(""),
        expected.join("\u{2028}"),
        format!("\n\n{}\n   \n", expected.join("\n\n")),
        format!("[{}]", expected.join(",")),
        format!("[\n  {}\n]\n", expected.join(",\n  ")),
        format!("{}\n\0\0\0\0", expected.join("\n")),
        expected.join("\n\u{feff}"),
    ] {
        let values: Vec<String> = read(&text)
            .iter()
            .map(|v| v.split_once(' ').unwrap().1.to_owned())
            .collect();
        assert_eq!(values, expected, "{text:?}");
    }
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    assert_eq!(read("{}\n\n{}\n"), ["1 {}", "3 {}"]);
    assert_eq!(read("{}\r\n{}\r\n{}"), ["1 {}", "2 {}", "3 {}"]);
    assert_eq!(read("{}\r{}\r"), ["1 {}", "2 {}"]);
    assert_eq!(
        read("[\n {\n \"a\":\n 1},\n {}]"),
        ["2 {\n \"a\":\n 1}", "5 {}"]
    );
}

#[test]
fn a_damaged_line_costs_itself_alone() {
    for broken in [
        "{\"a\":\"x",
        "{\"a\":[1,",
        "{\"a\":",
        "{\"a\":{\"b\":1}",
        "{\"a\":\"x\\",
    ] {
        let text = format!("{{\"n\":1}}\n{broken}\n{{\"n\":2}}\n{{\"n\":3}}\n");
        assert_eq!(
            read(&text),
            ["1 {\"n\":1}", "2! incomplete", "3 {\"n\":2}", "4 {\"n\":3}"],
            "{broken}"
        );
        let first = format!("{broken}\n{{\"n\":2}}\n{{\"n\":3}}\n");
        assert_eq!(
            read(&first),
            ["1! incomplete", "2 {\"n\":2}", "3 {\"n\":3}"],
            "{broken} first"
        );
    }
}

#[test]
fn a_damaged_element_of_a_pretty_array_costs_itself_alone() {
    let text = "[\n  {\n    \"a\": \"unclosed\n  },\n  {\n    \"b\": [1,\n  },\n  {\n    \"c\": 1\n  }\n]\n";
    assert_eq!(
        read(text),
        ["2! incomplete", "5! incomplete", "8 {\n    \"c\": 1\n  }"]
    );
}

#[test]
fn an_end_that_came_too_early_is_reported() {
    assert_eq!(read("{}\n{\"a\":"), ["1 {}", "2! incomplete"]);
    assert_eq!(read("[{}"), ["1 {}", "1! the array is not closed"]);
    assert_eq!(
        read("[{},]"),
        ["1 {}", "1! a comma without a value after it"]
    );
    assert_eq!(
        read("[,{}]"),
        ["1! a comma without a value before it", "1 {}"]
    );
    assert_eq!(
        read("{}\n}\n{}"),
        ["1 {}", "2! `}` where a record should begin", "3 {}"]
    );
}

#[test]
fn depth_and_size_are_capped_and_the_stream_goes_on() {
    let deep = format!("{}{}", "{\"a\":".repeat(200_000), "}".repeat(200_000));
    assert_eq!(
        read(format!("{{}}\n{deep}\n{{}}\n")),
        ["1 {}", "2! nested too deep", "3 {}"]
    );
    assert_eq!(read("[".repeat(200_000)).len(), 2);
    let exactly = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert_eq!(read(format!("[{exactly}]")), [format!("1 {exactly}")]);

    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(600_000));
    assert_eq!(
        read_in(format!("{{}}\n{long}\n{{}}\n").as_bytes(), 1000, 300_000),
        ["1 {}", "2! record of 600008 bytes at byte 3", "3 {}"]
    );
}

#[test]
fn a_fault_of_the_stream_comes_last_and_once() {
    struct Broken<'a>(&'a [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.read(out)? {
                0 => Err(io::Error::other("rotten")),
                n => Ok(n),
            }
        }
    }
    for text in ["{}\n{\"a\":", "[{}", "{}\n"] {
        let mut records = Records::new(Broken(text.as_bytes()));
        assert!(
            matches!(records.next_item(), Some(Item::Value { .. })),
            "{text}"
        );
        assert!(
            matches!(records.next_item(), Some(Item::Fault(_))),
            "{text}"
        );
        assert!(records.next_item().is_none(), "{text}");
    }
}

/// Values as [`read`] gives them, found in lines where the stream has them.
fn read_lines(text: &[u8], step: usize, cap: usize) -> (Vec<String>, usize) {
    let mut records = Records::new(Steps(text, step));
    records.cap = cap;
    let (mut seen, mut lines) = (Vec::new(), 0);
    let mut add = |item: Item<'_>| seen.push(shown(&item));
    while let Some(cut) = records.next_cut() {
        match cut {
            Cut::Line { raw, line } => {
                lines += 1;
                let mut alone = Records::new(raw.chain(&b"\n"[..])).of_line(line, raw.len() + 1);
                while let Some(item) = alone.next_item() {
                    add(item);
                }
            }
            Cut::Item(item) => add(item),
            Cut::Dry => {}
        }
    }
    (seen, lines)
}

#[test]
fn lines_are_cut_without_looking_into_them_and_hold_the_same() {
    let text = "{\"n\":1}\n{\"a\":\"}\"}\r\n\n  {\"b\":1}\n{\"c\":{\"d\":1}\n{\"e\":1} {\"f\":2}\n{\"g\":1}\r{\"h\":1}\n{\n\"p\":1\n}\n{\"i\":\"x\n{\"j\":1}   \n{\"k\":1}\n{\"l\":1}";
    let (seen, lines) = read_lines(text.as_bytes(), usize::MAX, RECORD_CAP);
    assert_eq!(seen, read(text));
    assert_eq!(lines, 6, "the last has no end, and others are odd");
    for step in 1..9 {
        let (cut, _) = read_lines(text.as_bytes(), step, RECORD_CAP);
        assert_eq!(cut, read_in(text.as_bytes(), step, RECORD_CAP));
    }
}

#[test]
fn many_values_on_one_line_take_no_longer_for_being_many() {
    // Each look for the end of the line would read it all again.
    let text = format!("{{}}\n{{}}\n{}", "{}".repeat(400_000));
    let (seen, _) = read_lines(text.as_bytes(), usize::MAX, RECORD_CAP);
    assert_eq!(seen.len(), 400_002);
}

proptest! {
    /// A stream of lines holds the same however it is looked at, as long as no line opens an array.
    #[test]
    fn lines_hold_the_same_however_they_are_looked_at(
        text in proptest::collection::vec(
            prop_oneof![
                Just(b'{'), Just(b'}'), Just(b'"'), Just(b'\\'), Just(b','), Just(b'\n'), Just(b'\r'),
                Just(b' '), Just(b'1'), Just(0xef),
            ],
            0..200,
        ),
        step in 1usize..7,
    ) {
        let text = [b"{}\n{}\n".as_slice(), &text].concat();
        prop_assert_eq!(read_lines(&text, usize::MAX, 50).0, read_in(&text, usize::MAX, 50));
        prop_assert_eq!(read_lines(&text, step, 50).0, read_in(&text, step, 50));
    }

    /// However a stream is cut into reads, the same records come out, and no byte makes it panic.
    #[test]
    fn cuts_do_not_show(
        text in proptest::collection::vec(
            prop_oneof![
                Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b','),
                Just(b'\n'), Just(b'\r'), Just(b' '), Just(b'1'), Just(0xef), Just(0xe2), any::<u8>()
            ],
            0..200,
        ),
        step in 1usize..7,
    ) {
        // Whether a stream is one of lines is seen in its first read: give both the same.
        let text = [b"[1]".as_slice(), &text].concat();
        prop_assert_eq!(read_in(&text, step, 50), read_in(&text, usize::MAX, 50));
    }

    /// Every value of well-formed JSON is found whole.
    #[test]
    fn well_formed_values_come_back(
        texts in proptest::collection::vec(".{0,40}", 0..12),
        pretty in any::<bool>(),
    ) {
        let values: Vec<serde_json::Value> = texts
            .iter()
            .map(|t| serde_json::json!({ "text": t, "list": [1, { "k": t }], "none": null }))
            .collect();
        let array = if pretty {
            serde_json::to_string_pretty(&values).unwrap()
        } else {
            serde_json::to_string(&values).unwrap()
        };
        let mut records = Records::new(array.as_bytes());
        let mut seen = Vec::new();
        while let Some(Item::Value { raw, .. }) = records.next_item() {
            seen.push(serde_json::from_slice::<serde_json::Value>(raw).unwrap());
        }
        prop_assert_eq!(seen, values);
    }
}
