//! Telephone numbers: international ones by the lengths of their country, national ones by the shapes in
//! which people write them, bare digits by what is said of them.

use std::cell::OnceCell;

use super::context::{Said, said};
use super::phone_lengths::national_length;
use super::runs::{Group, cover, digits, has_date};
use super::view::{View, is_word};
use super::{Found, Kind};

/// Most groups of a number.
const GROUPS: usize = 8;

pub(super) fn scan(view: &View<'_>, runs: &[Vec<Group>], taken: &[Found], found: &mut Vec<Found>) {
    let mut taken = taken.iter().peekable();
    for run in runs {
        let mut at = 0;
        while at < run.len() {
            let start = run[at].start;
            while taken.next_if(|f| f.range.end <= start).is_some() {}
            if taken.peek().is_some_and(|f| f.range.start <= start) {
                at += 1;
                continue;
            }
            // What another scanner found ends the run.
            let limit = taken.peek().map_or(usize::MAX, |f| f.range.start);
            let most = run.len().min(at + GROUPS);
            let free = run[at..most].iter().take_while(|g| g.end <= limit).count();
            let number = Number {
                view,
                run,
                at,
                most: at + free,
            };
            match number.find() {
                Some((start, end)) => {
                    found.push(Found {
                        kind: Kind::Phone,
                        range: start..run[end - 1].end,
                    });
                    at = end;
                }
                None => at += 1,
            }
        }
    }
}

/// A place where a number may begin.
struct Number<'v> {
    view: &'v View<'v>,
    run: &'v [Group],
    at: usize,
    /// After the last group that it may have.
    most: usize,
}

