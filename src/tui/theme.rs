//! Colours by role and glyphs by name. Every colour has a glyph or a word beside it, so that the screen
//! reads the same without colours; 16 colours are enough, and the terminal's own palette is used.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// The row or event under the cursor, in the pane with the focus.
    Cursor,
    /// Decided rows, times, folded actions, bookkeeping.
    Dim,
    /// Unread rows.
    Unread,
    /// Not understood, negative, errors.
    Fail,
    /// Low confidence or small margin, though the assistant acted.
    Doubt,
    /// Positive.
    Good,
    /// Flags.
    Flag,
    /// Search and filter hits.
    Hit,
    /// The user speaks.
    User,
    /// The assistant speaks.
    Bot,
    /// A human agent speaks.
    Agent,
    /// Tags.
    Tag,
    /// Auto tags.
    AutoTag,
    /// A slot was set.
    Set,
    /// A slot changed.
    Changed,
    /// A slot was cleared.
    Cleared,
    /// Titles, the current preset, the current tab.
    Accent,
    /// Taken back by a later event.
    Reverted,
}

/// The signs of list and reader, for the help.
pub const SIGNS: &[(&str, &str)] = &[
    ("N R S D", "unread, reviewed, saved for later, deleted"),
    ("+ -", "judged positive, negative"),
    (
        "! 2",
        "the conversation is flagged; so many of its events are",
    ),
    ("> * :", "the cursor; marked; in the range that has begun"),
    ("=", "marked to be compared with another"),
    (
        "≠",
        "another than on the other side, where two are compared",
    ),
    (".43x", "lowest confidence, effective: x not understood"),
    (
        ".66?",
        "? low, or hardly ahead of the next, but the assistant acted",
    ),
    ("2\"", "rating; with a comment"),
    ("~name", "a tag that a rule put on"),
    (
        "+2 actions",
        "actions of the assistant, folded: a shows them",
    ),
    ("-action", "an action with its confidence and policy"),
    ("=slot: old -> new", "a slot was set, changed or cleared"),
    ("#flow/step", "a flow or form, and the step it came to"),
    (
        "-> intent",
        "beside a prediction: what a person corrected it to; confirmed: that it was right",
    ),
    ("value*", "in the header: corrected by a person"),
    (
        "/",
        "a hit of the filter, in the reader and on its map at the right edge",
    ),
];

/// Glyphs that have a plain form for terminals without Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Filled part of a bar.
    BarFull,
    /// Rest of a bar, and rulers.
    BarRest,
    /// The threshold in a bar.
    BarMark,
    /// Column between panes; visible part of the map.
    Column,
    /// Something was cut.
    Ellipsis,
    /// Between parts of a line.
    Dot,
    /// Another than on the other side.
    Differs,
}

/// How the screen is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Colours at all (off with `NO_COLOR`).
    pub color: bool,
    /// ASCII glyphs alone.
    pub ascii: bool,
}

impl Theme {
    /// The style of a role.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let styled = match role {
            Role::Plain | Role::Bot => plain,
            Role::Cursor => plain.add_modifier(Modifier::REVERSED),
            Role::Dim => plain.add_modifier(Modifier::DIM),
            Role::Unread | Role::User => plain.add_modifier(Modifier::BOLD),
            Role::Fail | Role::Cleared => plain.fg(Color::Red),
            Role::Doubt | Role::Changed => plain.fg(Color::Yellow),
            Role::Good | Role::Set => plain.fg(Color::Green),
            Role::Flag => plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            Role::Hit => plain.fg(Color::Yellow).add_modifier(Modifier::REVERSED),
            Role::Agent | Role::Tag => plain.fg(Color::Cyan),
            Role::AutoTag => plain.fg(Color::Cyan).add_modifier(Modifier::DIM),
            Role::Accent => plain.fg(Color::Blue).add_modifier(Modifier::BOLD),
            Role::Reverted => plain.add_modifier(Modifier::DIM | Modifier::CROSSED_OUT),
        };
        if self.color {
            styled
        } else {
            Style {
                fg: None,
                bg: None,
                underline_color: None,
                ..styled
            }
        }
    }

    /// True where text that was taken back is struck out; else it has tildes before it.
    pub fn strikes(self) -> bool {
        self.color && !self.ascii
    }

    /// The glyph, or its plain form.
    pub fn glyph(self, glyph: Glyph) -> &'static str {
        match (glyph, self.ascii) {
            (Glyph::BarFull, false) => "━",
            (Glyph::BarFull, true) => "=",
            (Glyph::BarRest, false) => "─",
            (Glyph::BarRest, true) => "-",
            (Glyph::BarMark, false) => "┼",
            (Glyph::BarMark, true) => "+",
            (Glyph::Column, false) => "│",
            (Glyph::Column, true) => "|",
            (Glyph::Ellipsis, false) => "…",
            (Glyph::Ellipsis, true) => ".",
            (Glyph::Dot, false) => "·",
            (Glyph::Dot, true) => "-",
            (Glyph::Differs, false) => "≠",
            (Glyph::Differs, true) => "%",
        }
    }
}
