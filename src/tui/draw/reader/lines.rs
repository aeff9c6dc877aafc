//! Lines of the reader that are no messages: predictions, buttons, actions, slots, flows.

use ratatui::style::Style;

use super::Drawer;
use crate::model::{Confidence, Event, FlowState, correction_words};
use crate::text::SafeText;
use crate::tui::app::buttons::face;
use crate::tui::app::predicted::{
    action_parts, figure2, runner_up, shown_words, turn_mark, turn_of_message,
};
use crate::tui::pen::Pen;
use crate::tui::theme::{Glyph, Role, Theme};
use crate::tui::{confidence, unquoted};

impl Drawer<'_> {
    /// `refund ━━━━━━━━━─ .91`, with the runner-up where it is close.
    pub(super) fn prediction(
        &self,
        event: &Event,
        seq: usize,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let Some(intent) = &event.intent else {
            self.correction(event, seq, x, y, width, pen);
            return;
        };
        let theme = self.theme;
        let turn = turn_of_message(&self.open.whole, seq);
        let (mark, role) = turn.map_or(("", Role::Plain), turn_mark);
        let style = if event.reverted {
            theme.style(Role::Reverted)
        } else {
            theme.style(role)
        };
        let Some(shown) = shown_words(intent) else {
            let used = pen.word(x, y, width, "no prediction", theme.style(Role::Dim)) + 1;
            self.correction(event, seq, x + used, y, width.saturating_sub(used), pen);
            return;
        };
        // The name goes before the bar where there is not room for both.
        let cells = if width < 36 { 0 } else { 10 };
        let mut used = self.marked(x, y, width.saturating_sub(cells + 8), &shown, style, pen) + 1;
        if let Some(confidence_value) = intent.effective() {
            used += bar(
                theme,
                confidence_value,
                cells,
                x + used,
                y,
                width.saturating_sub(used),
                style,
                pen,
            ) + cells.min(1);
            let words = format!("{}{mark}", confidence(confidence_value.0));
            used += pen.word(x + used, y, width.saturating_sub(used), &words, style) + 1;
        }
        used += self.correction(event, seq, x + used, y, width.saturating_sub(used), pen);
        if intent.is_fallback() {
            let name = intent.name.as_ref().map(|n| n.line()).unwrap_or_default();
            let room = width.saturating_sub(used);
            used += self.marked(x + used, y, room, &name, theme.style(Role::Fail), pen) + 1;
        }
        if !mark.is_empty()
            && let Some(second) = runner_up(intent)
        {
            let words = format!(
                "{} {}",
                second.0.line().as_str(),
                second.1.map(|c| confidence(c.0)).unwrap_or_default()
            );
            let room = width.saturating_sub(used);
            let words = SafeText::line(&words);
            self.marked(x + used, y, room, &words, theme.style(Role::Dim), pen);
        }
    }

    /// `-> refund`, `confirmed`: what a person says of the message. Gives the columns used.
    fn correction(
        &self,
        event: &Event,
        seq: usize,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) -> u16 {
        let key = self.open.whole.keys[seq];
        let words = correction_words(&self.open.whole.review, key, event);
        match words.as_str() {
            "" => 0,
            words => pen.word(x, y, width, words, self.theme.style(Role::Good)) + 1,
        }
    }

    /// `[Skip] >[Agent]<`: offered, and clicked.
    pub(super) fn buttons(
        &self,
        event: &Event,
        (row, clicked): (std::ops::Range<usize>, &[usize]),
        mut x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let end = x + width;
        for i in row {
            let Some(button) = event.buttons.get(i) else {
                break;
            };
            let taken = clicked.contains(&i);
            let role = match taken {
                _ if event.reverted => Role::Reverted,
                true => Role::Good,
                false => Role::Accent,
            };
            let words = SafeText::line(&face(&button.title, taken));
            let style = self.theme.style(role);
            x += self.marked(x, y, end.saturating_sub(x), &words, style, pen) + 1;
        }
    }

    pub(super) fn action_words(
        &self,
        event: &Event,
        x: u16,
        y: u16,
        width: u16,
        style: Style,
        pen: &mut Pen<'_>,
    ) {
        let Some((name, confidence, policy)) = action_parts(event) else {
            return;
        };
        let mut used = self.marked(x, y, width, &SafeText::line(&name), style, pen);
        for word in [confidence.map(figure2), policy].into_iter().flatten() {
            let room = width.saturating_sub(used + 1);
            used += 1 + pen.word(x + used + 1, y, room, &word, style);
        }
    }

    pub(super) fn slot(
        &self,
        event: &Event,
        before: Option<&str>,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let Some(slot) = &event.slot else { return };
        let before = before.filter(|b| *b != "null");
        let now = slot.value.for_search();
        let role = match (before, now) {
            _ if event.reverted => Role::Reverted,
            (_, "null") => Role::Cleared,
            (Some(b), n) if b != n => Role::Changed,
            _ => Role::Set,
        };
        let style = self.theme.style(role);
        // A value may have megabytes: no more of it is read than the line shows.
        let old = SafeText::preview(before.map_or("none", unquoted), 30);
        let now = if now == "null" { "none" } else { unquoted(now) };
        let new = SafeText::preview(now, usize::from(width));
        let mut used = pen.word(x, y, width, "=", style);
        let room = |used: u16| width.saturating_sub(used);
        used += self.marked(x + used, y, room(used), &slot.name.line(), style, pen);
        let words = format!(": {} -> ", old.as_str());
        used += pen.word(x + used, y, room(used), &words, style);
        self.marked(x + used, y, room(used), &new, style, pen);
    }

    pub(super) fn flow(&self, event: &Event, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let Some(flow) = &event.flow else { return };
        let mut words = format!("#{}", flow.name.line().as_str());
        if let Some(step) = &flow.step {
            let join = if flow.state == FlowState::Cancelled {
                " left at "
            } else {
                "/"
            };
            words.push_str(join);
            words.push_str(step.line().as_str());
        } else if flow.state == FlowState::Cancelled {
            words.push_str(" left");
        }
        words.push_str(match flow.state {
            FlowState::Started if flow.step.is_none() => " started",
            FlowState::Completed => " completed",
            FlowState::Interrupted => " interrupted",
            FlowState::Resumed => " resumed",
            _ => "",
        });
        let role = match flow.state {
            _ if event.reverted => Role::Reverted,
            FlowState::Cancelled => Role::Doubt,
            FlowState::Completed => Role::Good,
            _ => Role::Accent,
        };
        let words = SafeText::line(&words);
        self.marked(x, y, width, &words, self.theme.style(role), pen);
    }
}

/// A bar of `cells`. Returns the columns used.
#[expect(clippy::too_many_arguments, reason = "a figure and a place")]
fn bar(
    theme: Theme,
    value: Confidence,
    cells: u16,
    x: u16,
    y: u16,
    room: u16,
    style: Style,
    pen: &mut Pen<'_>,
) -> u16 {
    let cells = cells.min(room);
    let filled = (value.0.clamp(0.0, 1.0) * f64::from(cells)).round() as u16;
    for i in 0..cells {
        let glyph = match i {
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
