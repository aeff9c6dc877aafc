//! The one table of everything a key can do. Keymap, hint line, help, palette, `config keys` and the
//! README's key table are made from it; a test holds each of them to it.

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere outside prompts and popups.
    Anywhere,
    /// In the list.
    List,
    /// In the reader and its detail.
    Reader,
    /// In the sidebar.
    Sidebar,
}

impl Scope {
    /// Heading in help and in the README.
    pub fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::List => "list",
            Self::Reader => "reader",
            Self::Sidebar => "sidebar",
        }
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table below is the documentation
pub enum Action {
    Help,
    Palette,
    Back,
    Escape,
    NextPane,
    Preset,
    ManagePresets,
    RunAgain,
    Journal,
    Redraw,
    Suspend,
    Interrupt,
    Filter,
    Sort,
    ReverseSort,
    ToggleSidebar,
    Reviewed,
    Saved,
    Deleted,
    Positive,
    Negative,
    Unread,
    Tags,
    Tag1,
    Tag2,
    Tag3,
    Tag4,
    Tag5,
    Tag6,
    Tag7,
    Tag8,
    Tag9,
    Flag,
    FlagConversation,
    Note,
    Repeat,
    Undo,
    Redo,
    Correct,
    CopyLink,
    CopyExcerpt,
    Export,
    OpenDefinition,
    ConversationsOfUser,
    Compare,
    Find,
    Learning,
    Notes,
    Confusion,
    Anonymize,
    Pager,
    FilterByValue,
    NextHit,
    PreviousHit,
    NextProblem,
    PreviousProblem,
    NextTurn,
    PreviousTurn,
    ShowActions,
    NextConversation,
    PreviousConversation,
    Down,
    Up,
    HalfPageDown,
    HalfPageUp,
    PageDown,
    PageUp,
    Top,
    Bottom,
    Read,
    Mark,
    MarkRange,
    MarkAll,
    LeaveReader,
    Detail,
    IntoDetail,
    NextTab,
    PreviousTab,
    AddValue,
    ExcludeValue,
    SortValues,
    Quit,
    SavePreset,
}

/// One row of the table.
#[derive(Debug)]
pub struct ActionInfo {
    /// Which action.
    pub action: Action,
    /// Name in the configuration and the palette.
    pub name: &'static str,
    /// Words of the hint line; empty: not in it.
    pub hint: &'static str,
    /// Sentence of help and README.
    pub help: &'static str,
    /// Where its keys work.
    pub scopes: &'static [Scope],
    /// Default keys, in the order they are shown.
    pub keys: &'static [&'static str],
}

impl ActionInfo {
    /// What reaches it: these keys, or where it has none its name in the palette.
    pub fn reached_by(&self, keys: &[String]) -> String {
        if keys.is_empty() {
            format!(":{}", self.name)
        } else {
            keys.join(" ")
        }
    }

    /// Its keys before any configuration.
    pub fn default_keys(&self) -> Vec<String> {
        self.keys.iter().map(|k| (*k).to_owned()).collect()
    }
}

use Scope::{Anywhere, List, Reader, Sidebar};

const BOTH: &[Scope] = &[List, Reader];
const PANES: &[Scope] = &[List, Reader, Sidebar];

const fn row(
    action: Action,
    name: &'static str,
    hint: &'static str,
    help: &'static str,
    scopes: &'static [Scope],
    keys: &'static [&'static str],
) -> ActionInfo {
    ActionInfo {
        action,
        name,
        hint,
        help,
        scopes,
        keys,
    }
}

