//! Moments in time: whole milliseconds, UTC, because that is what the JSON contract shows and a
//! conversation read back from it must keep its identity.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z; may be negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// From seconds as Rasa writes them, rounded to the nearest millisecond. `None` for what is no
    /// moment between the years -9999 and 9999.
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let ms = (seconds * 1000.0).round();
        (ms.is_finite() && ms.abs() < 3.0e14).then_some(Self(ms as i64))
    }

    /// From RFC 3339 text (`2026-05-01T14:00:00.123Z`, any offset).
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        chrono::DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|t| Self(t.timestamp_millis()))
    }

    /// RFC 3339, UTC, milliseconds: `2026-05-01T14:00:00.123Z`. Years outside 0 to 9999 are clamped.
    pub fn to_rfc3339(self) -> String {
        let ms = self.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
        chrono::DateTime::from_timestamp_millis(ms)
            .unwrap_or_default()
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }
}

/// Where "now" comes from: the system, or a fixed moment for tests (`AFTERWORD_NOW`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    fixed: Option<Millis>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { fixed: None }
    }

    /// Always this moment.
    pub fn fixed(at: Millis) -> Self {
        Self { fixed: Some(at) }
    }

    /// The present moment.
    pub fn now(&self) -> Millis {
        self.fixed
            .unwrap_or_else(|| Millis(chrono::Utc::now().timestamp_millis()))
    }
}
