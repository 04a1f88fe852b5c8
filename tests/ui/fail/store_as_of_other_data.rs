use libwasmtime::{Caller, Engine, Func, Store};
use std::sync::Mutex;

type OfAny = for<'a> fn(&'a str);
type OfStatic = fn(&'static str);

static SAVED: Mutex<Option<&'static str>> = Mutex::new(None);

fn save(text: &'static str) {
    *SAVED.lock().unwrap() = Some(text);
}

fn main() {
    let store: Store<OfAny> = Store::new(&Engine::default(), |_| {});
    subtype(store);
    let _ = supertype;
}

// What the host function passes dies before `SAVED`.
fn subtype(mut store: Store<OfAny>) {
    let f = Func::wrap(&mut store, |caller: Caller<'_, OfAny>| {
        (caller.data())(&String::from("freed"));
    });
    let mut store: Store<OfStatic> = store;
    *store.data_mut() = save;
    let f = f.typed::<(), ()>(&store).unwrap();
    f.call(&mut store, ()).unwrap();
}

fn supertype(store: Store<OfStatic>) -> Store<OfAny> {
    store
}
