//! Names that stand for people: the same for the same person in one store, and nothing that leads back to
//! the person, or to the name the same person has in another store.

use std::fmt;

use crate::text::Untrusted;

/// Characters after the dash: 50 bits, so that a million people are a million names.
const LENGTH: usize = 10;

/// Makes pseudonyms with the key of one store.
#[derive(Clone)]
pub struct Pseudonyms {
    key: [u8; 32],
}

impl Pseudonyms {
    /// With the secret key of a store.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The pseudonym of a user by id or name: `user-7kq2m4xdbn`.
    pub fn user(&self, name: &str) -> Untrusted {
        self.of("user", name)
    }

    /// The pseudonym of a human agent: `agent-7kq2m4xdbn`.
    pub fn agent(&self, name: &str) -> Untrusted {
        self.of("agent", name)
    }

    /// A keyed hash, so that nobody without the key can try telephone numbers until one fits. The kind is
    /// not hashed: whoever is user here and agent there has one name, but for its first word.
    fn of(&self, kind: &str, name: &str) -> Untrusted {
        let hash = blake3::keyed_hash(&self.key, name.as_bytes());
        let text = data_encoding::BASE32_NOPAD.encode(&hash.as_bytes()[..7]);
        format!("{kind}-{}", text[..LENGTH].to_lowercase()).into()
    }
}

impl fmt::Debug for Pseudonyms {
    /// Never the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn they_are_stable_readable_and_other_ones_under_another_key() {
        let (one, other) = (Pseudonyms::new([1; 32]), Pseudonyms::new([2; 32]));
        let anna = one.user("anna").for_export().to_owned();
        assert_eq!(anna, one.user("anna").for_export());
        assert_eq!(anna, "user-dzch5ujm4j");
        assert_ne!(anna, one.user("Anna").for_export());
        assert_ne!(anna, other.user("anna").for_export());
        assert_eq!(anna[5..], one.agent("anna").for_export()[6..]);
        assert_eq!(format!("{one:?}"), "Pseudonyms");
    }

    #[test]
    fn a_million_people_are_a_million_names() {
        let key = Pseudonyms::new([7; 32]);
        let names: HashSet<Untrusted> = (0..1_000_000u32)
            .map(|n| key.user(&format!("+49151{n:07}")))
            .collect();
        assert_eq!(names.len(), 1_000_000);
    }
}
