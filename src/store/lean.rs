//! What the verbatim record of an event says already is not kept a second time.
//!
//! Texts, names, confidences and times are read out of the record that stands beside them. Where one
//! equals a string or a number of its own record, a reference to that piece takes its place: figures are
//! noise to zstd, and each repeated name costs it a few bytes. Pure functions.

use super::moments::{MARK, lengthen, shorten};
use crate::model::{Confidence, Event, Millis};
use crate::text::Untrusted;

/// A confidence that stands for the piece named by its low bits: a NaN that no source can say.
const FIGURE: u64 = 0xfff8_a77e_0000_0000;

/// A time this early or a little later stands for a number of seconds.
const TIME: i64 = i64::MIN;

/// Begins a text that stands for a string of the record.
const STRING: char = '\u{1}';

/// Begins a JSON text that stands for a string of the record in its quotes.
const QUOTED: char = '\u{2}';

/// Pieces of one record that are looked at.
const MOST: usize = 256;

/// Puts references in the place of what the records say. False, and nothing is changed, where something
/// already looks like a reference.
pub(super) fn lighten(events: &mut [Event]) -> bool {
    if events.iter_mut().any(looks_light) {
        return false;
    }
    let (mut found, mut last) = (Vec::new(), 0);
    for event in events {
        let Some(raw) = event.raw.take() else {
            continue;
        };
        let mut pieces = Pieces::of(raw.for_export(), &mut found);
        each(event, |part| match part {
            Part::Time(at) => {
                let said = |p: Piece<'_>| p.number().and_then(Millis::from_seconds) == Some(*at);
                if let Some(n) = pieces.find(said) {
                    *at = Millis(TIME + n as i64);
                }
            }
            Part::Figure(c) => {
                let bits = c.0.to_bits();
                let said = |p: Piece<'_>| p.number().is_some_and(|n| n.to_bits() == bits);
                if let Some(n) = pieces.find(said) {
                    c.0 = f64::from_bits(FIGURE | n as u64);
                }
            }
            Part::Text(text) => refer(text, STRING, &mut pieces),
            Part::Json(text) => refer(text, QUOTED, &mut pieces),
        });
        let place = event.at.and_then(time_reference);
        let place = place.and_then(|n| found.get(n).map(|p| p.0..p.1));
        let short = place.and_then(|place| shorten(raw.for_export(), place, &mut last));
        event.raw = Some(short.map_or(raw, Untrusted::from));
    }
    true
}

/// Puts back what the references stand for. False where one leads nowhere: the body is damaged.
pub(super) fn restore(events: &mut [Event]) -> bool {
    let (mut found, mut last) = (Vec::new(), 0);
    let mut whole = true;
    for event in events {
        let mut raw = event.raw.take();
        if let Some(short) = &raw {
            match lengthen(short.for_export(), &mut last) {
                Some(Some(long)) => raw = Some(long.into()),
                Some(None) => {}
                None => return false,
            }
        }
        let record = raw.as_ref().map_or("", Untrusted::for_export);
        let mut pieces = Pieces::of(record, &mut found);
        each(event, |part| match part {
            Part::Time(at) => {
                if let Some(n) = time_reference(*at) {
                    let said = pieces.get(n).and_then(|p| p.number());
                    let said = said.and_then(Millis::from_seconds);
                    whole &= said.is_some();
                    *at = said.unwrap_or_default();
                }
            }
            Part::Figure(c) => {
                if let Some(n) = reference(*c) {
                    let said = pieces.get(n).and_then(|p| p.number());
                    whole &= said.is_some();
                    c.0 = said.unwrap_or_default();
                }
            }
            Part::Text(text) | Part::Json(text) => {
                if let Some((mark, n)) = text_reference(text) {
                    let said = pieces.get(n).and_then(|p| p.string());
                    whole &= said.is_some();
                    let said = said.unwrap_or_default();
                    *text = match mark {
                        STRING => said.into(),
                        _ => format!("\"{said}\"").into(),
                    };
                }
            }
        });
        event.raw = raw;
    }
    whole
}

