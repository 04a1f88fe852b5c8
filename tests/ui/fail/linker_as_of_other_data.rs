use libwasmtime::{Caller, Engine, Linker};

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

fn main() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("host", "f", |caller: Caller<'_, OfAny>| {
            (caller.data())(&String::from("freed"));
        })
        .unwrap();
    subtype(linker);
    let _ = supertype;
}

// A store's function may keep what it is passed.
fn subtype(linker: Linker<OfAny>) -> Linker<OfStatic> {
    linker
}

fn supertype(linker: Linker<OfStatic>) -> Linker<OfAny> {
    linker
}
