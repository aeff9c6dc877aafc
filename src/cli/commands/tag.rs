//! `tag`: put on, take off; the vocabulary.

use serde::Serialize;

use super::mark::report;
use crate::cli::args::{TagArgs, TagCommand};
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::{Change, Edit, Set, SortKey, Tag};
use crate::store::Store;
use crate::text::Untrusted;
use crate::tui::figure;

#[derive(Serialize)]
struct Row<'a> {
    tag: &'a str,
    description: Option<&'a str>,
    key: Option<char>,
    count: u64,
}

pub(crate) fn run(session: &Session, command: TagCommand, out: &mut Out) -> Result<(), Error> {
    match command {
        TagCommand::Add(args) => put(session, &args, true, out),
        TagCommand::Remove(args) => put(session, &args, false, out),
        TagCommand::List { json } => list(&session.read()?, json, out),
        TagCommand::Rename { from, to } => {
            let set = Set::TagRename {
                from: from.into(),
                to: to.into(),
            };
            apply(
                session,
                &mut session.change()?,
                vec![Edit {
                    targets: Vec::new(),
                    set,
                }],
                None,
                out,
            )
        }
        TagCommand::Describe { tag, text, key } => {
            let mut store = session.change()?;
            let known = find(&store, &tag)?;
            let set = Set::TagInfo {
                name: known.name,
                description: text.map(Untrusted::from).or(known.description),
                key: key.or(known.key),
            };
            apply(
                session,
                &mut store,
                vec![Edit {
                    targets: Vec::new(),
                    set,
                }],
                None,
                out,
            )
        }
        TagCommand::Delete { tag } => {
            let mut store = session.change()?;
            let known = find(&store, &tag)?;
            let filter = crate::filter::add_value(
                &crate::filter::Filter::Everything,
                crate::filter::Field::Tag,
                tag.as_str(),
            );
            let rows = select::matching(session, &store, filter, SortKey::default(), false)?;
            let mut edits = Vec::new();
            if !rows.is_empty() {
                let set = Set::Tag {
                    name: known.name.clone(),
                    on: false,
                };
                edits.push(Edit {
                    targets: select::targets(&store, &rows)?,
                    set,
                });
            }
            edits.push(Edit {
                targets: Vec::new(),
                set: Set::TagDelete { name: known.name },
            });
            apply(session, &mut store, edits, None, out)
        }
    }
}

fn find(store: &Store, name: &str) -> Result<Tag, Error> {
    let folded = crate::filter::fold(name);
    let tags = store.tags()?;
    let near =
        crate::filter::nearest(name, tags.iter().map(|t| t.name.for_search())).map(str::to_owned);
    tags.into_iter()
        .find(|t| crate::filter::fold(t.name.for_search()) == folded)
        .ok_or_else(|| {
            let error = Error::failed(format!("there is no tag {name}"));
            match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`afterword tag list` shows them"),
            }
        })
}

fn put(session: &Session, args: &TagArgs, on: bool, out: &mut Out) -> Result<(), Error> {
    let mut store = session.change()?;
    let name = if on {
        Untrusted::from(args.tag.as_str())
    } else {
        find(&store, &args.tag)?.name
    };
    let rows = select::rows(session, &store, &args.ids, args.filter.as_deref())?;
    if rows.is_empty() {
        out.note("nothing matches: nothing changed");
        return Ok(());
    }
    let targets = select::targets(&store, &rows)?;
    let edits = vec![Edit {
        targets,
        set: Set::Tag { name, on },
    }];
    apply(session, &mut store, edits, args.filter.clone(), out)
}

fn apply(
    session: &Session,
    store: &mut Store,
    edits: Vec<Edit>,
    bulk: Option<String>,
    out: &Out,
) -> Result<(), Error> {
    let ack = store.apply(&Change { edits, bulk }, &session.reviewer, &session.clock)?;
    report(&ack, out);
    Ok(())
}

fn list(store: &Store, json: bool, out: &mut Out) -> Result<(), Error> {
    for tag in store.tags()? {
        let description = tag.description.as_ref();
        if json {
            let description = description.map(Untrusted::for_export);
            out.json(&Row {
                tag: tag.name.for_export(),
                description,
                key: tag.key,
                count: tag.count,
            })?;
        } else {
            let key = tag.key.map_or(' ', |k| k);
            let description = description
                .map(|d| d.line().as_str().to_owned())
                .unwrap_or_default();
            out.line(&format!(
                "{key} {:<24} {:>9}  {description}",
                tag.name.line().cut(24).as_str(),
                figure(tag.count)
            ))?;
        }
    }
    Ok(())
}
