use libwasmtime::{Engine, Memory, MemoryType, Store};

fn main() {
    let bytes = {
        let mut store = Store::new(&Engine::default(), ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        memory.data(&store)
    };
    assert_eq!(bytes[0], 0);
}
