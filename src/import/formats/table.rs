//! The one table of formats: detection, `afterword formats` and help read it.

/// How well a format is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Real samples were read.
    Verified,
    /// Written after documentation alone.
    Documented,
}

impl Evidence {
    /// `verified`, `from documentation`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Documented => "from documentation",
        }
    }
}

/// How a record shows what it is: paths to keys (`a`, `a.b`, `a[].b`) that stand in it.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct Keys {
    /// All of these …
    pub all: &'static [&'static str],
    /// … and one of these, where there are any.
    pub any: &'static [&'static str],
}

/// By what an input is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) enum Mark {
    /// A database with these tables; its columns decide the rest.
    Database,
    /// Records with these keys.
    Records(&'static [Keys]),
}

/// A format that is read.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name, for `--format`.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// By what it is recognised.
    pub recognised: &'static str,
    /// What a record looks like.
    pub sample: &'static str,
    /// How well it is known.
    pub evidence: Evidence,
    pub(in crate::import) mark: Mark,
}

const fn all(all: &'static [&'static str]) -> Keys {
    Keys { all, any: &[] }
}

/// afterword's own.
pub const AFTERWORD: &str = "afterword-jsonl";
/// Rasa trackers as JSON.
pub const RASA_TRACKER_JSON: &str = "rasa-tracker-json";
/// Rasa events, one a record.
pub const RASA_EVENTS: &str = "rasa-events";
/// Rasa's SQL tracker store.
pub const RASA_TRACKER_SQLITE: &str = "rasa-tracker-sqlite";
/// The database of Rasa X.
pub const RASA_X_SQLITE: &str = "rasa-x-sqlite";

/// The formats that are read, in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    Format {
        name: AFTERWORD,
        title: "afterword's own JSON (`show --json`)",
        recognised: "objects with `conversation` and `events`",
        sample: r#"{"conversation": {"id": "…", "source": "main", …}, "events": [{"seq": 0, "kind": "user", "text": "hello", …}]}"#,
        evidence: Evidence::Verified,
        mark: Mark::Records(&[all(&["conversation", "conversation.id", "events"])]),
    },
    Format {
        name: RASA_TRACKER_JSON,
        title: "Rasa trackers: HTTP API, MongoDB, Redis; one, an array, or one a line",
        recognised: "objects with `sender_id` and `events`, or with `name` and `events`",
        sample: r#"{"sender_id": "u1", "slots": {…}, "events": [{"event": "user", "timestamp": 1700000000.5, "text": "hello", …}]}"#,
        evidence: Evidence::Verified,
        mark: Mark::Records(&[
            all(&["sender_id", "events"]),
            all(&["sender_id", "slots"]),
            all(&["events[].event", "events[].timestamp"]),
            all(&["name", "events"]),
        ]),
    },
    Format {
        name: RASA_EVENTS,
        title: "Rasa events: event broker (file, Kafka, RabbitMQ), `rasa export`, bare arrays",
        recognised: "objects with `event` and `timestamp`",
        sample: r#"{"sender_id": "u1", "event": "user", "timestamp": 1700000000.5, "text": "hello", "parse_data": {…}}"#,
        evidence: Evidence::Verified,
        mark: Mark::Records(&[all(&["event", "timestamp"])]),
    },
    Format {
        name: RASA_TRACKER_SQLITE,
        title: "Rasa tracker store in SQLite, and the SQL event broker",
        recognised: "a SQLite file with a table `events` that has `sender_id` and `data`",
        sample: "rasa.db, tracker.db, events.db: events(id, sender_id, type_name, timestamp, intent_name, action_name, data)",
        evidence: Evidence::Verified,
        mark: Mark::Database,
    },
    Format {
        name: RASA_X_SQLITE,
        title: "Rasa X database in SQLite",
        recognised: "a SQLite file with the tables `conversation` and `conversation_event`",
        sample: "rasa.db: conversation(sender_id, …), conversation_event(id, conversation_id, type_name, timestamp, data, …)",
        evidence: Evidence::Verified,
        mark: Mark::Database,
    },
];

