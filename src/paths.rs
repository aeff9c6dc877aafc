//! Where things are kept when nobody says otherwise.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::error::Error;

fn dirs() -> Result<ProjectDirs, Error> {
    ProjectDirs::from("", "", "afterword").ok_or_else(|| {
        Error::failed("there is no home directory").hint("name the files with --store and --config")
    })
}

/// `store.db` in the data directory of the platform.
///
/// # Errors
/// Where there is no home directory.
pub fn store() -> Result<PathBuf, Error> {
    Ok(dirs()?.data_dir().join("store.db"))
}

/// `config.toml` in the configuration directory of the platform.
///
/// # Errors
/// Where there is no home directory.
pub fn config() -> Result<PathBuf, Error> {
    Ok(dirs()?.config_dir().join("config.toml"))
}
