//! Copying: the link of what the cursor stands on, or an excerpt of it as Markdown. The excerpt is written by
//! a worker; here it is only asked for.

use std::sync::Arc;

use super::App;
use crate::model::Link;
use crate::tui::layout::Pane;
use crate::tui::msg::{Clip, Cmd, ExcerptOf};

impl App {
    /// The link of the event under the cursor; in the list, of the conversation.
    pub(super) fn copy_link(&mut self) {
        let open = self.reader.open.as_ref();
        let link = match open.filter(|_| self.focus == Pane::Reader) {
            Some(open) => {
                let event = open.target().map(|t| t.key);
                Some(Link::to(open.whole.card.id, event))
            }
            None => self
                .list
                .current()
                .and_then(|row| self.list.card(row))
                .map(|card| Link::to(card.id, None)),
        };
        if let Some(link) = link {
            let text = link.to_string();
            let name = text.clone();
            self.send(Cmd::Copy(Clip { name, text }));
        }
    }

    /// An excerpt around the cursor; in the list of the marked rows, else of the one under the cursor.
    pub(super) fn copy_excerpt(&mut self) {
        let open = self.reader.open.as_ref();
        let of = match open.filter(|_| self.focus == Pane::Reader) {
            Some(open) => ExcerptOf::Event(Arc::clone(&open.whole), open.cursor),
            None => {
                self.take_range();
                ExcerptOf::Rows(self.list.targets())
            }
        };
        if matches!(&of, ExcerptOf::Rows(rows) if rows.is_empty()) {
            return self.say("nothing here to copy");
        }
        self.send(Cmd::Excerpt(of));
    }
}
