use libwasmtime::{Engine, Func, Instance, Linker, Module, Store};

fn main() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0);
    let module = Module::new(&engine, "(module)").unwrap();
    let linker = Linker::new(&engine);
    let func = Func::wrap(&mut store, || {});

    let call = func.call_async(&mut store, &[], &mut []);
    println!("{}", store.data());
    drop(call);

    let call = Instance::new_async(&mut store, &module, &[]);
    store.data_mut();
    drop(call);

    let call = linker.instantiate_async(&mut store, &module);
    let _ = func.call(&mut store, &[], &mut []);
    drop(call);

    let pre = linker.instantiate_pre(&module).unwrap();
    let call = pre.instantiate_async(&mut store);
    drop(store);
    drop(call);
}
