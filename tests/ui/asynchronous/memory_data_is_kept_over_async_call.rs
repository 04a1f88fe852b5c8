use libwasmtime::{Caller, Memory, Result, TypedFunc};

async fn host(mut caller: Caller<'_, ()>, memory: Memory, grow: TypedFunc<(), ()>) -> Result<u8> {
    let bytes = memory.data(&caller);
    grow.call_async(&mut caller, ()).await?;
    Ok(bytes[0])
}

fn main() {
    let _ = host;
}
