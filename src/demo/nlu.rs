//! Predictions as a classifier makes them: a winner, near misses, and now and then the wrong one.

use super::assets::Domain;
use super::random::Rng;
use crate::model::{Confidence, Prediction, Ranked};

/// How well a message is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grasp {
    /// Surely.
    Sure,
    /// The right intent, but barely.
    Low,
    /// Taken for another.
    Wrong,
    /// Not understood.
    Lost,
}

/// The fallback intent of Rasa.
pub(super) const FALLBACK: &str = "nlu_fallback";

/// The intent of a set of texts: `track-late` is said by people who mean `track`.
pub(super) fn intent_of(set: &str) -> &str {
    let intent = set.split('-').next().unwrap_or(set);
    if intent == "oos" { FALLBACK } else { intent }
}

/// Predicts `intent` as well as `grasp` says.
pub(super) fn predict(domain: &Domain, intent: &str, grasp: Grasp, rng: &mut Rng) -> Prediction {
    let threshold = domain.threshold;
    let near = domain.confused.get(intent);
    let order = candidates(domain, intent, rng);
    let real = intent != FALLBACK;
    let top = match grasp {
        Grasp::Sure => {
            let miss = rng.unit();
            (0.992 - 0.24 * miss * miss * miss - 0.03 * rng.unit()).max(threshold + 0.02)
        }
        Grasp::Low => {
            let low = threshold + 0.01;
            rng.between(low, (low + 0.14).min(0.83))
        }
        Grasp::Wrong => rng.between(threshold.max(0.41) + 0.005, threshold.max(0.56) + 0.13),
        Grasp::Lost => {
            let high = (threshold - 0.02).min(0.66);
            let draw = rng.unit().max(rng.unit());
            if real {
                0.24 + (high - 0.24) * draw
            } else {
                0.13 + 0.33 * draw
            }
        }
    };
    let mut names: Vec<&str> = order;
    if grasp == Grasp::Wrong
        && let Some(other) = near.and_then(|n| rng.pick(n))
        && let Some(at) = names.iter().position(|n| n == other)
    {
        let other = names.remove(at);
        names.insert(0, other);
    }
    let second_share = match grasp {
        Grasp::Wrong => rng.between(0.55, 0.9),
        Grasp::Low | Grasp::Lost => rng.between(0.4, 0.8),
        Grasp::Sure => rng.between(0.3, 0.7),
    };
    let mut left = 1.0 - top;
    let mut ranking = vec![ranked(names[0], top)];
    let length = 4 + rng.below(5).min(names.len().saturating_sub(4));
    for (place, name) in names.iter().enumerate().take(length).skip(1) {
        let share = if place == 1 {
            second_share
        } else {
            rng.between(0.3, 0.62)
        };
        let last = ranking[place - 1].confidence.map_or(0.0, |c| c.0);
        let here = (left * share).min(last * rng.between(0.6, 0.985));
        left -= here;
        ranking.push(ranked(name, here));
    }
    let lost = grasp == Grasp::Lost && !domain.calm;
    if lost {
        ranking.insert(0, ranked(FALLBACK, threshold));
    }
    Prediction {
        name: Some(ranking[0].name.clone()),
        confidence: ranking[0].confidence,
        ranking,
    }
}

/// What a clicked payload is: certain, and with nothing beside it.
pub(super) fn certain(intent: &str) -> Prediction {
    let only = ranked(intent, 1.0);
    Prediction {
        name: Some(only.name.clone()),
        confidence: only.confidence,
        ranking: vec![only],
    }
}

fn ranked(name: &str, confidence: f64) -> Ranked {
    Ranked {
        name: name.into(),
        confidence: Some(Confidence(confidence)),
    }
}

/// The intent first, then those it is taken for, then the others in any order.
fn candidates<'a>(domain: &'a Domain, intent: &'a str, rng: &mut Rng) -> Vec<&'a str> {
    let mut near: Vec<&str> = domain
        .confused
        .get(intent)
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    rng.shuffle(&mut near);
    let mut rest: Vec<&str> = domain
        .intents
        .iter()
        .map(String::as_str)
        .filter(|i| *i != intent && !near.contains(i))
        .collect();
    rng.shuffle(&mut rest);
    let mut all = Vec::with_capacity(rest.len() + near.len() + 1);
    if intent != FALLBACK {
        all.push(intent);
    }
    all.extend(near);
    all.extend(rest);
    all
}
