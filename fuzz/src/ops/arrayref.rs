//! Arrays.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::source::Source;
use crate::values;
use crate::world::{Arrays, Cx};
use libwasmtime::{ArrayRef, ArrayRefPre, AsContextMut, FieldType, RootScope, Rooted, Val};
use std::sync::Arc;

/// Returns an array, and whether it belongs to another store.
pub fn pick(cx: &Cx<'_>) -> Option<(Rooted<ArrayRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.arrayrefs.pick(&shared.source, cx.data().owner))
}

/// Creates an allocator, sometimes of another engine's type.
pub fn prepare(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let engine = values::any_engine(cx);
    let ty = values::array_type(&shared.source, &engine, 0);
    let made = judge(cx, "ArrayRefPre::new", Expect::Own, |cx| {
        Ok(ArrayRefPre::new(&mut *cx, ty.clone()))
    });
    if let Some(pre) = made {
        let pre = Arc::new(pre);
        shared.pools(|pools| {
            let arrays = Arrays { pre, ty };
            pools.arrays.put(&shared.source, owner, arrays);
        });
    }
}

/// Returns the length of an array, mostly a short one.
fn len(source: &Source) -> u32 {
    match source.below(24) {
        22 => source.below(200_000) as u32,
        23 => source.any(),
        _ => source.below(12) as u32,
    }
}

pub fn make(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let source = &shared.source;
    let Some((Arrays { pre, ty }, foreign)) =
        shared.pools(|pools| pools.arrays.pick(source, owner))
    else {
        return prepare(cx);
    };
    let field = ty.field_type();
    let made = match source.below(3) {
        0 if ty.element_type().is_i8() || source.once_in(8) => make_bytes(cx, &pre, foreign),
        1 => {
            let elems: Vec<_> = (0..source.below(6))
                .map(|_| values::field(cx, &field))
                .collect();
            let foreign_value = elems.iter().any(|(_, foreign)| *foreign);
            let elems: Vec<_> = elems.into_iter().map(|(val, _)| val).collect();
            let expect = Expect::passing(foreign, foreign_value);
            let made = judge(cx, "ArrayRef::new_fixed", expect, |cx| {
                ArrayRef::new_fixed(&mut *cx, &pre, &elems)
            });
            if let Some(array) = made {
                expect_len(cx, array, elems.len() as u32);
                for (index, elem) in (0..).zip(&elems) {
                    expect_elem(cx, array, index, &field, *elem);
                }
            }
            made
        }
        _ => {
            let (elem, foreign_value) = values::field(cx, &field);
            let len = len(source);
            let expect = Expect::passing(foreign, foreign_value);
            let made = judge(cx, "ArrayRef::new", expect, |cx| {
                ArrayRef::new(&mut *cx, &pre, &elem, len)
            });
            if let Some(array) = made {
                expect_len(cx, array, len);
                if let Some(last) = len.checked_sub(1) {
                    expect_elem(cx, array, last, &field, elem);
                }
            }
            made
        }
    };
    if let Some(array) = made {
        shared.pools(|pools| pools.arrayrefs.put(source, owner, array));
        ops::keep_val(cx, array.into());
    }
}

fn make_bytes(cx: &mut Cx<'_>, pre: &ArrayRefPre, foreign: bool) -> Option<Rooted<ArrayRef>> {
    let shared = cx.data().shared.clone();
    let bytes = shared.source.bytes(shared.source.below(40));
    let expect = Expect::foreign(foreign);
    let array = judge(cx, "ArrayRef::new_from_i8_slice", expect, |cx| {
        ArrayRef::new_from_i8_slice(&mut *cx, pre, &bytes)
    })?;
    let mut copy = vec![0; bytes.len()];
    judge(cx, "ArrayRef::copy_to_i8_slice", Expect::Own, |cx| {
        array.copy_to_i8_slice(&mut *cx, &mut copy)
    });
    if copy != bytes {
        violation(&shared, format!("the bytes {bytes:?} became {copy:?}"));
    }
    Some(array)
}

fn expect_len(cx: &mut Cx<'_>, array: Rooted<ArrayRef>, wanted: u32) {
    let len = judge(cx, "ArrayRef::len", Expect::Own, |cx| array.len(&*cx));
    if len != Some(wanted) {
        let text = format!("an array of {wanted} elements has {len:?}");
        violation(&cx.data().shared, text);
    }
}

/// Checks that an element has the value that it was given.
fn expect_elem(cx: &mut Cx<'_>, array: Rooted<ArrayRef>, index: u32, ty: &FieldType, val: Val) {
    let mut scope = RootScope::new(&mut *cx);
    let cx = &mut scope.as_context_mut();
    let elem = judge(cx, "ArrayRef::get", Expect::Own, |cx| {
        array.get(&mut *cx, index)
    });
    if !elem.is_some_and(|elem| values::is_stored(cx, ty, val, elem)) {
        let text = format!("{val:?} in an element of type {ty} became {elem:?}");
        violation(&cx.data().shared, text);
    }
}

/// Reads and writes elements of an array of this store.
pub fn look(cx: &mut Cx<'_>, array: Rooted<ArrayRef>) {
    let shared = cx.data().shared.clone();
    let described = judge(cx, "ArrayRef::ty", Expect::Own, |cx| {
        Ok((array.ty(&*cx)?, array.len(&*cx)?))
    });
    let Some((ty, len)) = described else { return };
    let field = ty.field_type();
    let index = values::small(&shared.source) as u32;
    let elem = judge(cx, "ArrayRef::get", Expect::Own, |cx| {
        array.get(&mut *cx, index)
    });
    if elem.is_some() != (index < len) {
        violation(&shared, format!("{len} elements, and {elem:?} at {index}"));
    }
    if let Some(elem) = elem {
        ops::keep_val(cx, elem);
    }
    let (val, foreign) = values::field(cx, &field);
    let expect = Expect::passing(false, foreign);
    let set = judge(cx, "ArrayRef::set", expect, |cx| {
        array.set(&mut *cx, index, val)
    });
    if set.is_some() {
        if index >= len || field.mutability().is_const() {
            violation(&shared, format!("{ty} was set at {index} of {len}"));
        }
        expect_elem(cx, array, index, &field, val);
    }
    let some = shared.source.below(8);
    let forgets = shared.source.once_in(8);
    judge(cx, "ArrayRef::elems", Expect::Own, |cx| {
        let mut elems = array.elems(&mut *cx)?;
        let read = elems.by_ref().take(some).count();
        assert_eq!(elems.len(), len as usize - read, "{ty} has other elements");
        if forgets {
            std::mem::forget(elems);
        }
        Ok(())
    });
}
