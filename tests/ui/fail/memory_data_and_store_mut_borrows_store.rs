use libwasmtime::{Caller, Memory, Result, TypedFunc};

fn write(mut caller: Caller<'_, u8>, memory: Memory, run: TypedFunc<(), ()>) -> Result<()> {
    let (bytes, data) = memory.data_and_store_mut(&mut caller);
    run.call(&mut caller, ())?;
    bytes[0] = *data;
    Ok(())
}

fn main() {
    let _ = write;
}
