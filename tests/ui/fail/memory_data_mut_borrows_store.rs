use libwasmtime::{Memory, Result, Store};

fn write(store: &mut Store<()>, memory: Memory) -> Result<()> {
    let bytes = memory.data_mut(&mut *store);
    memory.grow(&mut *store, 1)?;
    bytes[0] = 1;
    Ok(())
}

fn main() {
    let _ = write;
}
