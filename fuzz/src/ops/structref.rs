//! Structs.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::values;
use crate::world::{Cx, Structs};
use libwasmtime::{AsContextMut, FieldType, RootScope, Rooted, StructRef, StructRefPre, Val};
use std::sync::Arc;

/// Returns a struct, and whether it belongs to another store.
pub fn pick(cx: &Cx<'_>) -> Option<(Rooted<StructRef>, bool)> {
    let shared = &cx.data().shared;
    shared.pools(|pools| pools.structrefs.pick(&shared.source, cx.data().owner))
}

/// Creates an allocator, sometimes of another engine's type.
pub fn prepare(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let engine = values::any_engine(cx);
    let ty = values::struct_type(&shared.source, &engine, 0);
    let made = judge(cx, "StructRefPre::new", Expect::Own, |cx| {
        Ok(StructRefPre::new(&mut *cx, ty.clone()))
    });
    if let Some(pre) = made {
        let pre = Arc::new(pre);
        shared.pools(|pools| {
            let structs = Structs { pre, ty };
            pools.structs.put(&shared.source, owner, structs);
        });
    }
}

/// A struct to create.
pub struct New {
    pub structs: Structs,
    pub fields: Vec<Val>,
    pub expect: Expect,
}

impl New {
    /// Picks an allocator, and values that are mostly of its types.
    pub fn pick(cx: &Cx<'_>) -> Option<New> {
        let (shared, owner) = (&cx.data().shared, cx.data().owner);
        let source = &shared.source;
        let (structs, foreign) = shared.pools(|pools| pools.structs.pick(source, owner))?;
        let values: Vec<_> = structs
            .ty
            .fields()
            .map(|ty| values::field(cx, &ty))
            .collect();
        let foreign_value = values.iter().any(|(_, foreign)| *foreign);
        let mut fields: Vec<_> = values.into_iter().map(|(val, _)| val).collect();
        match source.below(24) {
            22 => fields.push(Val::I32(0)),
            23 => fields.truncate(1),
            _ => {}
        }
        Some(New {
            structs,
            fields,
            expect: Expect::passing(foreign, foreign_value),
        })
    }

    /// Checks and keeps the struct.
    pub fn finish(self, cx: &mut Cx<'_>, object: Rooted<StructRef>) {
        let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
        let types: Vec<_> = self.structs.ty.fields().collect();
        if self.fields.len() != types.len() {
            violation(&shared, "a struct has other fields than its type");
        }
        for (index, (ty, val)) in types.iter().zip(self.fields).enumerate() {
            expect_field(cx, object, index, ty, val);
        }
        shared.pools(|pools| pools.structrefs.put(&shared.source, owner, object));
        ops::keep_val(cx, object.into());
    }
}

pub fn make(cx: &mut Cx<'_>) {
    let Some(new) = New::pick(cx) else {
        return prepare(cx);
    };
    let made = judge(cx, "StructRef::new", new.expect, |cx| {
        StructRef::new(&mut *cx, &new.structs.pre, &new.fields)
    });
    if let Some(object) = made {
        new.finish(cx, object);
    }
}

/// Checks that a field has the value that it was given.
fn expect_field(
    cx: &mut Cx<'_>,
    object: Rooted<StructRef>,
    index: usize,
    ty: &FieldType,
    val: Val,
) {
    let mut scope = RootScope::new(&mut *cx);
    let cx = &mut scope.as_context_mut();
    let field = judge(cx, "StructRef::field", Expect::Own, |cx| {
        object.field(&mut *cx, index)
    });
    if !field.is_some_and(|field| values::is_stored(cx, ty, val, field)) {
        let text = format!("{val:?} in a field of type {ty} became {field:?}");
        violation(&cx.data().shared, text);
    }
}

/// Reads and writes fields of a struct of this store.
pub fn look(cx: &mut Cx<'_>, object: Rooted<StructRef>) {
    let shared = cx.data().shared.clone();
    let Some(ty) = judge(cx, "StructRef::ty", Expect::Own, |cx| object.ty(&*cx)) else {
        return;
    };
    let types: Vec<_> = ty.fields().collect();
    let index = match shared.source.once_in(16) {
        true => values::small(&shared.source) as usize,
        false => shared.source.below(types.len() + 1),
    };
    let field = judge(cx, "StructRef::field", Expect::Own, |cx| {
        object.field(&mut *cx, index)
    });
    if field.is_some() != (index < types.len()) {
        violation(&shared, format!("{ty} has {field:?} at {index}"));
    }
    if let Some(field) = field {
        ops::keep_val(cx, field);
    }
    let (val, foreign) = match types.get(index) {
        Some(ty) => values::field(cx, ty),
        None => values::any_val(cx),
    };
    let expect = Expect::passing(false, foreign);
    let set = judge(cx, "StructRef::set_field", expect, |cx| {
        object.set_field(&mut *cx, index, val)
    });
    if set.is_some() {
        match types.get(index).filter(|ty| ty.mutability().is_var()) {
            Some(ty) => expect_field(cx, object, index, ty, val),
            None => violation(&shared, format!("{ty} was set at {index}")),
        }
    }
    let some = shared.source.below(types.len() + 1);
    let forgets = shared.source.once_in(8);
    judge(cx, "StructRef::fields", Expect::Own, |cx| {
        let mut fields = object.fields(&mut *cx)?;
        let read = fields.by_ref().take(some).count();
        assert_eq!(fields.len(), types.len() - read, "{ty} has other fields");
        if forgets {
            std::mem::forget(fields);
        }
        Ok(())
    });
}
