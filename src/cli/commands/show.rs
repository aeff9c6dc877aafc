//! `show`: one conversation, for people, as JSON or as a Rasa story.

use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export;
use crate::model::Event;
use crate::store::Whole;

/// What is printed of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Lines for people.
    Lines,
    /// One JSON object.
    Json,
    /// The source's records.
    Raw,
    /// A Rasa story.
    Story,
}

pub(crate) fn run(
    session: &Session,
    id: &str,
    at: Option<u32>,
    shape: Shape,
    out: &mut Out,
) -> Result<(), Error> {
    let store = session.read()?;
    let (row, _) = select::one(&store, id)?;
    let mut whole = select::whole(&store, row)?;
    if let Some(seq) = at
        && seq as usize >= whole.events.len()
    {
        return Err(select::no_event(id, seq, whole.events.len()));
    }
    if shape == Shape::Story {
        return print_story(&whole, at, out);
    }
    if shape == Shape::Json {
        return match at {
            None => out.json_text(&export::json::whole_json(&whole)),
            Some(seq) => out.json_text(&export::json::event_json(&whole, seq as usize)),
        };
    }
    if let Some(seq) = at {
        let keep = seq as usize;
        if shape == Shape::Raw {
            return print_raw(&whole.events[keep], out);
        }
        whole.events = vec![whole.events.swap_remove(keep)];
        whole.keys = vec![whole.keys[keep]];
    }
    if shape == Shape::Raw {
        return whole
            .events
            .iter()
            .try_for_each(|event| print_raw(event, out));
    }
    print(session, &whole, at.unwrap_or(0), out)
}

fn print_raw(event: &Event, out: &mut Out) -> Result<(), Error> {
    match &event.raw {
        Some(raw) => out.exact(&format!("{}\n", raw.for_export())),
        None => Ok(()),
    }
}

/// A file of stories with this one in it, up to and including the event `at`.
fn print_story(whole: &Whole, at: Option<u32>, out: &mut Out) -> Result<(), Error> {
    let mut story = export::yaml::head("A story");
    story.push_str("stories:\n");
    for line in export::rasa::story::lines(whole, at.map(|seq| seq as usize)) {
        story.push_str(line.for_export());
        story.push('\n');
    }
    out.exact(&story)
}

fn print(session: &Session, whole: &Whole, first: u32, out: &mut Out) -> Result<(), Error> {
    for line in export::transcript::lines(whole, first, session.clock.now()) {
        out.line(&line)?;
    }
    Ok(())
}
