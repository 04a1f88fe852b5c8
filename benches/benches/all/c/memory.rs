//! Accesses to a linear memory.

use super::{Bencher, World};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::hint::black_box;
use std::slice;

fn memory() -> (World, wasmtime_memory_t) {
    let world = World::new();
    let instance = world.instantiate(wat::MEMORY, &[]);
    let item = world.export(&instance, "memory");
    assert_eq!(item.kind, WASMTIME_EXTERN_MEMORY);
    // SAFETY: it is a memory.
    let memory = unsafe { item.of.memory };
    (world, memory)
}

/// Returns the bytes.
fn data<'a>(world: &'a mut World, memory: &wasmtime_memory_t) -> &'a mut [u8] {
    // SAFETY: the memory belongs to the store, and nothing else uses either meanwhile.
    unsafe {
        slice::from_raw_parts_mut(
            wasmtime_memory_data(world.context, memory),
            wasmtime_memory_data_size(world.context, memory),
        )
    }
}

pub fn read(bencher: &mut Bencher) {
    let (mut world, memory) = memory();
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP as usize {
            let offset = black_box(8 * i);
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&data(&mut world, &memory)[offset..offset + 8]);
            sum += u64::from_le_bytes(bytes);
        }
        sum
    });
}

pub fn write(bencher: &mut Bencher) {
    let (mut world, memory) = memory();
    bencher.iter(|| {
        for i in 0..LOOP as usize {
            let offset = black_box(8 * i);
            let bytes = (i as u64).to_le_bytes();
            data(&mut world, &memory)[offset..offset + 8].copy_from_slice(&bytes);
        }
    });
}

pub fn slice(bencher: &mut Bencher) {
    let (mut world, memory) = memory();
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP as usize {
            sum += u64::from(data(&mut world, &memory)[black_box(i)]);
        }
        sum
    });
}
