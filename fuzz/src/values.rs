//! Types and values.

use crate::judge::{End, Expect, judge};
use crate::kinds::{Kind, abstract_heap_types};
use crate::source::Source;
use crate::world::Cx;
use libwasmtime::{
    ArrayType, Engine, FieldType, FuncType, GlobalType, HeapType, MemoryType, Mutability, Ref,
    RefType, Rooted, StorageType, StructType, TableType, Val, ValType,
};

fn ref_type(source: &Source, engine: &Engine, depth: usize) -> RefType {
    match source.below(16) {
        0..5 => RefType::FUNCREF,
        5..9 => RefType::EXTERNREF,
        9..11 => RefType::ANYREF,
        11 => RefType::EXNREF,
        12 if depth < 2 => {
            let ty = HeapType::ConcreteFunc(func_type_in(source, engine, depth + 1));
            RefType::new(source.any(), ty)
        }
        13 if depth < 3 => RefType::new(source.any(), object_type(source, engine, depth + 1)),
        _ => {
            let heap_types = abstract_heap_types();
            let heap_type = source.pick(&heap_types).expect("there are some");
            RefType::new(source.any(), heap_type.clone())
        }
    }
}

fn val_type(source: &Source, engine: &Engine, depth: usize) -> ValType {
    let kind = source.pick(Kind::ALL).expect("there are some");
    match kind.ty() {
        ValType::Ref(_) => ValType::Ref(ref_type(source, engine, depth)),
        ty @ (ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128) => ty,
    }
}

fn func_type_in(source: &Source, engine: &Engine, depth: usize) -> FuncType {
    let max = if source.once_in(16) { 20 } else { 3 };
    let some = || -> Vec<_> {
        (0..source.below(max))
            .map(|_| val_type(source, engine, depth))
            .collect()
    };
    let (params, results) = (some(), some());
    // No function has continuations.
    FuncType::try_new(engine, params, results).unwrap_or_else(|_| FuncType::new(engine, [], []))
}

/// The type of a field. Few of them are likely, so that many types are the same.
fn field_type(source: &Source, engine: &Engine, depth: usize) -> FieldType {
    let storage: StorageType = match source.below(12) {
        0..3 => ValType::I32.into(),
        3..6 => ValType::ANYREF.into(),
        6 => StorageType::I8,
        7 => StorageType::I16,
        8 => ValType::EXTERNREF.into(),
        _ => val_type(source, engine, depth).into(),
    };
    // No object has continuations.
    let is_cont = matches!(&storage, StorageType::ValType(ValType::Ref(ty)) if ty.heap_type().top().is_cont());
    let storage = if is_cont { StorageType::I8 } else { storage };
    let mutability = match source.once_in(4) {
        true => Mutability::Const,
        false => Mutability::Var,
    };
    FieldType::new(mutability, storage)
}

pub fn struct_type(source: &Source, engine: &Engine, depth: usize) -> StructType {
    let max = if source.once_in(16) { 30 } else { 4 };
    let fields: Vec<_> = (0..source.below(max))
        .map(|_| field_type(source, engine, depth))
        .collect();
    StructType::new(engine, fields).expect("it has few fields, none of continuations")
}

pub fn array_type(source: &Source, engine: &Engine, depth: usize) -> ArrayType {
    ArrayType::new(engine, field_type(source, engine, depth))
}

pub fn object_type(source: &Source, engine: &Engine, depth: usize) -> HeapType {
    match source.any() {
        true => struct_type(source, engine, depth).into(),
        false => array_type(source, engine, depth).into(),
    }
}

/// Returns an engine, mostly that of the store.
pub fn any_engine(cx: &Cx<'_>) -> Engine {
    let shared = &cx.data().shared;
    let any = match shared.source.once_in(24) {
        true => shared.pools(|pools| shared.source.pick(&pools.engines).cloned()),
        false => None,
    };
    any.unwrap_or_else(|| cx.engine().clone())
}

/// Returns a function type, sometimes of another engine than `engine`.
pub fn func_type(cx: &Cx<'_>) -> FuncType {
    let shared = &cx.data().shared;
    func_type_in(&shared.source, &any_engine(cx), 0)
}

pub fn memory_type(source: &Source) -> MemoryType {
    let minimum = source.below(3) as u64;
    let maximum = source
        .any::<bool>()
        .then(|| minimum + source.below(4) as u64);
    MemoryType::builder()
        .min(minimum)
        .max(maximum)
        .memory64(source.once_in(4))
        .build()
        .expect("it is a valid type")
}

pub fn table_type(cx: &Cx<'_>) -> TableType {
    let source = &cx.data().shared.source;
    let element = ref_type(source, cx.engine(), 0);
    let minimum = source.below(8) as u32;
    let maximum = source
        .any::<bool>()
        .then(|| minimum + source.below(8) as u32);
    if source.once_in(6) {
        TableType::new64(element, minimum.into(), maximum.map(Into::into))
    } else {
        TableType::new(element, minimum, maximum)
    }
}

pub fn global_type(cx: &Cx<'_>) -> GlobalType {
    let source = &cx.data().shared.source;
    let mutability = if source.any() {
        Mutability::Var
    } else {
        Mutability::Const
    };
    GlobalType::new(val_type(source, cx.engine(), 0), mutability)
}

