use libwasmtime::{Instance, Store};

fn first_name(mut store: Store<()>, instance: &Instance) -> &str {
    instance.exports(&mut store).next().unwrap().name()
}

fn main() {
    let _ = first_name;
}
