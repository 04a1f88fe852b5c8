use libwasmtime::{Linker, Module, Store};

fn instantiate(linker: &Linker<u8>, store: &mut Store<String>, module: &Module) {
    let _ = linker.instantiate(store, module);
}

fn main() {
    let _ = instantiate;
}
