//! Calls that fail.

use super::Bencher;
use super::api::{Engine, Func, Instance, Module, Result, Store, Trap, TypedFunc, WasmBacktrace};
use libwasmtime_bench::wat;
use std::fmt;

#[derive(Debug)]
struct Refused(u32);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused for reason {}", self.0)
    }
}

impl std::error::Error for Refused {}

fn function(name: &str) -> (Store<()>, TypedFunc<(), ()>) {
    let mut store = Store::new(&Engine::default(), ());
    let module = Module::new(store.engine(), wat::FAILURE).unwrap();
    let fail = Func::wrap(&mut store, || -> Result<()> { Err(Refused(7).into()) });
    let instance = Instance::new(&mut store, &module, &[fail.into()]).unwrap();
    let f = instance.get_typed_func(&mut store, name).unwrap();
    (store, f)
}

pub fn trap(bencher: &mut Bencher) {
    let (mut store, f) = function("trap");
    bencher.iter(|| {
        let error = f.call(&mut store, ()).unwrap_err();
        let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
        assert_eq!(backtrace.frames().len(), 2);
        let trap = error.downcast_ref::<Trap>().unwrap();
        assert_eq!(*trap, Trap::UnreachableCodeReached);
    });
}

pub fn host_error(bencher: &mut Bencher) {
    let (mut store, f) = function("host_error");
    bencher.iter(|| {
        let error = f.call(&mut store, ()).unwrap_err();
        assert_eq!(error.downcast_ref::<Refused>().unwrap().0, 7);
    });
}
