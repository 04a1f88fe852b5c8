//! Functions.

use crate::host;
use crate::judge::{Expect, judge, judge_entry, violation};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{
    AnyRef, ArrayRef, ExternRef, Func, GcRef, Rooted, StructRef, V128, Val, ValType, WasmParams,
    WasmResults,
};

pub fn wrap(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let kind = shared.source.below(host::KINDS);
    let made = judge(cx, "Func::wrap", Expect::Own, |cx| {
        Ok(host::typed(host::InStore(cx), &shared, Some(owner), kind))
    });
    if let Some(func) = made {
        shared.pools(|pools| pools.wrapped.put(&shared.source, owner, (func, kind)));
        ops::keep_item(cx, func.into());
    }
}

pub fn make(cx: &mut Cx<'_>) {
    let ty = values::func_type(cx);
    let host = host::untyped(&cx.data().shared, Some(cx.data().owner), &ty);
    let made = judge(cx, "Func::new", Expect::Own, |cx| {
        Ok(Func::new(&mut *cx, ty, host))
    });
    if let Some(func) = made {
        ops::keep_item(cx, func.into());
    }
}

fn pick(cx: &Cx<'_>) -> Option<(Func, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.funcs.pick(&shared.source, cx.data().owner))
}

/// A function, and what to call it with.
pub struct Call {
    pub func: Func,
    pub params: Vec<Val>,
    pub results: Vec<Val>,
    wanted: Vec<ValType>,
    pub expect: Expect,
}

impl Call {
    /// Picks a function, and values that are mostly of its types.
    pub fn pick(cx: &mut Cx<'_>) -> Option<Call> {
        let (func, foreign) = pick(cx)?;
        let mut foreign_value = false;
        let shared = cx.data().shared.clone();
        let fits = !foreign && !shared.source.once_in(16);
        let types: Vec<_> = match fits {
            true => func.ty(&*cx).params().map(Some).collect(),
            false => (0..shared.source.below(4)).map(|_| None).collect(),
        };
        let params: Vec<Val> = types
            .iter()
            .map(|ty| {
                let (val, is_foreign) = ty
                    .as_ref()
                    .and_then(|ty| values::val(cx, ty))
                    .unwrap_or_else(|| values::any_val(cx));
                foreign_value |= is_foreign;
                val
            })
            .collect();
        let wanted: Vec<ValType> = match fits {
            true => func.ty(&*cx).results().collect(),
            false => Vec::new(),
        };
        Some(Call {
            func,
            params,
            results: vec![Val::I32(0); wanted.len()],
            wanted,
            expect: Expect::passing(foreign, foreign_value),
        })
    }

    /// Checks and keeps the results of a call that has succeeded.
    pub fn finish(self, cx: &mut Cx<'_>) {
        for (ty, result) in self.wanted.iter().zip(self.results) {
            let fits = judge(cx, "Val::matches_ty", Expect::Own, |cx| {
                result.matches_ty(&*cx, ty)
            });
            if fits != Some(true) {
                let text = format!("{result:?} was returned as a {ty}");
                violation(&cx.data().shared, text);
            }
            ops::keep_val(cx, result);
        }
    }
}

/// Returns arguments for a function of this store that belong to it, and places for results.
pub fn own_values(cx: &Cx<'_>, func: Func) -> Option<(Vec<Val>, Vec<Val>)> {
    let ty = func.ty(cx);
    let params = ty.params().map(|ty| match values::val(cx, &ty) {
        Some((val, false)) => Some(val),
        _ => None,
    });
    let results = vec![Val::I32(0); ty.results().len()];
    Some((params.collect::<Option<_>>()?, results))
}

pub fn call(cx: &mut Cx<'_>) {
    let Some(mut call) = Call::pick(cx) else {
        return;
    };
    let called = judge_entry(cx, "Func::call", call.expect, |cx| {
        call.func.call(&mut *cx, &call.params, &mut call.results)
    });
    if called.is_some() {
        call.finish(cx);
    }
}

