//! Predictions in short: what was taken for what, how sure, and the bar beside it.

use ratatui::style::Style;

use super::super::confidence;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role, Theme};
use crate::model::{Confidence, Prediction, TurnFacts};
use crate::text::SafeText;

/// A confidence with its leading digit: `1.00`, `.40`.
pub(super) fn figure2(c: Confidence) -> String {
    if c.steps() >= 9_950 {
        "1.00".to_owned()
    } else {
        confidence(c.0)
    }
}

/// `x`, `?` or nothing for a turn, with its colour. What a form accepted as its answer was understood
/// well enough, whatever the classifier thought of it.
pub(super) fn turn_mark(turn: &TurnFacts) -> (&'static str, Role) {
    if turn.doubt {
        ("?", Role::Doubt)
    } else if turn.problem {
        ("x", Role::Fail)
    } else {
        ("", Role::Plain)
    }
}

/// What a prediction stands for: the intent, or under a fallback the first that is none.
pub(super) fn shown_intent(intent: &Prediction) -> Option<(SafeText, Option<Confidence>)> {
    if intent.is_fallback()
        && let Some(real) = intent
            .ranking
            .iter()
            .find(|r| !Prediction::is_fallback_intent(r.name.for_search()))
    {
        return Some((real.name.line(), real.confidence));
    }
    match (&intent.name, intent.confidence) {
        (Some(name), c) => Some((name.line(), c)),
        (None, Some(c)) => Some((SafeText::line("(no intent)"), Some(c))),
        (None, None) => None,
    }
}

pub(super) fn runner_up(intent: &Prediction) -> Option<(SafeText, Option<Confidence>)> {
    let shown = shown_intent(intent)?.0;
    let others = intent
        .ranking
        .iter()
        .filter(|r| !Prediction::is_fallback_intent(r.name.for_search()));
    others
        .map(|r| (r.name.line(), r.confidence))
        .find(|(name, _)| *name != shown)
}

/// A bar of `cells`, with the threshold marked where one is given. Returns the columns used.
#[expect(clippy::too_many_arguments, reason = "a figure and a place")]
pub(super) fn bar(
    theme: Theme,
    value: Confidence,
    cells: u16,
    threshold: Option<Confidence>,
    x: u16,
    y: u16,
    room: u16,
    style: Style,
    pen: &mut Pen<'_>,
) -> u16 {
    let cells = cells.min(room);
    let filled = (value.0.clamp(0.0, 1.0) * f64::from(cells)).round() as u16;
    let mark = threshold.map(|t| (t.0.clamp(0.0, 1.0) * f64::from(cells)).round() as u16);
    for i in 0..cells {
        let glyph = match i {
            _ if mark == Some(i) => Glyph::BarMark,
            i if i < filled => Glyph::BarFull,
            _ => Glyph::BarRest,
        };
        let style = if i < filled {
            style
        } else {
            theme.style(Role::Dim)
        };
        pen.word(x + i, y, 1, theme.glyph(glyph), style);
    }
    cells
}
