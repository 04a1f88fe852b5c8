use libwasmtime::{InstancePre, Store};

fn instantiate(pre: &InstancePre<u8>, store: &mut Store<String>) {
    let _ = pre.instantiate(store);
}

fn main() {
    let _ = instantiate;
}
