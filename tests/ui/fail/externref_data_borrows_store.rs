use libwasmtime::{ExternRef, Result, Rooted, Store, TypedFunc};

fn look(store: &mut Store<()>, object: Rooted<ExternRef>, run: TypedFunc<(), ()>) -> Result<()> {
    let data = object.data(&*store)?;
    run.call(&mut *store, ())?;
    assert!(data.is_some());
    Ok(())
}

fn main() {
    let _ = look;
}
