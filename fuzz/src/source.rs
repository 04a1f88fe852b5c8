//! Decisions from bytes.

use arbitrary::{Arbitrary, Unstructured};
use std::sync::{Mutex, PoisonError};

/// The source of decisions, shared by all threads and functions.
///
/// When the bytes are used up, every number is 0 and every chance fails. The first choice
/// therefore has to be the one that ends soonest.
pub struct Source {
    bytes: Vec<u8>,
    at: Mutex<usize>,
}

impl Source {
    pub fn new(bytes: &[u8]) -> Source {
        Source {
            bytes: bytes.to_vec(),
            at: Mutex::new(0),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) == self.bytes.len()
    }

    fn draw<R: Default>(&self, f: impl FnOnce(&mut Unstructured<'_>) -> arbitrary::Result<R>) -> R {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = Unstructured::new(&self.bytes[*at..]);
        let drawn = f(&mut rest);
        *at = self.bytes.len() - rest.len();
        drawn.unwrap_or_default()
    }

    /// Returns any value.
    pub fn any<T: for<'a> Arbitrary<'a> + Default>(&self) -> T {
        self.draw(|rest| T::arbitrary(rest))
    }

    /// Returns a number below `count`, which isn't 0.
    pub fn below(&self, count: usize) -> usize {
        self.draw(|rest| rest.int_in_range(0..=count - 1))
    }

    /// Returns `true` once in a number of times.
    pub fn once_in(&self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    /// Returns one of `choices`; `None` if there are none.
    pub fn pick<'c, T>(&self, choices: &'c [T]) -> Option<&'c T> {
        (!choices.is_empty()).then(|| &choices[self.below(choices.len())])
    }

    /// Returns up to `max` bytes, for code that makes its own decisions.
    pub fn bytes(&self, max: usize) -> Vec<u8> {
        self.draw(|rest| Ok(rest.bytes(rest.len().min(max))?.to_vec()))
    }
}