/// Every action, in the order of help; hints are offered in this order too.
#[rustfmt::skip]
pub const ACTIONS: &[ActionInfo] = &[
    row(Action::Reviewed, "reviewed", "reviewed", "Mark reviewed, go to the next undecided", BOTH, &["r"]),
    row(Action::Negative, "negative", "negative", "Judge negative, go to the next undecided", BOTH, &["x"]),
    row(Action::Positive, "positive", "positive", "Judge positive, go to the next undecided", BOTH, &["p"]),
    row(Action::Saved, "saved", "later", "Save for later, go to the next undecided", BOTH, &["s"]),
    row(Action::Deleted, "deleted", "", "Delete (softly), go to the next undecided", BOTH, &["d"]),
    row(Action::Unread, "unread", "", "Back to unread", BOTH, &["U"]),
    row(Action::Tags, "tags", "tags", "Choose or create tags", BOTH, &["t"]),
    row(Action::Tag1, "tag-1", "", "Tag on digit 1, on or off", BOTH, &["1"]),
    row(Action::Tag2, "tag-2", "", "Tag on digit 2, on or off", BOTH, &["2"]),
    row(Action::Tag3, "tag-3", "", "Tag on digit 3, on or off", BOTH, &["3"]),
    row(Action::Tag4, "tag-4", "", "Tag on digit 4, on or off", BOTH, &["4"]),
    row(Action::Tag5, "tag-5", "", "Tag on digit 5, on or off", BOTH, &["5"]),
    row(Action::Tag6, "tag-6", "", "Tag on digit 6, on or off", BOTH, &["6"]),
    row(Action::Tag7, "tag-7", "", "Tag on digit 7, on or off", BOTH, &["7"]),
    row(Action::Tag8, "tag-8", "", "Tag on digit 8, on or off", BOTH, &["8"]),
    row(Action::Tag9, "tag-9", "", "Tag on digit 9, on or off", BOTH, &["9"]),
    row(Action::Flag, "flag", "flag", "Flag the event; in the list, the conversation", BOTH, &["f"]),
    row(Action::FlagConversation, "flag-conversation", "", "Flag the conversation", BOTH, &["F"]),
    row(Action::Note, "note", "note", "Write a note on the event; in the list, on the conversation", BOTH, &["c"]),
    row(Action::Correct, "correct", "correct", "Correct intent and entities of a message; on the header, topics and more", BOTH, &["i"]),
    row(Action::Repeat, "repeat", "", "Repeat the last tag, flag or note here", BOTH, &["."]),
    row(Action::Undo, "undo", "", "Undo the last change, go to what it restored", PANES, &["u"]),
    row(Action::Redo, "redo", "", "Redo the last undo", PANES, &["ctrl-r"]),
    row(Action::NextProblem, "next-problem", "problem", "Next problem", BOTH, &["]"]),
    row(Action::PreviousProblem, "previous-problem", "", "Previous problem", BOTH, &["["]),
    row(Action::NextHit, "next-hit", "", "Next hit of the filter, on into the next conversation", BOTH, &["n"]),
    row(Action::PreviousHit, "previous-hit", "", "Previous hit of the filter, back into the previous conversation", BOTH, &["N"]),
    row(Action::NextTurn, "next-turn", "", "Next turn", BOTH, &["}"]),
    row(Action::PreviousTurn, "previous-turn", "", "Previous turn", BOTH, &["{"]),
    row(Action::ShowActions, "show-actions", "actions", "Show or fold the actions", BOTH, &["a"]),
    row(Action::NextConversation, "next-conversation", "next", "Next conversation; in the list, the next undecided", BOTH, &["J"]),
    row(Action::PreviousConversation, "previous-conversation", "", "Previous conversation; in the list, the previous undecided", BOTH, &["K"]),
    row(Action::FilterByValue, "filter-by-value", "", "Filter by a value of this event; in the list, of this row", BOTH, &["*"]),
    row(Action::CopyLink, "copy-link", "", "Copy the link of this event (its story, in the tab Story); in the list, of the conversation", BOTH, &["y"]),
    row(Action::CopyExcerpt, "copy-excerpt", "", "Copy an excerpt as Markdown; of marked rows, one per flag", BOTH, &["Y"]),
    row(Action::Export, "export", "", "Export the conversation, the marked ones or all that the filter shows", BOTH, &["w"]),
    row(Action::Pager, "pager", "", "Open the conversation in $PAGER", BOTH, &["e"]),
    row(Action::OpenDefinition, "open-definition", "", "Open the definition of the flow, intent or action in $EDITOR", BOTH, &["E"]),
    row(Action::ConversationsOfUser, "conversations-of-user", "", "Other conversations of this user", BOTH, &["@"]),
    row(Action::Compare, "compare", "", "Mark this conversation, then compare another with it", BOTH, &["="]),
    row(Action::Filter, "filter", "filter", "Edit the filter", &[List, Sidebar], &["/"]),
    row(Action::Find, "find", "find", "Find in the conversation; n and N go on", &[Reader], &["/"]),
    row(Action::Read, "read", "read", "Read the conversation", &[List], &["enter", "l", "right"]),
    row(Action::Detail, "detail", "detail", "Open or close the detail of the event", &[Reader], &["enter"]),
    row(Action::IntoDetail, "into-detail", "", "Into the detail; there, fold or unfold (h goes outwards and back)", &[Reader], &["l", "right"]),
    row(Action::NextTab, "next-tab", "", "Next tab of the detail", &[Reader], &[">"]),
    row(Action::PreviousTab, "previous-tab", "", "Previous tab of the detail", &[Reader], &["<"]),
    row(Action::LeaveReader, "list", "", "Back to the list", &[Reader], &["h", "left"]),
    row(Action::Mark, "mark", "", "Mark the row and go down", &[List], &["space"]),
    row(Action::MarkRange, "mark-range", "", "Mark everything from here to where it is pressed again", &[List], &["v"]),
    row(Action::MarkAll, "mark-all", "", "Mark all that the filter shows", &[List], &["A"]),
    row(Action::Sort, "sort", "", "Choose the order of the list", &[List], &["o"]),
    row(Action::ReverseSort, "reverse", "", "Reverse the order of the list", &[List], &["O"]),
    row(Action::ToggleSidebar, "sidebar", "", "Show or hide the sidebar", &[List, Sidebar], &["b"]),
    row(Action::AddValue, "add-value", "add", "Add the value to the filter; on a preset, open it", &[Sidebar], &["enter", "l", "right"]),
    row(Action::ExcludeValue, "exclude-value", "exclude", "Exclude the value", &[Sidebar], &["-"]),
    row(Action::SortValues, "sort-values", "", "Sort values by count or by name", &[Sidebar], &["o"]),
    row(Action::Down, "down", "", "Down; in the reader, the next event", PANES, &["j", "down"]),
    row(Action::Up, "up", "", "Up; in the reader, the previous event", PANES, &["k", "up"]),
    row(Action::HalfPageDown, "half-page-down", "", "Half a page down", PANES, &["ctrl-d"]),
    row(Action::HalfPageUp, "half-page-up", "", "Half a page up", PANES, &["ctrl-u"]),
    row(Action::PageDown, "page-down", "", "A page down (space in the reader)", PANES, &["pagedown", "ctrl-f"]),
    row(Action::PageUp, "page-up", "", "A page up (b in the reader)", PANES, &["pageup", "ctrl-b"]),
    row(Action::Top, "top", "", "First row; in the reader, the header", PANES, &["g", "home"]),
    row(Action::Bottom, "bottom", "", "Last row; in the reader, the end", PANES, &["G", "end"]),
    row(Action::Preset, "preset", "", "Then a key: the preset on that key; ' again: back to the previous filter", &[Anywhere], &["'"]),
    row(Action::ManagePresets, "presets", "", "Presets: open, save, re-key, delete", &[Anywhere], &["P"]),
    row(Action::SavePreset, "save-preset", "", "Save the filter as a preset", &[Anywhere], &["ctrl-s"]),
    row(Action::RunAgain, "run-again", "", "Run the filter again", &[Anywhere], &["R"]),
    row(Action::Journal, "journal", "", "Journal: who changed what; take any entry back", &[Anywhere], &["H"]),
    row(Action::Learning, "learning", "", "Learning: positive, negative and fallback conversations of a period", &[Anywhere], &["L"]),
    row(Action::Notes, "notes", "", "All notes of the filter; give several one tag", &[Anywhere], &[]),
    row(Action::Confusion, "confusion", "", "Intent confusion: what was predicted against what was corrected", &[Anywhere], &[]),
    row(Action::Anonymize, "anonymize", "", "Hide who said it, and personal data, on the screen", &[Anywhere], &[]),
    row(Action::NextPane, "next-pane", "pane", "Next pane", &[Anywhere], &["tab"]),
    row(Action::Palette, "palette", "commands", "Every action by name", &[Anywhere], &[":"]),
    row(Action::Help, "help", "help", "This help", &[Anywhere], &["?"]),
    row(Action::Back, "back", "", "Back; quits from the list", &[Anywhere], &["q"]),
    row(Action::Escape, "escape", "", "Undo one layer: popup, prompt, marks", &[Anywhere], &["esc"]),
    row(Action::Redraw, "redraw", "", "Draw the screen anew", &[Anywhere], &["ctrl-l"]),
    row(Action::Suspend, "suspend", "", "Suspend to the shell", &[Anywhere], &["ctrl-z"]),
    row(Action::Interrupt, "interrupt", "", "Stop what runs; else tells how to quit", &[Anywhere], &["ctrl-c"]),
    row(Action::Quit, "quit", "", "Leave afterword; everything is kept", &[Anywhere], &["Q"]),
];

/// Reader keys that other scopes use differently, beside those of the table: scroll by pages.
pub const READER_EXTRA: &[(&str, Action)] = &[("space", Action::PageDown), ("b", Action::PageUp)];

impl Action {
    /// Its row of the table.
    pub fn info(self) -> &'static ActionInfo {
        ACTIONS
            .iter()
            .find(|i| i.action == self)
            .unwrap_or(&ACTIONS[0])
    }

    /// The action of that name.
    pub fn parse(name: &str) -> Option<Self> {
        ACTIONS.iter().find(|i| i.name == name).map(|i| i.action)
    }

    /// True for what changes the rows that are marked.
    pub fn decides(self) -> bool {
        self.tag_digit().is_some()
            || matches!(
                self,
                Self::Reviewed
                    | Self::Saved
                    | Self::Deleted
                    | Self::Positive
                    | Self::Negative
                    | Self::Unread
                    | Self::Tags
                    | Self::Flag
                    | Self::FlagConversation
                    | Self::Correct
                    | Self::Repeat
            )
    }

    /// The digit of a tag action.
    pub fn tag_digit(self) -> Option<char> {
        self.info().name.strip_prefix("tag-")?.chars().next()
    }
}
