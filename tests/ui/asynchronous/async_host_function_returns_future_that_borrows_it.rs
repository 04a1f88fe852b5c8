use libwasmtime::{Engine, Func, FuncType, Linker, Store};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let name = String::from("captured");
    Func::wrap_async(&mut store, move |_, ()| {
        let name = &name;
        Box::new(async move { name.len() as i32 })
    });

    let mut linker = Linker::<()>::new(store.engine());
    let ty = FuncType::new(store.engine(), [], []);
    let name = String::from("captured");
    let _ = linker.func_new_async("", "", ty, move |_, _, _| {
        let name = &name;
        Box::new(async move {
            println!("{name}");
            Ok(())
        })
    });
}
