//! The map at the reader's right edge: the whole conversation in one column. Made when what is shown changes,
//! so that a frame costs as little for ten thousand events as for ten. Pure.

use std::collections::HashMap;

use super::predicted::turn_mark;
use super::reader::Open;
use crate::tui::theme::Role;

/// What a row of the map shows.
pub type Mark = (&'static str, Role);

/// Problems, flags and hits of a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// A mark, or none, for each row.
    pub marks: Vec<Option<Mark>>,
}

impl Map {
    /// For a column of `height` rows; `hits` are numbers of events.
    pub fn new(open: &Open, height: usize, hits: impl IntoIterator<Item = usize>) -> Self {
        let mut marks = vec![None; height];
        let mut put = |seq: usize, mark: Mark| {
            let line = open.lines_of(seq).start;
            let row = row_of(line, open.lines.len(), height);
            if let Some(place) = marks.get_mut(row.min(height.saturating_sub(1))) {
                *place = Some(mark);
            }
        };
        for hit in hits {
            put(hit, ("/", Role::Doubt));
        }
        let turns = &open.whole.facts.turns;
        for turn in turns.iter().filter(|t| t.problem || t.doubt) {
            put(turn.user.unwrap_or(turn.first) as usize, turn_mark(turn));
        }
        let flagged = &open.whole.review.flagged_events;
        if !flagged.is_empty() {
            let places: HashMap<_, _> = open.whole.keys.iter().zip(0..).collect();
            for flag in flagged {
                if let Some(seq) = places.get(&flag.key) {
                    put(*seq, ("!", Role::Flag));
                }
            }
        }
        Self { marks }
    }
}

/// The row of a line: lines that fit stand where they are, others are drawn together.
pub fn row_of(line: usize, lines: usize, height: usize) -> usize {
    if lines <= height {
        line
    } else {
        line * height / lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_fit_stand_where_they_are() {
        assert_eq!(row_of(3, 10, 10), 3);
        assert_eq!(row_of(0, 100, 10), 0);
        assert_eq!(row_of(99, 100, 10), 9);
        assert_eq!(row_of(50, 100, 10), 5);
    }
}
