//! Confidences and how they are compared.

use serde::{Deserialize, Serialize};

/// The threshold where the source's fallback classifier recorded none.
pub const DEFAULT_THRESHOLD: Confidence = Confidence(0.7);

/// A confidence or margin as recorded, usually 0 to 1 (a margin may be negative).
///
/// Compared as whole ten-thousandths: fallback classifiers sit exactly on thresholds, and floating
/// point must not decide who is understood.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(pub f64);

impl Confidence {
    /// Whole ten-thousandths, clamped to what 16 bits hold beside an 'absent' value.
    pub fn steps(self) -> i16 {
        (self.0 * 10_000.0).round().clamp(-32_767.0, 32_767.0) as i16
    }

    /// Of whole ten-thousandths.
    pub fn of_steps(steps: i16) -> Self {
        Self(f64::from(steps) / 10_000.0)
    }
}

impl PartialEq for Confidence {
    fn eq(&self, other: &Self) -> bool {
        self.steps() == other.steps()
    }
}

impl Eq for Confidence {}

impl PartialOrd for Confidence {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Confidence {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.steps().cmp(&other.steps())
    }
}