impl Number<'_> {
    /// From which byte to after which group there is a number.
    fn find(&self) -> Option<(usize, usize)> {
        let start = self.run[self.at].start;
        if let Some(plus) = self.plus() {
            let end = self.international(0)?;
            return Some((plus, end));
        }
        if !self.begins(start) {
            return None;
        }
        for prefix in [&b"00"[..], b"011"] {
            if !self.goes_on()
                && self.run[self.at].digits(self.view).starts_with(prefix)
                && let Some(end) = self.international(prefix.len())
            {
                return Some((start, end));
            }
        }
        // Words are read only where the digits could be a number.
        let known = OnceCell::new();
        let said = || *known.get_or_init(|| said(self.view, start));
        let bracket = self.bracket();
        let from = bracket.unwrap_or(start);
        (2..=self.most - self.at)
            .rev()
            .map(|n| self.at + n)
            .find(|end| self.is_national(*end, bracket.is_some(), &said))
            .or_else(|| self.bare(&said))
            .map(|end| (from, end))
    }

    /// Where the plus sign before it stands.
    fn plus(&self) -> Option<usize> {
        let mut at = self.run[self.at].start;
        for _ in 0..2 {
            match self.view.before(at) {
                b'+' => {
                    let joined = is_word(self.view.before(at - 1));
                    return (!joined).then_some(at - 1);
                }
                b' ' | b'(' => at -= 1,
                _ => return None,
            }
        }
        None
    }

    /// Where the bracket around the first group begins.
    fn bracket(&self) -> Option<usize> {
        let group = self.run[self.at];
        let open = self.view.before(group.start) == b'(' && self.view.after(group.end) == b')';
        open.then(|| group.start - 1)
    }

    /// True if a number may begin at this byte.
    fn begins(&self, start: usize) -> bool {
        let before = self.view.before(start);
        let two = |at: usize| at.checked_sub(2).map_or(0, |at| self.view.at(at));
        match before {
            b'#' | b'$' | b'_' | b'@' => false,
            b'-' | b'.' | b'/' | b',' | b':' if is_word(two(start)) => {
                // After a name comes a value, after a digit the rest of a time.
                before == b':' && !two(start).is_ascii_digit()
            }
            _ => !is_word(before),
        }
    }

    /// True if a number may end after this group.
    fn ends(&self, end: usize) -> bool {
        let at = self.run[end - 1].end;
        let next = self.view.at(at + 1);
        match self.view.after(at) {
            b'%' | b'$' | b'_' | b'@' => false,
            b',' | b':' => !next.is_ascii_digit(),
            b'-' | b'/' | b'.' => !is_word(next),
            byte => !is_word(byte),
        }
    }

    /// The groups up to `end`.
    fn groups(&self, end: usize) -> &[Group] {
        &self.run[self.at..end]
    }

    /// What stands between a group and the one before it.
    fn between(&self, group: usize) -> &[u8] {
        let from = self.run[group - 1].end;
        self.view
            .bytes()
            .get(from..self.run[group].start)
            .unwrap_or_default()
    }

    /// After which group the number ends that begins, after so many digits, with the code of a country.
    fn international(&self, skip: usize) -> Option<usize> {
        let mut number = [0u8; 16];
        let (mut count, mut skipped, mut best) = (0, 0, None);
        for i in self.at..self.most {
            let mut group = self.run[i].digits(self.view);
            if i > self.at {
                // The zero that is left out when dialled from abroad: `+44 (0)20`.
                if group == b"0" && self.between(i).ends_with(b"(") {
                    continue;
                }
                if best.is_some() && self.between(i).contains(&b'\n') {
                    break;
                }
            }
            let rest = skip.saturating_sub(skipped).min(group.len());
            skipped += rest;
            group = &group[rest..];
            let Some(place) = number.get_mut(count..count + group.len()) else {
                break;
            };
            place.copy_from_slice(group);
            count += group.len();
            let Some((code, least, most)) = national_length(&number[..count]) else {
                continue;
            };
            let national = count - code;
            // Some write that zero without brackets.
            let most = most + usize::from(number.get(code) == Some(&b'0'));
            if national > most {
                break;
            }
            if national >= least && self.ends(i + 1) {
                best = Some(i + 1);
            }
        }
        best
    }

    /// True if the digits before it belong to it as much as those after it: the middle of something longer.
    fn goes_on(&self) -> bool {
        let next = self.at + 1;
        let has_next = next < self.run.len();
        self.at > 0 && has_next && self.between(self.at) == self.between(next)
    }

    /// True if the groups up to `end` have a shape of a country.
    fn is_national(&self, end: usize, bracket: bool, said: &dyn Fn() -> Said) -> bool {
        let groups = self.groups(end);
        let total = digits(groups);
        if !(7..=13).contains(&total)
            || single(groups) > 1
            || !self.ends(end)
            || has_date(self.view, groups)
        {
            return false;
        }
        match said() {
            Said::Phone | Said::Number if self.is_plausible(end) => return true,
            Said::Other(0 | 1) => return false,
            _ => {}
        }
        let one_line = (self.at + 1..end).all(|i| !self.between(i).contains(&b'\n'));
        one_line && (self.is_bracketed(groups, bracket) || !self.goes_on() && self.has_shape(end))
    }

    /// True if it could be a number, where one was announced.
    fn is_plausible(&self, end: usize) -> bool {
        let groups = self.groups(end);
        // `1.50` and `3.000.000` are amounts.
        let amount = groups.len() > 1
            && (self.at + 1..end).all(|i| self.between(i) == b".")
            && groups[0].len() < 3;
        !amount && groups[0].len() <= 6
    }

    /// `(0171) 1234567`, `(11) 91234-5678`.
    fn is_bracketed(&self, groups: &[Group], bracket: bool) -> bool {
        let year = (1900..2100).contains(&groups[0].value(self.view)) && groups[0].len() == 4;
        let rest = digits(&groups[1..]);
        bracket && !year && (2..=5).contains(&groups[0].len()) && (6..=9).contains(&rest)
    }

    /// True if the lengths of the groups and the first digits are those of some country's numbers.
    fn has_shape(&self, end: usize) -> bool {
        let groups = self.groups(end);
        let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
        let first = groups[0].value(self.view);
        let lead = groups[0].digits(self.view)[0];
        let alike = (self.at + 2..end).all(|i| self.between(i) == self.between(self.at + 1));
        let dots = self.between(self.at + 1) == b".";
        let total: usize = lengths.iter().sum();
        if lead == b'0' {
            // With the zero that leads out of the town.
            return (2..=6).contains(&lengths[0])
                && first >= 1
                && groups[0].digits(self.view)[1] != b'0'
                && (9..=12).contains(&total)
                && (!dots || lengths.len() >= 3 && alike);
        }
        let area = (200..1000).contains(&first);
        match lengths[..] {
            [3, 3, 4] => area && alike && (groups[1].value(self.view) >= 200 || lead == b'3'),
            [1, 3, 3, 4] => first == 1 && groups[1].value(self.view) >= 200,
            [1, 3, 3, 2, 2] => first == 7 || first == 8,
            [3, 3, 3] => lead >= b'5' && alike && !dots,
            [3, 2, 2, 2] => matches!(lead, b'6' | b'7' | b'9') && alike && !dots,
            [3, 2, 3] => matches!(lead, b'4' | b'9') && alike && !dots,
            [5, 5] => lead >= b'6' && !dots,
            [3, 4, 4] => (130..200).contains(&first) && alike && !dots,
            [2, 5, 4] => first >= 11 && groups[1].digits(self.view)[0] == b'9' && !dots,
            [1, 4, 4] => lead == b'9' && alike && !dots,
            [2, 3, 2, 2] => first >= 12 && alike && !dots,
            [2, 4, 4] => first >= 11 && !dots && !alike || matches!(first, 33 | 55 | 56 | 81),
            [3, 7] => lead == b'3' && !dots,
            _ => false,
        }
    }

    /// A number without anything between its digits: where it is announced, has its leading zero, or is
    /// all that was said.
    fn bare(&self, said: &dyn Fn() -> Said) -> Option<usize> {
        let end = self.at + 1;
        let group = self.run[self.at];
        if !(7..=13).contains(&group.len()) || !self.ends(end) {
            return None;
        }
        let number = group.digits(self.view);
        let usual = (10..=11).contains(&number.len());
        let zero = number[0] == b'0' && number.get(1) != Some(&b'0');
        let fits = match said() {
            Said::Phone => true,
            Said::Other(_) => false,
            Said::Number => usual,
            Said::Nothing => usual && (zero || number[0] >= b'2' && self.is_all()),
        };
        fits.then_some(end)
    }

    /// True if the text has nothing else.
    fn is_all(&self) -> bool {
        let range = cover(&self.run[self.at..=self.at]);
        let bytes = self.view.bytes();
        let blank = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'.' | b'!');
        bytes[..range.start].iter().all(blank) && bytes[range.end..].iter().all(blank)
    }
}

/// How many groups after the first have one digit alone.
fn single(groups: &[Group]) -> usize {
    groups.iter().skip(1).filter(|g| g.len() == 1).count()
}