/// Calls a function with Rust types, mostly with its own.
pub fn call_typed(cx: &mut Cx<'_>) {
    let shared = cx.data().shared.clone();
    let source = &shared.source;
    let owner = cx.data().owner;
    // The results of the host's functions of each kind are known.
    let is_known = !source.once_in(3);
    let picked = match is_known {
        false => pick(cx).map(|(func, foreign)| ((func, source.below(host::KINDS)), foreign)),
        true => shared.pools(|pools| pools.wrapped.pick(source, owner)),
    };
    let Some(((func, kind), foreign)) = picked else {
        return;
    };
    match kind {
        0 => {
            let arg = values::small(source) as i32;
            let result = typed::<i32, i32>(cx, func, Expect::foreign(foreign), arg);
            if is_known && result.is_some_and(|result| result != arg) {
                violation(&shared, "a number was changed");
            }
            let typed = judge(cx, "Func::typed", Expect::foreign(foreign), |cx| {
                func.typed::<i32, i32>(&*cx)
            });
            if let Some(typed) = typed {
                shared.pools(|pools| pools.typed.put(source, owner, typed));
            }
        }
        1 => {
            let (val, is_foreign) = values::val(cx, &ValType::FUNCREF).expect("null, if nothing");
            let arg = val.func_ref().flatten().copied();
            let expect = Expect::passing(foreign, is_foreign);
            let result = typed::<Option<Func>, Option<Func>>(cx, func, expect, arg);
            if let Some(result) = result {
                ops::keep_val(cx, result.into());
            }
        }
        2 => {
            let (val, is_foreign) = values::val(cx, &ValType::EXTERNREF).expect("null, if nothing");
            let arg = val.extern_ref().flatten().copied();
            let expect = Expect::passing(foreign, is_foreign);
            type Object = Option<Rooted<ExternRef>>;
            if let Some(result) = typed::<Object, Object>(cx, func, expect, arg) {
                ops::keep_val(cx, result.into());
            }
        }
        3 => {
            let Some((arg, is_foreign)) = pick(cx) else {
                return;
            };
            let expect = Expect::passing(foreign, is_foreign);
            if let Some(result) = typed::<Func, Func>(cx, func, expect, arg) {
                ops::keep_item(cx, result.into());
            }
        }
        4 => {
            let Some((arg, is_foreign)) = super::externref::pick(cx) else {
                return;
            };
            type Object = Rooted<ExternRef>;
            let expect = Expect::passing(foreign, is_foreign);
            if let Some(result) = typed::<Object, Object>(cx, func, expect, arg) {
                ops::keep_val(cx, result.into());
            }
        }
        5 => {
            let changed = numbers(cx, func, foreign);
            if is_known && changed {
                violation(&shared, "numbers were changed");
            }
        }
        6 => {
            let arg = source.any::<u128>();
            let result = typed::<V128, V128>(cx, func, Expect::foreign(foreign), arg.into());
            if is_known && result.is_some_and(|result| result.as_u128() != arg) {
                violation(&shared, "a vector was changed");
            }
        }
        7 => {
            let Some((arg, is_foreign)) = super::structref::pick(cx) else {
                return;
            };
            type Object = Option<Rooted<StructRef>>;
            let expect = Expect::passing(foreign, is_foreign);
            let result = typed::<Object, Object>(cx, func, expect, Some(arg));
            if is_known
                && result
                    .flatten()
                    .is_some_and(|result| !is_same(cx, arg, result))
            {
                violation(&shared, "a struct became another one");
            }
        }
        8 => {
            let Some((arg, is_foreign)) = super::arrayref::pick(cx) else {
                return;
            };
            type Array = Rooted<ArrayRef>;
            let expect = Expect::passing(foreign, is_foreign);
            let result = typed::<Array, Array>(cx, func, expect, arg);
            if is_known && result.is_some_and(|result| !is_same(cx, arg, result)) {
                violation(&shared, "an array became another one");
            }
        }
        9 => {
            let (val, is_foreign) = values::val(cx, &ValType::ANYREF).expect("null, if nothing");
            let arg = val.any_ref().flatten().copied();
            let expect = Expect::passing(foreign, is_foreign);
            type Any = Option<Rooted<AnyRef>>;
            if let Some(result) = typed::<Any, Any>(cx, func, expect, arg) {
                ops::keep_val(cx, result.into());
            }
        }
        _ => {
            typed::<(), ()>(cx, func, Expect::foreign(foreign), ());
        }
    }
}

