//! Groups of digits that stand one after the other with little between them.

use std::ops::Range;

use super::view::View;

/// Digits without anything between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub start: usize,
    pub end: usize,
}

impl Group {
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }

    pub(super) fn digits<'v>(self, view: &'v View<'_>) -> &'v [u8] {
        view.bytes().get(self.start..self.end).unwrap_or_default()
    }

    /// The value of a short group; of a long one something large.
    pub(super) fn value(self, view: &View<'_>) -> u32 {
        let digits = self.digits(view).iter().take(9);
        digits.fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    }
}

/// Most characters between two groups of one number: `) - `.
const BETWEEN: usize = 3;

/// The groups of a text, in runs: within one only spaces, dashes, dots, slashes and brackets stand between
/// them, and few.
pub(super) fn runs(view: &View<'_>) -> Vec<Vec<Group>> {
    let bytes = view.bytes();
    let (mut runs, mut run): (Vec<Vec<Group>>, Vec<Group>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(next) = bytes
        .get(at..)
        .and_then(|b| b.iter().position(u8::is_ascii_digit))
    {
        let start = at + next;
        let length = bytes[start..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let group = Group {
            start,
            end: start + length,
        };
        if let Some(last) = run.last()
            && !joins(&bytes[last.end..start])
        {
            runs.push(std::mem::take(&mut run));
        }
        run.push(group);
        at = group.end;
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

fn joins(between: &[u8]) -> bool {
    let fits = |b: &u8| b" -./()\n\r\t".contains(b);
    let lines = between.iter().filter(|b| **b == b'\n').count();
    between.len() <= BETWEEN && lines <= 1 && between.iter().all(fits)
}

/// How many digits these groups have.
pub(super) fn digits(groups: &[Group]) -> usize {
    groups.iter().map(|g| g.len()).sum()
}

/// The bytes from the first group to the last.
pub(super) fn cover(groups: &[Group]) -> Range<usize> {
    let start = groups.first().map_or(0, |g| g.start);
    start..groups.last().map_or(start, |g| g.end)
}

/// True if some three of the groups are a day, month and year in some order, written with one sign.
pub(super) fn has_date(view: &View<'_>, groups: &[Group]) -> bool {
    groups.windows(3).any(|three| {
        let sign = |a: Group, b: Group| view.bytes().get(a.end..b.start).unwrap_or_default();
        let signs = [sign(three[0], three[1]), sign(three[1], three[2])];
        if signs[0] != signs[1] || !matches!(signs[0], b"-" | b"." | b"/" | b" ") {
            return false;
        }
        let lengths = [three[0].len(), three[1].len(), three[2].len()];
        let [a, b, c] = [0, 1, 2].map(|i| three[i].value(view));
        let day = |n: u32| (1..=31).contains(&n);
        let month = |n: u32| (1..=12).contains(&n);
        let year = |n: u32| (1900..2100).contains(&n);
        match lengths {
            [4, 1..=2, 1..=2] => year(a) && month(b) && day(c),
            [1..=2, 1..=2, 4] => year(c) && (day(a) && month(b) || month(a) && day(b)),
            // Two digits a part are as well the parts of a number, but with a dash or a slash.
            [1..=2, 1..=2, 2] => {
                signs[0] != b" " && groups.len() == 3 && (day(a) && month(b) || month(a) && day(b))
            }
            _ => false,
        }
    })
}
