//! Checks a cache's file for numbers that libwasmtime would abort on.

use super::settings::{MAX_LIMIT, MAX_QUEUE_SIZE};
use crate::Result;
use crate::error::ensure;
use std::path::Path;

/// The names, in the file, of the settings that have an upper bound.
// Version 48: these numbers end the process, and are written in these units; look at
// `config.rs` in `wasmtime-internal-cache`, and at its worker.
const BOUNDS: [(&str, u64); 3] = [
    ("worker-event-queue-size", MAX_QUEUE_SIZE),
    ("file-count-soft-limit", MAX_LIMIT),
    ("files-total-size-soft-limit", MAX_LIMIT),
];

/// Looks for numbers that are too large, anywhere in a file. libwasmtime itself reports a
/// value that isn't a number.
///
/// # Errors
///
/// Returns an error if there is such a number.
pub(super) fn check_file(path: &Path, toml: &str) -> Result<()> {
    for (name, bound) in BOUNDS {
        for (index, _) in toml.match_indices(name) {
            let number = number(&toml[index + name.len()..]);
            ensure!(
                number.is_none_or(|number| number <= bound),
                "the value of `{name}` in {path:?} is too large: expected at most {bound}"
            );
        }
    }
    Ok(())
}

/// Returns the number of the setting whose name ends where `rest` begins.
fn number(rest: &str) -> Option<u64> {
    let space = |c: char| c.is_whitespace() || c == '"' || c == '\'';
    let value = rest.trim_start_matches(space).strip_prefix('=')?;
    let value = value.trim_start_matches(space);
    let end = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let unit = unit.trim_start();
    let base = match unit.as_bytes() {
        [_, b'i', ..] => 1 << 10,
        _ => 1000_u64,
    };
    let power = ["K", "M", "G", "T", "P"]
        .iter()
        .position(|prefix| unit.starts_with(prefix));
    let factor = base.pow(power.map_or(0, |index| index as u32 + 1));
    Some(number.parse::<u64>().ok()?.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::check_file;
    use std::path::Path;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let path = Path::new("config.toml");
        for toml in [
            "[cache]\nworker-event-queue-size = \"16\"\n",
            "[cache]\nworker-event-queue-size = \"1000K\"\nfile-count-soft-limit=\"64Ki\"",
            "[cache]\n# worker-event-queue-size is small\n",
            "[cache]\nworker-event-queue-size = \"many\"\n",
        ] {
            assert!(check_file(path, toml).is_ok(), "{toml}");
        }
        for toml in [
            "[cache]\nworker-event-queue-size = \"18446744073709551615\"\n",
            "[cache]\n\"worker-event-queue-size\"='2M'\n",
            "cache.worker-event-queue-size = \"\"\"\n100 T\"\"\"",
            "cache = { file-count-soft-limit = \"18446P\" }",
            "[cache]\nfiles-total-size-soft-limit = \"16384Pi\"\n",
        ] {
            assert!(check_file(path, toml).is_err(), "{toml}");
        }
    }
}
