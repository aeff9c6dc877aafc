//! `tag`: put on, take off; the vocabulary.

use serde::Serialize;

use crate::cli::args::{TagArgs, TagCommand};
use crate::cli::changes::{apply, nothing_matches};
use crate::cli::output::{Out, column, right};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter::fold;
use crate::model::{Edit, Set, Tag};
use crate::store::Store;
use crate::text::Untrusted;
use crate::text::figure;

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
        TagCommand::Rename { from, to } => vocabulary(session, &from, out, |tag| Set::TagRename {
            from: tag.name,
            to: to.into(),
        }),
        TagCommand::Describe { tag, text, key } => {
            vocabulary(session, &tag, out, |tag| Set::TagInfo {
                name: tag.name,
                description: text.map(Untrusted::from).or(tag.description),
                key: key.or(tag.key),
            })
        }
        TagCommand::Delete { tag } => {
            vocabulary(session, &tag, out, |tag| Set::TagDelete { name: tag.name })
        }
    }
}

/// A change of a tag that is there.
fn vocabulary(
    session: &Session,
    name: &str,
    out: &Out,
    set: impl FnOnce(Tag) -> Set,
) -> Result<(), Error> {
    let mut store = session.change()?;
    let set = set(find(&store, name)?);
    let edits = vec![Edit {
        targets: Vec::new(),
        set,
    }];
    apply(session, &mut store, edits, None, out)
}

fn find(store: &Store, name: &str) -> Result<Tag, Error> {
    let tags = store.tags()?;
    let wanted = fold(name.trim());
    let same = |t: &&Tag| fold(t.name.for_search()) == wanted;
    tags.iter().find(same).cloned().ok_or_else(|| {
        Error::failed(format!("there is no tag {name}")).hint_nearest(
            name,
            tags.iter().map(|t| t.name.for_search()),
            "`afterword tag list` shows them",
        )
    })
}

fn put(session: &Session, args: &TagArgs, on: bool, out: &Out) -> Result<(), Error> {
    let mut store = session.change()?;
    let name = if on {
        Untrusted::from(args.tag.as_str())
    } else {
        find(&store, &args.tag)?.name
    };
    let filter = args.filter.as_deref();
    let rows = select::rows(session, &store, &args.ids, filter)?;
    if rows.is_empty() {
        nothing_matches(out);
        return Ok(());
    }
    let edits = vec![Edit {
        targets: select::targets(&store, &rows)?,
        set: Set::Tag { name, on },
    }];
    apply(session, &mut store, edits, filter, out)
}

fn list(store: &Store, json: bool, out: &mut Out) -> Result<(), Error> {
    for tag in store.tags()? {
        if json {
            out.json(&Row {
                tag: tag.name.for_export(),
                description: tag.description.as_ref().map(Untrusted::for_export),
                key: tag.key,
                count: tag.count,
            })?;
        } else {
            let description = tag.description.as_ref().map(Untrusted::line);
            out.line(&format!(
                "{} {} {}  {}",
                tag.key.unwrap_or(' '),
                column(tag.name.for_export(), 24),
                right(&figure(tag.count), 9),
                description.as_ref().map_or("", |d| d.as_str())
            ))?;
        }
    }
    Ok(())
}
