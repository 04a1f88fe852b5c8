//! Conversions of values whose types are known at run time.

use super::WasmTy;
use crate::gc::GcKind;
use crate::store::StoreOpaque;
use crate::val::no_continuations;
use crate::{HeapType, Result, Val, ValRaw, ValType};

/// How a value is passed without its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    I32,
    I64,
    F32,
    F64,
    V128,
    /// A `funcref`, null or not; any function will do.
    FuncRef,
    /// Another type of function references: checked against its exact type.
    ExactFuncRef,
    /// A reference to a collected object: checked against its exact type.
    GcRef(GcKind),
    /// A reference to a continuation. No function takes or returns one, but
    /// `Val::from_raw` may be told to read one.
    ContRef,
}

impl Kind {
    pub(crate) fn of(ty: &ValType) -> Kind {
        match ty {
            ValType::I32 => Kind::I32,
            ValType::I64 => Kind::I64,
            ValType::F32 => Kind::F32,
            ValType::F64 => Kind::F64,
            ValType::V128 => Kind::V128,
            ValType::Ref(ty) => {
                use HeapType::*;
                match ty.heap_type() {
                    Func if ty.is_nullable() => Kind::FuncRef,
                    Func | ConcreteFunc(_) | NoFunc => Kind::ExactFuncRef,
                    Extern | NoExtern => Kind::GcRef(GcKind::Extern),
                    Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_)
                    | None => Kind::GcRef(GcKind::Any),
                    Exn | ConcreteExn(_) | NoExn => Kind::GcRef(GcKind::Exn),
                    Cont | ConcreteCont(_) | NoCont => Kind::ContRef,
                }
            }
        }
    }

    /// Reports whether values of this kind are references.
    #[cfg(feature = "async")]
    pub(crate) fn is_reference(&self) -> bool {
        match self {
            Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::V128 => false,
            Kind::FuncRef | Kind::ExactFuncRef | Kind::GcRef(_) | Kind::ContRef => true,
        }
    }

    pub(crate) fn is_gc_ref(&self) -> bool {
        matches!(self, Kind::GcRef(_))
    }
}

impl Kind {
    /// Reports whether a value is of this kind, for kinds that leave nothing else to check.
    #[inline]
    pub(crate) fn accepts(self, val: &Val) -> bool {
        matches!(
            (self, val),
            (Kind::I32, Val::I32(_))
                | (Kind::I64, Val::I64(_))
                | (Kind::F32, Val::F32(_))
                | (Kind::F64, Val::F64(_))
                | (Kind::V128, Val::V128(_))
                | (Kind::FuncRef, Val::FuncRef(_))
        )
    }

    /// Converts a raw value.
    ///
    /// # Safety
    ///
    /// It must be of a type of this kind, and belong to `store`.
    #[inline]
    pub(crate) unsafe fn load_raw(self, raw: &ValRaw, store: &mut StoreOpaque) -> Val {
        match self {
            Kind::I32 => Val::I32(raw.get_i32()),
            Kind::I64 => Val::I64(raw.get_i64()),
            Kind::F32 => Val::F32(raw.get_f32()),
            Kind::F64 => Val::F64(raw.get_f64()),
            Kind::V128 => Val::V128(raw.get_v128().into()),
            // SAFETY: the value is of that kind and belongs to the store, as this function
            // requires.
            Kind::FuncRef | Kind::ExactFuncRef => unsafe {
                Val::FuncRef(WasmTy::from_val_raw(raw, store))
            },
            // SAFETY: the value is of that kind and belongs to the store, as this function
            // requires.
            Kind::GcRef(kind) => unsafe {
                match kind {
                    GcKind::Extern => Val::ExternRef(WasmTy::from_val_raw(raw, store)),
                    GcKind::Any => Val::AnyRef(WasmTy::from_val_raw(raw, store)),
                    GcKind::Exn => Val::ExnRef(WasmTy::from_val_raw(raw, store)),
                }
            },
            Kind::ContRef => Val::ContRef(None),
        }
    }
}

impl Val {
    /// Returns the raw value, which must be passed to WebAssembly before the collector may run.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is a reference that belongs to another store, or whose
    /// root is gone.
    // Speed: inlined, an untyped host function takes 23.6 ns instead of 24.8.
    #[inline(always)]
    pub(crate) fn to_raw_in(self, store: &mut StoreOpaque) -> Result<ValRaw> {
        Ok(match self {
            Val::I32(v) => ValRaw::i32(v),
            Val::I64(v) => ValRaw::i64(v),
            Val::F32(v) => ValRaw::f32(v),
            Val::F64(v) => ValRaw::f64(v),
            Val::V128(v) => ValRaw::v128(v.as_u128()),
            // In a function of its own, so that this one is small enough to be inlined.
            Val::FuncRef(_)
            | Val::ExternRef(_)
            | Val::AnyRef(_)
            | Val::ExnRef(_)
            | Val::ContRef(_) => self.reference_to_raw(store)?,
        })
    }

    fn reference_to_raw(self, store: &mut StoreOpaque) -> Result<ValRaw> {
        // SAFETY: invariant "State": the store is borrowed exclusively.
        unsafe {
            match self {
                Val::FuncRef(func) => func.to_val_raw(store),
                Val::ExternRef(reference) => reference.to_val_raw(store),
                Val::AnyRef(reference) => reference.to_val_raw(store),
                Val::ExnRef(reference) => reference.to_val_raw(store),
                Val::ContRef(_) => Err(no_continuations()),
                Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => {
                    unreachable!("a number is no reference")
                }
            }
        }
    }

    /// Reads a raw value of type `ty`.
    ///
    /// # Safety
    ///
    /// It must be of that type, and belong to `store`.
    pub(crate) unsafe fn from_raw_in(raw: &ValRaw, ty: &ValType, store: &mut StoreOpaque) -> Val {
        // SAFETY: the value is of that type, so of that kind, and belongs to the store, as this
        // function requires.
        unsafe { Kind::of(ty).load_raw(raw, store) }
    }
}
