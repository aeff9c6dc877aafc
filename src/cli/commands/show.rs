//! `show`: one conversation, for people, as JSON, as Markdown, as a Rasa story.

use std::ops::Range;

use crate::cli::args::ShowArgs;
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export;
use crate::export::outgoing::{Outgoing, Privacy};
use crate::model::Event;
use crate::store::Whole;

pub(crate) fn run(session: &Session, args: &ShowArgs, out: &mut Out) -> Result<(), Error> {
    let store = session.read()?;
    let (row, _) = select::one(&store, &args.id)?;
    let whole = select::whole(&store, row)?;
    if let Some(seq) = args.at
        && seq as usize >= whole.events.len()
    {
        return Err(select::no_event(&args.id, seq, whole.events.len()));
    }
    let at = args.at.map(|seq| seq as usize);
    let shown = at.map_or(0..whole.events.len(), |seq| seq..seq + 1);
    if args.json {
        out.json_text(&match at {
            None => export::json::whole_json(&whole),
            Some(seq) => export::json::event_json(&whole, seq),
        })
    } else if args.markdown {
        let leaving = Outgoing::new(whole, &Privacy::none());
        out.exact(&match at {
            None => export::markdown::transcript(&leaving),
            Some(_) => export::excerpt::excerpt(&leaving, at, usize::MAX).text,
        })
    } else if args.story {
        print_story(&whole, at, out)
    } else if args.raw {
        let mut records = whole.events[shown].iter();
        records.try_for_each(|event| print_raw(event, out))
    } else {
        print(session, &whole, shown, out)
    }
}

fn print_raw(event: &Event, out: &mut Out) -> Result<(), Error> {
    match &event.raw {
        Some(raw) => out.exact(&format!("{}\n", raw.for_export())),
        None => Ok(()),
    }
}

/// A file of stories with this one in it, up to and including the event `at`.
fn print_story(whole: &Whole, at: Option<usize>, out: &mut Out) -> Result<(), Error> {
    let mut story = export::yaml::head("A story");
    story.push_str("stories:\n");
    for line in export::rasa::story::lines(whole, at) {
        story.push_str(line.for_export());
        story.push('\n');
    }
    out.exact(&story)
}

fn print(
    session: &Session,
    whole: &Whole,
    shown: Range<usize>,
    out: &mut Out,
) -> Result<(), Error> {
    for line in export::transcript::lines(whole, shown, session.clock.now()) {
        out.line(&line)?;
    }
    Ok(())
}
