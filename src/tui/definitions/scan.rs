//! Finding a name in the text of a file: YAML of Rasa by its sections, Python by the class whose `name`
//! returns it. Line by line: what is wanted is a line, and a file that does not parse has its lines too.

use super::Kind;

/// A line that has the name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// From 1.
    pub line: usize,
    /// 0 defined, 1 declared, 2 used.
    pub rank: u8,
    /// The line, shortened.
    pub words: String,
}

fn hit(number: usize, rank: u8, line: &str) -> Hit {
    Hit {
        line: number + 1,
        rank,
        words: line.trim().chars().take(120).collect(),
    }
}

/// Lines that have this text.
pub(super) fn lines_with(text: &str, wanted: &str) -> Vec<Hit> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| line.contains(wanted))
        .map(|(number, line)| hit(number, 0, line))
        .collect()
}

/// Lines of a YAML file of Rasa that define, declare or use the name.
pub(super) fn yaml(text: &str, kind: Kind, name: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut section = "";
    let mut nested: Option<usize> = None;
    // Text after `|` or `>` says nothing, up to a line that stands no deeper.
    let mut block: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if block.is_some_and(|deep| indent > deep) {
            continue;
        }
        let value = without_comment(content);
        block = value.ends_with(['|', '>']).then_some(indent);
        block = block.or_else(|| {
            let kept = value.ends_with("|-") || value.ends_with("|+") || value.ends_with(">-");
            kept.then_some(indent)
        });
        let item = value.strip_prefix("- ").map(str::trim_start);
        if indent == 0 && item.is_none() {
            section = value.strip_suffix(':').map_or("", str::trim_end);
            nested = None;
            continue;
        }
        let key = value.split_once(':').map(|(key, _)| unquoted(key));
        let depth = *nested.get_or_insert(indent);
        let intent = || {
            let named = item.and_then(|i| i.strip_prefix("intent:")).map(unquoted);
            named.is_some_and(|n| n == name || within(n, name))
        };
        let action = || {
            let named = item.and_then(|i| i.strip_prefix("action:"));
            named.is_some_and(|n| unquoted(n) == name)
        };
        let listed = item.is_some_and(|i| unquoted(i.trim_end_matches(':')) == name);
        let rank = match (kind, section) {
            (Kind::Intent, "nlu") if intent() => 0,
            (Kind::Intent, "intents") if listed => 1,
            (Kind::Intent, "stories" | "rules") if intent() => 2,
            (Kind::Flow, "flows" | "forms") if indent == depth && key == Some(name) => 0,
            (Kind::Action, "responses") if indent == depth && key == Some(name) => 0,
            (Kind::Action, "actions") if listed => 1,
            (Kind::Action | Kind::Flow, "stories" | "rules" | "flows") if action() => 2,
            _ => continue,
        };
        hits.push(hit(number, rank, line));
    }
    hits
}

/// True for `faq/ask_price` where `faq` is looked for: a retrieval intent is defined by its parts.
fn within(full: &str, name: &str) -> bool {
    full.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim_end()
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// Classes whose method `name` returns the name; else lines that have it in quotes.
pub(super) fn python(text: &str, name: &str) -> Vec<Hit> {
    let quoted = |line: &str| {
        ['"', '\'']
            .iter()
            .any(|q| line.contains(&format!("{q}{name}{q}")))
    };
    let mut hits = Vec::new();
    let mut class: Option<(usize, &str)> = None;
    let mut in_name = false;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start();
        if content.starts_with("class ") {
            class = Some((number, line));
            in_name = false;
        } else if content.starts_with("def ") || content.starts_with("async def ") {
            in_name = content.starts_with("def name(");
        } else if quoted(line) && !content.starts_with('#') {
            hits.push(match class {
                Some((at, words)) if in_name && content.starts_with("return ") => hit(at, 0, words),
                _ => hit(number, 2, line),
            });
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, kind: Kind, name: &str) -> Vec<(usize, u8)> {
        let hits = yaml(text, kind, name).into_iter();
        hits.map(|h| (h.line, h.rank)).collect()
    }

    #[test]
    fn sections_tell_definitions_from_uses() {
        let text = "version: \"3.1\"\nnlu:\n- intent: greet # hello\n  examples: |\n    - hi\n    - intent: greet\n\
                    - intent: 'faq/price'\nintents:\n  - greet:\n      use_entities: []\n  - \"order\"\n\
                    forms:\n  pay_form:\n    required_slots:\n    - pay_form\nrules:\n- rule: a\n  steps:\n\
                    \x20 - intent: greet\n  - action: utter_greet\nresponses:\n  utter_greet:\n  - text: utter_greet\n";
        assert_eq!(
            found(text, Kind::Intent, "greet"),
            [(3, 0), (9, 1), (19, 2)]
        );
        assert_eq!(found(text, Kind::Intent, "faq"), [(7, 0)]);
        assert_eq!(found(text, Kind::Intent, "order"), [(11, 1)]);
        assert_eq!(found(text, Kind::Intent, "gree"), []);
        assert_eq!(found(text, Kind::Flow, "pay_form"), [(13, 0)]);
        assert_eq!(found(text, Kind::Action, "utter_greet"), [(20, 2), (22, 0)]);
    }

    #[test]
    fn a_class_is_found_by_what_its_name_returns() {
        let text = "class A(Action):\n    def name(self):\n        return \"action_a\"\n\n\
                    class B(Action):\n    def name(self) -> str:\n        # \"action_a\"\n        return 'action_b'\n\n\
                    \x20   def run(self):\n        return FollowupAction(\"action_a\")\n";
        let of = |name| {
            let hits = python(text, name).into_iter();
            hits.map(|h| (h.line, h.rank)).collect::<Vec<_>>()
        };
        assert_eq!(of("action_a"), [(1, 0), (11, 2)]);
        assert_eq!(of("action_b"), [(5, 0)]);
        assert_eq!(of("action"), []);
    }
}
