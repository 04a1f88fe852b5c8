//! Takes the place of `system` if neither `static` nor `dynamic` is on, so that the code that
//! finds and links a library isn't compiled.

use crate::mode::Kind;
use crate::report;
use crate::target::Target;

/// A library that can be linked. There never is one.
pub enum Library {}

/// A place that has no usable library. There never is one, as no place is searched.
pub enum Rejection {}

/// The outcome of a search.
pub struct Search {
    pub library: Option<Library>,
    pub rejections: Vec<Rejection>,
}

impl Library {
    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        match *self {}
    }
}

impl Rejection {
    /// Reports whether a variable names this place.
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

/// Returns the text for no library.
pub fn not_found(_: &[Rejection], _: Option<&str>, _: &Target) -> String {
    report::no_feature()
}
