use libwasmtime::{Caller, Result, TypedFunc};

fn host(mut caller: Caller<'_, String>, run: TypedFunc<(), ()>) -> Result<()> {
    let text: &str = caller.data();
    run.call(&mut caller, ())?;
    print!("{text}");
    Ok(())
}

fn main() {
    let _ = host;
}
