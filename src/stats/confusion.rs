//! Intent confusion: what was predicted against what a person said it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::filter::{self, Field, Filter, Pattern, Term, Test};
use crate::model::Prediction;
use crate::store::CorrectedMessage;
use crate::text::Untrusted;

/// One cell: messages with this prediction of which a person said this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The intent that was shown; `None`: none was predicted.
    pub predicted: Option<Untrusted>,
    /// What a person said; equal to `predicted` where it was confirmed.
    pub corrected: Untrusted,
    /// How many messages.
    pub count: u64,
    /// Conversations they are in.
    pub conversations: u64,
    /// Conversations among those counted that [`Pair::filter`] finds: more than `conversations` where a
    /// fallback was recorded, since a filter knows the name of the fallback and not what it stands for.
    pub found: u64,
    /// Names that the log has for these predictions, which filters know: of a fallback, the fallback.
    recorded: BTreeSet<Option<Untrusted>>,
}

impl Pair {
    /// True if the prediction was right.
    pub fn is_right(&self) -> bool {
        self.predicted.as_ref() == Some(&self.corrected)
    }

    /// What else the filter finds, in words; none where it finds what is counted.
    pub fn beyond(&self) -> Option<String> {
        let more = self
            .found
            .checked_sub(self.conversations)
            .filter(|n| *n > 0)?;
        let fallbacks = self.recorded.iter().flatten();
        let fallback = fallbacks
            .filter(|n| Prediction::is_fallback_intent(n.for_search()))
            .map(|n| n.line().cut(30).as_str().to_owned())
            .next();
        let why = match fallback {
            Some(name) => format!("where {name} stood for another intent"),
            None => "of names that differ by case".to_owned(),
        };
        let figure = crate::text::figure;
        Some(format!(
            "shows {} conversations: {} of this line, {} {why}",
            figure(self.found),
            figure(self.conversations),
            figure(more)
        ))
    }

    /// The filter that finds its messages; see [`Pair::found`] for what else it finds.
    pub fn filter(&self) -> Filter {
        let pattern = |name: &Option<Untrusted>| match name {
            Some(name) => Pattern::from(name.for_search()),
            None => Pattern::None,
        };
        let intent = Filter::Term(Term {
            field: Field::Intent,
            test: Test::Any(self.recorded.iter().map(pattern).collect()),
        });
        let corrected = Filter::Term(Term {
            field: Field::Corrected,
            test: Test::Named {
                name: "intent".into(),
                value: Pattern::from(self.corrected.for_search()),
            },
        });
        Filter::Turn {
            last: false,
            inner: Box::new(Filter::and(vec![intent, corrected])),
        }
    }
}

/// Rows of the conversations with messages of one recorded and one corrected name, both as filters compare
/// them.
type Found = BTreeMap<(Option<String>, String), BTreeSet<i64>>;

fn folded(name: &Untrusted) -> String {
    filter::fold(name.for_search())
}

/// How often one predicted intent was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentFigures {
    /// The predicted intent; `None`: none was predicted.
    pub intent: Option<Untrusted>,
    /// Messages in which it was confirmed.
    pub right: u64,
    /// Messages in which it was corrected to another.
    pub wrong: u64,
}

impl IntentFigures {
    /// Right ones among those looked at, 0 to 1.
    pub fn share(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }
}

/// A part of a whole, 0 to 1; of nothing, 0.
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

/// Predicted against corrected, over the messages whose intent a person corrected or confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// The cells, the most frequent first.
    pub pairs: Vec<Pair>,
    /// The predicted intents, those most often wrong first.
    pub intents: Vec<IntentFigures>,
    /// Messages counted.
    pub messages: u64,
    /// Conversations they are in.
    pub conversations: u64,
    /// Messages whose prediction was right.
    pub right: u64,
    /// Corrections of messages that are gone or cannot be read: not counted.
    pub lost: u64,
}

impl Confusion {
    /// Counts messages; `lost` corrections have none.
    pub fn of(messages: &[CorrectedMessage], lost: u64) -> Self {
        let mut cells: BTreeMap<(Option<&Untrusted>, &Untrusted), Pair> = BTreeMap::new();
        let mut rows: BTreeMap<_, BTreeSet<i64>> = BTreeMap::new();
        let mut found = Found::new();
        for message in messages {
            let recorded = message.recorded.as_ref().map(folded);
            let names = (recorded, folded(&message.corrected));
            found.entry(names).or_default().insert(message.row);
            let key = (message.predicted.as_ref(), &message.corrected);
            let pair = cells.entry(key).or_insert_with(|| Pair {
                predicted: message.predicted.clone(),
                corrected: message.corrected.clone(),
                count: 0,
                conversations: 0,
                found: 0,
                recorded: BTreeSet::new(),
            });
            rows.entry(key).or_default().insert(message.row);
            pair.count += 1;
            pair.recorded.insert(message.recorded.clone());
        }
        for (key, pair) in &mut cells {
            pair.conversations = rows[key].len() as u64;
            let recorded: BTreeSet<_> = pair
                .recorded
                .iter()
                .map(|n| n.as_ref().map(folded))
                .collect();
            let names = recorded.into_iter().map(|name| (name, folded(key.1)));
            let all: BTreeSet<i64> = names
                .filter_map(|n| found.get(&n))
                .flatten()
                .copied()
                .collect();
            pair.found = all.len() as u64;
        }
        let conversations: BTreeSet<i64> = rows.into_values().flatten().collect();
        let mut pairs: Vec<Pair> = cells.into_values().collect();
        let mut intents: BTreeMap<Option<&Untrusted>, IntentFigures> = BTreeMap::new();
        for pair in &pairs {
            let intent = pair.predicted.as_ref();
            let figures = intents.entry(intent).or_insert_with(|| IntentFigures {
                intent: intent.cloned(),
                right: 0,
                wrong: 0,
            });
            match pair.is_right() {
                true => figures.right += pair.count,
                false => figures.wrong += pair.count,
            }
        }
        let mut intents: Vec<IntentFigures> = intents.into_values().collect();
        // What is equal stays in the order of the names.
        intents.sort_by_key(|i| std::cmp::Reverse((i.wrong, i.right)));
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
        Self {
            messages: pairs.iter().map(|p| p.count).sum(),
            right: intents.iter().map(|i| i.right).sum(),
            conversations: conversations.len() as u64,
            pairs,
            intents,
            lost,
        }
    }

