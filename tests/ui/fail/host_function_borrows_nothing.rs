use libwasmtime::{Engine, Func, FuncType, Store};

fn main() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let text = String::from("short-lived");
    Func::new(&mut store, FuncType::new(&engine, [], []), |_, _, _| {
        print!("{text}");
        Ok(())
    });
}
