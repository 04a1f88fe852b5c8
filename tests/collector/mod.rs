//! What the collector of the library does.
//!
//! A libwasmtime may have been built with the null collector alone, which frees nothing before
//! the store is dropped, and never pauses. What a test says of frees and of pauses is then
//! another number: a test asks here which.

use libwasmtime::{ExternRef, RootScope, Store};
use std::sync::{Arc, LazyLock};

/// Reports whether the collector frees objects that nothing refers to.
pub fn frees() -> bool {
    static FREES: LazyLock<bool> = LazyLock::new(|| {
        let mut store = Store::<()>::default();
        let value = Arc::new(());
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, value.clone()).expect("there is a heap");
        drop(scope);
        store.gc(None).expect("there is a collector");
        let is_freed = Arc::strong_count(&value) == 1;
        // Whatever the collector is.
        drop(store);
        assert_eq!(Arc::strong_count(&value), 1);
        is_freed
    });
    *FREES
}

/// Returns how many objects the collector frees, of as many to which nothing refers.
pub fn freed(count: usize) -> usize {
    if frees() { count } else { 0 }
}
