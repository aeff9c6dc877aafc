//! Saved filters: the ready-made ones, and those that people make of them.
//!
//! A preset's filter is text here; whether it can be read is for the caller to say.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Result, Store, StoreError, sqlite};
use crate::model::{Preset, SortKey};

/// Key, name and filter of what a new store offers.
const READY_MADE: [(char, &str, &str); 11] = [
    ('0', "All", ""),
    ('1', "Unread", "is:unread"),
    ('2', "Problems", "is:unread (is:problem OR rating:..2)"),
    ('3', "Flagged", "is:flagged"),
    ('4', "Saved for later", "is:saved"),
    ('5', "Fallback", "is:fallback"),
    ('6', "Positive", "verdict:positive"),
    ('7', "Negative", "verdict:negative"),
    ('8', "Last 24 hours", "since:24h"),
    ('9', "Escalated", "is:escalated"),
    ('m', "Mine", "queue:me"),
];

/// Puts the ready-made presets into a new store. Only ever called when one is created: whoever deletes
/// a preset does not get it back.
pub(crate) fn make_presets(conn: &Connection) -> rusqlite::Result<()> {
    for (place, (key, name, filter)) in (0..).zip(READY_MADE) {
        let preset = Preset {
            name: name.to_owned(),
            key: Some(key),
            filter: filter.to_owned(),
            ..Preset::default()
        };
        write(conn, &preset, place)?;
    }
    Ok(())
}

impl Store {
    /// All presets in order.
    pub fn presets(&self) -> Result<Vec<Preset>> {
        let read = || -> rusqlite::Result<Vec<Preset>> {
            self.connection()
                .prepare_cached(
                    "SELECT name, key, filter, sort, reverse, columns FROM preset ORDER BY place",
                )?
                .query_map([], |r| {
                    let key: Option<String> = r.get(1)?;
                    let sort: String = r.get(3)?;
                    let columns: String = r.get(5)?;
                    Ok(Preset {
                        name: r.get(0)?,
                        key: key.and_then(|k| k.chars().next()),
                        filter: r.get(2)?,
                        sort: SortKey::parse(&sort).unwrap_or_default(),
                        reverse: r.get(4)?,
                        columns: columns.split_whitespace().map(str::to_owned).collect(),
                    })
                })?
                .collect()
        };
        read().map_err(sqlite("reading the presets"))
    }

    /// Saves a preset: in the place of the one of the same name (without regard to case), else last.
    /// Refused where its key is another preset's.
    pub fn save_preset(&mut self, preset: &Preset) -> Result<()> {
        let preset = checked(preset)?;
        self.write(|tx| save(tx, &preset))
    }

    /// Gives the preset `name` a new name and key, in its place.
    pub fn rename_preset(&mut self, name: &str, to: &str, key: Option<char>) -> Result<()> {
        let found = self.preset(name)?;
        let preset = checked(&Preset {
            name: to.to_owned(),
            key,
            ..found.clone()
        })?;
        self.write(|tx| {
            if let Some((other, _)) = find(tx, &preset.name)?
                && other != found.name
            {
                return Err(StoreError::Refused(format!(
                    "there is a preset {other} already"
                )));
            }
            let place = find(tx, &found.name)?.map_or(0, |(_, place)| place);
            remove(tx, &found.name)?;
            check_key(tx, &preset)?;
            write(tx, &preset, place).map_err(sqlite("writing the presets"))
        })
    }

    /// Removes a preset.
    pub fn delete_preset(&mut self, name: &str) -> Result<()> {
        let found = self.preset(name)?;
        self.write(|tx| remove(tx, &found.name))
    }

    /// The preset of that name, without regard to case.
    pub fn preset(&self, name: &str) -> Result<Preset> {
        let wanted = name.trim().to_lowercase();
        self.presets()?
            .into_iter()
            .find(|p| p.name.to_lowercase() == wanted)
            .ok_or_else(|| StoreError::Refused(format!("there is no preset {}", name.trim())))
    }

    /// All presets as TOML text that [`Store::import_presets`] reads.
    pub fn export_presets(&self) -> Result<String> {
        let presets: Vec<Portable> = self.presets()?.into_iter().map(Portable::from).collect();
        toml::to_string(&File { preset: presets })
            .map_err(|e| StoreError::Refused(format!("the presets cannot be written: {e}")))
    }

    /// Takes presets from the text of [`Store::export_presets`], or the same as JSON (`{"preset": [...]}`
    /// or the list alone): those of a known name replace it, the others come last. A key that another
    /// preset has is left out. All or none; how many.
    pub fn import_presets(&mut self, text: &str) -> Result<usize> {
        let read = parse(text)?;
        let mut presets = Vec::with_capacity(read.len());
        for portable in read {
            presets.push(checked(&portable.into_preset()?)?);
        }
        self.write(|tx| {
            for preset in &presets {
                let mut preset = preset.clone();
                if check_key(tx, &preset).is_err() {
                    preset.key = None;
                }
                save(tx, &preset)?;
            }
            Ok(presets.len())
        })
    }
}

