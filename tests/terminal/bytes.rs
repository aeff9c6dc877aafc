//! What the program wrote to the terminal, byte for byte: what of it a screen is made of, which modes it
//! left on, which colours and which characters it used.

use std::collections::BTreeMap;

/// Modes that the program may set and unset.
const MODES: [u32; 10] = [25, 1000, 1002, 1003, 1004, 1006, 1015, 1049, 2004, 2026];
/// The one mode that is on before anything is written: the cursor shows.
const CURSOR: u32 = 25;
/// The alternate screen; what is written while it is off are words in the shell.
const ALTERNATE: u32 = 1049;

/// One piece of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character that can be seen, or a line end between shell and screen.
    Character(char),
    /// `ESC [` numbers and the letter that ends them.
    Sequence(String, char),
    /// A private mode, on or off.
    Mode(u32, bool),
}

/// Takes everything apart. An error says what is not allowed, and where.
///
/// Written anew rather than taken from the program: what checks the door must not be the door.
pub fn pieces(bytes: &[u8]) -> Result<Vec<Piece>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("no UTF-8: {e}"))?;
    let mut pieces = Vec::new();
    let mut alternate = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let place = pieces.len();
        let wrong = |what: &str| Err(format!("{what} after {place} pieces"));
        match c {
            '\u{1b}' => {
                if rest.next() != Some('[') {
                    return wrong("an escape that begins no sequence");
                }
                let private = rest.next_if_eq(&'?').is_some();
                let mut numbers = String::new();
                while let Some(n) = rest.next_if(|c| c.is_ascii_digit() || *c == ';') {
                    numbers.push(n);
                }
                match (private, rest.next()) {
                    (true, Some(end @ ('h' | 'l'))) => {
                        for number in numbers.split(';') {
                            let mode = number.parse().unwrap_or(0);
                            if !MODES.contains(&mode) {
                                return wrong(&format!("mode {number}"));
                            }
                            if mode == ALTERNATE {
                                alternate = end == 'h';
                            }
                            pieces.push(Piece::Mode(mode, end == 'h'));
                        }
                    }
                    (false, Some(end @ ('H' | 'm' | 'J' | 'K'))) => {
                        pieces.push(Piece::Sequence(numbers, end));
                    }
                    (_, end) => return wrong(&format!("a sequence that ends in {end:?}")),
                }
            }
            '\r' | '\n' if !alternate => pieces.push(Piece::Character(c)),
            c if c.is_control() || is_invisible(c) => return wrong(&format!("{c:?}")),
            c => pieces.push(Piece::Character(c)),
        }
    }
    Ok(pieces)
}

/// What was written without the requests to copy, and the texts that were to be copied. Only who pressed a
/// key that copies looks for them: elsewhere they are not allowed.
pub fn without_copies(bytes: &[u8]) -> (Vec<u8>, Vec<String>) {
    const BEGIN: &[u8] = b"\x1b]52;c;";
    const END: &[u8] = b"\x1b\\";
    let find = |within: &[u8], what: &[u8]| within.windows(what.len()).position(|w| w == what);
    let (mut rest, mut texts, mut left) = (Vec::new(), Vec::new(), bytes);
    while let Some(at) = find(left, BEGIN) {
        let (before, copy) = left.split_at(at);
        let end = find(&copy[BEGIN.len()..], END).expect("a request that ends") + BEGIN.len();
        let text = data_encoding::BASE64
            .decode(&copy[BEGIN.len()..end])
            .unwrap();
        texts.push(String::from_utf8(text).unwrap());
        rest.extend_from_slice(before);
        left = &copy[end + END.len()..];
    }
    rest.extend_from_slice(left);
    (rest, texts)
}

/// Directions, byte order marks, soft hyphens, tags: characters that change others or hide.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Modes that are not as they were at first.
pub fn modes_left_on(pieces: &[Piece]) -> Vec<u32> {
    let mut last = BTreeMap::new();
    for piece in pieces {
        if let Piece::Mode(mode, on) = piece {
            last.insert(*mode, *on);
        }
    }
    let changed = last
        .into_iter()
        .filter(|(mode, on)| *on != (*mode == CURSOR));
    changed.map(|(mode, _)| mode).collect()
}

/// Modes that were on at some time.
pub fn modes_used(pieces: &[Piece]) -> Vec<u32> {
    let on = pieces.iter().filter_map(|p| match p {
        Piece::Mode(mode, true) => Some(*mode),
        _ => None,
    });
    let mut used: Vec<u32> = on.collect();
    used.sort_unstable();
    used.dedup();
    used
}

/// Numbers of styles that are colours.
pub fn colours(pieces: &[Piece]) -> Vec<u32> {
    let styles = pieces.iter().filter_map(|p| match p {
        Piece::Sequence(numbers, 'm') => Some(numbers.split(';')),
        _ => None,
    });
    let numbers = styles.flatten().filter_map(|n| n.parse::<u32>().ok());
    numbers
        .filter(|n| matches!(n, 30..=49 | 58 | 59 | 90..=107))
        .collect()
}

/// Characters beyond ASCII.
pub fn beyond_ascii(pieces: &[Piece]) -> String {
    let characters = pieces.iter().filter_map(|p| match p {
        Piece::Character(c) if !c.is_ascii() => Some(*c),
        _ => None,
    });
    characters.collect()
}

#[test]
fn the_grammar_is_kept_by_what_screens_are_made_of_and_by_nothing_else() {
    let taken = pieces(b"\x1b[?1049h\x1b[1;1Ha\x1b[38;5;1mb\x1b[0m\x1b[2J\x1b[?1049l\r\n").unwrap();
    assert_eq!(taken.len(), 10);
    assert_eq!(colours(&taken), [38]);
    assert!(modes_left_on(&taken).is_empty());
    assert_eq!(modes_used(&taken), [1049]);
    for bad in [
        "\x1b]52;c;AAAA\x07",
        "\x1b[6n",
        "\x1b[?1h",
        "\x1bc",
        "\x1b",
        "\x1b[",
        "\x07",
        "\t",
        "\u{9b}2J",
        "\u{202e}",
        "\x1b[?1049h\n",
    ] {
        assert!(pieces(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let left = pieces(b"\x1b[?25l\x1b[?2004h").unwrap();
    assert_eq!(modes_left_on(&left), [25, 2004]);
}
