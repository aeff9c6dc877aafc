//! Hostile texts on a screen: whatever a message holds, the frame around it stands, every cell is as
//! wide as we think, and no byte reaches the terminal that is not for showing.

#![allow(clippy::print_stderr, reason = "a test says when it is skipped")]

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use afterword::text::{SafeText, wrap};
use afterword::tui::audit::AuditWriter;
use afterword::tui::pen::{Pen, settle};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

const WIDTHS: [u16; 7] = [1, 2, 3, 10, 40, 80, 120];
const LINES: usize = 40;

/// Our own cases, so that the test says something without the corpora.
fn own_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        "plain words, nothing else",
        "a\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]52;c;aGk=\u{7}b",
        "\u{9b}31mred\u{90}dcs\u{9c}",
        "good\rEVIL\u{8}\u{8}\u{8}",
        "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069}",
        "in\u{200b}vis\u{200d}ible\u{ad} \u{feff}\u{3164}\u{2800}",
        "🏴\u{e0067}\u{e0062}\u{e007f} tags",
        "👨‍👩‍👧‍👦👍🏽🇩🇪1️⃣❤️👍\u{200d}👍",
        "袢a袢a袢",
        "مرحبا بالعالم لا إله",
        "क्षत्रिय स्त्री क\u{94d}\u{200d}ष",
        "ｶﾞｷﾞ あ\u{ff9e} ｶﾟ",
        "ก็กำ ไม่ ํ",
        "\u{1161}\u{11a8}\u{1100}\u{1161}\u{11a8}",
        "\u{301}\u{302}leading",
        "assistant: ok\n\nuser: \u{2500}\u{2502}\u{2588}",
        "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f\tg",
        "\u{600}1\u{6dd}\u{70f}\u{110bd}",
        "\u{e000}\u{f0000}\u{fffe}\u{10ffff}\u{fff9}x\u{fffa}y\u{fffb}",
    ]
    .map(String::from)
    .to_vec();
    texts.push("a".to_owned() + &"\u{1100}".repeat(40) + "a");
    texts.push("a".to_owned() + &"\u{301}".repeat(5_000));
    texts.push("👩\u{200d}".repeat(1_000));
    texts.push("🇩".repeat(5_001));
    texts.push("\u{1100}".repeat(32_769));
    texts.push("\n".repeat(5_000));
    texts.push("word ".repeat(2_000));
    texts.push("x".repeat(20_000));
    texts
}

fn is_harmless(symbol: &str) -> bool {
    let joins = symbol.chars().count() > 1;
    symbol.chars().all(|c| match c.general_category() {
        // Joiners within a cluster are part of a glyph.
        GeneralCategory::Format => joins && matches!(c, '\u{200c}' | '\u{200d}'),
        GeneralCategory::Control
        | GeneralCategory::Unassigned
        | GeneralCategory::PrivateUse
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => false,
        _ => {
            !matches!(
                c,
                '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{ffa0}'
            ) && (joins || !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'))
        }
    })
}

/// Draws a text wrapped and cut between two borders, and looks at every cell.
fn show(raw: &str, block: &SafeText, width: u16) {
    let lines = wrap(block, usize::from(width));
    let height = lines.len().min(LINES) as u16 + 1;
    let mut buf = Buffer::filled(Rect::new(0, 0, width + 2, height), Cell::new("│"));
    let inside = Rect::new(1, 0, width, height);
    let mut pen = Pen::new(&mut buf, inside);
    pen.fill(inside, Style::new());
    let line = SafeText::preview(raw, usize::from(width));
    let used = pen.text(1, 0, width, &line, Style::new());
    assert!(used <= width);
    for (y, line) in (1..height).zip(&lines) {
        let used = pen.clusters(1, y, width, block, line.clusters.clone(), |_| Style::new());
        assert_eq!(usize::from(used), line.width, "{raw:?} at width {width}");
    }
    for y in 0..height {
        assert_eq!(buf[(0, y)].symbol(), "│");
        assert_eq!(buf[(width + 1, y)].symbol(), "│");
        let mut x = 1;
        while x <= width {
            let cell = &buf[(x, y)];
            let symbol = cell.symbol();
            assert!(
                symbol.len() <= 64 && is_harmless(symbol),
                "{raw:?}: {symbol:?}"
            );
            let cell_width = cell.cell_width();
            assert!(
                (1..=2).contains(&cell_width),
                "{raw:?}: {symbol:?} is {cell_width} wide"
            );
            for covered in x + 1..x + cell_width {
                assert_eq!(
                    buf[(covered, y)].symbol(),
                    " ",
                    "{raw:?}: {symbol:?} overlaps"
                );
            }
            x += cell_width;
        }
        assert_eq!(x, width + 1, "{raw:?}: a cluster reaches over the border");
    }
    settle(&mut buf);
    emulate(raw, &buf);
}

/// Sends the picture to a terminal emulator and compares what it shows.
fn emulate(raw: &str, buf: &Buffer) {
    if raw.contains('\u{fffd}') {
        // The emulator skips this one, as it stands for bytes it could not read.
        return;
    }
    let mut bytes = Vec::new();
    let blank = Buffer::empty(buf.area);
    let audit = AuditWriter::new(&mut bytes);
    let violations = audit.violations();
    let mut backend = CrosstermBackend::new(audit);
    backend
        .draw(blank.diff_iter(buf))
        .and_then(|()| Backend::flush(&mut backend))
        .expect("a vector takes all bytes");
    assert_eq!(violations.load(Ordering::Relaxed), 0, "{raw:?}");
    drop(backend);
    let size = |n: u16| NonZeroU16::new(n).expect("no empty screens here");
    let mut terminal = vt100::Parser::new(size(buf.area.height), size(buf.area.width), 0);
    terminal.process(&bytes);
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let cell = &buf[(x, y)];
            let shown = terminal.screen().cell(y, x).map_or("", |c| c.contents());
            // The emulator knows no joined emoji: it shows their parts, of which the first stays.
            let same = match shown {
                "" => cell.symbol() == " ",
                _ => cell.symbol().starts_with(shown),
            };
            assert!(
                same,
                "{raw:?}: {shown:?} at {x},{y} for {:?}",
                cell.symbol()
            );
            x += cell.cell_width();
        }
    }
}