/// The format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}

/// What is recognised, but not read yet.
pub(in crate::import) const OTHERS: &[(&str, &[Keys])] = &[
    (
        "a line of `afterword list --json`, which has no events (use `show --json`)",
        &[all(&["id", "source", "external_id", "min_confidence"])],
    ),
    (
        "a Voiceflow transcript",
        &[
            all(&["turnID", "startTime", "format"]),
            all(&["transcript.logs", "transcript.sessionID"]),
        ],
    ),
    (
        "a Bot Framework transcript",
        &[
            Keys {
                all: &["type", "from"],
                any: &["conversation", "channelId", "recipient"],
            },
            all(&["transcript[].type", "transcript[].from"]),
        ],
    ),
    (
        "a Copilot Studio transcript",
        &[
            all(&["activities"]),
            Keys {
                all: &["content"],
                any: &["conversationtranscriptid", "schematype"],
            },
        ],
    ),
    (
        "an Amazon Lex log",
        &[
            all(&["messageVersion", "sessionState", "inputTranscript"]),
            all(&["messageVersion", "botName", "intent"]),
        ],
    ),
    (
        "a watsonx Assistant log",
        &[
            all(&["logs[].log_id", "logs[].request"]),
            all(&["log_id", "request", "response"]),
        ],
    ),
    (
        "a Dialogflow log",
        &[
            all(&["queryResult", "responseId"]),
            all(&["jsonPayload.queryResult"]),
            all(&["conversation_name", "turn_position"]),
            all(&["interactions", "name"]),
        ],
    ),
    (
        "a Cognigy export",
        &[
            all(&["inputText", "sessionId", "flowName"]),
            all(&["@odata.context", "value"]),
        ],
    ),
    (
        "a Botpress Cloud export",
        &[all(&["messages[].conversationId", "messages[].direction"])],
    ),
    ("a ChatGPT export", &[all(&["mapping", "current_node"])]),
    (
        "an Open Assistant data set",
        &[
            all(&["message_tree_id", "prompt"]),
            all(&["message_id", "parent_id", "role"]),
        ],
    ),
    (
        "a ShareGPT data set",
        &[all(&["conversations[].from", "conversations[].value"])],
    ),
    (
        "OpenAI messages",
        &[
            all(&["messages[].role"]),
            all(&["traj[].role"]),
            all(&["messages_display"]),
        ],
    ),
    (
        "a Langfuse export",
        &[
            all(&["trace", "observations"]),
            all(&["trace_id", "parent_observation_id", "start_time"]),
            all(&["traceId", "parentObservationId"]),
        ],
    ),
    (
        "a Phoenix export",
        &[all(&["context.trace_id", "span_kind", "attributes"])],
    ),
    (
        "a LangSmith export",
        &[all(&["run_type", "dotted_order", "trace_id"])],
    ),
    (
        "an SGD or MultiWOZ data set",
        &[all(&["dialogue_id", "services", "turns[].frames"])],
    ),
    ("a CrossWOZ data set", &[all(&["sys-usr", "messages"])]),
    (
        "a ConvLab data set",
        &[all(&["dataset", "data_split", "dialogue_id"])],
    ),
    (
        "a Taskmaster data set",
        &[all(&["conversation_id", "utterances[].speaker"])],
    ),
    ("an ABCD data set", &[all(&["convo_id", "original"])]),
    (
        "a STAR data set",
        &[all(&["Events[].UnixTime", "Scenario"])],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for (i, one) in FORMATS.iter().enumerate() {
            assert_eq!(format(one.name).map(|f| f.title), Some(one.title));
            assert!(FORMATS[..i].iter().all(|other| other.name != one.name));
        }
    }
}
