//! References to host data.

use crate::counted::Counted;
use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::world::{Cx, Owner, Shared};
use libwasmtime::{AsContextMut, ExternRef, OwnedRooted, RootScope, Rooted};
use std::any::Any;

/// The data of a reference: its owner.
pub struct Object {
    owner: Owner,
    uses: u64,
    _counted: Counted,
}

impl Object {
    /// Returns one of this store.
    pub fn new(cx: &Cx<'_>) -> Object {
        Object {
            owner: cx.data().owner,
            uses: 0,
            _counted: cx.data().shared.externrefs.count(),
        }
    }
}

pub fn make(cx: &mut Cx<'_>) {
    let object = Object::new(cx);
    let made = judge(cx, "ExternRef::new", Expect::Own, |cx| {
        ExternRef::new(&mut *cx, object)
    });
    if let Some(rooted) = made {
        ops::keep_val(cx, rooted.into());
    }
}

/// Returns a rooted reference, and whether it belongs to another store.
pub fn pick(cx: &Cx<'_>) -> Option<(Rooted<ExternRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.rooted.pick(&shared.source, cx.data().owner))
}

fn pick_owned(cx: &Cx<'_>) -> Option<(OwnedRooted<ExternRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.owned.pick(&shared.source, cx.data().owner))
}

fn check(shared: &Shared, owner: Owner, data: Option<&(dyn Any + Send + Sync)>) {
    // An object that WebAssembly created has no data of the host.
    let Some(data) = data else { return };
    match data.downcast_ref::<Object>() {
        Some(object) if object.owner == owner => {}
        // From the table of values.
        None if data.is::<i32>() => {}
        _ => violation(shared, "an externref has other data than was put in"),
    }
}

pub fn data(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    if shared.source.any() {
        let Some((object, foreign)) = pick(cx) else {
            return;
        };
        judge(cx, "Rooted::data", Expect::foreign(foreign), |cx| {
            check(&shared, owner, object.data(&*cx)?);
            Ok(())
        });
    } else if let Some((object, foreign)) = pick_owned(cx) {
        judge(cx, "OwnedRooted::data", Expect::foreign(foreign), |cx| {
            check(&shared, owner, object.data(&*cx)?);
            Ok(())
        });
    }
}

pub fn data_mut(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let Some((object, foreign)) = pick(cx) else {
        return;
    };
    judge(cx, "Rooted::data_mut", Expect::foreign(foreign), |cx| {
        if let Some(data) = object.data_mut(&mut *cx)? {
            if let Some(object) = data.downcast_mut::<Object>() {
                object.uses += 1;
            }
            check(&shared, owner, Some(data));
        }
        Ok(())
    });
}

pub fn own(cx: &mut Cx<'_>) {
    let Some((object, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let owned = judge(cx, "Rooted::to_owned_rooted", expect, |cx| {
        object.to_owned_rooted(&mut *cx)
    });
    if let Some(owned) = owned {
        let (shared, owner) = (&cx.data().shared, cx.data().owner);
        shared.pools(|pools| pools.owned.put(&shared.source, owner, owned));
    }
}

pub fn root(cx: &mut Cx<'_>) {
    let Some((object, foreign)) = pick_owned(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let rooted = judge(cx, "OwnedRooted::to_rooted", expect, |cx| {
        Ok(object.to_rooted(&mut *cx))
    });
    if let Some(rooted) = rooted {
        ops::keep_val(cx, rooted.into());
    }
}

pub fn compare(cx: &mut Cx<'_>) {
    let (Some((a, foreign_a)), Some((b, foreign_b))) = (pick(cx), pick_owned(cx)) else {
        return;
    };
    let expect = Expect::foreign(foreign_a || foreign_b);
    judge(cx, "Rooted::ref_eq", expect, |cx| {
        Rooted::ref_eq(&*cx, &a, &b)
    });
    let same = judge(cx, "Rooted::ref_eq", Expect::foreign(foreign_a), |cx| {
        Rooted::ref_eq(&*cx, &a, &a)
    });
    if same == Some(false) {
        violation(&cx.data().shared, "an object isn't the same as itself");
    }
}

pub fn in_scope(cx: &mut Cx<'_>) {
    if cx.data().depth > 4 {
        return;
    }
    cx.data_mut().depth += 1;
    {
        let count = 1 + cx.data().shared.source.below(6);
        let mut scope = RootScope::new(&mut *cx);
        ops::some(&mut scope.as_context_mut(), count);
    }
    cx.data_mut().depth -= 1;
}
