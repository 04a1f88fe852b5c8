//! Structs and arrays.

use crate::judge::{Expect, judge, violation};
use crate::ops;
use crate::source::Source;
use crate::values;
use crate::world::{Cx, Owner};
use libwasmtime::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, Engine, FieldType, HeapType, Mutability, Rooted,
    StorageType, StructRef, StructRefPre, StructType, Val,
};
use std::sync::Arc;

/// An allocator of structs or arrays, and its type.
#[derive(Clone)]
pub enum Allocator {
    Struct(Arc<StructRefPre>, StructType),
    Array(Arc<ArrayRefPre>, ArrayType),
}

fn field_type(source: &Source, engine: &Engine, depth: usize) -> FieldType {
    let storage = match source.below(6) {
        0 => StorageType::I8,
        1 => StorageType::I16,
        _ => StorageType::ValType(values::val_type(source, engine, depth)),
    };
    let mutability = if source.once_in(4) {
        Mutability::Const
    } else {
        Mutability::Var
    };
    FieldType::new(mutability, storage)
}

/// Returns a type of structs or arrays; `None` if the engine has none.
pub fn heap_type(source: &Source, engine: &Engine, depth: usize) -> Option<HeapType> {
    let fields = (0..source.below(5)).map(|_| field_type(source, engine, depth));
    let fields: Vec<_> = fields.collect();
    // No object has continuations, which is an error for a struct and a panic for an array.
    let ty = StructType::new(engine, fields.clone()).ok()?;
    match fields.into_iter().next() {
        Some(field) if source.any() => Some(HeapType::ConcreteArray(ArrayType::new(engine, field))),
        _ => Some(HeapType::ConcreteStruct(ty)),
    }
}

/// Creates an allocator, sometimes of another engine's type.
pub fn allocator(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let source = &shared.source;
    let other = source
        .once_in(24)
        .then(|| shared.pools(|pools| source.pick(&pools.engines).cloned()));
    let engine = other.flatten().unwrap_or_else(|| cx.engine().clone());
    let made = judge(cx, "StructRefPre::new", Expect::Own, |cx| {
        Ok(match heap_type(source, &engine, 0) {
            Some(HeapType::ConcreteStruct(ty)) => {
                let pre = StructRefPre::new(&mut *cx, ty.clone());
                Some(Allocator::Struct(Arc::new(pre), ty))
            }
            Some(HeapType::ConcreteArray(ty)) => {
                let pre = ArrayRefPre::new(&mut *cx, ty.clone());
                Some(Allocator::Array(Arc::new(pre), ty))
            }
            _ => None,
        })
    });
    if let Some(allocator) = made.flatten() {
        shared.pools(|pools| pools.allocators.put(source, owner, allocator));
    }
}

/// Returns a value for a field, mostly of its type, and whether it belongs to another store.
fn value(cx: &Cx<'_>, ty: &FieldType) -> (Val, bool) {
    if cx.data().shared.source.once_in(16) {
        return values::any_val(cx);
    }
    values::val(cx, ty.element_type().unpack()).unwrap_or_else(|| values::any_val(cx))
}

/// A length of an array, mostly small.
fn len(source: &Source) -> u32 {
    match source.below(16) {
        15 => source.any(),
        14 => 10_000 + source.below(100_000) as u32,
        _ => source.below(20) as u32,
    }
}

pub fn make(cx: &mut Cx<'_>) {
    let (shared, owner) = (cx.data().shared.clone(), cx.data().owner);
    let source = &shared.source;
    let picked = shared.pools(|pools| pools.allocators.pick(source, owner));
    match picked {
        None => allocator(cx),
        Some((Allocator::Struct(pre, ty), foreign)) => make_struct(cx, &pre, &ty, foreign),
        Some((Allocator::Array(pre, ty), foreign)) => make_array(cx, &pre, &ty, foreign),
    }
}

fn make_struct(cx: &mut Cx<'_>, pre: &StructRefPre, ty: &StructType, foreign: bool) {
    let mut fields: Vec<_> = ty.fields().map(|field| value(cx, &field)).collect();
    if cx.data().shared.source.once_in(16) {
        fields.push((Val::I32(0), false));
    }
    let is_foreign = fields.iter().any(|(_, foreign)| *foreign);
    let fields: Vec<_> = fields.into_iter().map(|(field, _)| field).collect();
    let expect = Expect::passing(foreign, is_foreign);
    let made = judge(cx, "StructRef::new", expect, |cx| {
        StructRef::new(&mut *cx, pre, &fields)
    });
    if let Some(object) = made {
        ops::keep_val(cx, object.into());
    }
}

