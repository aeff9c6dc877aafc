//! What the strings of JSON text say: their escapes read, each character with the place it was written at.
//! Judges no JSON: what is no escape reads as it is written.

/// The characters that the inside of a JSON string stands for, each with the byte it is written at. A half of a
/// character, which no text can hold, is a replacement character.
pub(crate) fn unescaped(inside: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at;
        let c = inside[at..].chars().next()?;
        at += c.len_utf8();
        if c != '\\' {
            return Some((from, c));
        }
        let c = inside[at..].chars().next()?;
        at += c.len_utf8();
        let c = match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let (c, after) = character(inside, at);
                at = after;
                c
            }
            other => other,
        };
        Some((from, c))
    })
}

/// The characters of a text in which JSON strings stand, those of the strings as they read, each with the byte
/// it is written at.
pub(crate) fn strings_unescaped(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut from = 0;
    let parts = std::iter::from_fn(move || {
        let part = text.get(from..).filter(|rest| !rest.is_empty())?;
        let inside = part.strip_prefix('"');
        let end = match inside {
            Some(inside) => 1 + string_end(inside),
            // The quote that ends a string is the first character of what follows it.
            None => part.find('"').unwrap_or(part.len()),
        };
        let begin = from;
        from += end;
        let quote = inside.map(|_| (begin, '"'));
        let said = inside
            .map(|inside| unescaped(&inside[..end - 1]).map(move |(at, c)| (begin + 1 + at, c)));
        let close = inside
            .filter(|inside| inside[end - 1..].starts_with('"'))
            .map(|_| (begin + end, '"'));
        from += usize::from(close.is_some());
        let plain = inside.is_none().then(|| {
            let plain = part[..end].char_indices();
            plain.map(move |(at, c)| (begin + at, c))
        });
        let said = said.into_iter().flatten();
        Some(
            quote
                .into_iter()
                .chain(said)
                .chain(close)
                .chain(plain.into_iter().flatten()),
        )
    });
    parts.flatten()
}

/// The length of the inside of a string whose quote was read.
fn string_end(inside: &str) -> usize {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    inside.len()
}

/// The character whose figures stand at `at`, and the byte after them: those of its other half too.
fn character(inside: &str, at: usize) -> (char, usize) {
    let Some(first) = unit(inside, at) else {
        return (char::REPLACEMENT_CHARACTER, at);
    };
    let (end, low) = (at + 4, at + 6);
    let second = inside[end..]
        .strip_prefix("\\u")
        .and_then(|_| unit(inside, low));
    let mut read = char::decode_utf16([first].into_iter().chain(second));
    match read.next() {
        Some(Ok(c)) if c.len_utf16() == 2 => (c, low + 4),
        Some(Ok(c)) => (c, end),
        _ => (char::REPLACEMENT_CHARACTER, end),
    }
}

fn unit(inside: &str, at: usize) -> Option<u16> {
    let hex = inside.get(at..at + 4)?;
    let figures = hex.bytes().all(|b| b.is_ascii_hexdigit());
    figures.then(|| u16::from_str_radix(hex, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        strings_unescaped(text).map(|(_, c)| c).collect()
    }

    #[test]
    fn strings_are_read_and_the_rest_stays() {
        for (text, want) in [
            (
                r#""a": "\u043e\u0448 x\n\"y\\","#,
                "\"a\": \"ош x\n\"y\\\",",
            ),
            (r#""\ud83d\ude00\ud83dz\u00""#, "\"😀\u{fffd}z\u{fffd}00\""),
            (r#"C:\new "n\u00e9" \u00e9"#, "C:\\new \"né\" \\u00e9"),
            (r#""open \u0"#, "\"open \u{fffd}0"),
            ("\"open\\", "\"open"),
            ("\"\"\"ä\"", "\"\"\"ä\""),
            ("", ""),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
        let at: Vec<_> = strings_unescaped(r#"é"\u00e9x""#).collect();
        assert_eq!(at, [(0, 'é'), (2, '"'), (3, 'é'), (9, 'x'), (10, '"')]);
    }
}
