//! Counts, times and spans as people read them in narrow columns.

use chrono::{DateTime, Datelike, Local, TimeZone};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// A year of the calendar on average, so that `3y` is right for three years with a leap day.
const YEAR: i64 = DAY * 36_525 / 100;

/// A count with separators of thousands: `12,480`.
pub fn figure(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Age in at most three columns: `now` under a minute and for what is yet to come, then `4m`, `2h`,
/// `31d` up to 99 days, `15w` up to 99 weeks, `3y`.
pub fn age(ms: i64) -> String {
    match ms {
        ..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", ms / MINUTE),
        HOUR..DAY => format!("{}h", ms / HOUR),
        _ if ms < 100 * DAY => format!("{}d", ms / DAY),
        _ if ms < 100 * WEEK => format!("{}w", ms / WEEK),
        _ => format!("{}y", (ms / YEAR).min(99)),
    }
}

/// A duration in its two largest units: `42s`, `27m`, `1h 5m`, `3d 2h`.
pub fn duration(ms: i64) -> String {
    let (large, per_large, large_unit, small, small_unit) = match ms {
        ..MINUTE => return format!("{}s", ms.max(0) / SECOND),
        MINUTE..HOUR => return format!("{}m", ms / MINUTE),
        HOUR..DAY => (ms / HOUR, HOUR, 'h', MINUTE, 'm'),
        _ => (ms / DAY, DAY, 'd', HOUR, 'h'),
    };
    match ms % per_large / small {
        0 => format!("{large}{large_unit}"),
        rest => format!("{large}{large_unit} {rest}{small_unit}"),
    }
}

/// A pause between two messages in one unit: `42 s`, `26 min`, `3 h`, `2 days`.
pub fn gap(ms: i64) -> String {
    match ms {
        ..MINUTE => format!("{} s", ms.max(0) / SECOND),
        MINUTE..HOUR => format!("{} min", ms / MINUTE),
        HOUR..DAY => format!("{} h", ms / HOUR),
        _ if ms < 2 * DAY => "1 day".to_owned(),
        _ => format!("{} days", ms / DAY),
    }
}

/// Time of day `14:31:02` in the local zone of a moment in milliseconds since 1970, UTC.
pub fn clock_time(ms: i64) -> String {
    clock_time_in(&Local, ms)
}

/// Day and time `20 Nov 14:31` in the local zone, with the year where it is not that of `now_ms`.
pub fn day_time(ms: i64, now_ms: i64) -> String {
    day_time_in(&Local, ms, now_ms)
}

/// Day `2026-05-20` in the local zone.
pub fn day(ms: i64) -> String {
    day_in(&Local, ms)
}

/// Day in another zone than the computer's.
pub fn day_in<Z: TimeZone>(zone: &Z, ms: i64) -> String
where
    Z::Offset: std::fmt::Display,
{
    match moment(zone, ms) {
        Some(time) => time.format("%Y-%m-%d").to_string(),
        None => "no-date".to_owned(),
    }
}

/// Time of day in another zone than the computer's.
pub fn clock_time_in<Z: TimeZone>(zone: &Z, ms: i64) -> String
where
    Z::Offset: std::fmt::Display,
{
    match moment(zone, ms) {
        Some(time) => time.format("%H:%M:%S").to_string(),
        None => "--:--:--".to_owned(),
    }
}

/// Day and time in another zone than the computer's.
pub fn day_time_in<Z: TimeZone>(zone: &Z, ms: i64, now_ms: i64) -> String
where
    Z::Offset: std::fmt::Display,
{
    let Some(time) = moment(zone, ms) else {
        return "no date".to_owned();
    };
    let is_this_year = moment(zone, now_ms).is_some_and(|now| now.year() == time.year());
    let format = if is_this_year {
        "%-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    time.format(format).to_string()
}

/// Moments beyond the calendar have no reading.
fn moment<Z: TimeZone>(zone: &Z, ms: i64) -> Option<DateTime<Z>> {
    zone.timestamp_millis_opt(ms).single()
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, Utc};

    use super::*;

    #[test]
    fn age_takes_three_columns_at_most() {
        for (ms, expected) in [
            (i64::MIN, "now"),
            (0, "now"),
            (MINUTE - 1, "now"),
            (MINUTE, "1m"),
            (59 * MINUTE, "59m"),
            (HOUR, "1h"),
            (DAY - 1, "23h"),
            (DAY, "1d"),
            (100 * DAY - 1, "99d"),
            (100 * DAY, "14w"),
            (100 * WEEK - 1, "99w"),
            (100 * WEEK, "1y"),
            (3 * YEAR, "3y"),
            (i64::MAX, "99y"),
        ] {
            assert_eq!(age(ms), expected, "{ms}");
            assert!(age(ms).len() <= 3);
        }
    }

    #[test]
    fn durations_and_gaps() {
        for (ms, expected) in [
            (-5, "0s"),
            (42_999, "42s"),
            (27 * MINUTE + 30_000, "27m"),
            (HOUR, "1h"),
            (HOUR + 5 * MINUTE, "1h 5m"),
            (3 * DAY + 2 * HOUR, "3d 2h"),
            (3 * DAY + 59 * MINUTE, "3d"),
        ] {
            assert_eq!(duration(ms), expected, "{ms}");
        }
        for (ms, expected) in [
            (-5, "0 s"),
            (42_000, "42 s"),
            (26 * MINUTE, "26 min"),
            (3 * HOUR, "3 h"),
            (47 * HOUR, "1 day"),
            (48 * HOUR, "2 days"),
        ] {
            assert_eq!(gap(ms), expected, "{ms}");
        }
    }

    #[test]
    fn clock_and_day_follow_the_zone() {
        let moment = 1_763_645_462_000; // 2025-11-20 13:31:02 UTC
        let east = FixedOffset::east_opt(3600).unwrap();
        assert_eq!(clock_time_in(&Utc, moment), "13:31:02");
        assert_eq!(clock_time_in(&east, moment), "14:31:02");
        assert_eq!(day_time_in(&east, moment, moment), "20 Nov 14:31");
        let next_year = moment + 300 * DAY;
        assert_eq!(day_time_in(&Utc, moment, next_year), "20 Nov 2025 13:31");
        // New Year comes earlier in the east.
        let eve = 1_767_223_800_000; // 2025-12-31 23:30 UTC
        assert_eq!(day_time_in(&east, eve, moment), "1 Jan 2026 00:30");
        assert_eq!(day_time_in(&Utc, eve, moment), "31 Dec 23:30");
    }

    #[test]
    fn moments_beyond_the_calendar_are_no_fault() {
        for ms in [i64::MIN, i64::MAX] {
            assert_eq!(clock_time(ms), "--:--:--");
            assert_eq!(day_time(ms, ms), "no date");
        }
    }
}
