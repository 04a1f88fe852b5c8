use libwasmtime::{Engine, Store};

fn main() {
    let text = String::from("short-lived");
    let store = Store::new(&Engine::default(), text.as_str());
    drop(store);
}
