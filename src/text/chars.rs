//! What each character may do on a terminal: an allow-list by general category.
//!
//! Whatever is not known to be visible and harmless gets a name, under which it is shown. This module
//! looks at single characters (and at emoji sequences, which only make sense as a whole); how they are
//! put together is the sanitiser's affair.

use std::borrow::Cow;

use unicode_properties::emoji::EmojiStatus;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Joins what stands on both sides into one glyph.
pub(super) const ZWJ: char = '\u{200d}';
/// Keeps letters apart that would join.
pub(super) const ZWNJ: char = '\u{200c}';
/// Asks for the picture form of the character before it.
pub(super) const EMOJI_SELECTOR: char = '\u{fe0f}';
/// Turns a digit into a keycap.
pub(super) const KEYCAP: char = '\u{20e3}';
/// Cells of one screen position: ratatui and terminals agree on these alone.
pub(super) const MAX_WIDTH: usize = 2;
/// Bytes of one cluster, so that no cell can flood the terminal.
pub(super) const MAX_BYTES: usize = 64;
/// The longest emoji sequences in use (families, couples) join four pictures.
const MAX_EMOJI_ELEMENTS: usize = 4;

/// What the sanitiser does with a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Stands by itself.
    Base,
    /// Stands on the character before it.
    Mark,
    /// ZWJ or ZWNJ: kept between letters that join, shown otherwise.
    Joiner,
    /// U+FE0E, harmless where it changes no width.
    TextSelector,
    /// U+FE0F, left out after a picture: terminals disagree on the width it makes.
    EmojiSelector,
    /// Shown by name.
    Hidden,
}

/// Sorts a character that is no control character.
pub(super) fn class(c: char) -> Class {
    use GeneralCategory as G;
    match c {
        ' '..='~' => return Class::Base,
        ZWJ | ZWNJ => return Class::Joiner,
        '\u{fe0e}' => return Class::TextSelector,
        EMOJI_SELECTOR => return Class::EmojiSelector,
        _ if is_blank(c) => return Class::Hidden,
        _ => {}
    }
    match c.general_category() {
        G::NonspacingMark | G::SpacingMark | G::EnclosingMark => Class::Mark,
        G::Control
        | G::Format
        | G::Unassigned
        | G::PrivateUse
        | G::Surrogate
        | G::LineSeparator
        | G::ParagraphSeparator => Class::Hidden,
        _ => Class::Base,
    }
}

/// True for characters that a cluster of a [`super::SafeText`] may hold: a check for whoever stands
/// between the screen and the terminal.
pub fn is_drawable(c: char) -> bool {
    !c.is_control() && class(c) != Class::Hidden
}

/// Characters whose category says letter, mark or symbol, but of which nothing is seen.
fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{34f}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2800}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
        | '\u{fff9}'..='\u{fffc}'
        | '\u{13441}' | '\u{13442}'
        | '\u{16fe4}'
        | '\u{1d159}')
}

/// The name under which a hidden character is shown, without its brackets.
pub(super) fn name(c: char) -> String {
    let known = match c {
        '\u{85}' => "NEL",
        '\u{ad}' => "SHY",
        '\u{34f}' => "CGJ",
        '\u{61c}' => "ALM",
        '\u{200b}' => "ZWSP",
        ZWNJ => "ZWNJ",
        ZWJ => "ZWJ",
        '\u{200e}' => "LRM",
        '\u{200f}' => "RLM",
        '\u{2028}' => "LS",
        '\u{2029}' => "PS",
        '\u{202a}' => "LRE",
        '\u{202b}' => "RLE",
        '\u{202c}' => "PDF",
        '\u{202d}' => "LRO",
        '\u{202e}' => "RLO",
        '\u{2060}' => "WJ",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{feff}' => "BOM",
        '\u{fffc}' => "OBJ",
        '\u{80}'..='\u{9f}' => return format!("{:02X}", u32::from(c)),
        '\u{fe00}'..='\u{fe0f}' => return format!("VS{}", u32::from(c) - 0xfe00 + 1),
        '\u{e0100}'..='\u{e01ef}' => return format!("VS{}", u32::from(c) - 0xe0100 + 17),
        _ => return format!("U+{:04X}", u32::from(c)),
    };
    known.to_owned()
}

