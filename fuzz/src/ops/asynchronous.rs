//! Asynchronous calls and instantiation, and what makes a store require them.

use super::externref::Object;
use super::func::Call;
use super::instance::{keep_instance, pick_module, pick_with_imports};
use super::linker::{expect, names, pick_prepared, with_linker};
use super::structref;
use crate::host_async;
use crate::judge::{Before, Expect, judge};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{
    ExternRef, Func, Instance, Memory, Rooted, StructRef, Table, WasmParams, WasmResults,
};

/// Makes an asynchronous call, and judges how it ends; `None` also if it was given up.
macro_rules! judge_async {
    ($cx:ident, $what:literal, $expect:expr, $call:expr) => {{
        let before = Before::note($cx, $what, $expect);
        $cx.data_mut().in_async_call = true;
        let end = before.drive($call);
        before.weigh($cx, end).flatten()
    }};
}

/// Whether to make the store require asynchronous calls.
fn may_require(cx: &Cx<'_>) -> bool {
    let data = cx.data();
    data.is_async
        || data
            .shared
            .source
            .once_in(if data.prefers_async { 2 } else { 24 })
}

pub fn wrap(cx: &mut Cx<'_>) {
    if !may_require(cx) {
        return;
    }
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let kind = shared.source.below(host_async::KINDS);
    let made = judge(cx, "Func::wrap_async", Expect::Own, |cx| {
        let place = host_async::InStore(cx);
        Ok(host_async::typed(place, &shared, Some(owner), kind))
    });
    if let Some(func) = made {
        cx.data_mut().is_async = true;
        ops::keep_item(cx, func.into());
    }
}

pub fn make(cx: &mut Cx<'_>) {
    if !may_require(cx) {
        return;
    }
    let ty = values::func_type(cx);
    let host = host_async::untyped(&cx.data().shared, Some(cx.data().owner), &ty);
    let made = judge(cx, "Func::new_async", Expect::Own, |cx| {
        Ok(Func::new_async(&mut *cx, ty, host))
    });
    if let Some(func) = made {
        cx.data_mut().is_async = true;
        ops::keep_item(cx, func.into());
    }
}

pub fn call(cx: &mut Cx<'_>) {
    let Some(mut call) = Call::pick(cx) else {
        return;
    };
    let called = judge_async!(
        cx,
        "Func::call_async",
        call.expect,
        call.func
            .call_async(&mut *cx, &call.params, &mut call.results)
    );
    if called.is_some() {
        call.finish(cx);
    }
}

/// Calls a function with Rust types, which may be others than its own.
pub fn call_typed(cx: &mut Cx<'_>) {
    let shared = cx.data().shared.clone();
    let source = &shared.source;
    let picked = shared.pools(|pools| pools.funcs.pick(source, cx.data().owner));
    let Some((func, foreign)) = picked else {
        return;
    };
    match source.below(3) {
        0 => {
            let arg = values::small(source) as i32;
            typed::<i32, i32>(cx, func, Expect::foreign(foreign), arg);
        }
        1 => {
            let Some((arg, is_foreign)) = super::externref::pick(cx) else {
                return;
            };
            let expect = Expect::passing(foreign, is_foreign);
            type Object = Option<Rooted<ExternRef>>;
            if let Some(result) = typed::<Object, Object>(cx, func, expect, Some(arg)) {
                ops::keep_val(cx, result.into());
            }
        }
        _ => {
            typed::<(), ()>(cx, func, Expect::foreign(foreign), ());
        }
    }
}

fn typed<P, R>(cx: &mut Cx<'_>, func: Func, expect: Expect, args: P) -> Option<R>
where
    P: WasmParams + Send + Sync,
    R: WasmResults + Send + Sync,
{
    let of_func = match expect {
        Expect::ForeignValue => Expect::Own,
        of_func => of_func,
    };
    let typed = judge(cx, "Func::typed", of_func, |cx| func.typed::<P, R>(&*cx))?;
    judge_async!(
        cx,
        "TypedFunc::call_async",
        expect,
        typed.call_async(&mut *cx, args)
    )
}

/// Defines the imports of the modules in the text format as asynchronous functions, or any
/// import as one.
pub fn define(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let shared = cx.data().shared.clone();
        if !may_require(cx) {
            return;
        }
        linked.linker.allow_shadowing(shared.source.any());
        for (name, kind) in [("number", 0), ("function", 1), ("object", 2)] {
            judge(cx, "Linker::func_wrap_async", Expect::Own, |_| {
                host_async::typed(host_async::InLinker(linked, name), &shared, None, kind)
            });
        }
        let (module, name) = names(cx);
        let ty = values::func_type(cx);
        let host = host_async::untyped(&shared, None, &ty);
        judge(cx, "Linker::func_new_async", Expect::Own, |_| {
            let linker = &mut linked.linker;
            linker.func_new_async(&module, &name, ty, host).map(drop)
        });
    });
}

