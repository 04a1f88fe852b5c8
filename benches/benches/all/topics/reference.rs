//! References to collected objects.

use super::api::{ExternRef, Instance, Module, RootScope, Rooted, Store};
use super::{Bencher, engine};
use libwasmtime_bench::wat;

type Reference = Option<Rooted<ExternRef>>;

pub fn externref(bencher: &mut Bencher) {
    let mut store = Store::new(&engine(), ());
    let module = Module::new(store.engine(), wat::REFERENCE).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let identity = instance
        .get_typed_func::<Reference, Reference>(&mut store, "identity")
        .unwrap();
    let reference = ExternRef::new(&mut store, 7).unwrap();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        let same = identity.call(&mut scope, Some(reference)).unwrap();
        assert!(same.is_some());
    });
}
