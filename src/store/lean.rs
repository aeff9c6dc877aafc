//! Figures that the verbatim record of an event says already are not kept a second time.
//!
//! Confidences and times hardly compress: their bytes are noise to zstd, and the record beside them has
//! the same figures in digits. Where one equals the nth number of its own record, a reference to that
//! number takes its place. Pure functions.

use crate::model::{Confidence, Event, Millis};
use crate::text::Untrusted;

/// A confidence that stands for the number of its low bits: a NaN that no source can say.
const FIGURE: u64 = 0xfff8_a77e_0000_0000;

/// A time this early or a little later stands for a number of seconds.
const TIME: i64 = i64::MIN;

/// Numbers of one record that are looked at.
const MOST: usize = 256;

/// Puts references in the place of figures. False, and nothing is changed, where a figure already looks
/// like a reference.
pub(super) fn lighten(events: &mut [Event]) -> bool {
    if events.iter_mut().any(|event| {
        let mut taken = event.at.is_some_and(|at| time_reference(at).is_some());
        each_confidence(event, |c| taken |= reference(*c).is_some());
        taken
    }) {
        return false;
    }
    let mut parsed = Vec::new();
    for event in events {
        let Some(raw) = event.raw.take() else {
            continue;
        };
        let mut numbers = Numbers::of(raw.for_export(), &mut parsed);
        if let Some(at) = event.at {
            let said = numbers.find(|n| Millis::from_seconds(n) == Some(at));
            event.at = Some(said.map_or(at, |n| Millis(TIME + n as i64)));
        }
        each_confidence(event, |c| {
            let bits = c.0.to_bits();
            if let Some(n) = numbers.find(|n| n.to_bits() == bits) {
                c.0 = f64::from_bits(FIGURE | n as u64);
            }
        });
        event.raw = Some(raw);
    }
    true
}

/// Puts the figures back. False where a reference leads nowhere: the body is damaged.
pub(super) fn restore(events: &mut [Event]) -> bool {
    let mut parsed = Vec::new();
    let mut whole = true;
    for event in events {
        let raw = event.raw.take();
        let mut numbers = Numbers::of(raw.as_ref().map_or("", Untrusted::for_export), &mut parsed);
        if let Some(n) = event.at.and_then(time_reference) {
            let said = numbers.get(n).and_then(Millis::from_seconds);
            whole &= said.is_some();
            event.at = said;
        }
        each_confidence(event, |c| {
            if let Some(n) = reference(*c) {
                let said = numbers.get(n);
                whole &= said.is_some();
                c.0 = said.unwrap_or_default();
            }
        });
        event.raw = raw;
    }
    whole
}

fn reference(confidence: Confidence) -> Option<usize> {
    let bits = confidence.0.to_bits();
    (bits & !0xffff == FIGURE).then_some((bits & 0xffff) as usize)
}

fn time_reference(at: Millis) -> Option<usize> {
    let n = at.0.wrapping_sub(TIME);
    (0..MOST as i64).contains(&n).then_some(n as usize)
}

fn each_confidence(event: &mut Event, mut each: impl FnMut(&mut Confidence)) {
    if let Some(prediction) = &mut event.intent {
        prediction.confidence.iter_mut().for_each(&mut each);
        let ranking = prediction.ranking.iter_mut();
        ranking
            .filter_map(|r| r.confidence.as_mut())
            .for_each(&mut each);
    }
    let entities = event.entities.iter_mut();
    entities
        .filter_map(|e| e.confidence.as_mut())
        .for_each(&mut each);
    let run = event.action.as_mut();
    run.and_then(|run| run.confidence.as_mut())
        .into_iter()
        .for_each(each);
}

/// The numbers of a record in order, read no further than they are asked for.
struct Numbers<'a> {
    raw: &'a str,
    at: usize,
    parsed: &'a mut Vec<f64>,
}

impl<'a> Numbers<'a> {
    fn of(raw: &'a str, parsed: &'a mut Vec<f64>) -> Self {
        parsed.clear();
        Self { raw, at: 0, parsed }
    }

    fn get(&mut self, n: usize) -> Option<f64> {
        while self.parsed.len() <= n {
            let next = self.next()?;
            self.parsed.push(next);
        }
        self.parsed.get(n).copied()
    }

    /// The first that is it.
    fn find(&mut self, is_it: impl Fn(f64) -> bool) -> Option<usize> {
        (0..MOST)
            .map_while(|n| self.get(n).map(|number| (n, number)))
            .find_map(|(n, number)| is_it(number).then_some(n))
    }

    fn next(&mut self) -> Option<f64> {
        let bytes = self.raw.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'"' => self.at = end_of_string(bytes, self.at + 1),
                b'-' | b'0'..=b'9' => {
                    let from = self.at;
                    let part =
                        |b: &&u8| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
                    self.at += bytes[from..].iter().take_while(part).count();
                    // What is no number (a date) has its place all the same.
                    return Some(self.raw[from..self.at].parse().unwrap_or(f64::NAN));
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
    use crate::model::{ActionRun, EventKind, Prediction, Ranked};

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
        let mut out = vec![event.at.map_or(0, |t| t.0) as u64];
        each_confidence(&mut event.clone(), |c| out.push(c.0.to_bits()));
        out
    }

    #[test]
    fn figures_of_the_record_become_references_and_come_back() {
        let raw = r#"{"t":"a \"9\" 7","timestamp": 1774443586.783458,"c":[0.25,-1e-3, 0.25]}"#;
        let before = event(1_774_443_586_783, &[0.25, -0.001, 0.5], raw);
        let mut events = [before.clone()];
        assert!(lighten(&mut events));
        assert_eq!(events[0].at, Some(Millis(TIME)));
        let figures = bits(&events[0]);
        assert_eq!(figures[1..3], [FIGURE | 1, FIGURE | 1]);
        assert_eq!(figures[3], FIGURE | 2);
        // What the record does not say stays.
        assert_eq!(figures[4], 0.5f64.to_bits());
        assert!(restore(&mut events));
        assert_eq!(bits(&events[0]), bits(&before));
        assert_eq!(events[0], before);
    }

    #[test]
    fn what_looks_like_a_reference_is_left_alone() {
        let strange = f64::from_bits(FIGURE | 3);
        for taken in [event(5, &[strange], "1 2"), event(TIME + 7, &[], "1 2")] {
            let mut events = [event(1_000, &[2.0], "1 2"), taken];
            let before: Vec<_> = events.iter().map(bits).collect();
            assert!(!lighten(&mut events));
            assert_eq!(events.iter().map(bits).collect::<Vec<_>>(), before);
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
            raw in r#"[-0-9.eE"\\, a:]{0,60}"#,
            at in -100_000i64..100_000,
            confidences in proptest::collection::vec(
                prop_oneof![any::<f64>(), (0u8..9).prop_map(f64::from)], 0..6),
        ) {
            let before = event(at, &confidences, &raw);
            let mut events = [before.clone()];
            if lighten(&mut events) {
                prop_assert!(restore(&mut events));
            }
            prop_assert_eq!(bits(&events[0]), bits(&before));
            prop_assert_eq!(&events[0].raw, &before.raw);
        }
    }
}
