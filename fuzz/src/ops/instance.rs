//! Instances.

use super::{global, memory, table, tag};
use crate::host;
use crate::judge::{Expect, judge, judge_entry, violation};
use crate::ops;
use crate::world::{Cx, keep};
use libwasmtime::{Export, Extern, ExternType, Func, Instance, Module, SharedMemory};

/// Returns a module, mostly of this store's engine.
pub fn pick_module(cx: &Cx<'_>) -> Option<Module> {
    let shared = &cx.data().shared;
    shared.pools(|pools| {
        let own: Vec<_> = pools
            .modules
            .iter()
            .filter(|module| libwasmtime::Engine::same(module.engine(), cx.engine()))
            .cloned()
            .collect();
        if own.is_empty() || shared.source.once_in(24) {
            return shared.source.pick(&pools.modules).cloned();
        }
        shared.source.pick(&own).cloned()
    })
}

fn pick(cx: &Cx<'_>) -> Option<(Instance, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.instances.pick(&shared.source, cx.data().owner))
}

/// Returns an item of any kind and type, and whether it belongs to another store.
pub fn any_item(cx: &Cx<'_>) -> Option<(Extern, bool)> {
    let shared = &cx.data().shared;
    let (source, owner) = (&shared.source, cx.data().owner);
    fn item<H: Into<Extern>>((handle, foreign): (H, bool)) -> (Extern, bool) {
        (handle.into(), foreign)
    }
    shared.pools(|pools| match source.below(6) {
        0 => pools.funcs.pick(source, owner).map(item),
        1 => pools.memories.pick(source, owner).map(item),
        2 => pools.tables.pick(source, owner).map(item),
        3 => pools.globals.pick(source, owner).map(item),
        4 => pools.tags.pick(source, owner).map(item),
        _ => {
            let memory = source.pick(&pools.shared_memories)?.clone();
            Some((memory.into(), false))
        }
    })
}

/// Creates an item of that type, if possible.
pub fn item_of(cx: &mut Cx<'_>, ty: &ExternType) -> Option<Extern> {
    let shared = cx.data().shared.clone();
    Some(match ty {
        ExternType::Func(ty) => {
            let host = host::untyped(&shared, Some(cx.data().owner), ty);
            let made = judge(cx, "Func::new", Expect::Own, |cx| {
                Ok(Func::new(&mut *cx, ty.clone(), host))
            })?;
            ops::keep_item(cx, made.into());
            made.into()
        }
        ExternType::Global(ty) => global::make_of(cx, ty.clone())?.into(),
        ExternType::Table(ty) => table::make_of(cx, ty.clone())?.into(),
        ExternType::Memory(ty) if ty.is_shared() => {
            let memory = judge(cx, "SharedMemory::new", Expect::Own, |cx| {
                SharedMemory::new(cx.engine(), ty.clone())
            })?;
            memory.into()
        }
        ExternType::Memory(ty) => memory::make_of(cx, ty.clone())?.into(),
        ExternType::Tag(ty) => tag::make_of(cx, ty)?.into(),
    })
}

/// Returns a module and items for its imports, mostly of their types, and whether one belongs
/// to another store.
pub fn pick_with_imports(cx: &mut Cx<'_>) -> Option<(Module, Vec<Extern>, bool)> {
    let module = pick_module(cx)?;
    let mut foreign = false;
    let mut imports = Vec::new();
    for import in module.imports() {
        let made = match cx.data().shared.source.once_in(12) {
            true => None,
            false => item_of(cx, &import.ty()),
        };
        match made {
            Some(item) => imports.push(item),
            None => {
                let Some((item, is_foreign)) = any_item(cx) else {
                    continue;
                };
                imports.push(item);
                foreign |= is_foreign;
            }
        }
    }
    Some((module, imports, foreign))
}

pub fn make(cx: &mut Cx<'_>) {
    let Some((module, imports, foreign)) = pick_with_imports(cx) else {
        return;
    };
    let made = judge_entry(cx, "Instance::new", Expect::foreign(foreign), |cx| {
        Instance::new(&mut *cx, &module, &imports)
    });
    if let Some(instance) = made {
        keep_instance(cx, instance, &module);
    }
}

/// Keeps an instance and all its exports.
pub fn keep_instance(cx: &mut Cx<'_>, instance: Instance, module: &Module) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    shared.tally(|tally| tally.instances += 1);
    shared.pools(|pools| pools.instances.put(&shared.source, owner, instance));
    if !Module::same(instance.module(&*cx), module) {
        violation(&shared, "an instance is of another module");
    }
    keep_exports(cx, instance, Expect::Own);
}

fn keep_exports(cx: &mut Cx<'_>, instance: Instance, expect: Expect) {
    let items = judge(cx, "Instance::exports", expect, |cx| {
        let exports = instance.exports(&mut *cx);
        Ok(exports.map(Export::into_extern).collect::<Vec<_>>())
    });
    for item in items.into_iter().flatten() {
        ops::keep_item(cx, item);
    }
}

pub fn exports(cx: &mut Cx<'_>) {
    let Some((instance, foreign)) = pick(cx) else {
        return;
    };
    keep_exports(cx, instance, Expect::foreign(foreign));
}

/// Finds an export by its name or index.
pub fn export(cx: &mut Cx<'_>) {
    let (Some((instance, foreign)), Some(module)) = (pick(cx), pick_module(cx)) else {
        return;
    };
    let shared = cx.data().shared.clone();
    let names: Vec<_> = module
        .exports()
        .map(|export| export.name().to_owned())
        .collect();
    let name = shared.source.pick(&names).cloned().unwrap_or_default();
    let expect = Expect::foreign(foreign);
    if let Some(place) = module.get_export_index(&name) {
        shared.pools(|pools| keep(&mut pools.module_exports, &shared.source, place));
    }
    let place = shared.pools(|pools| shared.source.pick(&pools.module_exports).copied());
    match shared.source.below(3) {
        0 => {
            let item = judge(cx, "Instance::get_export", expect, |cx| {
                Ok(instance.get_export(&mut *cx, &name))
            });
            if let Some(Some(item)) = item {
                let described = judge(cx, "Extern::ty", Expect::Own, |cx| Ok(item.ty(&*cx)));
                drop(described);
                ops::keep_item(cx, item);
            }
        }
        1 => {
            judge(cx, "Instance::get_typed_func", expect, |cx| {
                let func = instance.get_typed_func::<i32, i32>(&mut *cx, &name)?;
                func.call(&mut *cx, 1)
            });
        }
        _ => {
            let Some(place) = place else { return };
            judge(cx, "Instance::get_module_export", expect, |cx| {
                Ok(instance.get_module_export(&mut *cx, &place))
            });
        }
    }
}
