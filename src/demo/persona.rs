//! The people: what they are called, where they sit, how they write, and what they keep talking about.

use std::collections::BTreeMap;

use super::assets::{Channel, Pack};
use super::random::Rng;
use super::speak::Decks;

/// How somebody writes; kept from session to session.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    /// Never a capital letter.
    pub lower: bool,
    /// No full stops, seldom question marks.
    pub bare: bool,
    /// Percent of longer words with a slip.
    pub slips: f64,
    /// Percent of messages with an emoji.
    pub emoji: f64,
    /// Percent of first messages with a greeting or please.
    pub polite: f64,
    /// `??` and `!!` when things go wrong.
    pub loud: bool,
    /// Spoken, as a recogniser writes it down.
    pub voice: bool,
}

/// Somebody.
#[derive(Clone, Debug)]
pub(super) struct Persona {
    /// What the source calls them.
    pub id: String,
    /// Full name.
    pub name: String,
    /// The assistant's operator knows the name.
    pub known: bool,
    pub city: Option<String>,
    pub device: String,
    /// Place in the domain's channels.
    pub channel: usize,
    /// Place in the world's packs.
    pub pack: usize,
    pub style: Style,
    /// Values of placeholders that stay: one order, one address.
    pub kept: BTreeMap<String, String>,
    /// Place of the last session in the month's order.
    pub last: usize,
    /// Sessions so far.
    pub sessions: u32,
    /// Scenario of the last session.
    pub scenario: String,
}

impl Persona {
    /// Somebody new on this channel.
    pub fn new(
        (place, pack): (usize, &Pack),
        channel: (usize, &Channel),
        decks: &mut Decks,
        rng: &mut Rng,
    ) -> Self {
        // From decks, so that no name comes twice on one page.
        let mut name = |kind: &str, names: &[String]| {
            let deck = format!("{} {kind} {}", pack.language, names.len());
            two(names.get(decks.draw(&deck, names.len(), &[])))
        };
        let (given, latin_given) = name("given", &pack.given);
        let (family, latin_family) = name("family", &pack.family);
        let phone = fill(rng.pick(&pack.phones).map_or("", String::as_str), rng);
        let style = rng.pick(&channel.1.ids).map_or("hex", String::as_str);
        let id = match style {
            "visitor" => format!("visitor-{}", 1000 + rng.below(9000)),
            "phone" => phone.replace([' ', '-'], ""),
            "name" => match rng.below(4) {
                0 => format!("{latin_given}.{}", initial(&latin_family)),
                1 => format!("{latin_given}{}", 60 + rng.below(40)),
                2 => format!("{latin_given}.{latin_family}"),
                _ => format!("{}.{latin_family}", initial(&latin_given)),
            },
            "guest" => format!("guest_{}", rng.hex(6)),
            _ => rng.hex(32),
        };
        let mail = match rng.below(5) {
            0 => format!("{latin_given}.{latin_family}"),
            1 => format!("{}{latin_family}", initial(&latin_given)),
            2 => format!("{latin_given}_{}", 70 + rng.below(30)),
            3 => format!("{latin_family}.{latin_given}"),
            _ => format!("{latin_given}{}", rng.below(100)),
        };
        let host = [
            "example.com",
            "example.org",
            "example.net",
            "mail.example.com",
        ];
        let host = host[rng.weighted([6, 3, 2, 1].into_iter())];
        let name = if pack.family_first {
            format!("{family} {given}")
        } else {
            format!("{given} {family}")
        };
        let city = rng.pick(&pack.cities).cloned().unwrap_or_default();
        let device = rng.pick(&channel.1.devices).cloned().unwrap_or_default();
        let kept = [
            ("given", &given),
            ("name", &name),
            ("phone", &phone),
            ("email", &format!("{mail}@{host}")),
            ("city", &city),
        ];
        Self {
            known: matches!(style, "phone" | "name") && rng.chance(80.0),
            kept: kept
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v.clone()))
                .collect(),
            id,
            name,
            city: rng.chance(78.0).then_some(city),
            device,
            channel: channel.0,
            pack: place,
            style: manner(channel.1, rng),
            last: 0,
            sessions: 0,
            scenario: String::new(),
        }
    }
}

fn manner(channel: &Channel, rng: &mut Rng) -> Style {
    let phone = channel.name == "whatsapp" || rng.chance(40.0);
    Style {
        lower: rng.chance(if phone { 52.0 } else { 34.0 }),
        bare: rng.chance(if phone { 58.0 } else { 36.0 }),
        slips: if rng.chance(30.0) {
            rng.between(2.0, 9.0)
        } else {
            0.4
        },
        emoji: if rng.chance(if phone { 24.0 } else { 8.0 }) {
            22.0
        } else {
            0.0
        },
        polite: if rng.chance(45.0) { 60.0 } else { 5.0 },
        loud: rng.chance(22.0),
        voice: channel.voice,
    }
}

/// `ليلى=layla` as name and Latin letters; without `=` the letters are made plain.
fn two(name: Option<&String>) -> (String, String) {
    let name = name.map_or("", String::as_str);
    match name.split_once('=') {
        Some((own, latin)) => (own.to_owned(), latin.to_owned()),
        None => (name.to_owned(), plain(name)),
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'a'..='z' => Some(c),
            'á' | 'à' | 'ä' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'í' | 'ï' => Some('i'),
            'ó' | 'ö' | 'ô' => Some('o'),
            'ú' | 'ü' => Some('u'),
            'ñ' => Some('n'),
            'ç' => Some('c'),
            _ => None,
        })
        .collect()
}

fn initial(name: &str) -> String {
    name.chars().take(1).collect()
}

/// Fills a pattern: `#` is a digit, `^` a capital letter.
pub(super) fn fill(pattern: &str, rng: &mut Rng) -> String {
    pattern
        .chars()
        .map(|c| match c {
            '#' => char::from(b'0' + rng.below(10) as u8),
            '^' => {
                const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXY";
                char::from(LETTERS[rng.below(LETTERS.len())])
            }
            other => other,
        })
        .collect()
}
