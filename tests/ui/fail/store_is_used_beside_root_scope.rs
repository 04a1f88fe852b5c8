use libwasmtime::{ExternRef, Result, RootScope, Store};

fn use_both(store: &mut Store<()>) -> Result<()> {
    let mut scope = RootScope::new(&mut *store);
    ExternRef::new(&mut *store, 1)?;
    ExternRef::new(&mut scope, 2)?;
    Ok(())
}

fn main() {
    let _ = use_both;
}