fn make_array(cx: &mut Cx<'_>, pre: &ArrayRefPre, ty: &ArrayType, foreign: bool) {
    let source = &cx.data().shared.clone().source;
    let field = ty.field_type();
    let made = match source.below(3) {
        0 => {
            let (elem, is_foreign) = value(cx, &field);
            let expect = Expect::passing(foreign, is_foreign);
            let len = len(source);
            judge(cx, "ArrayRef::new", expect, |cx| {
                ArrayRef::new(&mut *cx, pre, &elem, len)
            })
        }
        1 => {
            let elems: Vec<_> = (0..source.below(6)).map(|_| value(cx, &field)).collect();
            let is_foreign = elems.iter().any(|(_, foreign)| *foreign);
            let elems: Vec<_> = elems.into_iter().map(|(elem, _)| elem).collect();
            let expect = Expect::passing(foreign, is_foreign);
            judge(cx, "ArrayRef::new_fixed", expect, |cx| {
                ArrayRef::new_fixed(&mut *cx, pre, &elems)
            })
        }
        _ => {
            let bytes = source.bytes(source.below(40));
            let made = judge(cx, "new_from_i8_slice", Expect::foreign(foreign), |cx| {
                ArrayRef::new_from_i8_slice(&mut *cx, pre, &bytes)
            });
            if let Some(array) = made {
                let mut copy = vec![0; bytes.len()];
                judge(cx, "copy_to_i8_slice", Expect::Own, |cx| {
                    array.copy_to_i8_slice(&mut *cx, &mut copy)
                });
                if copy != bytes {
                    violation(
                        &cx.data().shared,
                        "an array has other bytes than it was made of",
                    );
                }
            }
            made
        }
    };
    if let Some(array) = made {
        ops::keep_val(cx, array.into());
    }
}

fn pick(cx: &Cx<'_>) -> Option<(Rooted<AnyRef>, bool, Owner)> {
    let (shared, owner) = (&cx.data().shared, cx.data().owner);
    let (object, foreign) = shared.pools(|pools| pools.anyrefs.pick(&shared.source, owner))?;
    Some((object, foreign, owner))
}

/// Finds out what an object is, and looks into it.
pub fn look(cx: &mut Cx<'_>) {
    let Some((object, foreign, _)) = pick(cx) else {
        return;
    };
    let expect = Expect::foreign(foreign);
    let kinds = judge(cx, "AnyRef::as_struct", expect, |cx| {
        let (object_type, is_eq) = (object.ty(&*cx)?, object.is_eqref(&*cx)?);
        let object_struct = object.as_struct(&*cx)?;
        let array = object.as_array(&*cx)?;
        let is_one = [
            object_struct.is_some(),
            array.is_some(),
            object.is_i31(&*cx)?,
        ];
        let count = is_one.iter().filter(|is| **is).count();
        Ok((
            object_struct,
            array,
            count == usize::from(is_eq),
            object_type,
        ))
    });
    let Some((object_struct, array, is_one, ty)) = kinds else {
        return;
    };
    if !is_one {
        violation(
            &cx.data().shared,
            format!("what `ref.eq` compares is a {ty:?}"),
        );
    }
    if let Some(object) = object_struct {
        look_into_struct(cx, object);
    }
    if let Some(array) = array {
        look_into_array(cx, array);
    }
}

fn look_into_struct(cx: &mut Cx<'_>, object: Rooted<StructRef>) {
    let Some(ty) = judge(cx, "StructRef::ty", Expect::Own, |cx| object.ty(&*cx)) else {
        return;
    };
    let count = ty.fields().len();
    let index = cx.data().shared.source.below(count + 1);
    let field = judge(cx, "StructRef::field", Expect::Own, |cx| {
        object.field(&mut *cx, index)
    });
    match field {
        Some(_) if index == count => {
            violation(&cx.data().shared, "a struct has a field too many");
        }
        Some(val) => ops::keep_val(cx, val),
        None => {}
    }
    if let Some(field) = ty.field(index) {
        let (val, is_foreign) = value(cx, &field);
        let expect = Expect::passing(false, is_foreign);
        let set = judge(cx, "StructRef::set_field", expect, |cx| {
            object.set_field(&mut *cx, index, val)
        });
        if set.is_some() && field.mutability().is_const() {
            violation(&cx.data().shared, "an immutable field was set");
        }
    }
    judge(cx, "StructRef::fields", Expect::Own, |cx| {
        Ok(object.fields(&mut *cx)?.count())
    });
}

fn look_into_array(cx: &mut Cx<'_>, array: Rooted<ArrayRef>) {
    let described = judge(cx, "ArrayRef::len", Expect::Own, |cx| {
        Ok((array.ty(&*cx)?, array.len(&*cx)?))
    });
    let Some((ty, len)) = described else { return };
    let index = values::small(&cx.data().shared.source) as u32;
    let elem = judge(cx, "ArrayRef::get", Expect::Own, |cx| {
        array.get(&mut *cx, index)
    });
    match elem {
        Some(_) if index >= len => {
            violation(&cx.data().shared, "an array has an element too many");
        }
        Some(val) => ops::keep_val(cx, val),
        None => {}
    }
    let (val, is_foreign) = value(cx, &ty.field_type());
    let expect = Expect::passing(false, is_foreign);
    judge(cx, "ArrayRef::set", expect, |cx| {
        array.set(&mut *cx, index, val)
    });
    if len < 100 {
        judge(cx, "ArrayRef::elems", Expect::Own, |cx| {
            Ok(array.elems(&mut *cx)?.count())
        });
    }
}