/// What of an event may be said by its record.
enum Part<'a> {
    Time(&'a mut Millis),
    Figure(&'a mut Confidence),
    Text(&'a mut Untrusted),
    /// JSON text.
    Json(&'a mut Untrusted),
}

/// Every part, in the order in which records usually have them.
fn each(event: &mut Event, mut part: impl FnMut(Part<'_>)) {
    if let Some(at) = &mut event.at {
        part(Part::Time(at));
    }
    if let Some(run) = &mut event.action {
        run.name.iter_mut().for_each(|t| part(Part::Text(t)));
        run.policy.iter_mut().for_each(|t| part(Part::Text(t)));
        run.confidence
            .iter_mut()
            .for_each(|c| part(Part::Figure(c)));
    }
    if let Some(slot) = &mut event.slot {
        part(Part::Text(&mut slot.name));
        part(Part::Json(&mut slot.value));
    }
    if let Some(flow) = &mut event.flow {
        part(Part::Text(&mut flow.name));
        flow.step.iter_mut().for_each(|t| part(Part::Text(t)));
    }
    event.text.iter_mut().for_each(|t| part(Part::Text(t)));
    event.payload.iter_mut().for_each(|t| part(Part::Text(t)));
    for button in &mut event.buttons {
        part(Part::Text(&mut button.title));
        button.payload.iter_mut().for_each(|t| part(Part::Text(t)));
    }
    for entity in &mut event.entities {
        part(Part::Text(&mut entity.name));
        part(Part::Json(&mut entity.value));
        entity
            .confidence
            .iter_mut()
            .for_each(|c| part(Part::Figure(c)));
        entity.role.iter_mut().for_each(|t| part(Part::Text(t)));
        entity
            .extractor
            .iter_mut()
            .for_each(|t| part(Part::Text(t)));
    }
    if let Some(prediction) = &mut event.intent {
        prediction.name.iter_mut().for_each(|t| part(Part::Text(t)));
        prediction
            .confidence
            .iter_mut()
            .for_each(|c| part(Part::Figure(c)));
        for ranked in &mut prediction.ranking {
            part(Part::Text(&mut ranked.name));
            ranked
                .confidence
                .iter_mut()
                .for_each(|c| part(Part::Figure(c)));
        }
    }
}

fn looks_light(event: &mut Event) -> bool {
    let raw = event.raw.as_ref().map_or("", Untrusted::for_export);
    let mut light = raw.contains(MARK);
    each(event, |part| {
        light |= match part {
            Part::Time(at) => time_reference(*at).is_some(),
            Part::Figure(c) => reference(*c).is_some(),
            Part::Text(text) | Part::Json(text) => is_reference(text),
        }
    });
    light
}

/// True if a text stands for a piece of its record.
pub(super) fn is_reference(text: &Untrusted) -> bool {
    text.for_export().starts_with([STRING, QUOTED])
}

fn reference(confidence: Confidence) -> Option<usize> {
    let bits = confidence.0.to_bits();
    (bits & !0xffff == FIGURE).then_some((bits & 0xffff) as usize)
}

fn time_reference(at: Millis) -> Option<usize> {
    let n = at.0.wrapping_sub(TIME);
    (0..MOST as i64).contains(&n).then_some(n as usize)
}

/// The piece is named by the code of one character behind the mark.
fn text_reference(text: &Untrusted) -> Option<(char, usize)> {
    let mut chars = text.for_export().chars();
    let mark = chars.next().filter(|c| matches!(*c, STRING | QUOTED))?;
    Some((mark, chars.next()? as usize))
}

fn refer(text: &mut Untrusted, mark: char, pieces: &mut Pieces<'_, '_>) {
    let said = match mark {
        STRING => Some(text.for_export()),
        _ => unquoted(text.for_export()),
    };
    // A very short one is as short as its reference.
    let Some(said) = said.filter(|said| said.len() > 2) else {
        return;
    };
    let found = pieces.find(|p| p.string() == Some(said));
    if let Some(n) = found.and_then(|n| char::from_u32(n as u32)) {
        *text = String::from_iter([mark, n]).into();
    }
}

/// What stands between the quotes of a JSON string without escapes.
fn unquoted(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"')
}

/// A piece of a record.
#[derive(Clone, Copy)]
enum Piece<'r> {
    /// Between its quotes, as it stands there.
    String(&'r str),
    /// In digits; what is no number (a date) has its place all the same.
    Number(&'r str),
}

impl<'r> Piece<'r> {
    fn string(self) -> Option<&'r str> {
        match self {
            Self::String(text) => Some(text),
            Self::Number(_) => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::String(_) => None,
            Self::Number(digits) => digits.parse().ok(),
        }
    }
}

/// The strings and numbers of a record in order, read no further than they are asked for.
struct Pieces<'r, 'v> {
    raw: &'r str,
    at: usize,
    /// Where each begins and ends, and whether it is a number.
    found: &'v mut Vec<(usize, usize, bool)>,
    /// Where the next search begins: parts mostly come in the order of the record.
    next: usize,
}

impl<'r, 'v> Pieces<'r, 'v> {
    fn of(raw: &'r str, found: &'v mut Vec<(usize, usize, bool)>) -> Self {
        found.clear();
        Self {
            raw,
            at: 0,
            found,
            next: 0,
        }
    }

    fn get(&mut self, n: usize) -> Option<Piece<'r>> {
        while self.found.len() <= n {
            let next = self.read()?;
            self.found.push(next);
        }
        self.piece(n)
    }

    fn piece(&self, n: usize) -> Option<Piece<'r>> {
        let (from, to, number) = *self.found.get(n)?;
        let text = self.raw.get(from..to).unwrap_or_default();
        Some(match number {
            true => Piece::Number(text),
            false => Piece::String(text),
        })
    }

    /// The next that is it, from the beginning again where none follows.
    fn find(&mut self, is_it: impl Fn(Piece<'r>) -> bool) -> Option<usize> {
        let mut n = self.next;
        while n < MOST
            && let Some(piece) = self.get(n)
        {
            if is_it(piece) {
                self.next = n + 1;
                return Some(n);
            }
            n += 1;
        }
        let before = (0..self.next).find(|&n| self.piece(n).is_some_and(&is_it))?;
        self.next = before + 1;
        Some(before)
    }

    fn read(&mut self) -> Option<(usize, usize, bool)> {
        let bytes = self.raw.as_bytes();
        loop {
            let from = self.at;
            match bytes.get(from)? {
                b'"' => {
                    self.at = end_of_string(bytes, from + 1);
                    let end = (self.at - 1).max(from + 1);
                    return Some((from + 1, end, false));
                }
                b'-' | b'0'..=b'9' => {
                    let part =
                        |b: &&u8| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
                    self.at += bytes[from..].iter().take_while(part).count();
                    return Some((from, self.at, true));
                }
                _ => self.at += 1,
            }
        }
    }
}

/// After the closing quote of the string whose content begins at `from`.
pub(super) fn end_of_string(bytes: &[u8], mut from: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(from..).unwrap_or_default()) {
        from += found + 1;
        if bytes[from - 1] == b'"' {
            return from;
        }
        from += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{ActionRun, EventKind, Prediction, Ranked, SlotSet};

    fn event(at: i64, confidences: &[f64], raw: &str) -> Event {
        let ranked = |&c: &f64| Ranked {
            name: "greet".into(),
            confidence: Some(Confidence(c)),
        };
        Event {
            at: Some(Millis(at)),
            kind: EventKind::User,
            intent: Some(Prediction {
                name: Some("greet".into()),
                confidence: confidences.first().copied().map(Confidence),
                ranking: confidences.iter().map(ranked).collect(),
            }),
            action: Some(ActionRun {
                confidence: confidences.last().copied().map(Confidence),
                ..ActionRun::default()
            }),
            raw: Some(raw.into()),
            ..Event::default()
        }
    }

    fn bits(event: &Event) -> Vec<u64> {
        let mut out = Vec::new();
        each(&mut event.clone(), |part| match part {
            Part::Time(at) => out.push(at.0 as u64),
            Part::Figure(c) => out.push(c.0.to_bits()),
            Part::Text(_) | Part::Json(_) => {}
        });
        out
    }

    #[test]
    fn what_the_record_says_becomes_references_and_comes_back() {
        let raw = r#"{"t":"a \"9\" 7","timestamp": 1774443586.783458,"c":[0.25,-1e-3, 0.25],
            "text":"where is it","slot":"city","value":"Rome"}"#;
        let mut before = event(1_774_443_586_783, &[0.25, -0.001, 0.5], raw);
        before.text = Some("where is it".into());
        before.slot = Some(SlotSet {
            name: "city".into(),
            value: "\"Rome\"".into(),
        });
        let mut events = [before.clone()];
        assert!(lighten(&mut events));
        assert_eq!(events[0].at, Some(Millis(TIME + 3)));
        // In the order of the parts: the action's, then those of the prediction.
        let figures = bits(&events[0]);
        assert_eq!(figures[1], 0.5f64.to_bits(), "the record does not say it");
        assert_eq!(figures[2..4], [FIGURE | 5, FIGURE | 7]);
        assert_eq!(figures[4], FIGURE | 6);
        assert_eq!(events[0].text, Some("\u{1}\u{9}".into()));
        let slot = events[0].slot.as_ref().unwrap();
        assert_eq!(
            (&slot.name, &slot.value),
            (&"\u{1}\u{b}".into(), &"\u{2}\u{d}".into())
        );
        assert!(restore(&mut events));
        assert_eq!(bits(&events[0]), bits(&before));
        assert_eq!(events[0], before);
    }

    #[test]
    fn what_looks_like_a_reference_is_left_alone() {
        let strange = f64::from_bits(FIGURE | 3);
        let marked = event(5, &[], "1 \u{e}62");
        let mut said = event(5, &[], "1 2");
        said.payload = Some("\u{2}x".into());
        for taken in [
            event(5, &[strange], "1 2"),
            event(TIME + 7, &[], "1 2"),
            said,
            marked,
        ] {
            let mut events = [event(1_000, &[2.0], "1 2"), taken];
            let before = events.clone();
            assert!(!lighten(&mut events));
            assert_eq!(events.each_ref().map(bits), before.each_ref().map(bits));
            assert_eq!(events[0].text, before[0].text);
            assert_eq!(events[1].payload, before[1].payload);
        }
    }

    #[test]
    fn a_reference_to_nowhere_is_damage() {
        let mut events = [event(1_000, &[0.5], "1 0.5")];
        assert!(lighten(&mut events));
        events[0].raw = Some("1".into());
        assert!(!restore(&mut events));
        events[0].raw = None;
        assert!(!restore(&mut [event(TIME, &[], "\"")]));
    }

    proptest! {
        #[test]
        fn anything_comes_back(
            raw in r#"[-0-9.eE"\\, a:]{0,60}|\{"t":[0-9]{1,3}\.[0-9]{1,8}, "a":[-0-9.e]{0,4}"#,
            text in r#"[-0-9.eE"\\, a:\u{1}\u{2}]{0,8}"#,
            at in -100_000i64..100_000,
            confidences in proptest::collection::vec(
                prop_oneof![any::<f64>(), (0u8..9).prop_map(f64::from)], 0..6),
        ) {
            let mut before = event(at, &confidences, &raw);
            before.text = Some(text.as_str().into());
            before.slot = Some(SlotSet {
                name: text.as_str().into(),
                value: text.into(),
            });
            let mut events = [before.clone()];
            if lighten(&mut events) {
                prop_assert!(restore(&mut events));
            }
            prop_assert_eq!(bits(&events[0]), bits(&before));
            prop_assert_eq!(&events[0].raw, &before.raw);
            prop_assert_eq!(&events[0].text, &before.text);
            prop_assert_eq!(&events[0].slot, &before.slot);
        }
    }
}
