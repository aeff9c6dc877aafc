//! Social security numbers of the United States: three, two and four digits with dashes, of a range that
//! is given out.

use super::runs::{Group, cover};
use super::view::{View, is_word};
use super::{Found, Kind};

pub(super) fn scan(view: &View<'_>, runs: &[Vec<Group>], found: &mut Vec<Found>) {
    for run in runs {
        for three in run.windows(3) {
            if is_number(view, three) {
                found.push(Found {
                    kind: Kind::Ssn,
                    range: cover(three),
                });
            }
        }
    }
}

fn is_number(view: &View<'_>, groups: &[Group]) -> bool {
    let lengths = groups.iter().map(|g| g.len());
    let range = cover(groups);
    let dashes = groups
        .windows(2)
        .all(|g| view.bytes().get(g[0].end..g[1].start) == Some(b"-"));
    if !lengths.eq([3, 2, 4]) || !dashes {
        return false;
    }
    let [area, group, serial] = [0, 1, 2].map(|i| groups[i].value(view));
    let joins = |b: u8| is_word(b) || matches!(b, b'-' | b'_' | b'/');
    area != 0
        && area != 666
        && area < 900
        && group != 0
        && serial != 0
        && !joins(view.before(range.start))
        && !joins(view.after(range.end))
}
