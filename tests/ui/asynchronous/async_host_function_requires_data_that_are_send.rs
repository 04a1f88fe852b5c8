use libwasmtime::{Caller, Engine, Func, Linker, Store};
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), Rc::new(1));
    Func::wrap_async(&mut store, |_: Caller<'_, Rc<i32>>, ()| Box::new(async {}));

    let mut linker = Linker::<Rc<i32>>::new(store.engine());
    let _ = linker.func_wrap_async("", "", |_, ()| Box::new(async {}));
}
