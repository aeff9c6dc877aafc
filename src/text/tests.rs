//! What the sanitiser and the wrapping promise, for chosen and for random texts.

use proptest::prelude::*;

use super::chars::{self, Class};
use super::{Cluster, SafeText, wrap};

/// The text as drawn, with markers in braces so that they differ from literal text.
fn shown(text: &SafeText) -> String {
    let mut out = String::new();
    let mut in_marker = false;
    for cluster in text.clusters() {
        if cluster.marker != in_marker {
            out.push(if cluster.marker { '{' } else { '}' });
            in_marker = cluster.marker;
        }
        out.push_str(cluster.text);
    }
    if in_marker {
        out.push('}');
    }
    out
}

fn line(raw: &str) -> String {
    shown(&SafeText::line(raw))
}

fn block(raw: &str) -> String {
    shown(&SafeText::block(raw))
}

/// Everything every cluster must be, whatever it was made from.
fn check(raw: &str, text: &SafeText) {
    let mut last_start = 0;
    for cluster in text.clusters() {
        let Cluster {
            text: drawn,
            width,
            marker,
            start,
        } = cluster;
        assert!(start >= last_start, "{raw:?}: out of order at {start}");
        last_start = start;
        assert!(raw.is_char_boundary(start) && start < raw.len());
        assert!(drawn.len() <= chars::MAX_BYTES, "{raw:?}: {drawn:?}");
        if drawn == "\n" {
            assert_eq!((width, marker), (0, false));
            continue;
        }
        assert!(
            (1..=2).contains(&width),
            "{raw:?}: {drawn:?} is {width} wide"
        );
        let emoji = chars::emoji_sequence(drawn) == drawn.len();
        let agreed = chars::agreed_width(drawn) == Some(usize::from(width));
        assert!(emoji || agreed, "{raw:?}: {drawn:?} is not {width} wide");
        for (at, c) in drawn.char_indices() {
            assert!(!c.is_control(), "{raw:?}: {drawn:?}");
            let allowed = match chars::class(c) {
                Class::Base | Class::Mark => true,
                Class::Joiner => emoji || (at > 0 && width < 3),
                Class::TextSelector => at > 0,
                Class::EmojiSelector => emoji,
                Class::Hidden => false,
            };
            assert!(allowed, "{raw:?}: {drawn:?}");
        }
        if !marker {
            let literal = raw[start..].starts_with(drawn);
            assert!(
                literal || raw[start..].contains('\u{fe0f}'),
                "{raw:?}: {drawn:?}"
            );
        }
    }
    covers(raw);
}

/// Nothing vanishes: what no cluster repeats literally has a marker that begins there or earlier.
fn covers(raw: &str) {
    // The emoji selector after a picture is the one character left out.
    let raw = &*raw.replace('\u{fe0f}', "");
    let text = &SafeText::block(raw);
    let mut reached = 0;
    let mut in_marker = false;
    for cluster in text.clusters() {
        if cluster.start > reached {
            assert!(in_marker, "{raw:?}: {reached}..{} is gone", cluster.start);
        }
        in_marker = cluster.marker || cluster.text == "\n";
        reached = cluster.start + if in_marker { 0 } else { cluster.text.len() };
    }
    assert!(
        in_marker || reached == raw.len(),
        "{raw:?}: the end is gone"
    );
}