fn is_same<R: GcRef>(cx: &mut Cx<'_>, a: Rooted<R>, b: Rooted<R>) -> bool {
    let same = judge(cx, "Rooted::ref_eq", Expect::Own, |cx| {
        Rooted::ref_eq(&*cx, &a, &b)
    });
    same == Some(true)
}

/// Calls a function that returns its arguments in reverse order; reports whether it
/// returned others.
fn numbers(cx: &mut Cx<'_>, func: Func, foreign: bool) -> bool {
    let (a, b, c, d): (i32, i64, u32, u64) = cx.data().shared.source.any();
    let args = (a, b, f32::from_bits(c), f64::from_bits(d));
    let result = typed::<_, (f64, f32, i64, i32)>(cx, func, Expect::foreign(foreign), args);
    result.is_some_and(|(last, third, second, first)| {
        (first, second, third.to_bits(), last.to_bits()) != (a, b, c, d)
    })
}

fn typed<P: WasmParams, R: WasmResults>(
    cx: &mut Cx<'_>,
    func: Func,
    expect: Expect,
    args: P,
) -> Option<R> {
    judge_entry(cx, "TypedFunc::call", expect, |cx| {
        func.typed::<P, R>(&*cx)?.call(&mut *cx, args)
    })
}

/// Calls a function that was converted to a typed one before.
pub fn call_kept(cx: &mut Cx<'_>) {
    let shared = cx.data().shared.clone();
    let owner = cx.data().owner;
    let Some((func, foreign)) = shared.pools(|pools| pools.typed.pick(&shared.source, owner))
    else {
        return;
    };
    let arg = values::small(&shared.source) as i32;
    judge_entry(cx, "TypedFunc::call", Expect::foreign(foreign), |cx| {
        func.call(&mut *cx, arg)
    });
}

pub fn describe(cx: &mut Cx<'_>) {
    let Some((func, foreign)) = pick(cx) else {
        return;
    };
    let other = values::func_type(cx);
    let expect = Expect::foreign(foreign);
    let ty = judge(cx, "Func::ty", expect, |cx| Ok(func.ty(&*cx)));
    judge(cx, "Func::matches_ty", expect, |cx| {
        Ok(func.matches_ty(&*cx, &other))
    });
    let Some(ty) = ty else { return };
    let matches = judge(cx, "Func::matches_ty", expect, |cx| {
        Ok(func.matches_ty(&*cx, &ty))
    });
    if matches != Some(true) {
        violation(
            &cx.data().shared,
            format!("{func:?} isn't of its type {ty}"),
        );
    }
}

/// Converts a function to a raw value and back.
pub fn raw(cx: &mut Cx<'_>) {
    let Some((func, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let Some(raw) = judge(cx, "Func::to_raw", expect, |cx| Ok(func.to_raw(&mut *cx))) else {
        return;
    };
    let again = judge(cx, "Func::from_raw", Expect::Own, |cx| {
        // SAFETY: the raw value is a function of this store.
        let func = unsafe { Func::from_raw(&mut *cx, raw) };
        Ok(func.map(|func| func.to_raw(&mut *cx)))
    });
    if again != Some(Some(raw)) {
        violation(&cx.data().shared, "a raw function became another one");
    }
}