/// Returns any value, and whether it belongs to another store.
pub fn any_val(cx: &Cx<'_>) -> (Val, bool) {
    let ty = val_type(&cx.data().shared.source, cx.engine(), 0);
    val(cx, &ty).unwrap_or((Val::I32(0), false))
}

/// Returns a value of that type, if there is one, and whether it belongs to another store.
pub fn val(cx: &Cx<'_>, ty: &ValType) -> Option<(Val, bool)> {
    let source = &cx.data().shared.source;
    let number = match ty {
        ValType::I32 => Val::I32(small(source) as i32),
        ValType::I64 => Val::I64(small(source) as i64),
        ValType::F32 => Val::F32(source.any()),
        ValType::F64 => Val::F64(source.any()),
        ValType::V128 => Val::V128(source.any::<u128>().into()),
        ValType::Ref(ty) => {
            let (val, foreign) = reference(cx, ty)?;
            return Some((val.into(), foreign));
        }
    };
    Some((number, false))
}

/// Returns a value for a field, mostly of its type, and whether it belongs to another store.
pub fn field(cx: &Cx<'_>, ty: &FieldType) -> (Val, bool) {
    let source = &cx.data().shared.source;
    if source.once_in(24) {
        return any_val(cx);
    }
    val(cx, ty.element_type().unpack()).unwrap_or_else(|| any_val(cx))
}

/// Reports whether a field of that type has the value `found` after it was set to `val`.
pub fn is_stored(cx: &mut Cx<'_>, ty: &FieldType, val: Val, found: Val) -> bool {
    let mask = match ty.element_type() {
        StorageType::I8 => 0xff,
        StorageType::I16 => 0xffff,
        StorageType::ValType(_) => -1,
    };
    match (val, found) {
        (Val::I32(a), Val::I32(b)) => a & mask == b,
        (Val::I64(a), Val::I64(b)) => a == b,
        (Val::F32(a), Val::F32(b)) => a == b,
        (Val::F64(a), Val::F64(b)) => a == b,
        (Val::V128(a), Val::V128(b)) => a.as_u128() == b.as_u128(),
        (Val::FuncRef(a), Val::FuncRef(b)) => {
            a.map(|func| func.to_raw(&mut *cx)) == b.map(|func| func.to_raw(&mut *cx))
        }
        (Val::ExternRef(a), Val::ExternRef(b)) => is_same(cx, a, b),
        (Val::AnyRef(a), Val::AnyRef(b)) => is_same(cx, a, b),
        (Val::ExnRef(a), Val::ExnRef(b)) => is_same(cx, a, b),
        _ => false,
    }
}

fn is_same<R: libwasmtime::GcRef>(
    cx: &mut Cx<'_>,
    a: Option<Rooted<R>>,
    b: Option<Rooted<R>>,
) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => judge(cx, "Rooted::ref_eq", Expect::Own, |cx| {
            Rooted::ref_eq(&*cx, &a, &b)
        })
        .unwrap_or(false),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Returns a number that is mostly small, for an index or size.
pub fn small(source: &Source) -> u64 {
    match source.below(8) {
        7 => source.any(),
        6 => source.any::<u32>().into(),
        _ => source.below(10) as u64,
    }
}

/// Returns a reference of that type or a similar one, and whether it belongs to another
/// store.
pub fn reference(cx: &Cx<'_>, ty: &RefType) -> Option<(Ref, bool)> {
    let (shared, owner) = (&cx.data().shared, cx.data().owner);
    let source = &shared.source;
    let kind = Kind::of(&Val::null_ref(ty.heap_type()));
    let found = if ty.is_nullable() && source.once_in(4) {
        None
    } else if kind == Kind::AnyRef {
        any_of(cx, ty)
    } else {
        shared.pools(|pools| match kind {
            Kind::FuncRef => of(pools.funcs.pick(source, owner)),
            Kind::ExternRef => of(pools.rooted.pick(source, owner)),
            Kind::ExnRef => of(pools.exnrefs.pick(source, owner)),
            Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::V128 => None,
            Kind::AnyRef | Kind::ContRef => None,
        })
    };
    found.or_else(|| Some((Val::null_ref(ty.heap_type()).ref_()?, false)))
}

/// Returns an object that is mostly of that type.
fn any_of(cx: &Cx<'_>, ty: &RefType) -> Option<(Ref, bool)> {
    let (shared, owner) = (&cx.data().shared, cx.data().owner);
    let mut found = None;
    for _ in 0..4 {
        found = of(shared.pools(|pools| pools.anyrefs.pick(&shared.source, owner)));
        let Some((reference, false)) = &found else {
            break;
        };
        // It may have been unrooted, or the type may belong to another engine.
        let matches = End::of(|| reference.matches_ty(cx, ty));
        if matches!(matches, End::Returned(Ok(true))) {
            break;
        }
    }
    found
}

fn of(found: Option<(impl Into<Ref>, bool)>) -> Option<(Ref, bool)> {
    found.map(|(reference, foreign)| (reference.into(), foreign))
}