fn check_wrap(text: &SafeText, width: usize) {
    let lines = wrap(text, width);
    assert!(!lines.is_empty());
    let mut next = 0;
    for line in &lines {
        assert!(line.clusters.start >= next && line.clusters.end <= text.len());
        // Between two lines only spaces, breaks and what is too wide may be left out.
        for skipped in next..line.clusters.start {
            let cluster = text.cluster(skipped).unwrap();
            let droppable = cluster.width == 0
                || usize::from(cluster.width) > width
                || cluster.text.chars().all(char::is_whitespace);
            assert!(droppable, "{:?} lost at width {width}", cluster.text);
        }
        next = line.clusters.end;
        let columns: usize = line
            .clusters
            .clone()
            .map(|i| usize::from(text.cluster(i).unwrap().width))
            .sum();
        assert_eq!(columns, line.width);
        assert!(columns <= width);
        assert!(
            line.clusters
                .clone()
                .all(|i| text.cluster(i).unwrap().text != "\n")
        );
    }
    assert!((next..text.len()).all(|i| {
        let cluster = text.cluster(i).unwrap();
        width == 0
            || cluster.width == 0
            || usize::from(cluster.width) > width
            || cluster.text.chars().all(char::is_whitespace)
    }));
}

fn wrapped(raw: &str, width: usize) -> Vec<String> {
    let text = SafeText::block(raw);
    check_wrap(&text, width);
    wrap(&text, width)
        .into_iter()
        .map(|line| {
            line.clusters
                .map(|i| text.cluster(i).unwrap().text)
                .collect()
        })
        .collect()
}

#[test]
fn plain_text_stays() {
    for raw in [
        "",
        "hello there",
        "¿dónde está mi pedido?",
        "日本語",
        "مرحبا بالعالم",
        "שלום",
        "ภาษาไทย",
        "नमस्ते",
        "한국어",
        "Ελλάδα 42 €",
        "← → ✓ ━",
    ] {
        assert_eq!(line(raw), raw);
        assert_eq!(block(raw), raw);
        check(raw, &SafeText::line(raw));
    }
}

#[test]
fn control_characters_become_pictures() {
    assert_eq!(line("a\0b\u{1b}[31mc\u{7f}"), "a{␀}b{␛}[31mc{␡}");
    assert_eq!(line("good\rEVIL\u{8}"), "good{␍}EVIL{␈}");
    assert_eq!(line("\u{b}\u{c}"), "{␋␌}");
    assert_eq!(line("\u{9b}31m\u{85}"), "{⟨9B⟩}31m{⟨NEL⟩}");
}

#[test]
fn line_breaks_are_seen_or_kept() {
    assert_eq!(line("a\nb\r\nc"), "a{⏎}b{⏎}c");
    assert_eq!(block("a\nb\r\nc\rd"), "a\nb\nc{␍}d");
    assert_eq!(block("a\u{2028}b\u{2029}"), "a{⟨LS⟩}b{⟨PS⟩}");
    assert_eq!(line("a\tb"), "a{⇥}b");
    assert_eq!(block("a\tb\n\tc\nabc\td"), "a{⇥  }b\n{⇥   }c\nabc{⇥}d");
}

#[test]
fn bidi_and_invisible_characters_are_named() {
    assert_eq!(
        line("a\u{202e}b\u{2066}c\u{61c}"),
        "a{⟨RLO⟩}b{⟨LRI⟩}c{⟨ALM⟩}"
    );
    assert_eq!(
        line("pass\u{200b}word\u{ad}\u{feff}"),
        "pass{⟨ZWSP⟩}word{⟨SHY⟩⟨BOM⟩}"
    );
    assert_eq!(line("x\u{e0041}\u{e0042}"), "x{⟨U+E0041⟩⟨U+E0042⟩}");
    assert_eq!(
        line("\u{3164}\u{115f}\u{2800}\u{ffa0}"),
        "{⟨U+3164⟩⟨U+115F⟩⟨U+2800⟩⟨U+FFA0⟩}"
    );
    assert_eq!(line("a\u{fe0f}b\u{fe00}c"), "a{⟨VS16⟩}b{⟨VS1⟩}c");
    assert_eq!(
        line("\u{e000}\u{fffe}\u{378}"),
        "{⟨U+E000⟩⟨U+FFFE⟩⟨U+0378⟩}"
    );
    assert_eq!(line("\u{200b}\u{200b}\u{200b}x"), "{⟨ZWSP×3⟩}x");
}

