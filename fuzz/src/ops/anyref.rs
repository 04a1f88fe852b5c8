//! References to objects of WebAssembly, whatever they are.

use super::{arrayref, structref};
use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::{Cx, keep};
use libwasmtime::{AnyRef, ArrayRef, ExternRef, I31, OwnedRooted, Rooted, StructRef};

/// Returns a rooted reference, and whether it belongs to another store.
pub fn pick(cx: &Cx<'_>) -> Option<(Rooted<AnyRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.anyrefs.pick(&shared.source, cx.data().owner))
}

fn pick_owned(cx: &Cx<'_>) -> Option<(OwnedRooted<AnyRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.owned_anyrefs.pick(&shared.source, cx.data().owner))
}

/// What a reference is.
enum What {
    Struct(Rooted<StructRef>),
    Array(Rooted<ArrayRef>),
    I31(I31),
    /// A value of the host, which WebAssembly can't look into.
    Host,
}

/// Asks what a reference is, and looks into the object.
pub fn cast(cx: &mut Cx<'_>) {
    let Some((any, foreign)) = pick(cx) else {
        return;
    };
    if let Some(what) = cast_of(cx, &any, Expect::foreign(foreign)) {
        look(cx, what);
    }
}

/// Casts a reference that owns its root, and drops it before the result is used.
pub fn cast_owned(cx: &mut Cx<'_>) {
    let Some((owned, foreign)) = pick_owned(cx) else {
        return;
    };
    let Some(what) = cast_of(cx, &owned, Expect::foreign(foreign)) else {
        return;
    };
    drop(owned);
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    if shared.source.any() {
        shared.pools(|pools| pools.owned_anyrefs.drop_of(owner));
        judge(cx, "StoreContextMut::gc", Expect::Own, |cx| cx.gc(None));
    }
    look(cx, what);
}

fn look(cx: &mut Cx<'_>, what: What) {
    match what {
        What::Struct(object) => structref::look(cx, object),
        What::Array(array) => arrayref::look(cx, array),
        What::I31(number) => {
            let again = judge(cx, "AnyRef::from_i31", Expect::Own, |cx| {
                AnyRef::from_i31(&mut *cx, number).as_i31(&*cx)
            });
            if again != Some(Some(number)) {
                violation(&cx.data().shared, format!("{number:?} became {again:?}"));
            }
        }
        What::Host => {}
    }
}

fn cast_of(cx: &mut Cx<'_>, any: &AnyRef, expect: Expect) -> Option<What> {
    let found = judge(cx, "AnyRef::as_struct", expect, |cx| {
        let eq = any.as_eqref(&mut *cx)?;
        if let Some(eq) = eq {
            // The more special reference says the same.
            if (eq.is_struct(&*cx)?, eq.is_array(&*cx)?)
                != (any.is_struct(&*cx)?, any.is_array(&*cx)?)
            {
                return Ok((Vec::new(), true, any.ty(&*cx)?));
            }
        }
        let mut whats = Vec::new();
        whats.extend(any.as_struct(&*cx)?.map(What::Struct));
        whats.extend(any.as_array(&*cx)?.map(What::Array));
        whats.extend(any.as_i31(&*cx)?.map(What::I31));
        Ok((whats, eq.is_some(), any.ty(&*cx)?))
    });
    let (mut whats, is_eq, ty) = found?;
    if whats.len() != usize::from(is_eq) {
        violation(
            &cx.data().shared,
            format!("{} kinds of objects in one: {ty}", whats.len()),
        );
    }
    Some(whats.pop().unwrap_or(What::Host))
}

/// Roots a reference independently of scopes.
pub fn own(cx: &mut Cx<'_>) {
    let Some((any, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let owned = judge(cx, "Rooted::to_owned_rooted", expect, |cx| {
        any.to_owned_rooted(&mut *cx)
    });
    if let Some(owned) = owned {
        let (shared, owner) = (&cx.data().shared, cx.data().owner);
        shared.pools(|pools| pools.owned_anyrefs.put(&shared.source, owner, owned));
    }
}

/// Converts a reference into one of the host's kind and back.
pub fn convert(cx: &mut Cx<'_>) {
    let Some((any, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let converted = judge(cx, "ExternRef::convert_any", expect, |cx| {
        let external = ExternRef::convert_any(&mut *cx, any)?;
        cx.gc(None)?;
        let back = AnyRef::convert_extern(&mut *cx, external)?;
        Ok((external, Rooted::ref_eq(&*cx, &any, &back)?))
    });
    match converted {
        Some((external, true)) => ops::keep_val(cx, external.into()),
        Some((_, false)) => violation(&cx.data().shared, "a conversion made another object"),
        None => {}
    }
}

/// Compares the type of a reference with any type.
pub fn compare(cx: &mut Cx<'_>) {
    let Some((any, foreign)) = pick(cx) else {
        return;
    };
    let shared = cx.data().shared.clone();
    let expect = Expect::foreign(foreign);
    let Some(ty) = judge(cx, "AnyRef::ty", expect, |cx| any.ty(&*cx)) else {
        return;
    };
    let matches = judge(cx, "AnyRef::matches_ty", Expect::Own, |cx| {
        any.matches_ty(&*cx, &ty)
    });
    if matches != Some(true) {
        violation(&shared, format!("an object isn't of its type {ty}"));
    }
    let other = shared.pools(|pools| shared.source.pick(&pools.heap_types).cloned());
    if let Some(other) = other {
        judge(cx, "AnyRef::matches_ty", Expect::Own, |cx| {
            let matches = any.matches_ty(&*cx, &other)?;
            assert_eq!(
                matches,
                ty.matches(&other),
                "{ty} and {other} match, or not"
            );
            Ok(())
        });
    }
}

/// Keeps any type of objects.
pub fn describe(cx: &mut Cx<'_>) {
    let (shared, engine) = (cx.data().shared.clone(), cx.engine().clone());
    let ty = values::object_type(&shared.source, &engine, 0);
    let _ = format!("{ty} {ty:?}");
    shared.pools(|pools| keep(&mut pools.heap_types, &shared.source, ty));
}
