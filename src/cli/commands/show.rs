//! `show`: one conversation, for people or as JSON.

use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::export;
use crate::model::Event;
use crate::store::Whole;

pub(crate) fn run(
    session: &Session,
    id: &str,
    at: Option<u32>,
    json: bool,
    raw: bool,
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
    if json {
        return match at {
            None => out.json_text(&export::json::whole_json(&whole)),
            Some(seq) => out.json_text(&export::json::event_json(&whole, seq as usize)),
        };
    }
    if let Some(seq) = at {
        let keep = seq as usize;
        if raw {
            return print_raw(&whole.events[keep], out);
        }
        whole.events = vec![whole.events.swap_remove(keep)];
        whole.keys = vec![whole.keys[keep]];
    }
    if raw {
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

fn print(session: &Session, whole: &Whole, first: u32, out: &mut Out) -> Result<(), Error> {
    for line in export::transcript::lines(whole, first, session.clock.now()) {
        out.line(&line)?;
    }
    Ok(())
}