#[test]
fn a_marker_differs_from_the_same_text_typed() {
    let typed = SafeText::line("⟨RLO⟩␛…");
    assert!(typed.clusters().all(|c| !c.marker));
    let real = SafeText::line("\u{202e}\u{1b}");
    assert!(real.clusters().all(|c| c.marker));
    assert_eq!(real.as_str(), "⟨RLO⟩␛");
}

#[test]
fn emoji_stay_whole_and_tags_do_not_hide_in_them() {
    for raw in ["👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "🏳️‍🌈", "👍\u{fe0f}"]
    {
        let text = SafeText::line(raw);
        assert_eq!((text.len(), text.width()), (1, 2), "{raw}");
        check(raw, &text);
    }
    // Terminals disagree on the width of these, so they are drawn in their narrow form.
    assert_eq!(
        line("❤\u{fe0f} 1\u{fe0f}\u{20e3} ©\u{fe0f}"),
        "❤ 1\u{20e3} ©"
    );
    assert_eq!(line("1\u{fe0f}"), "1{⟨VS16⟩}");
    assert_eq!(line("🏴\u{e0067}\u{e007f}"), "🏴{⟨U+E0067⟩⟨U+E007F⟩}");
    assert_eq!(line("👍\u{200d}👍"), "👍{⟨ZWJ⟩}👍");
    assert_eq!(line("a\u{200d}b\u{200c}c"), "a{⟨ZWJ⟩}b{⟨ZWNJ⟩}c");
    assert_eq!(line("🇩🇪🇫"), "🇩🇪🇫");
}

#[test]
fn joiners_stay_between_joining_letters() {
    for raw in ["می\u{200c}خواهم", "क\u{94d}\u{200d}ष", "ශ\u{dca}\u{200d}රී"] {
        assert_eq!(line(raw), raw);
        check(raw, &SafeText::line(raw));
    }
    assert_eq!(line("م\u{200c}\u{200c}م"), "م{⟨ZWNJ×2⟩}م");
    assert_eq!(line("م\u{200c} x"), "م{⟨ZWNJ⟩} x");
}

#[test]
fn marks_are_counted_and_never_stand_alone() {
    assert_eq!(
        line("a\u{301}\u{302}\u{303}\u{304}"),
        "a\u{301}\u{302}\u{303}\u{304}"
    );
    assert_eq!(
        line("a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}b"),
        "a\u{301}\u{302}\u{303}\u{304}{⟨+2⟩}b"
    );
    assert_eq!(line("\u{301}a"), "{◌\u{301}}a");
    assert_eq!(line("\u{1b}\u{301}"), "{␛◌\u{301}}");
}

#[test]
fn clusters_wider_than_two_columns_are_parted() {
    let jamo = "\u{1100}".repeat(40);
    let text = SafeText::line(&jamo);
    assert_eq!((text.len(), text.width()), (40, 80));
    check(&jamo, &text);
    assert_eq!(SafeText::line("\u{1100}\u{1161}\u{11a8}").len(), 1);
    // A conjunct of three columns parts before its last letter, not before its vowel sign.
    let parts: Vec<_> = SafeText::line("क्षा")
        .clusters()
        .map(|c| c.text.to_owned())
        .collect();
    assert_eq!(parts, ["क्", "षा"]);
    assert_eq!(SafeText::line("あ\u{ff9e}").len(), 2);
    assert_eq!(line("\u{1161}"), "{⟨U+1161⟩}");
}

#[test]
fn bombs_stay_small() {
    let bombs = [
        "a".to_owned() + &"\u{301}".repeat(100_000),
        "a".to_owned() + &"\u{200d}".repeat(100_000),
        "a".to_owned() + &"\u{fe00}\u{fe01}".repeat(50_000),
        "👩\u{200d}".repeat(5_000),
        "\u{600}".repeat(3_000),
        "🇩".repeat(5_001),
        "\u{1100}".repeat(32_769),
        "\u{1161}".repeat(30_000),
        "\u{d4e}".repeat(30_000),
        "क\u{94d}".repeat(30_000),
        "\u{200b}".repeat(300_000),
    ];
    for raw in &bombs {
        let text = SafeText::line(raw);
        check(raw, &text);
        assert!(text.as_str().len() <= raw.len() * 6);
        check_wrap(&text, 80);
    }
}

#[test]
fn cutting_keeps_markers_whole() {
    let cut = |raw: &str, width| shown(&SafeText::line(raw).cut(width));
    assert_eq!(cut("hello", 5), "hello");
    assert_eq!(cut("hello", 4), "hel{…}");
    assert_eq!(cut("hello", 1), "{…}");
    assert_eq!(cut("hello", 0), "");
    assert_eq!(cut("日本語", 4), "日{…}");
    assert_eq!(cut("ab\u{202e}cd", 6), "ab{…}");
    assert_eq!(cut("\u{202e}", 4), "{…}");
    assert_eq!(shown(&SafeText::block("ab\ncd").cut(9)), "ab{…}");
    assert_eq!(shown(&SafeText::preview("ab\u{202e}cd", 6)), "ab{…}");
    assert_eq!(shown(&SafeText::preview("abcdef", 6)), "abcdef");
}

#[test]
fn clusters_are_found_by_bytes_of_the_original() {
    let text = SafeText::line("a\u{202e}e\u{301}z");
    // a, five clusters of the marker, é, z
    assert_eq!(text.index_at(0), 0);
    assert_eq!(text.index_at(1), 1);
    assert_eq!(text.index_at(3), 1);
    assert_eq!(text.index_at(4), 6);
    assert_eq!(text.index_at(5), 6);
    assert_eq!(text.index_at(7), 7);
    assert_eq!(text.index_at(8), 8);
    assert_eq!(text.index_at(99), 8);
    assert_eq!(text.indices_of(0..1), 0..1);
    assert_eq!(text.indices_of(1..4), 1..6);
    assert_eq!(text.indices_of(4..5), 6..7);
    assert_eq!(text.indices_of(0..8), 0..8);
    assert_eq!(text.indices_of(4..4), 6..6);
    assert_eq!(SafeText::line("").indices_of(0..3), 0..0);
}

#[test]
fn wrapping_prefers_spaces() {
    assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
    assert_eq!(wrapped("one   two", 4), ["one", "two"]);
    assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
    assert_eq!(wrapped("ab cdefgh", 4), ["ab", "cdef", "gh"]);
    assert_eq!(wrapped("a\n\nb", 5), ["a", "", "b"]);
    assert_eq!(wrapped("abc\n", 3), ["abc", ""]);
    assert_eq!(wrapped("abc   \nd", 3), ["abc", "d"]);
    assert_eq!(wrapped("abc   \n", 3), ["abc", ""]);
    assert_eq!(wrapped("abc   ", 3), ["abc"]);
    assert_eq!(wrapped("", 3), [""]);
    assert_eq!(wrapped("\n", 3), ["", ""]);
    assert_eq!(wrapped("  indented text", 10), ["  indented", "text"]);
    assert_eq!(wrapped("      ", 3), ["   "]);
    assert_eq!(wrapped("a b\u{a0}c d", 4), ["a", "b\u{a0}c", "d"]);
    assert_eq!(wrapped("abc", 0), [""]);
}

#[test]
fn wrapping_breaks_scripts_without_spaces_anywhere() {
    assert_eq!(wrapped("日本語です", 4), ["日本", "語で", "す"]);
    assert_eq!(wrapped("日本語です", 5), ["日本", "語で", "す"]);
    assert_eq!(wrapped("日本。語", 4), ["日", "本。", "語"]);
    assert_eq!(wrapped("ok 日本語", 6), ["ok 日", "本語"]);
    assert_eq!(wrapped("袢a袢", 1), ["a"]);
    assert_eq!(wrapped("袢", 1), [""]);
    // The break after the first letter makes too little room for the wide bracket.
    assert_eq!(wrapped("กabc）", 4), ["ก", "abc", "）"]);
    assert_eq!(wrapped("a袢a", 2), ["a", "袢", "a"]);
    assert_eq!(wrapped("ไทยไทย", 4), ["ไทยไ", "ทย"]);
}

/// Characters that matter, more often than chance would have them.
fn hostile_char() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
        2 => proptest::sample::select(
            "\n\r\t\u{1b}\u{9b}\0\u{7f}\u{85}\u{2028}\u{202e}\u{2066}\u{200b}\u{200c}\u{200d}\u{feff}\u{ad}\u{fe0e}\u{fe0f}\u{34f}\u{3164}\u{115f}\u{1160}\u{e0041}\u{e000}".chars().collect::<Vec<_>>()
        ),
        2 => proptest::sample::select(
            "\u{301}\u{1100}\u{1161}\u{11a8}कष\u{94d}\u{93e}مलا日あ\u{ff9e}ｶ\u{3099}กำ\u{d4e}👍🏽👩❤♂🇩🇪1\u{20e3}⌚\u{17d2}ក\u{17d8}\u{2d7f}\u{a0}\u{3000}◌…".chars().collect::<Vec<_>>()
        ),
        1 => proptest::char::range('\u{300}', '\u{36f}'),
        1 => proptest::char::range('\u{900}', '\u{d7f}'),
    ]
}

