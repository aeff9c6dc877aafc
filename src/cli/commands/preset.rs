//! `preset`: saved filters.

use std::io::Read;

use serde::Serialize;

use super::list::sort_key;
use crate::cli::args::PresetCommand;
use crate::cli::output::{Out, column, of_path, plural};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter::fold;
use crate::model::Preset;
use crate::store::Store;

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
                    let key = p.key.unwrap_or(' ');
                    out.line(&format!("{key} {}  {}", column(&p.name, 24), p.filter))?;
                }
            }
            Ok(())
        }
        PresetCommand::Save {
            name,
            key,
            sort,
            reverse,
            filter,
        } => {
            let filter = select::parse(&filter.words)?.to_string();
            let sort = sort.as_deref().map(|s| sort_key(Some(s))).transpose()?;
            let mut store = session.change()?;
            // Whoever saves over a preset changes its filter, and what else is said.
            let known = known(&store, &name)?.unwrap_or_default();
            let preset = Preset {
                name,
                key: key.or(known.key),
                filter,
                reverse: reverse || (sort.is_none() && known.reverse),
                sort: sort.unwrap_or(known.sort),
                columns: known.columns,
            };
            store.save_preset(&preset)?;
            out.note(&format!("preset {} saved", preset.name));
            Ok(())
        }
        PresetCommand::Show { name } => {
            let preset = one(&session.read()?, &name)?;
            out.line(&preset.filter)
        }
        PresetCommand::Delete { name } => {
            let mut store = session.change()?;
            let preset = one(&store, &name)?;
            store.delete_preset(&preset.name)?;
            out.note(&format!("preset {} deleted", preset.name));
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
                text = std::fs::read_to_string(&file).map_err(of_path(&file))?;
            }
            let n = session.change()?.import_presets(&text)?;
            out.note(&format!("{} saved", plural(n as u64, "preset", "presets")));
            Ok(())
        }
    }
}

fn known(store: &Store, name: &str) -> Result<Option<Preset>, Error> {
    let wanted = fold(name.trim());
    let mut presets = store.presets()?.into_iter();
    Ok(presets.find(|p| fold(&p.name) == wanted))
}

fn one(store: &Store, name: &str) -> Result<Preset, Error> {
    if let Some(preset) = known(store, name)? {
        return Ok(preset);
    }
    let presets = store.presets()?;
    Err(
        Error::failed(format!("there is no preset {name}")).hint_nearest(
            name,
            presets.iter().map(|p| p.name.as_str()),
            "`afterword preset list` shows them",
        ),
    )
}
