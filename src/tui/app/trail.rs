//! The way back from a conversation that was jumped to: `q` goes to the place before. Where the reader
//! shows another conversation meanwhile, that way is over and forgotten.

use super::App;
use super::popup::Popup;
use crate::tui::layout::Pane;

/// Places to go back to, the newest last.
pub(super) type Trail = Vec<Stop>;

/// So many jumps are remembered.
const STOPS: usize = 50;

/// A place that was left for another conversation.
#[derive(Debug)]
pub(super) struct Stop {
    /// The row that was gone to: going back is offered while it is shown.
    to: i64,
    /// The row that was left.
    from: i64,
    /// The event on which the reader stood there.
    event: Option<usize>,
    focus: Pane,
    /// What lay over it and is to be in front again.
    popup: Option<Popup>,
}

impl App {
    /// The conversation that keys are about: in the reader the one shown, else the row under the cursor.
    pub(super) fn row_here(&self) -> Option<i64> {
        match self.focus {
            Pane::Reader => self.reader.awaited.or(self.reader.row()),
            Pane::List | Pane::Sidebar => self.list.current(),
        }
    }

    /// Opens a conversation in the reader, at an event where one is named, in the list or not; `q` comes
    /// back to where this was called, with `popup` in front of it.
    pub(super) fn jump(&mut self, row: i64, event: Option<usize>, popup: Option<Popup>) {
        if let Some(from) = self.row_here()
            && (from != row || popup.is_some())
        {
            if self.trail.len() == STOPS {
                self.trail.remove(0);
            }
            let open = self.reader.open.as_ref();
            let event = open
                .filter(|o| self.focus == Pane::Reader && o.whole.card.row == from)
                .and_then(|o| o.cursor);
            self.trail.push(Stop {
                to: row,
                from,
                event,
                focus: self.focus,
                popup,
            });
        }
        self.read_at(row, event);
        if self.list.place_of(row).is_none() {
            let key = self.back_key();
            self.say(&format!(
                "this conversation is not in the list · {key} goes back"
            ));
        }
    }

    /// Shows a row in the reader, at this event where it is named.
    fn read_at(&mut self, row: i64, event: Option<usize>) {
        self.reader.land_on_event = event.map(|seq| (row, seq));
        self.read_row(row);
        if self.reader.row() == Some(row)
            && let Some((_, seq)) = self.reader.land_on_event.take()
            && let Some(open) = &mut self.reader.open
        {
            // It was open already.
            open.cursor = open.stop_near(seq);
        }
    }

    /// Leaves the reader: to the place before where this conversation was jumped to, else to the list.
    pub(super) fn leave_reader(&mut self) {
        let Some(stop) = self.trail.pop() else {
            self.focus = Pane::List;
            return;
        };
        self.read_at(stop.from, stop.event);
        self.focus = stop.focus;
        self.popup = stop.popup;
    }

    /// Forgets the way back once something else is shown.
    pub(super) fn keep_trail(&mut self) {
        let shown = self.reader.awaited.or(self.reader.row());
        if self.trail.last().is_some_and(|stop| shown != Some(stop.to)) {
            self.trail.clear();
        }
    }

    /// The key and the name of the way back, where the reader has one.
    pub fn way_back(&self) -> Option<(String, String)> {
        let stop = self.trail.last().filter(|_| self.focus == Pane::Reader)?;
        let to = match &stop.popup {
            Some(Popup::Compare(_)) => "the comparison".to_owned(),
            Some(Popup::Notes) => "the notes".to_owned(),
            Some(_) => "where it was opened".to_owned(),
            None => self.whom(&[stop.from]),
        };
        Some((self.back_key(), format!("back to {to}")))
    }

    fn back_key(&self) -> String {
        let keys = self
            .keymap
            .keys_for(crate::tui::action::Action::Back, self.scope());
        keys.into_iter().next().unwrap_or_else(|| "h".to_owned())
    }
}
