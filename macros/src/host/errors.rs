//! The mistakes that are found in an item, which are reported together.

use proc_macro2::TokenStream;
use syn::{Error, Result};

/// The mistakes that have been found.
#[derive(Default)]
pub struct Errors(Option<Error>);

impl Errors {
    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Adds those of `later`.
    pub fn append(&mut self, later: Errors) {
        if let Some(error) = later.0 {
            self.push(error);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the value of a result, or keeps its error.
    pub fn of<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Returns all of them as one error.
    pub fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }

    pub fn into_compile_error(self) -> Option<TokenStream> {
        self.0.map(Error::into_compile_error)
    }
}
