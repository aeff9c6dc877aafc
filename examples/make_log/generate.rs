//! The generator of `make_log`, for measurements and tests to include: seeded Rasa-like trackers.
//!
//! One tracker a line, as Rasa's HTTP API gives them. Intents, slot values and words follow Zipf's law,
//! lengths are those of real logs (about 35 events and 13 messages a conversation), times spread over six
//! months. It writes to what it is given and knows no files.

#![allow(dead_code)] // who includes it may need only the random numbers

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

/// 2025-11-01T00:00:00Z, in seconds.
const FIRST: f64 = 1_761_955_200.0;
/// Six months, in seconds.
const SPAN: f64 = 182.0 * 86_400.0;
const CHANNELS: [&str; 5] = ["webchat", "whatsapp", "voice-ivr", "rest", "line"];
const FORMS: [(&str, [&str; 3]); 4] = [
    ("return_form", ["order_id", "reason", "pickup"]),
    ("address_form", ["street", "city", "postcode"]),
    ("booking_form", ["date", "guests", "name"]),
    ("incident_form", ["email", "priority", "problem"]),
];

/// xorshift64*: small, fast, the same everywhere.
pub struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to below n.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.unit() * n as f64) as u64
    }

    /// A rank from 0 to below n, the k-th about 1/k as frequent as the first.
    pub fn zipf(&mut self, n: u64) -> u64 {
        ((n as f64 + 1.0).powf(self.unit()) - 1.0) as u64 % n
    }
}

/// A word of a made-up language, the same for the same rank: frequent words are short.
fn word(out: &mut String, rank: u64) {
    const SYLLABLES: [&str; 16] = [
        "ka", "re", "to", "mi", "lo", "sen", "du", "va", "pi", "nor", "gel", "ta", "ris", "ope",
        "ul", "fam",
    ];
    let mut rest = rank + 3;
    loop {
        out.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
        if rest == 0 {
            return;
        }
    }
}

fn sentence(out: &mut String, random: &mut Random, words: u64) {
    for i in 0..words {
        if i > 0 {
            out.push(' ');
        }
        let rank = random.zipf(40_000);
        word(out, rank);
    }
}

struct Writer<'a> {
    out: &'a mut String,
    at: f64,
    model: u64,
    first: bool,
}

