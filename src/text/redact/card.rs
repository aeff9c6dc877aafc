//! Payment cards: a brand's beginning and length, and a right Luhn digit.

use super::runs::{Group, cover};
use super::view::{View, is_word};
use super::{Found, Kind};

const FEWEST: usize = 13;
const MOST: usize = 19;

/// How cards are written in groups; the last group may be shorter.
const GROUPINGS: &[&[usize]] = &[
    &[4, 4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[6, 13],
    &[6, 4, 6],
    &[8, 8],
];

pub(super) fn scan(view: &View<'_>, runs: &[Vec<Group>], found: &mut Vec<Found>) {
    for run in runs {
        let mut at = 0;
        while at < run.len() {
            match card(view, run, at) {
                Some(end) => {
                    found.push(Found {
                        kind: Kind::Card,
                        range: cover(&run[at..end]),
                    });
                    at = end;
                }
                None => at += 1,
            }
        }
    }
}

/// After which group the card that begins with group `at` ends.
fn card(view: &View<'_>, run: &[Group], at: usize) -> Option<usize> {
    let before = view.before(run[at].start);
    if is_word(before) || before == b'+' {
        return None;
    }
    let mut number = [0u8; MOST];
    let mut count = 0;
    let mut best = None;
    for (i, group) in run.iter().enumerate().skip(at) {
        let Some(place) = number.get_mut(count..count + group.len()) else {
            break;
        };
        place.copy_from_slice(group.digits(view));
        count += group.len();
        let end = i + 1;
        let usual = || end - at == 1 || is_usual(&run[at..end]);
        let whole = at == 0 && end == run.len();
        if count >= FEWEST
            && (whole || usual())
            && stands_alone(view, &run[at..end])
            && is_brand(&number[..count])
            && luhn(&number[..count])
        {
            best = Some(end);
        }
    }
    best
}

fn is_usual(groups: &[Group]) -> bool {
    GROUPINGS.iter().any(|grouping| {
        let Some((last, before)) = groups.split_last() else {
            return false;
        };
        grouping.len() >= groups.len()
            && before.iter().zip(*grouping).all(|(g, n)| g.len() == *n)
            && last.len() <= grouping[before.len()]
    })
}

/// True if nothing goes on without a space: a part of a UUID or of a longer code is no card.
fn stands_alone(view: &View<'_>, groups: &[Group]) -> bool {
    let range = cover(groups);
    let joins = |sign: u8| matches!(sign, b'-' | b'.' | b'_' | b'/');
    let before = view.before(range.start);
    let joined = joins(before) && range.start > 1 && is_word(view.at(range.start - 2));
    let after = view.after(range.end);
    let goes_on = joins(after) && is_word(view.at(range.end + 1));
    !joined && !goes_on && !is_word(after) && after != b'_' && before != b'_'
}

/// True if a brand has numbers of this beginning and length.
fn is_brand(number: &[u8]) -> bool {
    let head = |n: usize| {
        number[..n]
            .iter()
            .fold(0u32, |v, d| v * 10 + u32::from(d - b'0'))
    };
    match number.len() {
        13 => head(1) == 4,
        14 => matches!(head(3), 300..=305 | 309) || matches!(head(2), 36 | 38 | 39),
        15 => matches!(head(2), 34 | 37) || matches!(head(4), 2014 | 2149 | 1800 | 2131),
        length => {
            // Visa, Mastercard, Discover, JCB, Diners, UnionPay, Mir, Troy, RuPay, Maestro, Elo, Verve …
            let sixteen = head(1) == 4
                || matches!(head(2), 51..=55 | 36 | 38 | 39 | 60 | 81 | 82 | 30)
                || matches!(head(4), 2221..=2720 | 2200..=2205 | 9792 | 3528..=3589)
                || matches!(head(3), 506 | 508 | 509 | 636 | 637);
            let longer = matches!(head(2), 62 | 65)
                || matches!(head(3), 644..=649)
                || matches!(head(4), 6011 | 3528..=3589)
                || matches!(
                    head(4),
                    5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 | 6390
                );
            longer || length == 16 && sixteen || length == 19 && head(1) == 4
        }
    }
}

/// True if the last digit is the one that follows from the others.
fn luhn(number: &[u8]) -> bool {
    let sum: u32 = number
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, doubled)| {
            let digit = u32::from(digit - b'0') << u32::from(doubled);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}
