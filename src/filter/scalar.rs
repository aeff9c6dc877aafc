//! Numbers, spans, dates and times of day, as they are written.

use chrono::{NaiveDate, NaiveDateTime};

use super::ast::{Date, Unit};

/// A decimal number without exponent: `5`, `0.6`, `.43`, `-0.1`.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !plain || !digits.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    // Zero has one sign, so that equal filters print alike.
    number
        .is_finite()
        .then_some(if number == 0.0 { 0.0 } else { number })
}

/// A whole number that a 64-bit float holds exactly.
pub(super) fn whole(text: &str) -> Option<f64> {
    let number: u64 = digits(text)?;
    (number <= 1 << 53).then_some(number as f64)
}

/// A span in milliseconds: a number and `s`, `m`, `h` or `d`.
pub(super) fn span(text: &str) -> Option<i64> {
    let unit = match text.chars().last()?.to_ascii_lowercase() {
        's' => 1000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return None,
    };
    digits::<i64>(&text[..text.len() - 1])?.checked_mul(unit)
}

/// A time of day in minutes since midnight: `06:00`, `6:00`, `24:00`.
pub(super) fn time_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (digits(hour)?, digits(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

/// A date in any of its forms.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "today" => return Some(Date::Today),
        "yesterday" => return Some(Date::Yesterday),
        "week" => return Some(Date::Week(0)),
        "month" => return Some(Date::Month(0)),
        _ => {}
    }
    if let Some(back) = text.strip_prefix("week-") {
        return digits(back).map(Date::Week);
    }
    if let Some(back) = text.strip_prefix("month-") {
        return digits(back).map(Date::Month);
    }
    if let Some(span) = text.strip_prefix("newest-") {
        return back(span).map(|(count, unit)| Date::Newest(count, unit));
    }
    if let Some((count, unit)) = back(&text) {
        return Some(Date::Back(count, unit));
    }
    // chrono takes years of any length and single digits; a filter is four, two and two.
    let bytes = text.as_bytes();
    let shaped = |pattern: &[u8]| {
        bytes.len() == pattern.len()
            && bytes.iter().zip(pattern).all(|(b, p)| {
                if *p == b'0' {
                    b.is_ascii_digit()
                } else {
                    b == p
                }
            })
    };
    if shaped(b"0000-00-00") {
        return NaiveDate::parse_from_str(&text, "%Y-%m-%d")
            .ok()
            .map(Date::Day);
    }
    let format = if shaped(b"0000-00-00t00:00") {
        "%Y-%m-%dt%H:%M"
    } else if shaped(b"0000-00-00t00:00:00") {
        "%Y-%m-%dt%H:%M:%S"
    } else {
        return None;
    };
    NaiveDateTime::parse_from_str(&text, format)
        .ok()
        .map(Date::Time)
}

/// A count and a unit.
fn back(text: &str) -> Option<(u32, Unit)> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let unit = match &text[split..] {
        "m" => Unit::Minutes,
        "h" => Unit::Hours,
        "d" => Unit::Days,
        "w" => Unit::Weeks,
        "mo" => Unit::Months,
        "y" => Unit::Years,
        _ => return None,
    };
    Some((digits(&text[..split])?, unit))
}

/// Digits alone: no sign, no spaces.
fn digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
