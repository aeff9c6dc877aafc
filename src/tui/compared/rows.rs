//! Two conversations as lines of two columns. Pure: which line stands where at which width.

use std::ops::Range;

use super::{Compared, Side, counts};
use crate::model::EventKind;
use crate::text::wrap;

/// Column of a side at which text begins: a sign, the speaker, a space.
pub const TEXT: u16 = 3;

/// What one side has on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The turn begins here: its place.
    Head(usize),
    /// A line of a message: the event, its clusters, and whether it is the first line.
    Text(usize, Range<usize>, bool),
    /// Intent and confidence of the message.
    Intent(usize),
    /// An action.
    Action(usize),
    /// Buttons offered.
    Buttons(usize),
}

/// One line over both columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place of the pair it belongs to.
    pub pair: usize,
    /// Left and right; `None`: nothing there.
    pub cells: [Option<Cell>; 2],
}

/// All lines at these widths of the columns, and for each pair the first of its lines.
pub fn rows(compared: &Compared, widths: [u16; 2]) -> (Vec<Row>, Vec<usize>) {
    let mut rows = Vec::new();
    let mut starts = Vec::with_capacity(compared.pairs.len());
    for (pair, turns) in compared.pairs.iter().enumerate() {
        starts.push(rows.len());
        let cells = |side: usize| match turns.turns[side] {
            Some(place) => cells(&compared.sides[side], place, widths[side]),
            None => Vec::new(),
        };
        let (left, right) = (cells(0), cells(1));
        let height = left.len().max(right.len());
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        rows.extend((0..height).map(|_| Row {
            pair,
            cells: [left.next(), right.next()],
        }));
    }
    (rows, starts)
}

fn cells(side: &Side, place: usize, width: u16) -> Vec<Cell> {
    let mut out = vec![Cell::Head(place)];
    let Some(turn) = side.turn(place) else {
        return out;
    };
    let width = usize::from(width.saturating_sub(TEXT).max(4));
    for seq in turn.first as usize..turn.end as usize {
        let event = &side.whole.events[seq];
        match event.kind {
            EventKind::User | EventKind::Bot | EventKind::Agent => {
                for (line, wrapped) in wrap(&side.texts[seq], width).into_iter().enumerate() {
                    out.push(Cell::Text(seq, wrapped.clusters, line == 0));
                }
                if event.intent.is_some() {
                    out.push(Cell::Intent(seq));
                }
                if !event.buttons.is_empty() {
                    out.push(Cell::Buttons(seq));
                }
            }
            _ if counts(event) => out.push(Cell::Action(seq)),
            _ => {}
        }
    }
    out
}
