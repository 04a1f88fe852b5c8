use libwasmtime::{AsContextMut, Result, Store, TypedFunc};

fn call(store: &mut Store<u8>, run: TypedFunc<(), ()>) -> Result<u8> {
    let context = store.as_context_mut();
    run.call(&mut *store, ())?;
    Ok(*context.data())
}

fn main() {
    let _ = call;
}
