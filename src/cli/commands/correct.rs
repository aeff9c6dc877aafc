//! `correct`: what a person says instead of what was predicted or imported.

use crate::cli::changes::{apply, nothing_matches};
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter::nearest;
use crate::model::{
    CorrectionField, Edit, Event, EventKind, MarkedEntity, Set, Target, check_correction,
    correction_json, entities_json, entities_of, shown_intent, string_json,
};
use crate::store::{Store, Whole};
use crate::text::Untrusted;

/// User messages that are named as a hint.
const NAMED: usize = 12;

/// What is to become of a field.
enum Wish<'a> {
    /// This value, as it was typed.
    Set(&'a str),
    /// `intent` alone: the shown prediction is right.
    Confirm,
}

type Wishes<'a> = Vec<(CorrectionField, Wish<'a>)>;

pub(crate) fn run(
    session: &Session,
    words: &[String],
    filter: Option<&str>,
    out: &Out,
) -> Result<(), Error> {
    let (wishes, ids) = sort_out(words)?;
    let of_message = |field| matches!(field, CorrectionField::Intent | CorrectionField::Entities);
    let on_message = wishes.iter().find(|w| of_message(w.0)).map(|w| w.0);
    let on_whole = wishes.iter().find(|w| !of_message(w.0)).map(|w| w.0);
    let mut store = session.change()?;
    let edits = match (on_message, on_whole) {
        (Some(field), Some(other)) => {
            let (field, other) = (field.name(), other.name());
            return Err(Error::usage(format!(
                "{field} is of one message, {other} of the whole conversation: two commands"
            )));
        }
        (Some(field), None) => {
            if filter.is_some() {
                let name = field.name();
                return Err(
                    Error::usage(format!("{name} is corrected message by message"))
                        .hint(format!("afterword correct ID:SEQ {name}=…")),
                );
            }
            match ids.as_slice() {
                [] => return Err(Error::usage("no message is named").hint("like 7kq2m4xd:12")),
                [one] => message(&store, one, field, &wishes)?,
                [_, more, ..] => return Err(unknown(more)),
            }
        }
        _ => {
            let targets = match (filter, ids.as_slice()) {
                (None, [id]) => vec![conversation(&store, id, on_whole)?],
                (None, [_, more, ..]) => return Err(unknown(more)),
                _ => {
                    let rows = select::rows(session, &store, &ids, filter)?;
                    select::targets(&store, &rows)?
                }
            };
            if targets.is_empty() {
                nothing_matches(out);
                return Ok(());
            }
            wholes(&wishes, &targets)?
        }
    };
    apply(session, &mut store, edits, filter, out)
}

/// The wishes and the ids, in any order.
fn sort_out(words: &[String]) -> Result<(Wishes<'_>, Vec<String>), Error> {
    let mut wishes: Wishes<'_> = Vec::new();
    let mut ids = Vec::new();
    for word in words {
        let (name, wish) = match word.split_once('=') {
            Some((name, value)) => (name, Wish::Set(value)),
            None => (word.as_str(), Wish::Confirm),
        };
        let field = CorrectionField::ALL.into_iter().find(|f| f.name() == name);
        match (field, &wish) {
            (Some(field), _) if wishes.iter().any(|w| w.0 == field) => {
                return Err(Error::usage(format!("`{word}`: {name} is given twice")));
            }
            (Some(CorrectionField::Intent), _) | (Some(_), Wish::Set(_)) => {
                wishes.extend(field.map(|f| (f, wish)));
            }
            (Some(_), Wish::Confirm) => {
                return Err(Error::usage(format!("`{word}`: a value is missing"))
                    .hint(format!("{name}=…; an empty one removes the correction")));
            }
            (None, _) => ids.push(word.clone()),
        }
    }
    if wishes.is_empty() {
        let wrong = ids.iter().find(|id| id.contains('='));
        return Err(match wrong {
            Some(word) => unknown(word),
            None => Error::usage("nothing to correct").hint("like intent=refund, topics=a,b"),
        });
    }
    Ok((wishes, ids))
}

/// A word that is neither a field nor the one id.
fn unknown(word: &str) -> Error {
    if !word.contains('=') {
        return Error::usage(format!("`{word}`: one id at a time"))
            .hint("several conversations by --filter FILTER");
    }
    let names = CorrectionField::ALL.map(CorrectionField::name);
    let name = word.split('=').next().unwrap_or_default();
    let all = format!("{} can be corrected", names.join(" "));
    let error = Error::usage(format!("`{word}` is nothing to correct"));
    match nearest(name, names) {
        Some(_) => error.hint_nearest(name, names, all),
        None => error.hint(all),
    }
}