impl Writer<'_> {
    /// One event: its type, then its own fields as JSON text.
    fn event(&mut self, kind: &str, after: f64, fields: impl FnOnce(&mut String)) {
        self.at += after;
        self.out.push_str(if self.first { "" } else { ", " });
        self.first = false;
        let _ = write!(
            self.out,
            r#"{{"event": "{kind}", "timestamp": {:.6}"#,
            self.at
        );
        if kind == "user" || kind == "session_started" {
            let _ = write!(
                self.out,
                r#", "metadata": {{"model_id": "model-{}", "assistant_id": "bench"}}"#,
                self.model
            );
        }
        fields(self.out);
        self.out.push('}');
    }

    fn action(&mut self, name: &str, policy: &str, confidence: f64) {
        self.event("action", 0.02, |o| {
            let _ = write!(o, r#", "name": "{name}", "policy": "{policy}", "confidence": {confidence:.6}, "action_text": null, "hide_rule_turn": false"#);
        });
    }

    fn slot(&mut self, name: &str, value: &str) {
        self.event("slot", 0.001, |o| {
            let _ = write!(o, r#", "name": "{name}", "value": {value}"#);
        });
    }
}

fn tracker(out: &mut String, n: u64, random: &mut Random) {
    out.clear();
    let channel = CHANNELS[random.zipf(5) as usize];
    let _ = write!(
        out,
        r#"{{"sender_id": "user-{n:08}", "slots": {{}}, "events": ["#
    );
    let at = FIRST + random.unit() * SPAN;
    let model = ((at - FIRST) / (SPAN / 9.0)) as u64;
    let mut w = Writer {
        out,
        at,
        model,
        first: true,
    };
    w.action("action_session_start", "RulePolicy", 1.0);
    w.event("session_started", 0.0, |_| {});
    w.action("action_listen", "RulePolicy", 1.0);
    // Half of the conversations are short, a few very long.
    let turns = 2 + random.zipf(14).max(random.below(5));
    let form = (random.unit() < 0.45).then(|| FORMS[random.zipf(4) as usize]);
    let mut text = String::new();
    for turn in 0..turns {
        let intent = random.zipf(60);
        let low = random.unit() < 0.12;
        let sure = if low {
            0.25 + 0.45 * random.unit()
        } else {
            0.72 + 0.28 * random.unit()
        };
        let fallback = low && random.unit() < 0.6;
        text.clear();
        let words = 2 + random.zipf(22);
        sentence(&mut text, random, words);
        let alternatives: Vec<(u64, f64)> = (0..9)
            .map(|k| ((intent + 7 * k + 1) % 60, sure / f64::from(k as u32 + 2)))
            .collect();
        let pause = 2.0 + 40.0 * random.unit() * random.unit();
        w.event("user", pause, |o| {
            let _ = write!(o, r#", "text": "{text}", "input_channel": "{channel}", "message_id": "{n:016x}{turn:04x}", "parse_data": {{"text": "{text}", "entities": [], "intent": "#);
            if fallback {
                o.push_str(r#"{"name": "nlu_fallback", "confidence": 0.7}, "intent_ranking": [{"name": "nlu_fallback", "confidence": 0.7}, "#);
            } else {
                let _ = write!(o, r#"{{"name": "intent_{intent}", "confidence": {sure:.16}}}, "intent_ranking": ["#);
            }
            let _ = write!(o, r#"{{"name": "intent_{intent}", "confidence": {sure:.16}}}"#);
            for (name, confidence) in &alternatives {
                let _ = write!(o, r#", {{"name": "intent_{name}", "confidence": {confidence:.16}}}"#);
            }
            o.push_str("]}");
        });
        w.event("user_featurization", 0.0, |o| {
            o.push_str(r#", "use_text_for_featurization": false"#)
        });
        let mut answer = format!("utter_{}", (intent + random.zipf(3)) % 90);
        match form {
            _ if fallback => "action_default_fallback".clone_into(&mut answer),
            Some((name, slots)) if (1..=3).contains(&turn) => {
                if turn == 1 {
                    w.action(name, "RulePolicy", 1.0);
                    w.event("active_loop", 0.0, |o| {
                        let _ = write!(o, r#", "name": "{name}""#);
                    });
                } else {
                    let value = random.zipf(400_000);
                    w.slot(slots[(turn - 2) as usize], &format!("\"v{value}\""));
                }
                w.slot(
                    "requested_slot",
                    &format!("\"{}\"", slots[(turn - 1) as usize]),
                );
                name.clone_into(&mut answer);
            }
            _ => {}
        }
        let confidence = if random.unit() < 0.4 {
            0.3 + 0.7 * random.unit()
        } else {
            1.0
        };
        w.action(
            &answer,
            if confidence < 1.0 {
                "TEDPolicy"
            } else {
                "RulePolicy"
            },
            confidence,
        );
        text.clear();
        let words = 4 + random.zipf(24);
        sentence(&mut text, random, words);
        w.event("bot", 0.4, |o| {
            let _ = write!(o, r#", "text": "{text}", "data": {{"elements": null, "quick_replies": null, "buttons": null, "attachment": null, "image": null, "custom": null}}"#);
        });
        w.action("action_listen", "RulePolicy", 1.0);
    }
    if random.unit() < 0.05 {
        w.action("action_handoff", "RulePolicy", 1.0);
    }
    let end = w.at;
    let _ = writeln!(
        out,
        r#"], "latest_event_time": {end:.6}, "latest_input_channel": "{channel}", "active_loop": {{}}, "paused": false}}"#
    );
}

/// Writes the trackers of these numbers. Each conversation has a random generator of its own: the same
/// number and seed give the same bytes, whatever else is written.
pub fn write(out: &mut impl Write, numbers: Range<u64>, seed: u64) -> io::Result<()> {
    let mut line = String::with_capacity(64 << 10);
    for i in numbers {
        let mut random = Random::new(seed << 32 | i);
        tracker(&mut line, i, &mut random);
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}