/// The picture of a C0 control character or DEL.
pub(super) fn picture(c: char) -> Option<char> {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    }
}

/// Columns of one character as terminals count it, by itself.
pub(super) fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Columns of `text`, if every terminal can be expected to agree: where the characters alone add up to
/// something else, some terminals join them and others do not.
pub(super) fn agreed_width(text: &str) -> Option<usize> {
    let text = &*drawn(text);
    let width = text.width();
    (width <= MAX_WIDTH && width == text.chars().map(char_width).sum::<usize>()).then_some(width)
}

/// A cluster as it is drawn: without the selector on whose width terminals disagree.
pub(super) fn drawn(cluster: &str) -> Cow<'_, str> {
    if cluster.contains(EMOJI_SELECTOR) {
        Cow::Owned(cluster.replace(EMOJI_SELECTOR, ""))
    } else {
        Cow::Borrowed(cluster)
    }
}

/// True for letters of scripts in which ZWJ and ZWNJ change how neighbours are written.
pub(super) fn joins(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{77f}' | '\u{7c0}'..='\u{7ff}' | '\u{840}'..='\u{8ff}'
        | '\u{900}'..='\u{dff}'
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1b00}'..='\u{1b7f}'
        | '\u{a840}'..='\u{a87f}' | '\u{a8e0}'..='\u{a8ff}' | '\u{a980}'..='\u{a9ff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{11000}'..='\u{1134f}' | '\u{1e900}'..='\u{1e95f}')
        && matches!(
            c.general_category(),
            GeneralCategory::OtherLetter
                | GeneralCategory::ModifierLetter
                | GeneralCategory::UppercaseLetter
                | GeneralCategory::LowercaseLetter
                | GeneralCategory::NonspacingMark
                | GeneralCategory::SpacingMark
        )
        && !is_blank(c)
}

/// True if a text selector may follow `c`.
pub(super) fn is_emoji(c: char) -> bool {
    c.is_emoji_char()
}

/// Bytes of the emoji sequence that `text` begins with: a flag, a picture with a skin tone, or joined
/// pictures; 0 if there is none.
///
/// Joined pictures are kept only where the joined one is used in sequences at all: an arbitrary chain
/// shows as separate pictures in most terminals, and its joiners would be hidden characters.
pub(super) fn emoji_sequence(text: &str) -> usize {
    let mut chars = text.chars();
    let (Some(first), Some(second)) = (chars.next(), chars.next()) else {
        return 0;
    };
    let len = if is_regional(first) && is_regional(second) {
        first.len_utf8() + second.len_utf8()
    } else if second == EMOJI_SELECTOR || second == ZWJ || is_skin_tone(second) {
        joined_emoji(text, first)
    } else {
        0
    };
    let by_itself = text[..len]
        .chars()
        .all(|c| c == first || c == EMOJI_SELECTOR);
    let is_flag = len > 0 && is_regional(first);
    let safe = len <= MAX_BYTES && text[..len].width() == MAX_WIDTH;
    if safe && (is_flag || !by_itself) {
        len
    } else {
        0
    }
}

/// Bytes of one picture and those joined to it.
fn joined_emoji(text: &str, first: char) -> usize {
    let mut len = emoji_element(text, first);
    for _ in 1..MAX_EMOJI_ELEMENTS {
        let Some(rest) = text[len..].strip_prefix(ZWJ) else {
            break;
        };
        let Some(next) = rest.chars().next().filter(|&c| len > 0 && is_emoji_tail(c)) else {
            break;
        };
        len += ZWJ.len_utf8() + emoji_element(rest, next);
    }
    len
}

