//! Linear memories.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{Memory, MemoryType};

pub fn make(cx: &mut Cx<'_>) {
    let ty = values::memory_type(&cx.data().shared.source);
    make_of(cx, ty);
}

/// Creates a memory of that type.
pub fn make_of(cx: &mut Cx<'_>, ty: MemoryType) -> Option<Memory> {
    let made = judge(cx, "Memory::new", Expect::Own, |cx| {
        Memory::new(&mut *cx, ty)
    })?;
    ops::keep_item(cx, made.into());
    Some(made)
}

fn pick(cx: &Cx<'_>) -> Option<(Memory, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.memories.pick(&shared.source, cx.data().owner))
}

pub fn write(cx: &mut Cx<'_>) {
    let Some((memory, foreign)) = pick(cx) else {
        return;
    };
    let shared = cx.data().shared.clone();
    let bytes: [u8; 16] = shared.source.any();
    let bytes = &bytes[..shared.source.below(17)];
    let offset = match foreign {
        // An address around the end.
        false if shared.source.once_in(3) => {
            (memory.data_size(&*cx) + shared.source.below(32)).saturating_sub(24)
        }
        _ => values::small(&shared.source) as usize,
    };
    let written = judge(cx, "Memory::write", Expect::foreign(foreign), |cx| {
        Ok(memory.write(&mut *cx, offset, bytes)?)
    });
    let mut back = vec![0; bytes.len()];
    let read = judge(cx, "Memory::read", Expect::foreign(foreign), |cx| {
        Ok(memory.read(&*cx, offset, &mut back)?)
    });
    if written.is_some() != read.is_some() || read.is_some() && back != bytes {
        violation(&shared, format!("{bytes:?} were written, {back:?} read"));
    }
}

pub fn grow(cx: &mut Cx<'_>) {
    let Some((memory, foreign)) = pick(cx) else {
        return;
    };
    let source = &cx.data().shared.source;
    let delta = match source.below(8) {
        7 => source.any(),
        _ => source.below(3) as u64,
    };
    let expect = Expect::foreign(foreign);
    let before = judge(cx, "Memory::size", expect, |cx| Ok(memory.size(&*cx)));
    let grown = judge(cx, "Memory::grow", expect, |cx| {
        memory.grow(&mut *cx, delta)
    });
    let after = judge(cx, "Memory::size", expect, |cx| Ok(memory.size(&*cx)));
    let expected = before.map(|before| before + grown.map_or(0, |_| delta));
    if after != expected || grown.is_some() && grown != before {
        violation(
            &cx.data().shared,
            format!("{before:?} pages and {delta} became {after:?}"),
        );
    }
}

pub fn look(cx: &mut Cx<'_>) {
    let Some((memory, foreign)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let owner = cx.data().owner;
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let sums = [
        judge(cx, "Memory::data", expect, |cx| Ok(sum(memory.data(&*cx)))),
        judge(cx, "Memory::data_mut", expect, |cx| {
            let bytes = memory.data_mut(&mut *cx);
            // Writing must succeed.
            bytes.reverse();
            bytes.reverse();
            Ok(sum(bytes))
        }),
        judge(cx, "Memory::data_and_store_mut", expect, |cx| {
            let (bytes, data) = memory.data_and_store_mut(&mut *cx);
            if data.owner != owner {
                violation(&data.shared, "another store's data");
            }
            Ok(sum(bytes))
        }),
    ];
    if sums[0] != sums[1] || sums[1] != sums[2] {
        violation(&cx.data().shared, "a memory's bytes changed by themselves");
    }
}

pub fn describe(cx: &mut Cx<'_>) {
    let Some((memory, foreign)) = pick(cx) else {
        return;
    };
    judge(cx, "Memory::ty", Expect::foreign(foreign), |cx| {
        let ty = memory.ty(&*cx);
        let (pages, page) = (memory.size(&*cx), memory.page_size(&*cx));
        let bytes = memory.data_size(&*cx) as u64;
        let within = (ty.minimum()..=ty.maximum().unwrap_or(u64::MAX)).contains(&pages);
        if !within || pages * page != bytes || 1 << memory.page_size_log2(&*cx) != page {
            violation(&cx.data().shared, format!("{ty:?} has {pages} pages"));
        }
        Ok(())
    });
}
