//! The mouse: a click selects, the wheel scrolls. Nothing here decides anything.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::App;
use crate::tui::layout::{Pane, header_rows};

impl App {
    pub(super) fn mouse(&mut self, mouse: &MouseEvent) {
        let Some(layout) = self.layout() else { return };
        if self.popup.is_some()
            || self.line.is_some()
            || self.find.as_ref().is_some_and(|f| f.typing)
        {
            return;
        }
        let at = Position::new(mouse.column, mouse.row);
        let inside = |r: Option<ratatui::layout::Rect>| r.is_some_and(|r| r.contains(at));
        let wheel = match mouse.kind {
            MouseEventKind::ScrollDown => 3,
            MouseEventKind::ScrollUp => -3,
            MouseEventKind::Down(MouseButton::Left) => 0,
            _ => return,
        };
        if let Some(area) = layout.detail.filter(|r| r.contains(at)) {
            self.click_detail(mouse.row - area.y, wheel);
        } else if inside(layout.reader) {
            self.focus = Pane::Reader;
            self.reader.pane.inside = false;
            self.click_reader(&layout, mouse.row, wheel);
        } else if inside(layout.list) {
            self.focus = Pane::List;
            let top = layout.list.map_or(0, |r| r.y + 1);
            match mouse.row.checked_sub(top) {
                _ if wheel != 0 => self.list.step(wheel),
                Some(line) if self.list.top + usize::from(line) < self.list.rows.len() => {
                    self.list.cursor = self.list.top + usize::from(line);
                }
                _ => {}
            }
            self.follow();
        } else if let Some(area) = layout.sidebar.filter(|r| r.contains(at)) {
            if wheel != 0 {
                self.sidebar_step(wheel);
            } else {
                self.sidebar_click(self.sidebar.top + usize::from(mouse.row - area.y));
            }
        }
    }

    /// A click goes into the detail; another one on the same row folds or unfolds it.
    fn click_detail(&mut self, row: u16, wheel: isize) {
        let pane = &mut self.reader.pane;
        if wheel != 0 {
            return pane.scroll(wheel);
        }
        self.focus = Pane::Reader;
        let again = std::mem::replace(&mut pane.inside, true);
        if let Some(row) = row.checked_sub(1) {
            let to = pane.top + usize::from(row);
            if again && pane.cursor == to {
                pane.toggle();
            } else if to < pane.doc.rows().len() {
                pane.cursor = to;
            }
        }
    }

    fn click_reader(&mut self, layout: &crate::tui::layout::Layout, y: u16, wheel: isize) {
        let height = self.reader_size().1;
        let first = layout.reader.map_or(0, |r| r.y + header_rows(layout.class));
        let Some(open) = &mut self.reader.open else {
            return;
        };
        if wheel != 0 {
            open.page(wheel, height);
        } else if let Some(line) = y.checked_sub(first)
            && let Some(line) = open.lines.get(open.top + usize::from(line))
        {
            open.cursor = Some(line.seq);
        }
    }
}
