use libwasmtime::{Instance, Module, Store};

fn module(store: Store<()>, instance: Instance) -> &'static Module {
    instance.module(&store)
}

fn main() {
    let _ = module;
}
