//! Which conversations a command is about: ids, or a filter.

use crate::catalogue::{Answer, Catalogue, Question};
use crate::error::Error;
use crate::filter::{self, Context, Filter, Zone};
use crate::model::{ConversationId, EventTarget, SortKey, Target};
use crate::store::{Found, Store, Whole};

use super::session::Session;

/// The context of a filter.
pub(crate) fn context(session: &Session, catalogue: &Catalogue) -> Context {
    Context {
        now: session.clock.now(),
        zone: Zone::Local,
        newest: catalogue.newest(),
        me: session.reviewer.clone(),
    }
}

/// Words of a command as one filter.
pub(crate) fn parse(words: &[String]) -> Result<Filter, Error> {
    Ok(filter::parse(&words.join(" "))?)
}

/// What matches, in order.
pub(crate) fn answer(
    session: &Session,
    store: &Store,
    filter: Filter,
    sort: SortKey,
    reverse: bool,
) -> Result<Answer, Error> {
    let mut catalogue = Catalogue::build(store)?;
    let context = context(session, &catalogue);
    let question = Question {
        filter,
        sort,
        reverse,
        facets: Vec::new(),
    };
    Ok(catalogue.answer(store, &question, &context)?)
}

/// That nothing matches, and why.
pub(crate) fn nothing(answer: &Answer) -> String {
    match &answer.emptied_by {
        Some(why) => format!("nothing matches: {why}"),
        None => "nothing matches".to_owned(),
    }
}

/// Matches named where an id means several conversations.
const NAMED: usize = 8;

/// The one conversation that an id, a prefix or an external id means.
pub(crate) fn one(store: &Store, text: &str) -> Result<(i64, ConversationId), Error> {
    match store.resolve(text)?.as_slice() {
        [] => Err(nowhere(text)),
        [one] => Ok((one.row, one.id)),
        many => Err(ambiguous(text, many)),
    }
}

/// The conversation of a link. Only an id counts: a sender who calls himself like one is not meant.
pub(crate) fn linked(store: &Store, id: &str) -> Result<i64, Error> {
    let named = |f: &Found| {
        f.external_id.for_search().eq_ignore_ascii_case(id) && !f.id.to_string().starts_with(id)
    };
    let mut found = store.resolve(id)?;
    found.retain(|f| !named(f));
    match found.as_slice() {
        [] => Err(
            Error::failed("the conversation of this link is not in this store")
                .hint("import the log it is in; `--store` or AFTERWORD_STORE names another store"),
        ),
        [one] => Ok(one.row),
        many => Err(ambiguous(id, many)),
    }
}

fn nowhere(text: &str) -> Error {
    Error::failed(format!("there is no conversation {text}"))
        .hint("`afterword list` shows the ids; the beginning of one is enough")
}

fn ambiguous(text: &str, many: &[Found]) -> Error {
    let list: Vec<String> = many
        .iter()
        .take(NAMED)
        .map(|f| format!("{} {}", f.id, f.external_id.preview(40).as_str()))
        .collect();
    let more = match many.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Error::failed(format!("{text} means {} conversations", many.len()))
        .hint(format!("type more of the id: {}{more}", list.join(", ")))
}

/// Rows by ids, or by a filter.
pub(crate) fn rows(
    session: &Session,
    store: &Store,
    ids: &[String],
    by: Option<&str>,
) -> Result<Vec<i64>, Error> {
    match by {
        Some(_) if !ids.is_empty() => {
            let id = &ids[0];
            Err(
                Error::usage(format!("`{id}`: ids and --filter exclude each other"))
                    .hint("a filter of several words is quoted: --filter 'is:unread tag:x'"),
            )
        }
        Some(text) => {
            let filter = filter::parse(text)?;
            Ok(answer(session, store, filter, SortKey::default(), false)?.rows)
        }
        None if ids.is_empty() => {
            Err(Error::usage("no conversation is named").hint("by ids, or by --filter FILTER"))
        }
        None => ids
            .iter()
            .map(|id| one(store, id).map(|(row, _)| row))
            .collect(),
    }
}

/// Targets of whole conversations.
pub(crate) fn targets(store: &Store, rows: &[i64]) -> Result<Vec<Target>, Error> {
    let ids = store.ids(rows)?;
    Ok(ids
        .into_iter()
        .map(|conversation| Target {
            conversation,
            event: None,
        })
        .collect())
}

/// `ID` or `ID:SEQ`. Ids of sources may have colons: what is a conversation as a whole is that one.
pub(crate) fn target(store: &Store, text: &str) -> Result<Target, Error> {
    let parts = text
        .rsplit_once(':')
        .and_then(|(id, seq)| Some((id, seq.parse::<u32>().ok()?)));
    let Some((id, seq)) = parts.filter(|_| store.resolve(text).is_ok_and(|f| f.is_empty())) else {
        let (_, conversation) = one(store, text)?;
        return Ok(Target {
            conversation,
            event: None,
        });
    };
    let (row, conversation) = one(store, id)?;
    let whole = whole(store, row)?;
    let key = whole.keys.get(seq as usize).copied();
    let key = key.ok_or_else(|| no_event(id, seq, whole.keys.len()))?;
    Ok(Target {
        conversation,
        event: Some(EventTarget { key, seq }),
    })
}

/// That a conversation of so many events has none of that number.
pub(crate) fn no_event(id: &str, seq: u32, events: usize) -> Error {
    let error = Error::failed(format!("{id} has no event {seq}"));
    match events {
        0 => error,
        n => error.hint(format!("its events are 0 to {}", n - 1)),
    }
}

/// A conversation with everything.
pub(crate) fn whole(store: &Store, row: i64) -> Result<Whole, Error> {
    store
        .whole(row)?
        .ok_or_else(|| Error::failed("this conversation was removed"))
}

/// A moment from `7d`, `yesterday`, `2026-05-01`: where it begins.
pub(crate) fn since(session: &Session, text: &str) -> Result<crate::model::Millis, Error> {
    use crate::filter::{Cmp, Scalar, Term, Test, date_range};
    let context = Context {
        now: session.clock.now(),
        zone: Zone::Local,
        newest: None,
        me: String::new(),
    };
    let wrong = |text: &str| {
        Error::usage(format!("--since: `{text}` is no date"))
            .hint("like 2026-05-01, 2026-05-01T14:00, 7d, yesterday, week-1")
    };
    let parsed = filter::parse(&format!("since:{text}")).map_err(|_| wrong(text))?;
    match parsed {
        // `newest-7d` asks for a store, of which there may be none yet.
        Filter::Term(Term {
            test: Test::Compare(Cmp::AtLeast, Scalar::Date(date)),
            ..
        }) if !text.to_lowercase().starts_with("newest") => Ok(date_range(&date, &context).0),
        _ => Err(wrong(text)),
    }
}
