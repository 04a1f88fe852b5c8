//! The cases of the topic `binding` with bound functions, which only the `libwasmtime` crate has.

use crate::Bencher;
use crate::counter::{Counter, HeldCounter};
use crate::ours::topics::binding::measure;
use libwasmtime::bind::Object;
use libwasmtime::{Engine, Linker};
use libwasmtime_bench::wat;

/// Measures the module, which calls a function that is bound to the store's data.
fn bound(bencher: &mut Bencher, wat: &str) {
    let mut linker = Linker::new(&Engine::default());
    linker.host(|counter: &mut Counter| counter).unwrap();
    measure(bencher, &linker, wat, |_| Ok(None));
}

pub fn numbers(bencher: &mut Bencher) {
    bound(bencher, wat::ADD);
}

pub fn bytes(bencher: &mut Bencher) {
    bound(bencher, wat::ADD_BYTES);
}

pub fn text(bencher: &mut Bencher) {
    bound(bencher, wat::ADD_TEXT);
}

pub fn object(bencher: &mut Bencher) {
    let mut linker = Linker::new(&Engine::default());
    linker.host_objects::<HeldCounter>().unwrap();
    measure(bencher, &linker, wat::ADD_TO_OBJECT, |store| {
        Object::new(HeldCounter::default())
            .to_externref(store)
            .map(Some)
    });
}

pub fn callback(bencher: &mut Bencher) {
    bound(bencher, wat::APPLY);
}
