use super::*;

fn canonical(text: &str) -> String {
    match parse(text) {
        Ok(filter) => filter.to_string(),
        Err(error) => format!("! {}..{} {error}", error.at, error.at + error.len),
    }
}

#[test]
fn every_example_of_the_table_parses_to_its_field() {
    for info in FIELDS {
        let filter = parse(info.example).unwrap_or_else(|e| panic!("{}: {e}", info.example));
        let mut fields = Vec::new();
        filter.each_term(&mut |t| fields.push(t.field));
        assert!(fields.contains(&info.field), "{}", info.example);
        assert_eq!(filter.to_string(), info.example, "examples are canonical");
        assert!(!info.help.is_empty());
    }
}

#[test]
fn a_field_has_one_row_and_one_name() {
    for (i, info) in FIELDS.iter().enumerate() {
        let same = |o: &FieldInfo| o.field == info.field || o.name == info.name;
        assert!(!FIELDS[..i].iter().any(same), "{}", info.name);
        assert_eq!(info.field.info().name, info.name);
    }
}

#[test]
fn text_to_canonical_text() {
    let table = [
        ("", ""),
        ("  \t\n", ""),
        ("refund", "refund"),
        ("Refund*", "Refund*"),
        (r#""lost order""#, r#""lost order""#),
        (r#""lost ord"*"#, r#""lost ord"*"#),
        (r#""a \"b\" \\ c\d""#, r#""a \"b\" \\ c\\d""#),
        ("12:30", "12:30"),
        ("foo,bar", "foo,bar"),
        ("don't", "don't"),
        ("a b OR c", "a b OR c"),
        ("a AND b", "a b"),
        ("(a OR b) c", "(a OR b) c"),
        ("a (b c) d", "a b c d"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("(a)", "a"),
        ("NOT a", "-a"),
        ("NOT (a b)", "-(a b)"),
        ("--a", "--a"),
        ("NOT -a", "--a"),
        ("-(a OR b)", "-(a OR b)"),
        (r#""OR" "AND" "NOT""#, r#""OR" "AND" "NOT""#),
        ("or and not", "or and not"),
        ("OR*", "OR*"),
        ("TAG:billing", "tag:billing"),
        ("tag:a,B,none", "tag:a,B,none"),
        (r#"tag:"none""#, r#"tag:"none""#),
        ("tag:NONE", "tag:none"),
        ("tag:*", "tag:*"),
        ("tag:-x", "tag:-x"),
        (r#"tag:"a b"*,"c*""#, r#"tag:"a b"*,"c*""#),
        (r#"tag:"""#, r#"tag:"""#),
        ("intent:ask_*", "intent:ask_*"),
        ("intent:refund<0.5", "intent:refund<0.5"),
        ("intent:refund<=.50", "intent:refund<=0.5"),
        ("action:x=1", "action:x=1"),
        ("intent:none", "intent:none"),
        ("slot:city", "slot:city"),
        ("slot:city=Rome", "slot:city=Rome"),
        ("slot:city=none", "slot:city=none"),
        (
            r#"slot:"my city"="New York""#,
            r#"slot:"my city"="New York""#,
        ),
        ("entity:city=R*", "entity:city=R*"),
        ("meta:env=production", "meta:env=production"),
        ("corrected:Intent=refund", "corrected:intent=refund"),
        (
            "corrected:topic=returns/refund",
            "corrected:topic=returns/refund",
        ),
        ("corrected:none", "corrected:none"),
        ("rating<=2", "rating<=2"),
        ("rating:<=2", "rating<=2"),
        ("rating:5", "rating:5"),
        ("rating=5", "rating:5"),
        ("rating:4,5,none", "rating:4,5,none"),
        ("rating:..2", "rating:..2"),
        ("messages:8..", "messages:8.."),
        ("messages:1..3", "messages:1..3"),
        ("margin<-0.05", "margin<-0.05"),
        ("margin:-.1...2", "margin:-0.1..0.2"),
        ("margin>-0", "margin>0"),
        ("duration>5M", "duration>5m"),
        ("since:7d", "since:7d"),
        ("until:2026-05-01T14:00:00", "until:2026-05-01T14:00"),
        ("date:2026-05-01t14:00:30", "date:2026-05-01T14:00:30"),
        ("date:2026-05-01..2026-05-07", "date:2026-05-01..2026-05-07"),
        ("date:14d..7d", "date:14d..7d"),
        ("date>yesterday", "date>yesterday"),
        ("started:WEEK", "started:week-0"),
        (
            "started:month-1,6mo,1y,30m,newest-4w",
            "started:month-1,6mo,1y,30m,newest-4w",
        ),
        ("decided:none", "decided:none"),
        ("time:22:00..6:00", "time:22:00..06:00"),
        ("time<24:00", "time<24:00"),
        ("weekday:Sat,SUN", "weekday:sat,sun"),
        ("is:Unread", "is:unread"),
        ("verdict:none,positive", "verdict:none,positive"),
        (
            "user_text:a,\"b c\",none",
            "user_text:a OR user_text:\"b c\" OR user_text:none",
        ),
        ("-user_text:a,b", "-(user_text:a OR user_text:b)"),
        ("user_text:none*", "user_text:none*"),
        ("note:\"none\"", "note:\"none\""),
        ("sentiment:-0.5..0", "sentiment:-0.5..0"),
        ("sentiment:Positive,0.3", "sentiment:positive,0.3"),
        ("sentiment<0", "sentiment<0"),
        (
            "turn(intent:refund is:fallback)",
            "turn(intent:refund is:fallback)",
        ),
        ("TURN( a OR -b )", "turn(a OR -b)"),
        ("last(is:button)", "last(is:button)"),
        ("-turn((a b))", "-turn(a b)"),
        ("sample:50 seed:7 tag:x", "sample:50 seed:7 tag:x"),
        (
            "is:unread (is:problem OR rating:..2)",
            "is:unread (is:problem OR rating:..2)",
        ),
    ];
    for (text, print) in table {
        assert_eq!(canonical(text), print, "{text}");
        assert_eq!(parse(print), parse(text), "{text}");
    }
}

#[test]
fn errors_name_the_place_and_what_was_meant() {
    let table = [
        "(",
        "(a",
        "a)",
        "()",
        "a ()",
        "OR a",
        "a OR",
        "a OR OR b",
        "AND a",
        "a AND",
        "NOT",
        "a -",
        "- a",
        "\"abc",
        ":-)",
        "a < 5",
        "user_text:\"?!\"",
        "refund(s)",
        "tunr(a)",
        "turn()",
        "turn(tag:x)",
        "turn(turn(a))",
        "turn(is:unread)",
        "tga:x",
        "http://example.org",
        "tag:",
        "tag:a,",
        "tag:a, b",
        "tag:a*b",
        "tag:a<5",
        "tag<5",
        "tag=a",
        "tag:\"a\"b",
        "a\"b\"",
        "source:main(x)",
        "is:unraed",
        "is:none",
        "is:un*",
        "weekday:saturday",
        "verdict:\"none\"",
        "status:open",
        "rating:",
        "rating:five",
        "rating:*",
        "rating<",
        "rating<=x",
        "rating:5..2",
        "rating:..",
        "rating:1..2,5",
        "rating:2.5",
        "messages:1e3",
        "confidence<1e3",
        "duration>300",
        "duration>5x",
        "since:soon",
        "since:2026-13-01",
        "since:2026-5-1",
        "since:none",
        "until:1d,2d",
        "date:2026-05-01..x",
        "time:25:00",
        "time:22..6",
        "intent:refund<",
        "intent:refund<high",
        "intent:none<0.5",
        "intent:a<0.5,b",
        "slot:city=",
        "slot:ci*=Rome",
        "slot:city=Rome,Paris",
        "slot:city=a=b",
        "corrected:intnet=x",
        "sentiment:happy",
        "sample:ten",
        "sample:5 sample:6",
        "-sample:5",
        "(sample:5)",
        "sample:5 a OR b",
        "tag:a \u{1b}[31m:x tga:b",
        "día:x \u{4e2d}\u{6587} tga:x",
    ];
    let all: String = table
        .iter()
        .map(|text| {
            let error = parse(text).expect_err(text);
            let under: String = std::iter::repeat_n(' ', error.caret())
                .chain(std::iter::repeat_n(
                    '^',
                    text[error.at..error.at + error.len].chars().count().max(1),
                ))
                .collect();
            let text = crate::text::SafeText::line(text);
            format!("{}\n{under}\n{error}\n\n", text.as_str())
        })
        .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn a_long_filter_is_read_in_one_pass() {
    let terms: Vec<String> = (0..20_000).map(|i| format!("tag:t{i} OR")).collect();
    let text = format!("{} tag:x", terms.join(" "));
    let Ok(Filter::Or(parts)) = parse(&text) else {
        panic!("alternatives");
    };
    assert_eq!(parts.len(), 20_001);
    let word = "x".repeat(200_000);
    assert_eq!(parse(&word).unwrap().to_string(), word);
    assert!(parse(&format!("\"{}", "\\\\".repeat(100_000))).is_err());
}

#[test]
fn nesting_has_an_end() {
    for (open, close) in [("(", ")"), ("-", ""), ("NOT ", ""), ("-(", ")")] {
        let nested = |n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
        assert!(parse(&nested(50)).is_ok(), "{open}");
        let error = parse(&nested(100_000)).unwrap_err();
        assert!(error.message.starts_with("nested too deeply"), "{error}");
    }
}

/// Parses, and holds the promises of either outcome.
fn holds_promises(text: &str) {
    match parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            assert_eq!(
                parse(&printed).as_ref(),
                Ok(&filter),
                "{text:?} as {printed:?}"
            );
        }
        Err(error) => {
            assert!(
                text.get(error.at..error.at + error.len).is_some(),
                "{text:?}"
            );
            let shown = error.to_string();
            assert!(!shown.contains(char::is_control), "{shown:?}");
            assert!(error.caret() <= crate::text::SafeText::line(text).width());
        }
    }
    complete(text, text.len() / 2);
}

#[test]
fn naughty_strings_are_searches_or_errors_with_a_place() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora/blns/blns.json"
    );
    let Ok(json) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {path} is missing");
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&json).unwrap();
    assert!(strings.len() > 400);
    let mut searches = 0;
    for text in &strings {
        holds_promises(text);
        holds_promises(&format!("tag:{text}"));
        let value = quoted(text);
        for field in ["tag", "slot:a=b OR slot", "meta:x=y tag"] {
            let asked = format!("{field}:{value}");
            let filter = parse(&asked).unwrap_or_else(|e| panic!("{asked:?}: {e}"));
            assert!(
                terms(&filter)
                    .iter()
                    .any(|t| t.test == Test::Any(vec![text.as_str().into()]))
            );
        }
        searches += usize::from(parse(text).is_ok());
    }
    assert!(searches > 100, "{searches}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error(text in ".{0,60}") {
        holds_promises(&text);
    }

    #[test]
    fn any_mix_of_pieces_is_a_filter_or_an_error(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "tag:", "slot:", "intent:", "rating", "date:", "turn(", "last(", "(", ")", "-", " ", " ", " OR ",
                "AND", "NOT ", ",", "<", ">=", "=", "..", "*", "\"", "\\", "none", "a", "B c", "5", "0.5", "7d",
                "2026-05-01", "22:00", "is:", "fallback", "sample:", "corrected:", "\u{4e2d}", "\u{301}",
                "user_text:", "sentiment:", "time:", "duration", "5m", "meta:", "id:",
            ]),
            0..14,
        )
    ) {
        holds_promises(&pieces.concat());
    }

    #[test]
    fn printing_keeps_every_value(value in "\\PC{0,12}", other in ".{0,6}", prefix: bool) {
        let pattern = if prefix { Pattern::Prefix(value) } else { Pattern::Exact(value) };
        for test in [
            Test::Any(vec![pattern.clone(), Pattern::None, other.as_str().into()]),
            Test::Named { name: other.clone(), value: pattern.clone() },
        ] {
            let filter = Filter::Term(Term { field: Field::Slot, test });
            proptest::prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn random_filters_parse_and_print(seed: u64) {
        let text = testing::random_text(seed);
        let filter = parse(&text);
        proptest::prop_assert!(filter.is_ok(), "{}: {:?}", text, filter);
        holds_promises(&text);
    }
}
