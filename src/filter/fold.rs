//! Comparing names and values without case: one definition for every evaluation.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Lower case of every character by itself (so that a prefix stays a prefix), composed (NFC), so that
/// the two spellings of `é` are one value.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Greek has two small sigmas; capitals do not tell them apart.
    let one_sigma = |c| if c == 'ς' { 'σ' } else { c };
    let lower: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(one_sigma)
        .collect();
    if is_nfc(&lower) {
        lower
    } else {
        lower.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_value_are_equal() {
        assert_eq!(fold("Caf\u{e9}"), fold("CAFE\u{301}"));
        assert_eq!(fold("\u{41f}\u{440}\u{438}"), fold("\u{41f}\u{420}\u{418}"));
        assert_ne!(fold("cafe"), fold("caf\u{e9}"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
    }

    #[test]
    fn a_prefix_stays_a_prefix() {
        // The lower case of a final sigma depends on what follows when whole words are lowered.
        assert!(
            fold("\u{39f}\u{394}\u{39f}\u{3a3}x")
                .starts_with(&fold("\u{39f}\u{394}\u{39f}\u{3a3}"))
        );
    }

    #[test]
    fn folding_again_changes_nothing() {
        for text in ["\u{130}", "\u{1e9e}", "A\u{30a}", "\u{fb01}"] {
            assert_eq!(fold(&fold(text)), fold(text));
        }
    }
}