/// A file of presets.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    preset: Vec<Portable>,
}

/// A preset as it travels: only what differs from the usual.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Portable {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<char>,
    filter: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reverse: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    columns: Vec<String>,
}

impl From<Preset> for Portable {
    fn from(preset: Preset) -> Self {
        let usual = SortKey::default();
        Self {
            name: preset.name,
            key: preset.key,
            filter: preset.filter,
            sort: (preset.sort != usual).then(|| preset.sort.name().to_owned()),
            reverse: preset.reverse,
            columns: preset.columns,
        }
    }
}

impl Portable {
    fn into_preset(self) -> Result<Preset> {
        let sort = match &self.sort {
            None => SortKey::default(),
            Some(name) => SortKey::parse(name).ok_or_else(|| {
                StoreError::Refused(format!("preset {}: nothing is sorted by {name}", self.name))
            })?,
        };
        Ok(Preset {
            name: self.name,
            key: self.key,
            filter: self.filter,
            sort,
            reverse: self.reverse,
            columns: self.columns,
        })
    }
}

fn parse(text: &str) -> Result<Vec<Portable>> {
    let refuse =
        |e: &dyn std::fmt::Display| StoreError::Refused(format!("the presets cannot be read: {e}"));
    match text.trim_start().chars().next() {
        Some('{') => serde_json::from_str::<File>(text)
            .map(|f| f.preset)
            .map_err(|e| refuse(&e)),
        // `[[preset]]` begins a TOML file; a JSON list of objects never begins so.
        Some('[') if !text.trim_start().starts_with("[[") => {
            serde_json::from_str(text).map_err(|e| refuse(&e))
        }
        _ => toml::from_str::<File>(text).map(|f| f.preset).map_err(|e| {
            // One line: its own words come with a drawing of the place.
            let at = e.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
            refuse(&format!("line {line}: {}", e.message()))
        }),
    }
}

/// The preset with blanks around its name taken away, or words on what is wrong with it.
fn checked(preset: &Preset) -> Result<Preset> {
    let name = preset.name.trim();
    if name.is_empty() {
        return Err(StoreError::Refused("a preset needs a name".to_owned()));
    }
    if let Some(key) = preset.key
        && (key.is_whitespace() || key.is_control() || key == '\'')
    {
        return Err(StoreError::Refused(
            "a preset's key is a letter, a digit or a sign, but not '".to_owned(),
        ));
    }
    if let Some(column) = preset
        .columns
        .iter()
        .find(|c| c.split_whitespace().count() != 1)
    {
        return Err(StoreError::Refused(format!(
            "preset {name}: {column:?} is no column"
        )));
    }
    Ok(Preset {
        name: name.to_owned(),
        filter: preset.filter.trim().to_owned(),
        ..preset.clone()
    })
}

/// Name as stored and place of the preset of that name.
fn find(conn: &Connection, name: &str) -> Result<Option<(String, i64)>> {
    let wanted = name.to_lowercase();
    let read = || -> rusqlite::Result<Vec<(String, i64)>> {
        conn.prepare_cached("SELECT name, place FROM preset")?
            .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect()
    };
    let all = read().map_err(sqlite("reading the presets"))?;
    Ok(all.into_iter().find(|(n, _)| n.to_lowercase() == wanted))
}

/// Refuses the key of another preset.
fn check_key(conn: &Connection, preset: &Preset) -> Result<()> {
    let Some(key) = preset.key else { return Ok(()) };
    let owner: Option<String> = conn
        .prepare_cached("SELECT name FROM preset WHERE key = ?1")
        .and_then(|mut q| q.query_row([key.to_string()], |r| r.get(0)).optional())
        .map_err(sqlite("reading the presets"))?;
    match owner {
        Some(owner) if owner.to_lowercase() != preset.name.to_lowercase() => Err(
            StoreError::Refused(format!("the key {key} is that of the preset {owner}")),
        ),
        _ => Ok(()),
    }
}

fn save(tx: &Connection, preset: &Preset) -> Result<()> {
    check_key(tx, preset)?;
    let place = match find(tx, &preset.name)? {
        Some((name, place)) => {
            remove(tx, &name)?;
            place
        }
        None => tx
            .prepare_cached("SELECT coalesce(max(place) + 1, 0) FROM preset")
            .and_then(|mut q| q.query_row([], |r| r.get(0)))
            .map_err(sqlite("reading the presets"))?,
    };
    write(tx, preset, place).map_err(sqlite("writing the presets"))
}

fn write(conn: &Connection, preset: &Preset, place: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO preset (name, key, filter, sort, reverse, columns, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .and_then(|mut q| {
        q.execute(params![
            preset.name,
            preset.key.map(String::from),
            preset.filter,
            preset.sort.name(),
            preset.reverse,
            preset.columns.join(" "),
            place,
        ])
    })
    .map(|_| ())
}

fn remove(conn: &Connection, name: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM preset WHERE name = ?1")
        .and_then(|mut q| q.execute([name]))
        .map_err(sqlite("writing the presets"))?;
    Ok(())
}

#[cfg(test)]
mod tests;
