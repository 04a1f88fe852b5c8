//! Stands in for `system` where neither `static` nor `dynamic` is on, so that what
//! finds and links a library isn't compiled in vain.

use crate::mode::Kind;
use crate::report;
use crate::target::Target;

/// A library that can be linked. There is none.
pub enum Library {}

/// A place that has no usable library. None is looked at.
pub enum Rejection {}

/// What came of looking for a library.
pub struct Search {
    pub library: Option<Library>,
    pub rejections: Vec<Rejection>,
}

impl Library {
    /// What kind it is.
    pub fn kind(&self) -> Kind {
        match *self {}
    }
}

impl Rejection {
    /// Whether someone named this place.
    pub fn is_named(&self) -> bool {
        match *self {}
    }
}

/// Finds no library.
pub fn find(_: &Target, _: Kind) -> Result<Search, String> {
    Ok(Search {
        library: None,
        rejections: Vec::new(),
    })
}

/// Watches no place.
pub fn watch(_: &[Rejection]) {}

/// Links a library.
pub fn link(library: &Library, _: &Target) -> Result<(), String> {
    match *library {}
}

/// Says why no library was found.
pub fn not_found(_: &[Rejection], _: Option<&str>, _: &Target) -> String {
    report::no_feature()
}
