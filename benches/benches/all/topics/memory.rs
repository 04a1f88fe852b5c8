//! Accesses to a linear memory.

use super::Bencher;
use super::api::{Engine, Instance, Memory, Module, Store};
use libwasmtime_bench::{LOOP, wat};
use std::hint::black_box;

fn memory() -> (Store<()>, Memory) {
    let mut store = Store::new(&Engine::default(), ());
    let module = Module::new(store.engine(), wat::MEMORY).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    (store, memory)
}

pub fn read(bencher: &mut Bencher) {
    let (store, memory) = memory();
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP as usize {
            let mut bytes = [0; 8];
            memory.read(&store, black_box(8 * i), &mut bytes).unwrap();
            sum += u64::from_le_bytes(bytes);
        }
        sum
    });
}

pub fn write(bencher: &mut Bencher) {
    let (mut store, memory) = memory();
    bencher.iter(|| {
        for i in 0..LOOP as usize {
            let bytes = (i as u64).to_le_bytes();
            memory.write(&mut store, black_box(8 * i), &bytes).unwrap();
        }
    });
}

pub fn slice(bencher: &mut Bencher) {
    let (store, memory) = memory();
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP as usize {
            sum += u64::from(memory.data(&store)[black_box(i)]);
        }
        sum
    });
}
