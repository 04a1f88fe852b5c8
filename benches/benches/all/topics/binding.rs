//! Functions of the host on a receiver, written by hand.

use super::Bencher;
use super::api::error::Context;
use super::api::{
    Caller, Engine, Extern, ExternRef, Func, IntoFunc, Linker, Module, Result, Rooted, Store,
};
use crate::counter::Counter;
use libwasmtime_bench::{LOOP, wat};
use std::str;

type Reference = Option<Rooted<ExternRef>>;

/// Measures the module, which calls the function that the linker defines. It gets an object, if
/// there is one.
pub fn measure(
    bencher: &mut Bencher,
    linker: &Linker<Counter>,
    wat: &str,
    object: impl FnOnce(&mut Store<Counter>) -> Result<Reference>,
) {
    let mut store = Store::new(linker.engine(), Counter::default());
    let module = Module::new(store.engine(), wat).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(Reference, i32), ()>(&mut store, "run")
        .unwrap();
    let object = object(&mut store).unwrap();
    bencher.iter(|| run.call(&mut store, (object, LOOP as i32)).unwrap());
}

/// Returns a linker that defines a function.
fn linker<P, R>(name: &str, func: impl IntoFunc<Counter, P, R>) -> Linker<Counter> {
    let mut linker = Linker::new(&Engine::default());
    linker.func_wrap("counter", name, func).unwrap();
    linker
}

/// Returns bytes of the guest's memory, and the store's data.
fn borrow<'a>(
    caller: &'a mut Caller<'_, Counter>,
    address: u32,
    len: u32,
) -> Result<(&'a [u8], &'a mut Counter)> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let memory = memory.context("the guest exports no memory")?;
    let (bytes, counter) = memory.data_and_store_mut(caller);
    let bytes = bytes
        .get(address as usize..)
        .and_then(|rest| rest.get(..len as usize))
        .context("the bytes aren't in the guest's memory")?;
    Ok((bytes, counter))
}

pub fn numbers(bencher: &mut Bencher) {
    let add = |mut caller: Caller<'_, Counter>, n: i32| caller.data_mut().add(n);
    measure(bencher, &linker("add", add), wat::ADD, |_| Ok(None));
}

pub fn bytes(bencher: &mut Bencher) {
    let add = |mut caller: Caller<'_, Counter>, address: u32, len: u32| -> Result<i64> {
        let (bytes, counter) = borrow(&mut caller, address, len)?;
        Ok(counter.add_bytes(bytes))
    };
    let linker = linker("add_bytes", add);
    measure(bencher, &linker, wat::ADD_BYTES, |_| Ok(None));
}

pub fn text(bencher: &mut Bencher) {
    let add = |mut caller: Caller<'_, Counter>, address: u32, len: u32| -> Result<i64> {
        let (bytes, counter) = borrow(&mut caller, address, len)?;
        Ok(counter.add_text(str::from_utf8(bytes)?))
    };
    let linker = linker("add_text", add);
    measure(bencher, &linker, wat::ADD_TEXT, |_| Ok(None));
}

pub fn object(bencher: &mut Bencher) {
    let add = |mut caller: Caller<'_, Counter>, object: Reference, n: i32| -> Result<i64> {
        let object = object.context("the object is null")?;
        let data = object.data_mut(&mut caller)?;
        let counter = data.and_then(|data| data.downcast_mut::<Counter>());
        Ok(counter.context("the object is no counter")?.add(n))
    };
    measure(bencher, &linker("add", add), wat::ADD_TO_OBJECT, |store| {
        ExternRef::new(store, Counter::default()).map(Some)
    });
}

pub fn callback(bencher: &mut Bencher) {
    let apply = |mut caller: Caller<'_, Counter>, f: Option<Func>, n: i32| -> Result<i32> {
        let f = f.context("the function is null")?;
        f.typed::<i32, i32>(&caller)?.call(&mut caller, n)
    };
    measure(bencher, &linker("apply", apply), wat::APPLY, |_| Ok(None));
}
