//! Names of files from text that nobody checked.
//!
//! Whatever a log or a person calls a thing, what comes out stays in its folder, is a name on every
//! system, and differs where the texts differ. This module touches no file.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The longest name, in characters (all of them ASCII).
const MAX: usize = 80;
/// Hexadecimal digits of the hash that tells shortened names apart.
const HASH: usize = 8;
/// Names that some systems keep for devices, whatever ending follows.
const RESERVED: [&str; 6] = ["aux", "clock", "com", "con", "lpt", "nul"];

/// A harmless part of a file name: `[a-z0-9_-]{1,80}`, beginning with a letter or digit. The only form in
/// which text from a log gets into a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathSlug(String);

impl PathSlug {
    /// The slug of a text. A text that is one already stays as it is; any other ends in a hash of the whole
    /// text, so that two texts never share a name.
    pub fn of(raw: &str) -> Self {
        let slug = letters(raw);
        if slug == raw && !slug.is_empty() && !looks_hashed(&slug) && !is_reserved(&slug) {
            return Self(slug);
        }
        let hash = blake3::hash(raw.as_bytes()).to_hex();
        let hash = &hash.as_str()[..HASH];
        if slug.is_empty() || is_reserved(&slug) {
            return Self(format!("x-{hash}"));
        }
        let kept = slug[..slug.len().min(MAX - HASH - 1)].trim_end_matches(['-', '_']);
        Self(format!("{kept}-{hash}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PathSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Small letters, digits and underscores; whatever else stands between them becomes one hyphen.
fn letters(raw: &str) -> String {
    let mut out = String::new();
    // Accents fall off; a text of megabytes is not read to its end.
    for c in raw.nfkd().take(4 * MAX) {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => out.push(c),
            '_' if !out.is_empty() => out.push('_'),
            c if c.general_category_group() == GeneralCategoryGroup::Mark => {}
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
        if out.len() > MAX {
            break;
        }
    }
    while out.ends_with(['-', '_']) {
        out.pop();
    }
    out.truncate(MAX);
    out
}

/// True for what ends like the names that carry a hash: it might be the name of another text.
fn looks_hashed(slug: &str) -> bool {
    slug.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() == HASH && end.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
    })
}

fn is_reserved(slug: &str) -> bool {
    let base = slug.trim_end_matches(|c: char| c.is_ascii_digit());
    slug == "prn" || RESERVED.contains(&base) && slug.len() <= base.len() + 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn slug(raw: &str) -> String {
        PathSlug::of(raw).to_string()
    }

    fn is_sound(name: &str) -> bool {
        (1..=MAX).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'))
    }

    #[test]
    fn plain_names_stay_and_others_get_a_hash() {
        assert_eq!(slug("unread"), "unread");
        assert_eq!(slug("anna_k-2"), "anna_k-2");
        for (raw, begins) in [
            ("Unread", "unread-"),
            ("Zoë Ærø", "zoe-r-"),
            ("../../etc/passwd", "etc-passwd-"),
            ("-rf", "rf-"),
            (".hidden", "hidden-"),
            ("", "x-"),
            ("漢字", "x-"),
            ("con", "x-"),
            ("com1", "x-"),
            ("NUL", "x-"),
            ("a\0b\nc\u{1b}[31m", "a-b-c-31m-"),
            ("deadbeef", "deadbeef"),
            ("of-deadbeef", "of-deadbeef-"),
        ] {
            assert!(slug(raw).starts_with(begins), "{raw:?}: {}", slug(raw));
            assert!(is_sound(&slug(raw)), "{raw:?}: {}", slug(raw));
        }
        assert_eq!(slug(&"long ".repeat(10_000)).len(), MAX);
    }

    #[test]
    fn a_hundred_thousand_ids_have_as_many_names() {
        let ids = (0..25_000).flat_map(|n| {
            [
                format!("user-{n}"),
                format!("User {n}"),
                format!("user/{n}"),
                format!("{}#{n}", "x".repeat(90)),
            ]
        });
        let names: HashSet<String> = ids.map(|id| slug(&id)).collect();
        assert_eq!(names.len(), 100_000);
    }

    proptest! {
        #[test]
        fn every_name_is_sound(raw in any::<String>()) {
            prop_assert!(is_sound(&slug(&raw)), "{}", slug(&raw));
        }
    }
}
