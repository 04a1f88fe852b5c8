//! Global variables.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{Global, Val};

pub fn make(cx: &mut Cx<'_>) {
    let ty = values::global_type(cx);
    make_of(cx, ty);
}

/// Creates a global of that type.
pub fn make_of(cx: &mut Cx<'_>, ty: libwasmtime::GlobalType) -> Option<Global> {
    let (val, foreign) = match values::val(cx, ty.content()) {
        Some(val) if !cx.data().shared.source.once_in(16) => val,
        _ => values::any_val(cx),
    };
    let expect = Expect::passing(false, foreign);
    let made = judge(cx, "Global::new", expect, |cx| {
        Global::new(&mut *cx, ty, val)
    })?;
    ops::keep_item(cx, made.into());
    Some(made)
}

fn pick(cx: &Cx<'_>) -> Option<(Global, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.globals.pick(&shared.source, cx.data().owner))
}

pub fn get(cx: &mut Cx<'_>) {
    let Some((global, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    judge(cx, "Global::ty", expect, |cx| Ok(global.ty(&*cx)));
    let got = judge(cx, "Global::get", expect, |cx| Ok(global.get(&mut *cx)));
    if let Some(val) = got {
        ops::keep_val(cx, val);
    }
}

pub fn set(cx: &mut Cx<'_>) {
    let Some((global, foreign)) = pick(cx) else {
        return;
    };
    let ty = (!foreign).then(|| global.ty(&*cx).content().clone());
    let (val, is_foreign) = ty
        .and_then(|ty| values::val(cx, &ty))
        .unwrap_or_else(|| values::any_val(cx));
    let expect = Expect::passing(foreign, is_foreign);
    let set = judge(cx, "Global::set", expect, |cx| global.set(&mut *cx, val));
    if set.is_none() {
        return;
    }
    let got = judge(
        cx,
        "Global::get",
        Expect::Own,
        |cx| Ok(global.get(&mut *cx)),
    );
    let same = match (val, got) {
        (Val::I32(a), Some(Val::I32(b))) => a == b,
        (Val::I64(a), Some(Val::I64(b))) => a == b,
        (Val::F32(a), Some(Val::F32(b))) => a == b,
        (Val::F64(a), Some(Val::F64(b))) => a == b,
        (Val::V128(a), Some(Val::V128(b))) => a.as_u128() == b.as_u128(),
        (Val::FuncRef(a), Some(Val::FuncRef(b))) => {
            a.map(|func| func.to_raw(&mut *cx)) == b.map(|func| func.to_raw(&mut *cx))
        }
        (Val::ExternRef(a), Some(Val::ExternRef(b))) => a.is_some() == b.is_some(),
        (Val::AnyRef(a), Some(Val::AnyRef(b))) => a.is_some() == b.is_some(),
        (Val::ExnRef(a), Some(Val::ExnRef(b))) => a.is_some() == b.is_some(),
        _ => false,
    };
    if !same {
        violation(
            &cx.data().shared,
            format!("a global was set to {val:?} and is {got:?}"),
        );
    }
}
