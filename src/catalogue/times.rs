//! Local time of many moments at once.
//!
//! Asking the time zone for each of a million moments takes too long; within most days the distance from
//! UTC does not change, so one day is asked about once.

use super::columns::Column;
use crate::filter::Zone;
use crate::model::Millis;

const DAY: i64 = 86_400_000;
/// So many days are remembered at once; two of them apart by a multiple of this displace each other.
const DAYS: usize = 1024;

/// Time of day and weekday of every start, as they are asked for: made once for all terms.
#[derive(Clone, Debug)]
pub(super) struct LocalStarts {
    pub zone: Zone,
    /// Minutes since local midnight.
    pub minutes: Column,
    /// 0 for Monday.
    pub weekdays: Column,
}

impl LocalStarts {
    /// Nothing yet of this zone.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            minutes: Column::Short(Vec::new()),
            weekdays: Column::Byte(Vec::new()),
        }
    }

    /// Reads the clock at each moment that was not looked at before.
    pub fn follow(&mut self, started: &Column) {
        let (known, all) = (self.minutes.len(), started.len());
        if known >= all {
            return;
        }
        let mut times = LocalTimes::new(self.zone);
        self.minutes.reserve((all - known) as usize);
        self.weekdays.reserve((all - known) as usize);
        for at in (known..all).map(|p| started.get(p)) {
            let (minute, weekday) = at.map(|at| times.of(at)).unzip();
            self.minutes.push(minute);
            self.weekdays.push(weekday);
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.minutes.bytes() + self.weekdays.bytes()
    }
}

/// Local time of moments, remembering what is known of their days.
pub(super) struct LocalTimes {
    zone: Zone,
    /// Days of UTC with their distance from it; `None` where it changes on that day.
    days: Vec<(i64, Option<i64>)>,
}

impl LocalTimes {
    /// Times in this zone.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            days: vec![(i64::MAX, None); DAYS],
        }
    }

    /// Minutes since local midnight, and the day of the week, 0 for Monday.
    pub fn of(&mut self, at: i64) -> (i64, i64) {
        let Some(distance) = self.distance(at) else {
            let (zone, at) = (self.zone, Millis(at));
            return (zone.minute_of_day(at).into(), zone.weekday(at) as i64);
        };
        let local = at + distance;
        let day = local.div_euclid(DAY);
        // The first of January 1970 was a Thursday.
        ((local - day * DAY) / 60_000, (day + 3).rem_euclid(7))
    }

    fn distance(&mut self, at: i64) -> Option<i64> {
        // Beyond what calendars hold the zone has a rule of its own.
        if at.unsigned_abs() > 8_000_000_000_000_000 {
            return None;
        }
        let day = at.div_euclid(DAY);
        let place = &mut self.days[day.rem_euclid(DAYS as i64) as usize];
        if place.0 != day {
            *place = (day, steady(self.zone, day));
        }
        place.1
    }
}

/// The distance from UTC on a day of UTC, where it is one.
fn steady(zone: Zone, day: i64) -> Option<i64> {
    let of = |at: i64| zone.local(Millis(at)).and_utc().timestamp_millis() - at;
    let (first, last) = (of(day * DAY), of(day * DAY + DAY - 1));
    // A day on which it changes and changes back is asked about hour by hour.
    let steady = first == last && (1..24).all(|h| of(day * DAY + h * 3_600_000) == first);
    steady.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_and_the_last_moment_have_a_time_too() {
        for at in [i64::MIN, i64::MAX] {
            let time = LocalTimes::new(Zone::Local).of(at);
            assert!((0..1440).contains(&time.0) && (0..7).contains(&time.1));
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_zone(at in prop_oneof![
            -4_000_000_000_000i64..4_000_000_000_000, any::<i64>()], minutes in -840i32..840) {
            let fixed = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            for zone in [Zone::Local, Zone::Fixed(fixed)] {
                let mut times = LocalTimes::new(zone);
                let expected = (zone.minute_of_day(Millis(at)).into(), zone.weekday(Millis(at)) as i64);
                prop_assert_eq!(times.of(at), expected);
            }
        }
    }
}
