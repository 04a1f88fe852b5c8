//! Data that reports if it is dropped too rarely or too often.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

/// Counts the values of a kind.
#[derive(Clone, Default)]
pub struct Counter(Arc<AtomicIsize>);

impl Counter {
    pub fn get(&self) -> isize {
        self.0.load(Ordering::SeqCst)
    }

    pub fn count(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }
}

/// A value that is counted.
pub struct Counted(Counter);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
