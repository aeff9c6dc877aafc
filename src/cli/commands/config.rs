//! `config`: what is in force.

use std::collections::BTreeSet;

use crate::cli::args::ConfigCommand;
use crate::cli::output::Out;
use crate::cli::session::Session;
use crate::error::Error;
use crate::tui::action::{ACTIONS, Scope};

pub(crate) fn run(session: &Session, command: ConfigCommand, out: &mut Out) -> Result<(), Error> {
    match command {
        ConfigCommand::Show => {
            let mut config = session.config.clone();
            config.reviewer = Some(session.reviewer.clone());
            config.store = Some(session.store.clone());
            let text = toml::to_string(&config).map_err(|e| Error::failed(e.to_string()))?;
            text.lines().try_for_each(|line| out.line(line))
        }
        ConfigCommand::Keys => {
            let keymap = session.config.keymap()?;
            out.line("[keys]")?;
            let mut taken = BTreeSet::new();
            for info in ACTIONS {
                let scopes: Vec<&str> = info.scopes.iter().map(|s| s.title()).collect();
                out.line(&format!("# {} ({})", info.help, scopes.join(", ")))?;
                let scope = info.scopes.first().copied().unwrap_or(Scope::Anywhere);
                for key in keymap.keys_for(info.action, scope) {
                    let key = key.replace('\\', "\\\\").replace('"', "\\\"");
                    let line = format!("\"{key}\" = \"{}\"", info.name);
                    // A file can name a key once, though it does something else elsewhere.
                    match taken.insert(key) {
                        true => out.line(&line)?,
                        false => out.line(&format!("# {line}"))?,
                    }
                }
            }
            for (key, action) in session.config.keys.iter().filter(|(_, a)| a.contains(' ')) {
                out.line(&format!("\"{key}\" = \"{action}\""))?;
            }
            Ok(())
        }
        ConfigCommand::Path => {
            out.line(&format!("configuration {}", session.config_path.display()))?;
            out.line(&format!("store {}", session.store.display()))
        }
    }
}
