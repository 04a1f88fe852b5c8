//! Differences between the headers and `sys`.

use std::fmt;

use crate::c::Item;
use crate::declared::Named;

/// One item of which the two sides say different things.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What it is, such as a "function".
    pub kind: &'static str,
    pub name: String,
    /// Where it is declared, named as in `#include <...>`.
    pub header: String,
    pub how: How,
    /// The declaration in the header; empty if there is none.
    pub c: String,
    /// The declaration in `sys`; empty if there is none.
    pub rust: String,
}

/// In what way the two sides differ.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Only the headers have it.
    New,
    /// Only `sys` has it.
    Gone,
    /// Both have it, and this is wrong with it: ends a sentence that its name
    /// begins.
    Changed(String),
}

impl Difference {
    /// Returns the headers declare what `sys` doesn't.
    pub fn new(kind: &'static str, name: &str, item: &Item) -> Difference {
        Difference {
            kind,
            name: name.to_owned(),
            header: item.header.clone(),
            how: How::New,
            c: item.text.clone(),
            rust: String::new(),
        }
    }

    /// `sys` declares what the headers don't.
    pub fn gone(kind: &'static str, is: &Named, rust: String) -> Difference {
        Difference {
            kind,
            name: is.name.clone(),
            header: is.header.clone(),
            how: How::Gone,
            c: String::new(),
            rust,
        }
    }

    /// Returns both declare it, and not alike.
    pub fn changed(
        kind: &'static str,
        is: &Named,
        why: String,
        item: Option<&Item>,
        rust: String,
    ) -> Difference {
        Difference {
            how: How::Changed(why),
            c: item.map(|item| item.text.clone()).unwrap_or_default(),
            ..Difference::gone(kind, is, rust)
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} `{}` of <{}> ", self.kind, self.name, self.header)?;
        match &self.how {
            How::New => f.write_str("isn't declared in `sys`"),
            How::Gone => f.write_str("is declared in `sys` only"),
            How::Changed(why) => f.write_str(why),
        }
    }
}