    /// What it counts, in words.
    pub fn counts(&self) -> String {
        let many = |n: u64, one: &str, many: &str| {
            format!(
                "{} {}",
                crate::text::figure(n),
                if n == 1 { one } else { many }
            )
        };
        let mut words = format!(
            "{} corrected or confirmed in {}",
            many(self.messages, "message", "messages"),
            many(self.conversations, "conversation", "conversations")
        );
        if self.messages > 0 {
            let percent = (share(self.right, self.messages) * 100.0).round();
            words.push_str(&format!(", {percent}% predicted right"));
        }
        if self.lost > 0 {
            let lost = many(self.lost, "correction", "corrections");
            words.push_str(&format!("; {lost} of messages that are gone left out"));
        }
        words
    }
}

/// A filter and one cell together.
pub fn within(filter: &Filter, pair: &Pair) -> Filter {
    filter::Filter::and(vec![filter.clone(), pair.filter()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(row: i64, predicted: &str, corrected: &str) -> CorrectedMessage {
        let name = (!predicted.is_empty()).then(|| predicted.into());
        CorrectedMessage {
            row,
            recorded: name.clone(),
            predicted: name,
            corrected: corrected.into(),
        }
    }

    #[test]
    fn confirmed_ones_are_the_diagonal() {
        let all = [
            message(1, "inform", "refund"),
            message(1, "inform", "refund"),
            message(2, "inform", "inform"),
            message(3, "", "greet"),
            message(3, "greet", "greet"),
        ];
        let confusion = Confusion::of(&all, 2);
        let cells: Vec<_> = confusion
            .pairs
            .iter()
            .map(|p| {
                let predicted = p.predicted.as_ref().map_or("", Untrusted::for_search);
                (predicted, p.corrected.for_search(), p.count, p.is_right())
            })
            .collect();
        assert_eq!(
            cells,
            [
                ("inform", "refund", 2, false),
                ("", "greet", 1, false),
                ("greet", "greet", 1, true),
                ("inform", "inform", 1, true),
            ]
        );
        let first = &confusion.intents[0];
        assert_eq!((first.right, first.wrong), (1, 2));
        assert!((first.share() - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(
            confusion.counts(),
            "5 messages corrected or confirmed in 3 conversations, 40% predicted right; \
             2 corrections of messages that are gone left out"
        );
        let nothing = Confusion::of(&[], 0);
        assert_eq!(
            nothing.counts(),
            "0 messages corrected or confirmed in 0 conversations"
        );
    }

    #[test]
    fn a_cell_is_found_by_the_names_of_the_log() {
        let mut fallback = message(1, "inform", "re \"fund\"");
        fallback.recorded = Some("nlu_fallback".into());
        let all = [
            message(2, "inform", "re \"fund\""),
            fallback,
            message(3, "", "a"),
        ];
        let confusion = Confusion::of(&all, 0);
        let found = confusion.pairs[0].filter().to_string();
        assert_eq!(
            filter::parse(&found).as_ref(),
            Ok(&confusion.pairs[0].filter()),
            "{found}"
        );
        assert!(found.contains("intent:inform,nlu_fallback"), "{found}");
        assert_eq!(confusion.pairs[0].beyond(), None);
        let none = confusion.pairs[1].filter().to_string();
        assert_eq!(none, "turn(intent:none corrected:intent=a)");
    }

    #[test]
    fn a_cell_says_what_its_filter_finds_beyond_it() {
        let fallback = |row, stands_for| CorrectedMessage {
            recorded: Some("nlu_fallback".into()),
            ..message(row, stands_for, "refund")
        };
        let all = [
            fallback(1, "inform"),
            fallback(1, "inform"),
            fallback(2, "inform"),
            message(3, "inform", "refund"),
            fallback(2, "deny"),
            fallback(4, "deny"),
            message(5, "deny", "greet"),
            message(6, "greet", "Greet"),
        ];
        let confusion = Confusion::of(&all, 0);
        let figures: Vec<_> = confusion
            .pairs
            .iter()
            .map(|p| (p.count, p.conversations, p.found))
            .collect();
        assert_eq!(figures, [(4, 3, 4), (2, 2, 3), (1, 1, 1), (1, 1, 1)]);
        assert_eq!(
            confusion.pairs[0].beyond().as_deref(),
            Some(
                "shows 4 conversations: 3 of this line, 1 where nlu_fallback stood for another intent"
            )
        );
        assert_eq!(confusion.pairs[2].beyond(), None);
    }
}
