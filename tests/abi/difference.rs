//! Differences between the headers and `sys`.

use std::fmt;

use crate::c::Item;
use crate::declared::Named;

/// An item in which the two sides differ.
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

/// How the two sides differ.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Only the headers have it.
    New,
    /// Only `sys` has it.
    Gone,
    /// Both have it, and this is wrong with it: the end of a sentence that begins with its
    /// name.
    Changed(String),
}

impl Difference {
    /// Creates the difference of an item that only the headers declare.
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

    /// Creates the difference of an item that only `sys` declares.
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

    /// Creates the difference of an item that both declare differently.
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
