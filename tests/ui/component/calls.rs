//! What is passed to a component can be lowered, what comes from it can be lifted, and both are
//! tuples.

use libwasmtime::component::{ComponentType, Instance, Lift, LinkerInstance, Lower, TypedFunc};
use libwasmtime::{Result, Store};

#[derive(ComponentType, Lift)]
#[component(record)]
struct Read {
    x: u32,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Written {
    x: u32,
}

fn lookup(store: &mut Store<()>, instance: &Instance) -> Result<()> {
    instance.get_typed_func::<(Read,), ()>(&mut *store, "argument")?;
    instance.get_typed_func::<(), (Written,)>(&mut *store, "result")?;
    instance.get_typed_func::<u32, ()>(&mut *store, "no-tuple")?;
    instance.get_typed_func::<(u32,), u32>(&mut *store, "no-tuple")?;
    instance.get_typed_func::<(), (&str,)>(&mut *store, "borrowed")?;
    instance.get_typed_func::<(std::time::Duration,), ()>(&mut *store, "type")?;
    Ok(())
}

fn call(store: &mut Store<()>, func: TypedFunc<(Read,), ()>) -> Result<()> {
    func.call(store, (Read { x: 1 },))
}

fn link(linker: &mut LinkerInstance<'_, ()>) -> Result<()> {
    linker.func_wrap("argument", |_, (_,): (Written,)| Ok(()))?;
    linker.func_wrap("result", |_, ()| Ok((Read { x: 1 },)))?;
    linker.func_wrap("no-tuple", |_, (): ()| Ok(1u32))?;
    linker.func_wrap("no-tuple", |_, _: u32| Ok(()))?;
    linker.func_wrap("no-result", |_, (): ()| ())?;
    linker.func_wrap("borrowed", |_, (_,): (&str,)| Ok(()))?;
    Ok(())
}

fn main() {}
