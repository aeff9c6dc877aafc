//! What a filter means depends on when, where and by whom it is asked: dates become moments here.

use chrono::{
    DateTime, Datelike, Days, FixedOffset, Local, Months, NaiveDate, NaiveDateTime, TimeZone,
    Timelike, Utc,
};

use super::ast::{Date, Unit};
use crate::model::Millis;

/// The time zone of days, weekdays and times of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The computer's.
    #[default]
    Local,
    /// A fixed distance from UTC, for tests.
    Fixed(FixedOffset),
}

/// When and by whom a filter is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The present moment.
    pub now: Millis,
    /// The zone of days and times of day.
    pub zone: Zone,
    /// Last activity of the newest conversation, for `newest-7d`.
    pub newest: Option<Millis>,
    /// The reviewer's name, for `me`.
    pub me: String,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Zone {
    /// Local calendar time of a moment. Moments no calendar holds become the nearest it does.
    pub fn local(self, at: Millis) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(at.0).unwrap_or(if at.0 < 0 {
            DateTime::<Utc>::MIN_UTC + Days::new(2)
        } else {
            DateTime::<Utc>::MAX_UTC - Days::new(2)
        });
        match self {
            Self::Local => utc.with_timezone(&Local).naive_local(),
            Self::Fixed(offset) => utc.with_timezone(&offset).naive_local(),
        }
    }

    /// The moment of a local time: the first of two, and after a gap as much later as the gap is long.
    pub fn moment(self, local: NaiveDateTime) -> Millis {
        fn find<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> Option<i64> {
            zone.from_local_datetime(&local)
                .earliest()
                .map(|t| t.timestamp_millis())
        }
        let found = match self {
            Self::Local => find(&Local, local).or_else(|| {
                // A gap is never longer than a day; the offset before it tells where the clock would be.
                let before = local.checked_sub_days(Days::new(1))?;
                find(&Local, before).map(|t| t + DAY)
            }),
            Self::Fixed(offset) => find(&offset, local),
        };
        Millis(found.unwrap_or_else(|| local.and_utc().timestamp_millis()))
    }

    /// Minutes since local midnight.
    pub fn minute_of_day(self, at: Millis) -> u16 {
        let local = self.local(at);
        (local.hour() * 60 + local.minute()) as u16
    }

    /// Day of the week, 0 for Monday.
    pub fn weekday(self, at: Millis) -> usize {
        self.local(at).weekday().num_days_from_monday() as usize
    }
}

/// The moments from the first that counts to the first that does not count any more.
///
/// A span back (`7d`) is one moment here, as the end of a range is; [`date_period`] is what `date:7d` asks.
pub fn date_range(date: &Date, context: &Context) -> (Millis, Millis) {
    let zone = context.zone;
    let today = zone.local(context.now).date();
    match date {
        Date::Day(day) => days(zone, *day, 1),
        Date::Today => days(zone, today, 1),
        Date::Yesterday => days(zone, today.pred_opt().unwrap_or(today), 1),
        Date::Time(time) => {
            let from = zone.moment(*time);
            let length = if time.second() == 0 { MINUTE } else { 1000 };
            (from, Millis(from.0.saturating_add(length)))
        }
        Date::Week(back) => {
            let monday = u64::from(today.weekday().num_days_from_monday());
            match today.checked_sub_days(Days::new(monday + 7 * u64::from(*back))) {
                Some(first) => days(zone, first, 7),
                None => NEVER,
            }
        }
        Date::Month(back) => {
            let first = today
                .with_day(1)
                .and_then(|d| d.checked_sub_months(Months::new(*back)));
            match first.and_then(|f| Some((f, f.checked_add_months(Months::new(1))?))) {
                Some((first, next)) => (midnight(zone, first), midnight(zone, next)),
                None => NEVER,
            }
        }
        Date::Back(count, unit) => point(back(context.now, *count, *unit, zone)),
        Date::Newest(count, unit) => match context.newest {
            Some(newest) => point(back(newest, *count, *unit, zone)),
            None => NEVER,
        },
    }
}

/// What `date:X` covers: the whole of a day, week or month; for a span back everything from there to now
/// (or to the newest conversation).
pub fn date_period(date: &Date, context: &Context) -> (Millis, Millis) {
    let (from, to) = date_range(date, context);
    let last = match date {
        Date::Back(..) => Some(context.now),
        Date::Newest(..) => context.newest,
        _ => None,
    };
    match last {
        Some(last) => (from, Millis(last.0.saturating_add(1))),
        None => (from, to),
    }
}

/// A time before everything, for spans that reach beyond the calendar.
const NEVER: (Millis, Millis) = (Millis(i64::MIN), Millis(i64::MIN));

fn point(at: Millis) -> (Millis, Millis) {
    (at, Millis(at.0.saturating_add(1)))
}

fn midnight(zone: Zone, day: NaiveDate) -> Millis {
    zone.moment(day.and_time(chrono::NaiveTime::MIN))
}

fn days(zone: Zone, first: NaiveDate, count: u64) -> (Millis, Millis) {
    let end = first
        .checked_add_days(Days::new(count))
        .map_or(Millis(i64::MAX), |d| midnight(zone, d));
    (midnight(zone, first), end)
}

fn back(from: Millis, count: u32, unit: Unit, zone: Zone) -> Millis {
    let length = |unit: i64| Millis(from.0.saturating_sub(i64::from(count).saturating_mul(unit)));
    let months = |per: u32| {
        let local = zone.local(from);
        count
            .checked_mul(per)
            .and_then(|m| local.checked_sub_months(Months::new(m)))
            .map_or(Millis(i64::MIN), |t| zone.moment(t))
    };
    match unit {
        Unit::Minutes => length(MINUTE),
        Unit::Hours => length(HOUR),
        Unit::Days => length(DAY),
        Unit::Weeks => length(7 * DAY),
        Unit::Months => months(1),
        Unit::Years => months(12),
    }
}
