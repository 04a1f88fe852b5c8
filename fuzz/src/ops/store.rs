//! What a store's context has of its own.

use crate::judge::{Expect, judge, violation};
use crate::world::Cx;

/// The most fuel a store is given: code that never ends uses it up soon.
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
