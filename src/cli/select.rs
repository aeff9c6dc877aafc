//! Which conversations a command is about: ids, or a filter.

use crate::catalogue::{Catalogue, Question};
use crate::error::Error;
use crate::filter::{self, Context, Filter, Zone};
use crate::model::{ConversationId, EventTarget, SortKey, Target};
use crate::store::{Store, Whole};

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

/// Rows that match, in order.
pub(crate) fn matching(
    session: &Session,
    store: &Store,
    filter: Filter,
    sort: SortKey,
    reverse: bool,
) -> Result<Vec<i64>, Error> {
    let mut catalogue = Catalogue::build(store)?;
    let context = context(session, &catalogue);
    let question = Question {
        filter,
        sort,
        reverse,
        facets: Vec::new(),
        typing: false,
    };
    Ok(catalogue.answer(store, &question, &context)?.rows)
}

/// The one conversation that an id, a prefix or an external id means.
pub(crate) fn one(store: &Store, text: &str) -> Result<(i64, ConversationId), Error> {
    let found = store.resolve(text)?;
    match found.as_slice() {
        [] => Err(Error::failed(format!("there is no conversation {text}"))),
        [one] => Ok((one.row, one.id)),
        many => {
            let list: Vec<String> = many
                .iter()
                .take(8)
                .map(|f| format!("{} {}", f.id, f.external_id.line().cut(40).as_str()))
                .collect();
            let more = if many.len() > 8 {
                format!(" and {} more", many.len() - 8)
            } else {
                String::new()
            };
            Err(Error::failed(format!(
                "{text} means {} conversations: {}{more}",
                many.len(),
                list.join(", ")
            )))
        }
    }
}

/// Rows by ids, or by a filter.
pub(crate) fn rows(
    session: &Session,
    store: &Store,
    ids: &[String],
    by: Option<&str>,
) -> Result<Vec<i64>, Error> {
    match by {
        Some(_) if !ids.is_empty() => Err(Error::usage("ids and --filter exclude each other")),
        Some(text) => matching(
            session,
            store,
            filter::parse(text)?,
            SortKey::default(),
            false,
        ),
        None if ids.is_empty() => Err(Error::usage("name conversations by id, or with --filter")),
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

/// `ID` or `ID:SEQ`.
pub(crate) fn target(store: &Store, text: &str) -> Result<Target, Error> {
    if let Some((id, seq)) = text.rsplit_once(':')
        && let Ok(seq) = seq.parse::<u32>()
        && let Ok((row, conversation)) = one(store, id)
    {
        let whole = whole(store, row)?;
        let key = whole.keys.get(seq as usize).copied().ok_or_else(|| {
            Error::failed(format!("{id} has no event {seq}")).hint(format!(
                "its events are 0 to {}",
                whole.keys.len().saturating_sub(1)
            ))
        })?;
        return Ok(Target {
            conversation,
            event: Some(EventTarget { key, seq }),
        });
    }
    let (_, conversation) = one(store, text)?;
    Ok(Target {
        conversation,
        event: None,
    })
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
    if let Filter::Term(Term {
        test: Test::Compare(Cmp::AtLeast, Scalar::Date(date)),
        ..
    }) = filter::parse(&format!("since:{text}"))?
    {
        return Ok(date_range(&date, &context).0);
    }
    Err(Error::usage(format!("{text} is no date")).hint("like 2026-05-01, 7d, yesterday"))
}
