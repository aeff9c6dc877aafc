//! When people come: dense in the last two days, by day rather than by night, less at weekends.

use super::random::Rng;
use crate::model::Millis;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The last conversations end so many minutes ago, whatever the hour: a list that looks alive.
const FRESH: [f64; 20] = [
    3.2, 4.7, 7.1, 9.4, 12.3, 14.8, 19.5, 23.9, 31.2, 37.8, 44.1, 52.6, 66.0, 79.3, 95.8, 118.0,
    131.0, 152.0, 171.0, 188.0,
];

/// How many of a hundred conversations fall into the last two days beside the fresh ones.
const DENSE: usize = 18;

/// How long ago (in milliseconds) each of `count` conversations ended, oldest first.
pub(super) fn ages(count: usize, now: Millis) -> Vec<i64> {
    let mut rng = Rng::of("calendar", 0);
    let mut ages: Vec<i64> = FRESH
        .iter()
        .take(count)
        .map(|minutes| (minutes * MINUTE as f64) as i64 + rng.below(MINUTE as usize) as i64)
        .collect();
    let dense = count * DENSE / 100;
    while ages.len() < count {
        let (from, to) = if ages.len() < FRESH.len() + dense {
            (195 * MINUTE, 2 * DAY)
        } else {
            (2 * DAY, 30 * DAY)
        };
        let age = from + (rng.unit() * (to - from) as f64) as i64;
        if rng.chance(f64::from(busy(now.0 - age))) {
            ages.push(age);
        }
    }
    ages.sort_unstable_by(|a, b| b.cmp(a));
    ages
}

/// How busy it is at a moment, of 100.
fn busy(at: i64) -> u32 {
    let weekend = weekday(at) >= 5;
    let hour = at.rem_euclid(DAY) / HOUR;
    let day = match hour {
        0..=4 => 5,
        5..=6 => 14,
        7 => 38,
        8 => 66,
        9..=11 => 100,
        12 => 78,
        13..=16 => 92,
        17 => 74,
        18..=20 => 55,
        21 => 38,
        _ => 17,
    };
    if weekend { day * 45 / 100 } else { day }
}

/// Day of the week, Monday is 0.
pub(super) fn weekday(at: i64) -> usize {
    // 1 January 1970 was a Thursday.
    (at.div_euclid(DAY) + 3).rem_euclid(7) as usize
}
