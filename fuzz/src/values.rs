//! Types and values.

use crate::kinds::{Kind, abstract_heap_types};
use crate::source::Source;
use crate::world::Cx;
use libwasmtime::{
    Engine, FuncType, GlobalType, HeapType, MemoryType, Mutability, Ref, RefType, TableType, Val,
    ValType,
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

/// Returns a function type, sometimes of another engine than `engine`.
pub fn func_type(cx: &Cx<'_>) -> FuncType {
    let shared = &cx.data().shared;
    let engine = if shared.source.once_in(24) {
        shared.pools(|pools| shared.source.pick(&pools.engines).cloned())
    } else {
        None
    };
    let engine = engine.as_ref().unwrap_or(cx.engine());
    func_type_in(&shared.source, engine, 0)
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
    } else {
        shared.pools(|pools| match kind {
            Kind::FuncRef => of(pools.funcs.pick(source, owner)),
            Kind::ExternRef => of(pools.rooted.pick(source, owner)),
            Kind::AnyRef => of(pools.anyrefs.pick(source, owner)),
            Kind::ExnRef => of(pools.exnrefs.pick(source, owner)),
            Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::V128 | Kind::ContRef => None,
        })
    };
    found.or_else(|| Some((Val::null_ref(ty.heap_type()).ref_()?, false)))
}

fn of(found: Option<(impl Into<Ref>, bool)>) -> Option<(Ref, bool)> {
    found.map(|(reference, foreign)| (reference.into(), foreign))
}