pub fn instantiate(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        let made = judge_async!(
            cx,
            "Linker::instantiate_async",
            expect(cx, linked),
            linked.linker.instantiate_async(&mut *cx, &module)
        );
        if let Some(instance) = made {
            keep_instance(cx, instance, &module);
        }
    });
}

pub fn instantiate_prepared(cx: &mut Cx<'_>) {
    let Some((pre, expect)) = pick_prepared(cx) else {
        return;
    };
    let made = judge_async!(
        cx,
        "InstancePre::instantiate_async",
        expect,
        pre.instantiate_async(&mut *cx)
    );
    if let Some(instance) = made {
        keep_instance(cx, instance, pre.module());
    }
}

/// Instantiates a module with items for its imports.
pub fn instance(cx: &mut Cx<'_>) {
    let Some((module, imports, foreign)) = pick_with_imports(cx) else {
        return;
    };
    let made = judge_async!(
        cx,
        "Instance::new_async",
        Expect::foreign(foreign),
        Instance::new_async(&mut *cx, &module, &imports)
    );
    if let Some(instance) = made {
        keep_instance(cx, instance, &module);
    }
}

pub fn module(cx: &mut Cx<'_>) {
    with_linker(cx, |cx, linked| {
        let Some(module) = pick_module(cx) else {
            return;
        };
        let (name, _) = names(cx);
        let expect = expect(cx, linked);
        linked.owners.insert(cx.data().owner);
        judge_async!(cx, "Linker::module_async", expect, async {
            let linker = &mut linked.linker;
            linker.module_async(&mut *cx, &name, &module).await?;
            Ok(())
        });
    });
}

/// Lets code of the store yield.
pub fn yields(cx: &mut Cx<'_>) {
    if !may_require(cx) {
        return;
    }
    let shared = cx.data().shared.clone();
    let done = match shared.source.below(3) {
        0 => {
            cx.epoch_deadline_async_yield_and_update(1 + shared.source.below(3) as u64);
            Some(())
        }
        1 => judge(cx, "fuel_async_yield_interval", Expect::Own, |cx| {
            cx.fuel_async_yield_interval(Some(shared.source.below(3000) as u64))
        }),
        _ => {
            judge(cx, "fuel_async_yield_interval", Expect::Own, |cx| {
                cx.fuel_async_yield_interval(None)
            });
            None
        }
    };
    if done.is_some() {
        cx.data_mut().is_async = true;
    }
}

/// Creates objects with the functions that are asynchronous in name alone.
pub fn objects(cx: &mut Cx<'_>) {
    let shared = cx.data().shared.clone();
    match shared.source.below(5) {
        0 => {
            let ty = values::memory_type(&shared.source);
            let made = judge_async!(
                cx,
                "Memory::new_async",
                Expect::Own,
                Memory::new_async(&mut *cx, ty)
            );
            if let Some(memory) = made {
                judge_async!(
                    cx,
                    "Memory::grow_async",
                    Expect::Own,
                    memory.grow_async(&mut *cx, 1)
                );
                ops::keep_item(cx, memory.into());
            }
        }
        1 => {
            let ty = values::table_type(cx);
            let Some((init, foreign)) = values::reference(cx, ty.element()) else {
                return;
            };
            let made = judge_async!(
                cx,
                "Table::new_async",
                Expect::passing(false, foreign),
                Table::new_async(&mut *cx, ty, init)
            );
            if let Some(table) = made {
                ops::keep_item(cx, table.into());
            }
        }
        2 => {
            let value = Object::new(cx);
            let made = judge_async!(
                cx,
                "ExternRef::new_async",
                Expect::Own,
                ExternRef::new_async(&mut *cx, value)
            );
            if let Some(object) = made {
                ops::keep_val(cx, object.into());
            }
        }
        3 => {
            let Some(new) = structref::New::pick(cx) else {
                return;
            };
            let made = judge_async!(
                cx,
                "StructRef::new_async",
                new.expect,
                StructRef::new_async(&mut *cx, &new.structs.pre, &new.fields)
            );
            if let Some(object) = made {
                new.finish(cx, object);
            }
        }
        _ => {
            judge_async!(cx, "gc_async", Expect::Own, cx.gc_async(None));
        }
    }
}
