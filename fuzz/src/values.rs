//! Types and values.

use crate::source::Source;
use crate::world::Cx;
use libwasmtime::{
    Engine, FuncType, GlobalType, HeapType, MemoryType, Mutability, Ref, RefType, TableType, Val,
    ValType,
};

fn ref_type(source: &Source, engine: &Engine, depth: usize) -> RefType {
    match source.below(16) {
        0..6 => RefType::FUNCREF,
        6..12 => RefType::EXTERNREF,
        kind => {
            let heap = match kind {
                12 => HeapType::Func,
                13 => HeapType::Extern,
                14 if depth < 2 => HeapType::ConcreteFunc(func_type_in(source, engine, depth + 1)),
                _ => source
                    .pick(&[
                        HeapType::NoFunc,
                        HeapType::NoExtern,
                        HeapType::Any,
                        HeapType::Eq,
                        HeapType::I31,
                        HeapType::Struct,
                        HeapType::Exn,
                        HeapType::None,
                    ])
                    .expect("there are some")
                    .clone(),
            };
            RefType::new(source.any(), heap)
        }
    }
}

fn val_type(source: &Source, engine: &Engine, depth: usize) -> ValType {
    match source.below(8) {
        0 | 1 => ValType::I32,
        2 => ValType::I64,
        3 => ValType::F32,
        4 => ValType::F64,
        5 => ValType::V128,
        _ => ValType::Ref(ref_type(source, engine, depth)),
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
    FuncType::new(engine, params, results)
}

/// A function type; once in a while of another engine than `engine`.
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

/// Any value, and whether it is of another store.
pub fn any_val(cx: &Cx<'_>) -> (Val, bool) {
    let ty = val_type(&cx.data().shared.source, cx.engine(), 0);
    val(cx, &ty).unwrap_or((Val::I32(0), false))
}

/// A value of that type, if there is one; and whether it is of another store.
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

/// A number that is mostly small, as an index or size is.
pub fn small(source: &Source) -> u64 {
    match source.below(8) {
        7 => source.any(),
        6 => source.any::<u32>().into(),
        _ => source.below(10) as u64,
    }
}

/// A reference of that type, or almost; and whether it is of another store.
pub fn reference(cx: &Cx<'_>, ty: &RefType) -> Option<(Ref, bool)> {
    let shared = &cx.data().shared;
    let owner = cx.data().owner;
    let null = ty.is_nullable() && shared.source.once_in(4);
    let (func, external) = (
        matches!(ty.heap_type().top(), HeapType::Func),
        matches!(ty.heap_type().top(), HeapType::Extern),
    );
    let found = if func && !null {
        shared.pools(|pools| {
            let (func, foreign) = pools.funcs.pick(&shared.source, owner)?;
            Some((func.into(), foreign))
        })
    } else if external && !null {
        shared.pools(|pools| {
            let (object, foreign) = pools.rooted.pick(&shared.source, owner)?;
            Some((object.into(), foreign))
        })
    } else {
        None
    };
    found.or(match (func, external) {
        (true, _) => Some((Ref::Func(None), false)),
        (_, true) => Some((Ref::Extern(None), false)),
        _ => None,
    })
}
