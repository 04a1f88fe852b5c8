//! Tables of references.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::Cx;
use libwasmtime::{Ref, Table, TableType, Val};

pub fn make(cx: &mut Cx<'_>) {
    let ty = values::table_type(cx);
    make_of(cx, ty);
}

/// Creates a table of that type.
pub fn make_of(cx: &mut Cx<'_>, ty: TableType) -> Option<Table> {
    let (init, foreign) = reference(cx, Some(&ty));
    let expect = Expect::passing(false, foreign);
    let made = judge(cx, "Table::new", expect, |cx| {
        Table::new(&mut *cx, ty, init)
    })?;
    ops::keep_item(cx, made.into());
    Some(made)
}

/// Returns a reference, mostly for a table of that type, and whether it belongs to another
/// store.
fn reference(cx: &Cx<'_>, ty: Option<&TableType>) -> (Ref, bool) {
    let source = &cx.data().shared.source;
    ty.filter(|_| !source.once_in(16))
        .and_then(|ty| values::reference(cx, ty.element()))
        .unwrap_or_else(|| {
            let (val, foreign) = values::any_val(cx);
            val.ref_()
                .map_or((Ref::Func(None), false), |val| (val, foreign))
        })
}

fn pick(cx: &Cx<'_>) -> Option<(Table, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.tables.pick(&shared.source, cx.data().owner))
}

/// Returns a table, and its type if the table belongs to this store and its type is known.
fn pick_with_type(cx: &mut Cx<'_>) -> Option<(Table, bool, Option<TableType>)> {
    let (table, foreign) = pick(cx)?;
    let ty = judge(cx, "Table::ty", Expect::foreign(foreign), |cx| {
        Ok(table.ty(&*cx))
    });
    Some((table, foreign, ty))
}

fn index(cx: &Cx<'_>) -> u64 {
    values::small(&cx.data().shared.source)
}

pub fn get(cx: &mut Cx<'_>) {
    let Some((table, foreign)) = pick(cx) else {
        return;
    };
    let index = index(cx);
    let got = judge(cx, "Table::get", Expect::foreign(foreign), |cx| {
        Ok(table.get(&mut *cx, index))
    });
    if let Some(Some(element)) = got {
        ops::keep_val(cx, element.into());
    }
}

pub fn set(cx: &mut Cx<'_>) {
    let Some((table, foreign, ty)) = pick_with_type(cx) else {
        return;
    };
    let (element, is_foreign) = reference(cx, ty.as_ref());
    let index = index(cx);
    let expect = Expect::passing(foreign, is_foreign);
    let set = judge(cx, "Table::set", expect, |cx| {
        table.set(&mut *cx, index, element)
    });
    if set.is_none() {
        return;
    }
    let got = judge(cx, "Table::get", Expect::Own, |cx| {
        Ok(table.get(&mut *cx, index))
    });
    let same = match (element, got.flatten()) {
        (Ref::Func(a), Some(Ref::Func(b))) => {
            a.map(|func| func.to_raw(&mut *cx)) == b.map(|func| func.to_raw(&mut *cx))
        }
        (Ref::Extern(a), Some(Ref::Extern(b))) => a.is_some() == b.is_some(),
        (Ref::Any(a), Some(Ref::Any(b))) => a.is_some() == b.is_some(),
        (Ref::Exn(a), Some(Ref::Exn(b))) => a.is_some() == b.is_some(),
        _ => false,
    };
    if !same {
        violation(
            &cx.data().shared,
            format!("an element was set to {element:?} and is another"),
        );
    }
}

pub fn grow(cx: &mut Cx<'_>) {
    let Some((table, foreign, ty)) = pick_with_type(cx) else {
        return;
    };
    let (element, is_foreign) = reference(cx, ty.as_ref());
    let delta = index(cx);
    let expect = Expect::foreign(foreign);
    let before = judge(cx, "Table::size", expect, |cx| Ok(table.size(&*cx)));
    let expect_grow = Expect::passing(foreign, is_foreign);
    let grown = judge(cx, "Table::grow", expect_grow, |cx| {
        table.grow(&mut *cx, delta, element)
    });
    let after = judge(cx, "Table::size", expect, |cx| Ok(table.size(&*cx)));
    let expected = before.map(|before| before + grown.map_or(0, |_| delta));
    if after != expected || grown.is_some() && grown != before {
        violation(
            &cx.data().shared,
            format!("{before:?} elements and {delta} became {after:?}"),
        );
    }
}

pub fn fill(cx: &mut Cx<'_>) {
    let Some((table, foreign, ty)) = pick_with_type(cx) else {
        return;
    };
    let (element, is_foreign) = reference(cx, ty.as_ref());
    let (start, len) = (index(cx), index(cx));
    let expect = match foreign {
        true => Expect::Foreign,
        // The element doesn't matter if none is set.
        false if is_foreign => Expect::Unsure,
        false => Expect::Own,
    };
    let filled = judge(cx, "Table::fill", expect, |cx| {
        table.fill(&mut *cx, start, element, len)
    });
    if filled.is_some() && len > 0 {
        let last = judge(cx, "Table::get", Expect::Own, |cx| {
            Ok(table.get(&mut *cx, start + len - 1))
        });
        let null = |element: Ref| Val::from(element).ref_().is_some_and(|val| val.is_null());
        if last.flatten().map(null) != Some(null(element)) {
            violation(&cx.data().shared, "a table wasn't filled");
        }
    }
}

pub fn copy(cx: &mut Cx<'_>) {
    let (Some((to, foreign_to)), Some((from, foreign_from))) = (pick(cx), pick(cx)) else {
        return;
    };
    let (start_to, start_from, len) = (index(cx), index(cx), index(cx));
    let expect = Expect::foreign(foreign_to || foreign_from);
    judge(cx, "Table::copy", expect, |cx| {
        Table::copy(&mut *cx, &to, start_to, &from, start_from, len)
    });
}

pub fn describe(cx: &mut Cx<'_>) {
    let Some((table, _, Some(ty))) = pick_with_type(cx) else {
        return;
    };
    let size = table.size(&*cx);
    if !(ty.minimum()..=ty.maximum().unwrap_or(u64::MAX)).contains(&size) {
        violation(&cx.data().shared, format!("{ty:?} has {size} elements"));
    }
}
