//! The error for exports that aren't as expected.

use crate::error::fmt_list;
use crate::{Error, ExternType};
use std::fmt;

/// The error for exports of an instance that are missing, or of other types than expected.
///
/// `error.downcast_ref::<ExportsError>()` finds it.
#[derive(Clone, Debug)]
pub struct ExportsError {
    pub(super) items: Vec<ExportMismatch>,
}

impl ExportsError {
    /// Returns the exports that aren't as expected. There is at least one.
    pub fn items(&self) -> &[ExportMismatch] {
        &self.items
    }
}

impl fmt::Display for ExportsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_list(f, "find", "export", &self.items)
    }
}

impl std::error::Error for ExportsError {}

/// An export that is missing, or of another type than expected; see [`ExportsError`].
#[derive(Clone, Debug)]
pub struct ExportMismatch {
    name: Box<str>,
    text: Box<str>,
    found: Option<ExternType>,
}

impl ExportMismatch {
    pub(super) fn new(name: &str, expected: &str, found: Option<ExternType>) -> ExportMismatch {
        let text = match &found {
            Some(found) => format!("expected `{name}` to be {expected}, found {found}"),
            None => format!("expected `{name}` to be {expected}, found no export of that name"),
        };
        ExportMismatch {
            name: name.into(),
            text: text.into(),
            found,
        }
    }

    pub(super) fn explained(name: &str, error: Error) -> ExportMismatch {
        ExportMismatch {
            name: name.into(),
            text: format!("{error:#}").into(),
            found: None,
        }
    }

    /// Returns the name of the export.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type of the export; `None` if there is none, or if it is the memory or the
    /// allocator.
    pub fn found(&self) -> Option<&ExternType> {
        self.found.as_ref()
    }
}

impl fmt::Display for ExportMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
