//! Linkers, in a store.

use super::instance::{any_item, item_of, keep_instance, pick_module};
use crate::host::{self, InLinker};
use crate::judge::{Expect, judge, judge_entry};
use crate::ops;
use crate::world::{Cx, Data, Linked, Prepared, keep};
use libwasmtime::{
    Engine, Extern, FuncType, GlobalType, HeapType, InstancePre, MemoryType, Mutability, RefType,
    Result, TableType, ValType, wasi,
};
use std::sync::{Arc, Mutex};

/// Returns a linker, mostly of this store's engine.
fn pick(cx: &Cx<'_>) -> Option<Arc<Mutex<Linked>>> {
    let shared = &cx.data().shared;
    shared.pools(|pools| shared.source.pick(&pools.linkers).cloned())
}

/// Uses a linker, unless an outer call does so.
pub fn with_linker(cx: &mut Cx<'_>, f: impl FnOnce(&mut Cx<'_>, &mut Linked)) {
    let Some(linker) = pick(cx) else { return };
    let Ok(mut linked) = linker.try_lock() else {
        return;
    };
    let same = Engine::same(linked.linker.engine(), cx.engine());
    if same || cx.data().shared.source.once_in(8) {
        f(cx, &mut linked);
    }
}

/// Reports whether all definitions belong to this store.
pub fn expect(cx: &Cx<'_>, linked: &Linked) -> Expect {
    match linked.owners.iter().all(|owner| *owner == cx.data().owner) {
        true => Expect::Own,
        false => Expect::Unsure,
    }
}

/// Returns the names of a module and an item, mostly of an import.
pub fn names(cx: &Cx<'_>) -> (String, String) {
    let source = &cx.data().shared.source;
    let wanted: Vec<_> = pick_module(cx)
        .iter()
        .flat_map(|module| {
            module
                .imports()
                .map(|import| (import.module().to_owned(), import.name().to_owned()))
                .collect::<Vec<_>>()
        })
        .collect();
    match source.pick(&wanted) {
        Some(names) => names.clone(),
        None => ("other".to_owned(), String::new()),
    }
}

/// Defines one item.
pub fn define(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some((item, foreign)) = any_item(cx) else {
            return;
        };
        let (module, name) = names(cx);
        let owner = cx.data().owner;
        linked.owners.insert(owner);
        judge(cx, "Linker::define", Expect::foreign(foreign), |cx| {
            linked.linker.define(&*cx, &module, &name, item).map(drop)
        });
    });
}

/// Defines the imports of the modules in the text format, or of one module.
pub fn furnish(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let shared = cx.data().shared.clone();
        linked.linker.allow_shadowing(shared.source.any());
        if shared.source.any() {
            for (name, kind) in [("number", 0), ("function", 1), ("object", 2)] {
                judge(cx, "Linker::func_wrap", Expect::Own, |_| {
                    host::typed(InLinker(linked, name), &shared, None, kind)
                });
            }
            judge(cx, "Linker::func_new", Expect::Own, |_| {
                define_typed(linked, &shared)
            });
        }
        if shared.source.any() {
            let Some(module) = pick_module(cx) else {
                return;
            };
            linked.owners.insert(cx.data().owner);
            for import in module.imports() {
                let Some(item) = item_of(cx, &import.ty()) else {
                    continue;
                };
                define_item(cx, linked, import.module(), import.name(), item);
            }
        } else {
            for (name, ty) in [
                ("memory", MemoryType::new(1, Some(4)).into()),
                ("shared", MemoryType::shared(1, 2).into()),
                (
                    "functions",
                    TableType::new(RefType::FUNCREF, 4, None).into(),
                ),
                (
                    "count",
                    GlobalType::new(ValType::I32, Mutability::Var).into(),
                ),
            ] {
                linked.owners.insert(cx.data().owner);
                if let Some(item) = item_of(cx, &ty) {
                    define_item(cx, linked, "host", name, item);
                }
            }
        }
    });
}

/// Defines WASI, which programs import.
pub fn furnish_wasi(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        linked.linker.allow_shadowing(cx.data().shared.source.any());
        judge(cx, "wasi::add_to_linker", Expect::Own, |_| {
            wasi::add_to_linker(&mut linked.linker)
        });
    });
}

fn define_item(cx: &mut Cx<'_>, linked: &mut Linked, module: &str, name: &str, item: Extern) {
    judge(cx, "Linker::define", Expect::Own, |cx| {
        linked.linker.define(&*cx, module, name, item).map(drop)
    });
}

