//! Local time of many moments at once.
//!
//! Asking the time zone for each of a million moments takes too long; within most days the distance from
//! UTC does not change, so one day is asked about once.

use std::collections::HashMap;

use crate::filter::Zone;
use crate::model::Millis;

const DAY: i64 = 86_400_000;

/// Local time of moments, remembering what is known of their days.
pub(super) struct LocalTimes {
    zone: Zone,
    /// Distance from UTC on a day of UTC; `None` where it changes on that day.
    days: HashMap<i64, Option<i64>>,
}

impl LocalTimes {
    /// Times in this zone.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            days: HashMap::new(),
        }
    }

    /// Minutes since local midnight.
    pub fn minute_of_day(&mut self, at: i64) -> u16 {
        match self.distance(at) {
            Some(distance) => ((at + distance).rem_euclid(DAY) / 60_000) as u16,
            None => self.zone.minute_of_day(Millis(at)),
        }
    }

    /// Day of the week, 0 for Monday.
    pub fn weekday(&mut self, at: i64) -> usize {
        match self.distance(at) {
            // The first of January 1970 was a Thursday.
            Some(distance) => ((at + distance).div_euclid(DAY) + 3).rem_euclid(7) as usize,
            None => self.zone.weekday(Millis(at)),
        }
    }

    fn distance(&mut self, at: i64) -> Option<i64> {
        // Beyond what calendars hold the zone has a rule of its own.
        if at.abs() > 8_000_000_000_000_000 {
            return None;
        }
        let (zone, day) = (self.zone, at.div_euclid(DAY));
        *self.days.entry(day).or_insert_with(|| {
            let of = |at: i64| zone.local(Millis(at)).and_utc().timestamp_millis() - at;
            let (first, last) = (of(day * DAY), of(day * DAY + DAY - 1));
            // A day on which it changes and changes back is asked about hour by hour.
            let steady = first == last && (1..24).all(|h| of(day * DAY + h * 3_600_000) == first);
            steady.then_some(first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_zone(at in prop_oneof![
            -4_000_000_000_000i64..4_000_000_000_000, any::<i64>()], minutes in -840i32..840) {
            let fixed = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            for zone in [Zone::Local, Zone::Fixed(fixed)] {
                let mut times = LocalTimes::new(zone);
                prop_assert_eq!(times.minute_of_day(at), zone.minute_of_day(Millis(at)));
                prop_assert_eq!(times.weekday(at), zone.weekday(Millis(at)));
            }
        }
    }
}
