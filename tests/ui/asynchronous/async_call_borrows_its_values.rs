use libwasmtime::{Engine, Func, Store, Val};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let func = Func::wrap(&mut store, |x: i32| x);
    let mut results = [Val::I32(0)];
    let call = {
        let params = [Val::I32(1)];
        func.call_async(&mut store, &params, &mut results)
    };
    println!("{results:?}");
    drop(call);
}