fn conversation(store: &Store, id: &str, field: Option<CorrectionField>) -> Result<Target, Error> {
    let target = select::target(store, id)?;
    if target.event.is_some() {
        let name = field.map_or("this", CorrectionField::name);
        let whole = id.rsplit_once(':').map_or(id, |(whole, _)| whole);
        return Err(Error::usage(format!("{name} is of the whole conversation"))
            .hint(format!("afterword correct {whole} {name}=…")));
    }
    Ok(target)
}

/// Fields of whole conversations.
fn wholes(wishes: &Wishes<'_>, targets: &[Target]) -> Result<Vec<Edit>, Error> {
    let edit = |(field, wish): &(CorrectionField, Wish<'_>)| {
        let typed = match wish {
            Wish::Set(typed) => typed,
            Wish::Confirm => "",
        };
        let value = correction_json(*field, typed);
        checked(*field, value.as_ref())?;
        Ok(Edit {
            targets: targets.to_vec(),
            set: Set::Correction {
                field: *field,
                value,
            },
        })
    };
    wishes.iter().map(edit).collect()
}

fn checked(field: CorrectionField, value: Option<&Untrusted>) -> Result<(), Error> {
    let wrong = value.and_then(|json| check_correction(field, json).err());
    wrong.map_or(Ok(()), |words| Err(Error::usage(words)))
}

/// Intent and entities of one message.
fn message(
    store: &Store,
    id: &str,
    field: CorrectionField,
    wishes: &Wishes<'_>,
) -> Result<Vec<Edit>, Error> {
    let target = select::target(store, id)?;
    let (row, _) = select::one(store, &target.conversation.to_string())?;
    let whole = select::whole(store, row)?;
    let Some(event) = target.event else {
        return Err(Error::usage(format!(
            "{} is corrected on a message: {id}:SEQ",
            field.name()
        ))
        .hint(user_messages(&whole)));
    };
    let said = whole.events.get(event.seq as usize);
    let Some(said) = said.filter(|e| e.kind == EventKind::User) else {
        let kind = said.map_or("", |e| e.kind.name());
        return Err(Error::failed(format!(
            "{id} is no user message but a {kind} event: only what the user said has intent and entities"
        ))
        .hint(user_messages(&whole)));
    };
    let mut edits = Vec::new();
    for (field, wish) in wishes {
        let value = match wish {
            Wish::Confirm => Some(confirmed(said, id)?),
            Wish::Set(typed) if *field == CorrectionField::Entities && !typed.trim().is_empty() => {
                Some(entities(said, typed)?)
            }
            Wish::Set(typed) => correction_json(*field, typed),
        };
        checked(*field, value.as_ref())?;
        edits.push(Edit {
            targets: vec![target],
            set: Set::Correction {
                field: *field,
                value,
            },
        });
    }
    Ok(edits)
}

fn user_messages(whole: &Whole) -> String {
    let said = whole.events.iter().enumerate();
    let said: Vec<String> = said
        .filter(|(_, e)| e.kind == EventKind::User)
        .map(|(seq, _)| seq.to_string())
        .collect();
    match said.len() {
        0 => "the user said nothing in this conversation".to_owned(),
        n if n > NAMED => format!("its user messages are {}, …", said[..NAMED].join(", ")),
        _ => format!("its user messages are {}", said.join(", ")),
    }
}

fn confirmed(event: &Event, id: &str) -> Result<Untrusted, Error> {
    match shown_intent(event) {
        Some(name) => Ok(string_json(name.for_export())),
        None => Err(Error::failed(format!(
            "nothing was predicted for {id} that could be confirmed"
        ))
        .hint(format!("afterword correct {id} intent=NAME"))),
    }
}

/// Entities as typed, in the order of the text; one without a value has the text it stands for.
fn entities(event: &Event, typed: &str) -> Result<Untrusted, Error> {
    let wrong = |words: String| {
        Error::usage(format!("entities: {words}"))
            .hint(r#"like entities='[{"entity":"city","start":8,"end":12}]', in characters"#)
    };
    let mut all = entities_of(&typed.into()).map_err(wrong)?;
    let text = event.text.as_ref().map_or("", Untrusted::for_search);
    let length = text.chars().count() as u32;
    for MarkedEntity {
        name, value, span, ..
    } in &mut all
    {
        if span.1 > length {
            return Err(wrong(format!(
                "{} ends at {}, the text at {length}",
                name.line().as_str(),
                span.1
            )));
        }
        if value.for_search() == "null" {
            let (from, count) = (span.0 as usize, (span.1 - span.0) as usize);
            let said: String = text.chars().skip(from).take(count).collect();
            *value = string_json(&said);
        }
    }
    all.sort_by_key(|e| e.span);
    if let Some(pair) = all.windows(2).find(|pair| pair[1].span.0 < pair[0].span.1) {
        let names = [&pair[0], &pair[1]].map(|e| e.name.line());
        return Err(wrong(format!(
            "{} and {} overlap",
            names[0].as_str(),
            names[1].as_str()
        )));
    }
    Ok(entities_json(&all))
}
