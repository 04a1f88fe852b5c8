use libwasmtime::{ExternRef, Func, Result, Rooted, Store, TypedFunc};

fn call(
    store: &mut Store<()>,
    takes_function: TypedFunc<Option<Func>, ()>,
    object: Rooted<ExternRef>,
) -> Result<()> {
    takes_function.call(store, Some(object))
}

fn main() {
    let _ = call;
}
