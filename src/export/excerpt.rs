//! Markdown excerpts for the clipboard: the turns around one event, with the link to it. They stay within
//! what a clipboard takes, and say where something is left out. Nothing here copies.

use std::ops::Range;

use super::account;
use super::markdown::{conversation_blocks, head_line};
use super::outgoing::Outgoing;
use crate::store::Whole;
use crate::text::figure;

/// Characters that one message shows at most.
const MESSAGE: usize = 4_000;
/// Events that are looked at where not even one turn fits.
const EVENTS: usize = 500;

/// An excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// It, in Markdown.
    pub text: String,
    /// How many turns it shows, whole or in part.
    pub turns: usize,
}

/// The turn of the event `at` with the one before and the one after; without `at` the beginning. At most
/// `limit` bytes: where that is too little, the turn alone, else as much of it as fits.
pub fn excerpt(conversation: &Outgoing, at: Option<usize>, limit: usize) -> Excerpt {
    let whole = conversation.whole();
    let turns = &whole.facts.turns;
    let here = at.unwrap_or(0);
    let turn = turns.iter().position(|t| (here as u32) < t.end);
    let turn = turn.unwrap_or(turns.len().saturating_sub(1));
    let around = turn.saturating_sub(1)..(turn + 2).min(turns.len());
    for turns in [around, turn..(turn + 1).min(turns.len())] {
        let text = of(whole, at, turns.clone());
        if text.len() <= limit {
            let turns = turns.len();
            return Excerpt { text, turns };
        }
    }
    let end = turns.get(turn).map_or(0, |t| t.end as usize);
    Excerpt {
        text: as_fits(whole, at, here..end, limit),
        turns: 1,
    }
}

/// The places of a conversation that an excerpt is worth: flagged events, else the first problem, else
/// (`None`) the beginning.
pub fn places(whole: &Whole) -> Vec<Option<usize>> {
    let flags = whole.review.flagged_events.iter();
    let at = |key| whole.keys.iter().position(|k| *k == key);
    let mut flagged: Vec<usize> = flags.filter_map(|t| at(t.key)).collect();
    flagged.sort_unstable();
    if !flagged.is_empty() {
        return flagged.into_iter().map(Some).collect();
    }
    let problem = whole.facts.turns.iter().find(|t| t.problem);
    vec![problem.map(|t| t.user.unwrap_or(t.first) as usize)]
}

fn of(whole: &Whole, at: Option<usize>, shown: Range<usize>) -> String {
    let turns = &whole.facts.turns;
    let first = turns.get(shown.start).map_or(0, |t| t.first as usize);
    let end = turns[shown.clone()].last().map_or(0, |t| t.end as usize);
    let mut blocks = vec![head_line(whole, at)];
    blocks.extend(left_out(shown.start, "before"));
    blocks.extend(conversation_blocks(
        &account::entries(whole, first..end),
        at,
        MESSAGE,
    ));
    blocks.extend(left_out(turns.len() - shown.end, "after"));
    blocks.join("\n\n") + "\n"
}

fn left_out(turns: usize, side: &str) -> Option<String> {
    match turns {
        0 => None,
        1 => Some(format!("_… 1 turn {side}_")),
        n => Some(format!("_… {} turns {side}_", figure(n as u64))),
    }
}

fn as_fits(whole: &Whole, at: Option<usize>, range: Range<usize>, limit: usize) -> String {
    let cut = "_… the rest of this turn did not fit_\n";
    let shown = range.start..range.end.min(range.start + EVENTS);
    let mut text = head_line(whole, at) + "\n\n";
    for block in conversation_blocks(&account::entries(whole, shown), at, MESSAGE) {
        if text.len() + block.len() + 2 + cut.len() > limit {
            break;
        }
        text.push_str(&block);
        text.push_str("\n\n");
    }
    text + cut
}

#[cfg(test)]
mod tests;
