//! The list of intended differences, each with its reason.

use std::cell::Cell;

use anyhow::{Result, bail};

use super::pattern;

/// One aspect of the items of a name.
struct Entry {
    line: usize,
    name: String,
    aspect: String,
    used: Cell<bool>,
}

/// The differences that are allowed.
///
/// In the file, paragraphs that begin with the reason, as lines with `#`, are followed by
/// lines `NAME: ASPECT, ASPECT`. In both, `*` stands for any text. The aspect of a missing
/// item is `missing`; that of an item which exists and is named as missing is `named`.
pub struct Allowed(Vec<Entry>);

impl Allowed {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// Returns an error if a line is something else, or has no reason.
    pub fn parse(text: &str) -> Result<Allowed> {
        let mut entries = Vec::new();
        let mut reason = false;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                reason = false;
            } else if line.starts_with('#') {
                reason = true;
            } else if !reason {
                bail!("line {}: `{line}` has no reason above it", index + 1);
            } else if let Some((name, aspects)) = line.rsplit_once(": ") {
                entries.extend(aspects.split(", ").map(|aspect| Entry {
                    line: index + 1,
                    name: name.into(),
                    aspect: aspect.into(),
                    used: Cell::new(false),
                }));
            } else {
                bail!(
                    "line {}: expected `NAME: ASPECT`, found `{line}`",
                    index + 1
                );
            }
        }
        Ok(Allowed(entries))
    }

    /// Reports whether an aspect of an item may differ.
    pub fn allows(&self, name: &str, aspect: &str) -> bool {
        // All entries that match count as used.
        let mut found = false;
        for entry in &self.0 {
            if pattern::matches(&entry.name, name) && pattern::matches(&entry.aspect, aspect) {
                entry.used.set(true);
                found = true;
            }
        }
        found
    }

    /// Returns the entries that matched nothing.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.0.iter().filter(|entry| !entry.used.get());
        unused
            .map(|entry| format!("line {}: {}: {}", entry.line, entry.name, entry.aspect))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Allowed;

    #[test]
    fn what_is_listed_is_allowed_and_what_is_not_used_is_told() {
        let text = "# Why.\n# Still why.\nStore::new: result\nimpl * for Val: bounds, types\n\n# Else.\nOld: kind\n";
        let allowed = Allowed::parse(text).unwrap();
        assert!(allowed.allows("Store::new", "result"));
        assert!(!allowed.allows("Store::new", "parameters"));
        assert!(allowed.allows("impl Clone for Val", "types"));
        assert_eq!(
            allowed.unused(),
            ["line 4: impl * for Val: bounds", "line 7: Old: kind"]
        );
    }

    #[test]
    fn every_entry_has_a_reason() {
        assert!(Allowed::parse("Store::new: result\n").is_err());
        assert!(Allowed::parse("# Why.\n\nStore::new: result\n").is_err());
        assert!(Allowed::parse("# Why.\nStore::new\n").is_err());
    }
}
