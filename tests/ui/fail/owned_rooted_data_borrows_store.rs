use libwasmtime::{ExternRef, OwnedRooted, Result, Store};

fn look(store: &mut Store<()>, object: OwnedRooted<ExternRef>) -> Result<()> {
    let data = object.data(&*store)?;
    drop(object);
    ExternRef::new(&mut *store, ())?;
    assert!(data.is_some());
    Ok(())
}

fn main() {
    let _ = look;
}
