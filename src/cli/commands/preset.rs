//! `preset`: saved filters.

use std::io::Read;

use serde::Serialize;

use super::list::sort_key;
use crate::cli::args::PresetCommand;
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::Preset;

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    key: Option<char>,
    filter: &'a str,
    sort: &'static str,
    reverse: bool,
}

pub(crate) fn run(session: &Session, command: PresetCommand, out: &mut Out) -> Result<(), Error> {
    match command {
        PresetCommand::List { json } => {
            for p in session.read()?.presets()? {
                if json {
                    let (sort, reverse) = (p.sort.name(), p.reverse);
                    out.json(&Row {
                        name: &p.name,
                        key: p.key,
                        filter: &p.filter,
                        sort,
                        reverse,
                    })?;
                } else {
                    out.line(&format!(
                        "{} {:<20} {}",
                        p.key.unwrap_or(' '),
                        p.name,
                        p.filter
                    ))?;
                }
            }
            Ok(())
        }
        PresetCommand::Save {
            name,
            key,
            sort,
            filter,
        } => {
            let filter = select::parse(&filter.words)?.to_string();
            let sort = sort_key(sort.as_deref())?;
            let mut store = session.change()?;
            let known = store
                .presets()?
                .into_iter()
                .find(|p| crate::filter::fold(&p.name) == crate::filter::fold(&name));
            let preset = Preset {
                name,
                key: key.or(known.as_ref().and_then(|k| k.key)),
                filter,
                sort,
                reverse: false,
                columns: known.map(|k| k.columns).unwrap_or_default(),
            };
            store.save_preset(&preset)?;
            out.note(&format!("preset {} saved", preset.name));
            Ok(())
        }
        PresetCommand::Show { name } => {
            let preset = session.read()?.preset(&name)?;
            out.line(&preset.filter)
        }
        PresetCommand::Delete { name } => {
            session.change()?.delete_preset(&name)?;
            out.note(&format!("preset {name} deleted"));
            Ok(())
        }
        PresetCommand::Export => {
            let text = session.read()?.export_presets()?;
            out.exact(&text)
        }
        PresetCommand::Import { file } => {
            let mut text = String::new();
            if file.as_os_str() == "-" {
                std::io::stdin().read_to_string(&mut text)?;
            } else {
                text = std::fs::read_to_string(&file)
                    .map_err(|e| Error::failed(format!("{}: {e}", file.display())))?;
            }
            let n = session.change()?.import_presets(&text)?;
            out.note(&format!("{n} presets taken in"));
            Ok(())
        }
    }
}
