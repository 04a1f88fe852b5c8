use libwasmtime::{Memory, Result, Store, TypedFunc};

fn read(store: &mut Store<()>, memory: Memory, run: TypedFunc<(), ()>) -> Result<u8> {
    let bytes = memory.data(&*store);
    run.call(&mut *store, ())?;
    Ok(bytes[0])
}

fn main() {
    let _ = read;
}
