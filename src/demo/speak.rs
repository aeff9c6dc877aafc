//! From a set of templates to one utterance: which one, with what in it, and how this person types.

use std::collections::BTreeMap;

use super::assets::{Domain, Pack};
use super::persona::{Persona, Style, fill};
use super::random::Rng;
use crate::model::{Confidence, Entity};

/// The order in which templates are used up: shuffled, so that none comes again before all have come.
#[derive(Default)]
pub(super) struct Decks(BTreeMap<String, (Rng2, Vec<usize>)>);

struct Rng2(Rng);

impl Decks {
    /// The next template of a set, none of `avoid` if there is another.
    pub fn draw(&mut self, set: &str, size: usize, avoid: &[usize]) -> usize {
        let (rng, left) = self
            .0
            .entry(set.to_owned())
            .or_insert_with(|| (Rng2(Rng::of(set, 1)), Vec::new()));
        for _ in 0..2 {
            if let Some(at) = left.iter().rposition(|t| !avoid.contains(t)) {
                return left.remove(at);
            }
            let mut again: Vec<usize> = (0..size).collect();
            rng.0.shuffle(&mut again);
            again.append(left);
            *left = again;
        }
        left.pop().unwrap_or(0)
    }
}

/// What was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// A voice with everything it needs to fill a template.
pub(super) struct Voice<'a> {
    pub domain: &'a Domain,
    pub pack: &'a Pack,
    /// Day of the week of the conversation, Monday is 0.
    pub weekday: usize,
}

impl Voice<'_> {
    /// Fills a template for the assistant, an agent, or a value: exactly as written.
    pub fn written(&self, template: &str, who: &mut Persona, rng: &mut Rng) -> String {
        let mut text = String::new();
        for piece in pieces(&chosen(template, rng)) {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Hole(name) => text.push_str(&self.value(name, who, rng)),
            }
        }
        text
    }

    /// Fills a template for the user: as this person types, with the entities found in it.
    pub fn typed(&self, template: &str, who: &mut Persona, rng: &mut Rng) -> Spoken {
        let style = who.style.clone();
        let template = chosen(template, rng);
        let mut spoken = Spoken::default();
        let all = pieces(&template);
        let last = all.len().saturating_sub(1);
        for (place, piece) in all.into_iter().enumerate() {
            match piece {
                Piece::Text(literal) => {
                    let own = typed(literal, &style, place == last, rng);
                    if own.starts_with(' ') && spoken.text.is_empty() {
                        spoken.text.push_str(own.trim_start());
                    } else {
                        spoken.text.push_str(&own);
                    }
                }
                Piece::Hole(name) => {
                    let value = self.value(name, who, rng);
                    let from = spoken.text.chars().count() as u32;
                    spoken.text.push_str(&value);
                    let base = name.trim_end_matches(['!', '?']);
                    if let Some(entity) = self.domain.entities.get(base) {
                        let to = spoken.text.chars().count() as u32;
                        spoken
                            .entities
                            .push(entity_of(entity, &value, (from, to), rng));
                    }
                }
            }
        }
        let end = spoken.text.trim_end().len();
        spoken.text.truncate(end);
        spoken
    }

    /// The value of a placeholder: `{order}` stays the same for a person, `{order!}` becomes a new one
    /// that stays, `{order?}` is another one this once, `{day3}` a day of the week.
    fn value(&self, name: &str, who: &mut Persona, rng: &mut Rng) -> String {
        let base = name.trim_end_matches(['!', '?']);
        if let Some(days) = base
            .strip_prefix("day")
            .and_then(|d| d.parse::<usize>().ok())
        {
            let at = (self.weekday + days) % 7;
            return self.pack.weekdays.get(at).cloned().unwrap_or_default();
        }
        if base == name
            && let Some(kept) = who.kept.get(base)
        {
            return kept.clone();
        }
        let Some(words) = self.pack.words.get(base) else {
            return format!("{{{name}}}");
        };
        let mut value = fill(rng.pick(words).map_or("", String::as_str), rng);
        for _ in 0..8 {
            if Some(&value) != who.kept.get(base) {
                break;
            }
            value = fill(rng.pick(words).map_or("", String::as_str), rng);
        }
        // `a rash>department=dermatology`: what goes with it.
        let implied = value
            .split_once('>')
            .and_then(|(_, more)| more.split_once('='));
        let implied = implied.map(|(n, v)| (n.to_owned(), v.to_owned()));
        value.truncate(value.find('>').unwrap_or(value.len()));
        if !name.ends_with('?') {
            who.kept.insert(base.to_owned(), value.clone());
            who.kept.extend(implied);
        }
        value
    }
}

fn entity_of(name: &str, value: &str, span: (u32, u32), rng: &mut Rng) -> Entity {
    let pattern = value.chars().any(|c| c.is_ascii_digit());
    Entity {
        name: name.into(),
        value: json_text(value).into(),
        span: Some(span),
        role: None,
        extractor: Some(
            if pattern {
                "RegexEntityExtractor"
            } else {
                "DIETClassifier"
            }
            .into(),
        ),
        confidence: (!pattern).then(|| Confidence(rng.between(0.78, 0.999))),
    }
}

/// Text as a JSON string.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

enum Piece<'a> {
    Text(&'a str),
    Hole(&'a str),
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((hole, after)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            all.push(Piece::Text(before));
        }
        all.push(Piece::Hole(hole));
        rest = after;
    }
    if !rest.is_empty() {
        all.push(Piece::Text(rest));
    }
    all
}

/// Chooses within `[one|two|]`.
fn chosen(template: &str, rng: &mut Rng) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((inside, after)) = after.split_once(']') else {
            break;
        };
        text.push_str(before);
        let options: Vec<&str> = inside.split('|').collect();
        text.push_str(rng.pick(&options).copied().unwrap_or_default());
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A literal as this person types it.
fn typed(literal: &str, style: &Style, last: bool, rng: &mut Rng) -> String {
    let mut text = literal.to_owned();
    if style.voice {
        return spoken(&text);
    }
    if style.lower {
        text = text.to_lowercase();
    }
    let said = text.contains(char::is_alphanumeric);
    if style.bare && last && said {
        text = text.trim_end_matches(['.', '。', '،']).to_owned();
        if rng.chance(55.0) {
            text = text.trim_end_matches(['?', '？', '؟']).to_owned();
        }
    }
    if style.bare && style.lower {
        text = text.replace(['\'', '’'], "");
    }
    let mark = text.chars().last();
    if let Some(mark) = mark.filter(|c| matches!(c, '?' | '!' | '？' | '！' | '؟'))
        && style.loud
        && last
        && rng.chance(45.0)
    {
        for _ in 0..1 + rng.below(2) {
            text.push(mark);
        }
    }
    slipped(&text, style.slips, rng)
}

/// What a recogniser writes: no marks, no capitals.
fn spoken(text: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '\'' | '’');
    let text: String = text
        .chars()
        .map(|c| if c == '-' { ' ' } else { c })
        .filter(kept)
        .collect();
    text.to_lowercase().replace("  ", " ")
}

/// With the slips of a hurried hand, in words of Latin letters.
fn slipped(text: &str, percent: f64, rng: &mut Rng) -> String {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let long = word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase());
            if !long || !rng.chance(percent) {
                return word.to_owned();
            }
            let mut letters: Vec<char> = word.chars().collect();
            let at = 1 + rng.below(letters.len() - 2);
            match rng.below(4) {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                _ => letters.swap(at, at + 1),
            }
            letters.into_iter().collect()
        })
        .collect();
    words.join(" ")
}
