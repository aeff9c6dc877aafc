//! The machine that figures were taken on: without it they say nothing.

use std::fs;

/// CPU, cores, memory, system and day on one line.
pub fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let day = chrono::Utc::now().format("%Y-%m-%d");
    format!(
        "{}, {cores} cores, {}, {}, {day}",
        cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        memory().unwrap_or_else(|| "memory unknown".to_owned()),
        system(),
    )
}

/// What stands behind `key` and a separator on a line of its own.
fn field(text: &str, key: &str, separator: char) -> Option<String> {
    let line = text.lines().find(|l| l.starts_with(key))?;
    let value = line.split_once(separator)?.1;
    Some(value.trim().trim_matches('"').to_owned())
}

fn cpu() -> Option<String> {
    field(
        &fs::read_to_string("/proc/cpuinfo").ok()?,
        "model name",
        ':',
    )
}

fn memory() -> Option<String> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = field(&text, "MemTotal", ':')?;
    let kib: f64 = total.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.0} GiB", kib / 1024.0 / 1024.0))
}

fn system() -> String {
    let name = fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|text| field(&text, "PRETTY_NAME", '='));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let name = name.unwrap_or_else(|| std::env::consts::OS.to_owned());
    format!("{name} {}", kernel.trim()).trim_end().to_owned()
}
