use libwasmtime::{ExternRef, Result, RootScope, Store};

fn look(store: &mut Store<()>) -> Result<()> {
    let data = {
        let mut scope = RootScope::new(&mut *store);
        let object = ExternRef::new(&mut scope, 1)?;
        object.data(&scope)?
    };
    assert!(data.is_some());
    Ok(())
}

fn main() {
    let _ = look;
}
