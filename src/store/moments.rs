//! The time in a record, as the distance from the one before.
//!
//! Every event of a log says when it was in some seventeen digits, of which the next repeats half. The
//! digits come back exactly as they stood. Pure functions.

use std::ops::Range;

/// Stands before a distance. In a JSON record it could not stand.
pub(super) const MARK: char = '\u{e}';

/// Most digits of a second that are kept; clocks give no more.
const DIGITS: usize = 7;

/// Most digits of whole seconds.
const SECONDS: usize = 11;

/// The record with the moment at `place` as the distance from the last one; `None` where it is written in
/// another way.
pub(super) fn shorten(raw: &str, place: Range<usize>, last: &mut i64) -> Option<String> {
    let (moment, digits) = parse(raw.get(place.clone())?)?;
    let distance = moment - *last;
    *last = moment;
    Some(format!(
        "{}{MARK}{digits}{distance}{}",
        &raw[..place.start],
        &raw[place.end..]
    ))
}

/// The record as it was, where one of its moments was shortened; `None` where it cannot be: damage.
pub(super) fn lengthen(raw: &str, last: &mut i64) -> Option<Option<String>> {
    let Some(mark) = memchr::memchr(MARK as u8, raw.as_bytes()) else {
        return Some(None);
    };
    let (before, rest) = (&raw[..mark], &raw[mark + 1..]);
    let (digits, rest) = (rest.get(..1)?, rest.get(1..)?);
    let sign = usize::from(rest.starts_with('-'));
    let end = rest[sign..].bytes().take_while(u8::is_ascii_digit).count() + sign;
    let distance: i64 = rest[..end].parse().ok()?;
    let moment = last.checked_add(distance)?;
    *last = moment;
    let digits = digits.parse().ok().filter(|d| *d <= DIGITS)?;
    Some(Some(format!(
        "{before}{}{}",
        spell(moment, digits)?,
        &rest[end..]
    )))
}

/// A moment in the smallest part of a second, and how many digits its part of a second has.
fn parse(text: &str) -> Option<(i64, usize)> {
    let (seconds, part) = text.split_once('.')?;
    let number = |text: &str, most: usize| {
        let plain = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse::<i64>().ok())?
    };
    if seconds.len() > 1 && seconds.starts_with('0') {
        return None;
    }
    let scale = 10i64.pow((DIGITS - part.len().min(DIGITS)) as u32);
    let moment =
        number(seconds, SECONDS)? * 10i64.pow(DIGITS as u32) + number(part, DIGITS)? * scale;
    Some((moment, part.len()))
}

fn spell(moment: i64, digits: usize) -> Option<String> {
    let unit = 10i64.pow(DIGITS as u32);
    let part = moment.checked_rem(unit).filter(|_| moment >= 0)?;
    let part = part / 10i64.pow((DIGITS - digits) as u32);
    Some(format!("{}.{part:0digits$}", moment / unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_become_distances_and_come_back() {
        let mut last = 0;
        let mut short = Vec::new();
        let records = [
            "{\"t\": 1774443586.783458}",
            "{\"t\": 1774443586.803458}",
            "{\"t\": 1774443586.8034581}",
            "{\"t\": 1774443586.5}",
            "{\"t\": 0.0}",
        ];
        for raw in records {
            let place = 6..raw.len() - 1;
            short.push(shorten(raw, place, &mut last).unwrap());
        }
        assert_eq!(short[1], "{\"t\": \u{e}6200000}");
        assert_eq!(short[3], "{\"t\": \u{e}1-3034581}");
        let mut last = 0;
        for (short, raw) in short.iter().zip(records) {
            assert_eq!(lengthen(short, &mut last).unwrap().as_deref(), Some(raw));
        }
        assert_eq!(lengthen("{}", &mut last), Some(None));
    }

    #[test]
    fn other_spellings_are_left_alone() {
        for text in [
            "12",
            "01.5",
            "-1.5",
            "1.5e3",
            "1.",
            ".5",
            "1.12345678",
            "123456789012.5",
            "",
        ] {
            assert_eq!(shorten(text, 0..text.len(), &mut 0), None, "{text}");
        }
    }

    #[test]
    fn damage_is_noticed() {
        for raw in [
            "\u{e}",
            "\u{e}6",
            "\u{e}x5",
            "\u{e}95",
            "\u{e}6-5",
            "\u{e}6--5",
            "\u{e}é5",
        ] {
            assert_eq!(lengthen(raw, &mut 0), None, "{raw:?}");
        }
        assert_eq!(lengthen("\u{e}69", &mut i64::MAX.clone()), None);
    }

    proptest! {
        #[test]
        fn every_moment_that_is_shortened_comes_back(
            texts in proptest::collection::vec(r"[0-9]{1,12}\.[0-9]{1,8}", 1..5),
        ) {
            let (mut there, mut back) = (0, 0);
            for text in texts {
                if let Some(short) = shorten(&text, 0..text.len(), &mut there) {
                    let long = lengthen(&short, &mut back);
                    prop_assert_eq!(long.flatten(), Some(text));
                }
            }
        }
    }
}