/// Bytes of one picture with its selector or skin tone.
fn emoji_element(text: &str, first: char) -> usize {
    if !first.is_emoji_char() || first.is_ascii() {
        return 0;
    }
    let len = first.len_utf8();
    match text[len..].chars().next() {
        Some(EMOJI_SELECTOR) => len + EMOJI_SELECTOR.len_utf8(),
        Some(c) if is_skin_tone(c) && takes_skin_tone(first) => len + c.len_utf8(),
        _ => len,
    }
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn takes_skin_tone(c: char) -> bool {
    matches!(
        c.emoji_status(),
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase
    )
}

/// True for pictures that stand after a joiner in the sequences keyboards offer: signs of gender,
/// profession, colour and direction, partners and children, and a few things.
fn is_emoji_tail(c: char) -> bool {
    matches!(
        c,
        '♀' | '♂'
            | '⚧'
            | '⚕'
            | '⚖'
            | '✈'
            | '➡'
            | '❤'
            | '☠'
            | '❄'
            | '↔'
            | '↕'
            | '⬛'
            | '🌈'
            | '🌾'
            | '🍳'
            | '🍼'
            | '🎄'
            | '🎓'
            | '🎤'
            | '🎨'
            | '🏫'
            | '🏭'
            | '👦'
            | '👧'
            | '👨'
            | '👩'
            | '🧑'
            | '🧒'
            | '💋'
            | '🤝'
            | '🫲'
            | '🐰'
            | '💻'
            | '💼'
            | '🔧'
            | '🔬'
            | '🚀'
            | '🚒'
            | '🦯'
            | '🦼'
            | '🦽'
            | '🩰'
            | '🦰'
            | '🦱'
            | '🦲'
            | '🦳'
            | '🦺'
            | '🔥'
            | '🗨'
            | '💨'
            | '💫'
            | '💥'
            | '🌫'
            | '🩹'
            | '🟫'
            | '🟩'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_sequences_are_whole() {
        for whole in ["🇩🇪", "🇩🇩", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏻‍❤️‍💋‍👨🏾", "🏃🏻‍♂️‍➡️", "👁️‍🗨️"]
        {
            assert_eq!(emoji_sequence(whole), whole.len(), "{whole}");
        }
        for none in [
            "a",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "🏽",
            "1\u{fe0f}",
            "a\u{fe0f}",
            "🇩x",
            "🍕🏽",
            "\u{200d}❤",
            "👍x",
        ] {
            assert_eq!(emoji_sequence(none), 0, "{none}");
        }
        assert_eq!(emoji_sequence("👍🏽\u{200d}👍🏽"), "👍🏽".len());
        assert_eq!(emoji_sequence("🏴\u{e0067}\u{e007f}"), 0);
    }

    #[test]
    fn every_character_that_is_kept_by_itself_can_be_seen() {
        for c in ('\u{a0}'..=char::MAX).filter(|&c| class(c) == Class::Base) {
            let category = c.general_category();
            assert!(!matches!(
                category,
                GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::Unassigned
            ));
        }
        for c in "\u{202e}\u{200b}\u{feff}\u{ad}\u{e0041}\u{3164}\u{115f}\u{1160}\u{2800}\u{ffa0}\u{fe00}\u{fff9}\u{2065}\u{e000}\u{fffe}\u{10ffff}\u{2028}\u{600}\u{1d173}".chars() {
            assert_eq!(class(c), Class::Hidden, "{}", name(c));
        }
    }

    #[test]
    fn names_are_short_where_people_know_them() {
        assert_eq!(name('\u{202e}'), "RLO");
        assert_eq!(name('\u{9b}'), "9B");
        assert_eq!(name('\u{e0041}'), "U+E0041");
        assert_eq!(name('\u{fe0f}'), "VS16");
        assert_eq!(name('\u{e0100}'), "VS17");
        assert_eq!(picture('\u{1b}'), Some('␛'));
        assert_eq!(picture('\u{7f}'), Some('␡'));
        assert_eq!(picture('a'), None);
    }
}