/// A function of a type that takes and returns typed references.
fn define_typed(linked: &mut Linked, shared: &Arc<crate::world::Shared>) -> Result<()> {
    let engine = linked.linker.engine().clone();
    let number = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
    let reference = |null| RefType::new(null, HeapType::ConcreteFunc(number.clone()));
    let ty = FuncType::new(&engine, [reference(true).into()], [reference(false).into()]);
    let host = host::untyped(shared, None, &ty);
    linked.linker.func_new("host", "typed", ty, host).map(drop)
}

pub fn instance(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
        let picked = shared.pools(|pools| pools.instances.pick(&shared.source, owner));
        let Some((instance, foreign)) = picked else {
            return;
        };
        let (name, _) = names(cx);
        linked.owners.insert(owner);
        judge(cx, "Linker::instance", Expect::foreign(foreign), |cx| {
            linked.linker.instance(&mut *cx, &name, instance).map(drop)
        });
    });
}

pub fn module(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        let (name, _) = names(cx);
        let expect = expect(cx, linked);
        linked.owners.insert(cx.data().owner);
        judge(cx, "Linker::module", expect, |cx| {
            linked.linker.module(&mut *cx, &name, &module).map(drop)
        });
    });
}

pub fn instantiate(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        let expect = expect(cx, linked);
        let made = judge_entry(cx, "Linker::instantiate", expect, |cx| {
            linked.linker.instantiate(&mut *cx, &module)
        });
        if let Some(instance) = made {
            keep_instance(cx, instance, &module);
        }
    });
}

pub fn get(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let (module, name) = names(cx);
        let expect = expect(cx, linked);
        let item = match cx.data().shared.source.below(3) {
            0 => judge(cx, "Linker::get_default", expect, |cx| {
                Ok(linked.linker.get_default(&mut *cx, &module)?.into())
            }),
            1 => {
                let Some(module) = pick_module(cx) else {
                    return;
                };
                judge(cx, "Linker::get_by_import", expect, |cx| {
                    let first = module.imports().next();
                    Ok(first.and_then(|import| linked.linker.get_by_import(&mut *cx, &import)))
                })
                .flatten()
            }
            _ => judge(cx, "Linker::get", expect, |cx| {
                linked.linker.get(&mut *cx, &module, &name)
            }),
        };
        if let Some(item) = item {
            ops::keep_item(cx, item);
        }
    });
}

/// Defines the remaining imports as traps or default values.
pub fn defaults(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        if cx.data().shared.source.any() {
            judge(cx, "define_unknown_imports_as_traps", Expect::Own, |_| {
                linked.linker.define_unknown_imports_as_traps(&module)
            });
        } else {
            let expect = expect(cx, linked);
            linked.owners.insert(cx.data().owner);
            judge(
                cx,
                "define_unknown_imports_as_default_values",
                expect,
                |cx| {
                    let linker = &mut linked.linker;
                    linker.define_unknown_imports_as_default_values(&mut *cx, &module)
                },
            );
        }
    });
}

pub fn prepare(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        let pre = judge(cx, "Linker::instantiate_pre", Expect::Own, |_| {
            linked.linker.instantiate_pre(&module)
        });
        let shared = &cx.data().shared;
        if let Some(pre) = pre {
            let prepared = Prepared {
                pre,
                owners: linked.owners.clone(),
            };
            shared.pools(|pools| keep(&mut pools.prepared, &shared.source, prepared));
        }
    });
}

/// Returns what was prepared for an instance, and the expectation for this store.
pub fn pick_prepared(cx: &Cx<'_>) -> Option<(InstancePre<Data>, Expect)> {
    let shared = &cx.data().shared;
    let picked = shared.pools(|pools| shared.source.pick(&pools.prepared).cloned());
    let Prepared { pre, owners } = picked?;
    let expect = match owners.iter().all(|owner| *owner == cx.data().owner) {
        true => Expect::Own,
        false => Expect::Unsure,
    };
    Some((pre, expect))
}

pub fn instantiate_prepared(cx: &mut Cx<'_>) {
    let Some((pre, expect)) = pick_prepared(cx) else {
        return;
    };
    let made = judge_entry(cx, "InstancePre::instantiate", expect, |cx| {
        pre.instantiate(&mut *cx)
    });
    if let Some(instance) = made {
        keep_instance(cx, instance, pre.module());
    }
}
