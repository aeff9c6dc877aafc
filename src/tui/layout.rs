//! Where everything stands: a pure function of the size and of which panes are open, used by update
//! (for paging and scrolling) and by drawing alike.

use ratatui::layout::Rect;

/// Smallest size that is drawn.
pub const SMALLEST: (u16, u16) = (40, 10);

/// One of the panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Presets and facets.
    Sidebar,
    /// The list.
    #[default]
    List,
    /// The conversation.
    Reader,
}

/// How many panes fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Under 100 columns: one.
    One,
    /// 100 to 159: list and reader.
    Two,
    /// 160 and more: sidebar, list, reader.
    Three,
}

/// How much of the reader's pane the detail takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailShare {
    /// It is closed.
    #[default]
    None,
    /// It is open under the reader.
    Some,
    /// It is what is read: the reader keeps its header and a few lines around its cursor.
    Most,
}

/// The rectangles of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How many panes fit.
    pub class: Class,
    /// Top line.
    pub title: Rect,
    /// Presets, facets, today.
    pub sidebar: Option<Rect>,
    /// List with its heading line.
    pub list: Option<Rect>,
    /// Reader with its header, without the detail.
    pub reader: Option<Rect>,
    /// Detail of the event, with its line of tabs.
    pub detail: Option<Rect>,
    /// Columns that separate panes.
    pub columns: Vec<u16>,
    /// Last change, `written`, `u undo`.
    pub status: Rect,
    /// Keys that work now.
    pub hint: Rect,
}

impl Layout {
    /// What a full screen has of the frame: everything between its own rule at the top and the status line.
    pub fn full(&self) -> Rect {
        let (width, bottom) = (self.title.width, self.status.y);
        Rect::new(1, 2, width.saturating_sub(2), bottom.saturating_sub(2))
    }

    /// Lays out a terminal of `size` columns and rows. `None`: too small.
    ///
    /// With one pane the one with the focus is shown; with two, the sidebar takes the reader's place
    /// while it has the focus.
    pub fn of(size: (u16, u16), focus: Pane, sidebar: bool, detail: DetailShare) -> Option<Self> {
        let (width, height) = size;
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return None;
        }
        let class = match width {
            0..100 => Class::One,
            100..160 => Class::Two,
            _ => Class::Three,
        };
        let line = |y| Rect::new(0, y, width, 1);
        let body = Rect::new(0, 1, width, height - 3);
        let mut layout = Self {
            class,
            title: line(0),
            sidebar: None,
            list: None,
            reader: None,
            detail: None,
            columns: Vec::new(),
            status: line(height - 2),
            hint: line(height - 1),
        };
        let pane = |x: u16, w: u16| Rect::new(x, body.y, w, body.height);
        match class {
            Class::One => match focus {
                Pane::Sidebar => layout.sidebar = Some(body),
                Pane::List => layout.list = Some(body),
                Pane::Reader => layout.reader = Some(body),
            },
            Class::Two if focus == Pane::Sidebar => {
                layout.sidebar = Some(pane(0, 34));
                layout.columns = vec![34];
                layout.list = Some(pane(35, width - 35));
            }
            Class::Two => {
                let list = width / 2;
                layout.list = Some(pane(0, list));
                layout.columns = vec![list];
                layout.reader = Some(pane(list + 1, width - list - 1));
            }
            Class::Three => {
                let side = if sidebar || focus == Pane::Sidebar {
                    26
                } else {
                    0
                };
                let x = if side > 0 { side + 1 } else { 0 };
                let list = (width - x - 1) * 45 / 100;
                if side > 0 {
                    layout.sidebar = Some(pane(0, side));
                    layout.columns.push(side);
                }
                layout.list = Some(pane(x, list));
                layout.columns.push(x + list);
                layout.reader = Some(pane(x + list + 1, width - x - list - 1));
            }
        }
        if detail != DetailShare::None
            && let Some(reader) = &mut layout.reader
        {
            let half = reader.height / 2;
            let rows = match detail {
                DetailShare::Most => half.max(reader.height * 2 / 3),
                _ => half.min(16),
            };
            reader.height -= rows;
            layout.detail = Some(Rect::new(
                reader.x,
                reader.y + reader.height,
                reader.width,
                rows,
            ));
        }
        Some(layout)
    }

    /// Rows of the list below its heading.
    pub fn list_rows(&self) -> usize {
        self.list
            .map_or(0, |r| usize::from(r.height.saturating_sub(1)))
    }
}

/// Rows of the reader's own header: in a pane beside others it names the conversation itself.
pub fn header_rows(class: Class) -> u16 {
    if class == Class::One { 2 } else { 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_laid_out_inside_the_screen() {
        for width in 0..260 {
            for height in 0..70 {
                for focus in [Pane::Sidebar, Pane::List, Pane::Reader] {
                    for (sidebar, detail) in [
                        (false, DetailShare::None),
                        (true, DetailShare::Some),
                        (true, DetailShare::Most),
                    ] {
                        let Some(l) = Layout::of((width, height), focus, sidebar, detail) else {
                            assert!(width < 40 || height < 10);
                            continue;
                        };
                        for r in [
                            Some(l.title),
                            Some(l.status),
                            Some(l.hint),
                            l.list,
                            l.reader,
                            l.detail,
                            l.sidebar,
                        ]
                        .into_iter()
                        .flatten()
                        {
                            assert!(
                                r.right() <= width
                                    && r.bottom() <= height
                                    && r.width > 0
                                    && r.height > 0
                            );
                        }
                    }
                }
            }
        }
    }
}
