use libwasmtime::{Caller, Result, TypedFunc};

async fn host(mut caller: Caller<'_, Vec<u8>>, change: TypedFunc<(), ()>) -> Result<u8> {
    let bytes = caller.data();
    change.call_async(&mut caller, ()).await?;
    Ok(bytes[0])
}

fn main() {
    let _ = host;
}
