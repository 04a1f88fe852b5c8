//! The calls that need a store's context, from outside or from a host function.

mod anyref;
mod arrayref;
mod asynchronous;
mod externref;
pub mod func;
mod global;
mod instance;
mod linker;
mod memory;
mod store;
mod structref;
mod table;
mod tag;

use crate::judge::{Expect, judge};
use crate::kinds::Kind;
use crate::world::Cx;
use libwasmtime::{Extern, Val};

/// Those that are asynchronous or make a store require that; more important ones several times.
const ASYNC_OPS: &[fn(&mut Cx<'_>)] = &[
    asynchronous::wrap,
    asynchronous::make,
    asynchronous::call,
    asynchronous::call,
    asynchronous::call,
    asynchronous::call,
    asynchronous::call_typed,
    asynchronous::call_typed,
    asynchronous::define,
    asynchronous::define,
    asynchronous::instantiate,
    asynchronous::instantiate,
    asynchronous::instantiate,
    asynchronous::instantiate_prepared,
    asynchronous::instance,
    asynchronous::module,
    asynchronous::yields,
    asynchronous::objects,
];

/// All others; more important ones several times.
const OPS: &[fn(&mut Cx<'_>)] = &[
    anyref::cast,
    anyref::cast,
    anyref::cast_owned,
    anyref::own,
    anyref::convert,
    anyref::compare,
    anyref::describe,
    arrayref::prepare,
    arrayref::make,
    arrayref::make,
    externref::make,
    externref::data,
    externref::data_mut,
    externref::own,
    externref::root,
    externref::compare,
    externref::in_scope,
    func::wrap,
    func::make,
    func::call,
    func::call,
    func::call,
    func::call,
    func::call,
    func::call,
    func::call_typed,
    func::call_typed,
    func::call_kept,
    func::describe,
    func::raw,
    global::make,
    global::get,
    global::set,
    instance::make,
    instance::make,
    instance::exports,
    instance::export,
    linker::define,
    linker::furnish,
    linker::furnish,
    linker::furnish_wasi,
    linker::instance,
    linker::module,
    linker::instantiate,
    linker::instantiate,
    linker::get,
    linker::defaults,
    linker::prepare,
    linker::instantiate_prepared,
    memory::make,
    memory::write,
    memory::grow,
    memory::look,
    memory::describe,
    store::fuel,
    store::epoch,
    store::gc,
    store::exception,
    structref::prepare,
    structref::make,
    structref::make,
    table::make,
    table::set,
    table::get,
    table::grow,
    table::fill,
    table::copy,
    table::describe,
    tag::make,
    tag::compare,
    values,
    values,
];

/// Makes a few of these calls.
pub fn some(cx: &mut Cx<'_>, count: usize) {
    for _ in 0..count {
        let source = &cx.data().shared.source;
        if source.is_empty() {
            break;
        }
        let times = if cx.data().prefers_async { 2 } else { 12 };
        let ops = if source.once_in(times) {
            ASYNC_OPS
        } else {
            OPS
        };
        let op = ops[source.below(ops.len())];
        op(cx);
    }
}

/// Keeps an item of this store.
pub fn keep_item(cx: &mut Cx<'_>, item: Extern) {
    let (shared, owner) = (&cx.data().shared, cx.data().owner);
    let source = &shared.source;
    shared.pools(|pools| match item {
        Extern::Func(func) => pools.funcs.put(source, owner, func),
        Extern::Global(global) => pools.globals.put(source, owner, global),
        Extern::Table(table) => pools.tables.put(source, owner, table),
        Extern::Memory(memory) => pools.memories.put(source, owner, memory),
        Extern::SharedMemory(memory) => {
            crate::world::keep(&mut pools.shared_memories, source, memory);
        }
        Extern::Tag(tag) => pools.tags.put(source, owner, tag),
    });
}

/// Keeps a reference of this store.
pub fn keep_val(cx: &mut Cx<'_>, val: Val) {
    let (shared, owner) = (&cx.data().shared, cx.data().owner);
    let source = &shared.source;
    shared.pools(|pools| match val {
        Val::FuncRef(Some(func)) => pools.funcs.put(source, owner, func),
        Val::ExternRef(Some(object)) => pools.rooted.put(source, owner, object),
        Val::AnyRef(Some(object)) => pools.anyrefs.put(source, owner, object),
        Val::ExnRef(Some(exception)) => pools.exnrefs.put(source, owner, exception),
        Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {}
        Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => {}
        Val::ContRef(_) => {}
    });
}

/// Creates the values of a kind.
fn values(cx: &mut Cx<'_>) {
    let kind = cx.data().shared.source.pick(Kind::ALL).copied();
    let kind = kind.expect("there are some");
    let made = judge(cx, "values", Expect::Own, |cx| kind.values(cx));
    for val in made.unwrap_or_default() {
        keep_val(cx, val);
    }
}