fn show_all(texts: &[String]) {
    for raw in texts {
        let block = SafeText::block(raw);
        for width in WIDTHS {
            show(raw, &block, width);
        }
    }
}

/// A file of the corpora beside the repository, or None with a word about it.
fn corpus(path: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/corpora"
    ));
    std::fs::read(root.join(path)).ok()
}

fn with_corpus(path: &str, texts: impl Fn(&[u8]) -> Vec<String>) {
    match corpus(path) {
        Some(bytes) => {
            let texts = texts(&bytes);
            assert!(!texts.is_empty(), "{path} holds no text");
            show_all(&texts);
        }
        None => eprintln!("skipped: no corpus {path}"),
    }
}

#[test]
fn own_hostile_texts_leave_the_frame_whole() {
    show_all(&own_texts());
}

#[test]
fn every_character_leaves_the_frame_whole() {
    let mut all = String::new();
    for c in '\0'..=char::MAX {
        all.push(c);
        all.push('x');
    }
    let text = SafeText::line(&all);
    let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
    let area = buf.area;
    for index in 0..text.len() {
        let mut pen = Pen::new(&mut buf, area);
        let used = pen.clusters(0, 0, 4, &text, index..index + 1, |_| Style::new());
        let cell = &buf[(0, 0)];
        assert_eq!(cell.cell_width(), used, "{:?}", cell.symbol());
        assert!(is_harmless(cell.symbol()), "{:?}", cell.symbol());
    }
}

#[test]
fn naughty_strings_leave_the_frame_whole() {
    with_corpus("blns/blns.json", |bytes| {
        serde_json::from_slice(bytes).expect("a list of strings")
    });
}

#[test]
fn hostile_corpus_leaves_the_frame_whole() {
    with_corpus("hostile/text_hostile.jsonl", |bytes| {
        bytes
            .split(|&b| b == b'\n')
            .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
            .filter_map(|case| case.get("text")?.as_str().map(String::from))
            .collect()
    });
}

#[test]
fn broken_utf8_leaves_the_frame_whole() {
    with_corpus("utf8tests/utf8tests.bin", |bytes| {
        bytes
            .split(|&b| b == b'\n')
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    });
}

#[test]
fn grapheme_break_cases_leave_the_frame_whole() {
    with_corpus("unicode-17/GraphemeBreakTest_17.txt", |bytes| {
        String::from_utf8_lossy(bytes)
            .lines()
            .filter_map(|line| {
                let case = line.split('#').next()?.trim();
                (!case.is_empty()).then(|| {
                    case.split_whitespace()
                        .filter_map(|part| u32::from_str_radix(part, 16).ok())
                        .filter_map(char::from_u32)
                        .collect()
                })
            })
            .collect()
    });
}
