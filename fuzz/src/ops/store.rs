//! Calls on a store's context itself.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::world::Cx;
use libwasmtime::ThrownException;

/// The most fuel that a store gets: endless code uses it up soon.
const MAX_FUEL: u64 = 50_000;

pub fn fuel(cx: &mut Cx<'_>) {
    let fuel = cx.data().shared.source.any::<u64>() % MAX_FUEL;
    let set = judge(cx, "set_fuel", Expect::Own, |cx| cx.set_fuel(fuel));
    let got = judge(cx, "get_fuel", Expect::Own, |cx| cx.get_fuel());
    if set.is_some() != got.is_some() || got.is_some_and(|got| got != fuel) {
        violation(&cx.data().shared, format!("{fuel} fuel became {got:?}"));
    }
}

pub fn epoch(cx: &mut Cx<'_>) {
    let ticks = cx.data().shared.source.below(4) as u64;
    match cx.data().shared.source.below(3) {
        0 => cx.engine().increment_epoch(),
        1 => cx.set_epoch_deadline(ticks),
        _ => cx.epoch_deadline_trap(),
    }
}

pub fn gc(cx: &mut Cx<'_>) {
    judge(cx, "StoreContextMut::gc", Expect::Own, |cx| cx.gc(None));
}

/// Throws an exception and takes it back at once.
pub fn exception(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let picked = shared.pools(|pools| pools.exnrefs.pick(&shared.source, owner));
    let Some((exception, foreign)) = picked else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let thrown = judge(cx, "StoreContextMut::throw", expect, |cx| {
        match cx.throw::<()>(exception) {
            Err(error) if error.is::<ThrownException>() => Ok(()),
            other => other,
        }
    });
    if thrown.is_none() {
        return;
    }
    let taken = judge(
        cx,
        "StoreContextMut::take_pending_exception",
        Expect::Own,
        |cx| Ok(cx.take_pending_exception()),
    );
    match taken.flatten() {
        Some(taken) => ops::keep_val(cx, taken.into()),
        None => violation(&shared, "an exception was thrown and isn't pending"),
    }
}
