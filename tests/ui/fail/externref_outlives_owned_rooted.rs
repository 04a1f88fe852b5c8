use libwasmtime::{ExternRef, OwnedRooted, Result, Store};

fn look(store: &mut Store<()>, object: OwnedRooted<ExternRef>) -> Result<()> {
    let reference: &ExternRef = &object;
    drop(object);
    assert!(reference.data(&*store)?.is_some());
    Ok(())
}

fn main() {
    let _ = look;
}