fn hostile_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(hostile_char(), 0..60).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_made_harmless(raw in hostile_text()) {
        check(&raw, &SafeText::line(&raw));
        check(&raw, &SafeText::block(&raw));
    }

    #[test]
    fn any_text_wraps(raw in hostile_text(), width in 0usize..30) {
        check_wrap(&SafeText::line(&raw), width);
        check_wrap(&SafeText::block(&raw), width);
    }

    #[test]
    fn any_text_is_cut(raw in hostile_text(), width in 0usize..30) {
        let whole = SafeText::line(&raw);
        let cut = whole.cut(width);
        prop_assert!(cut.width() <= width);
        prop_assert_eq!(whole.width() <= width, cut == whole);
        let preview = SafeText::preview(&raw, width);
        prop_assert_eq!(&preview, &cut);
    }

    #[test]
    fn any_byte_has_its_clusters(raw in hostile_text(), at in 0usize..80) {
        let text = SafeText::block(&raw);
        let index = text.index_at(at);
        if at < raw.len() {
            let cluster = text.cluster(index).unwrap();
            prop_assert!(cluster.start <= at);
            let next = text.indices_of(at..at + 1).end;
            prop_assert!(next > index);
            prop_assert!(text.cluster(next).is_none_or(|c| c.start > at));
        } else {
            prop_assert_eq!(index, text.len());
        }
    }
}

#[test]
fn a_hit_is_brought_into_view() {
    let safe = SafeText::line("one two three four five");
    let shown = |from: usize, to: usize, width: usize| {
        let part = safe.around(from..to, width);
        let text: String = part
            .clusters
            .clone()
            .filter_map(|i| Some(safe.cluster(i)?.text))
            .collect();
        let dots = |on: bool| if on { "…" } else { "" };
        let line = format!("{}{text}{}", dots(part.before), dots(part.after));
        assert!(SafeText::line(&line).width() <= width, "{line}");
        line
    };
    assert_eq!(shown(4, 7, 40), "one two three four five");
    assert_eq!(shown(4, 7, 10), "one two t…");
    assert_eq!(shown(19, 23, 10), "…ur five");
    assert_eq!(shown(8, 13, 9), "…wo thre…");
    assert_eq!(shown(8, 13, 0), "");
}
