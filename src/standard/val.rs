//! Values.

use super::object::{Objects, assert_owns};
use super::store::State;
use super::{AsContext, AsContextMut};
use crate::gc::RawRef;
use crate::sys::{WASM_FUNCREF, wasm_ref_t, wasm_val_t, wasm_val_union_t};
use crate::vec::OwnedVal;
use crate::{Error, HeapType, Result, ValType};
use std::fmt;
use std::ptr;
use std::sync::Arc;

/// The engine-neutral API of libwasmtime can't express this.
///
/// Found with `error.downcast_ref::<Inexpressible>()`. The item itself is fine:
/// it can be instantiated, exported and imported, but not used from the host by
/// way of this module.
// Version 48: these values end the process; look at `wasm_val_t` in
// `wasmtime-c-api-impl`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine-neutral API can't express {what}")]
pub struct Inexpressible {
    what: String,
}

impl Inexpressible {
    pub(super) fn new(what: impl Into<String>) -> Inexpressible {
        Inexpressible { what: what.into() }
    }
}

/// A value: a number, or a reference to a function.
#[derive(Clone, Debug)]
pub enum Val {
    /// An integer of 32 bits.
    I32(i32),
    /// An integer of 64 bits.
    I64(i64),
    /// A floating-point number of 32 bits.
    F32(f32),
    /// A floating-point number of 64 bits.
    F64(f64),
    /// A reference to a function, or null.
    FuncRef(Option<Ref>),
}

/// A reference to a function.
///
/// It comes out of a call, a global or a table, and goes into one: the C API
/// can't make a function of it, nor it of a function.
#[derive(Clone)]
pub struct Ref {
    /// A value that isn't null.
    val: OwnedVal,
    /// Those of the store that it is of.
    objects: Arc<Objects>,
}

// SAFETY: what a reference points to is a plain description of a function,
// without its store; it is used with a context of the store only.
unsafe impl Send for Ref {}
// SAFETY: as above.
unsafe impl Sync for Ref {}

impl Ref {
    /// Takes a reference that libwasmtime handed out; `None` if it is null.
    ///
    /// # Safety
    ///
    /// It must be null, or of that store and owned by the caller, who gives it
    /// up.
    #[cfg(feature = "gc")]
    pub(super) unsafe fn from_c(state: &State, raw: *mut wasm_ref_t) -> Option<Ref> {
        // SAFETY: the caller vouches for it.
        unsafe { Ref::from_val(state, OwnedVal::from_raw(reference(raw))) }
    }

    /// # Safety
    ///
    /// The value must be a reference of that store, or null.
    unsafe fn from_val(state: &State, val: OwnedVal) -> Option<Ref> {
        let is_null = raw_ref(&val).is_null();
        (!is_null).then(|| Ref {
            val,
            objects: state.objects().clone(),
        })
    }

    /// The C object, still owned by `self`.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    #[cfg(feature = "gc")]
    pub(super) fn as_c(&self, state: &State) -> *mut wasm_ref_t {
        assert_owns(state, &self.objects);
        raw_ref(&self.val)
    }
}

/// A value that is this reference.
fn reference(raw: *mut wasm_ref_t) -> wasm_val_t {
    wasm_val_t {
        kind: WASM_FUNCREF,
        of: wasm_val_union_t { ref_: raw },
    }
}

/// The reference that a value is; null if it isn't one.
fn raw_ref(val: &OwnedVal) -> *mut wasm_ref_t {
    match val.kind() {
        // SAFETY: the kind says which member the union holds.
        WASM_FUNCREF => unsafe { (*val.as_ptr()).of.ref_ },
        _ => ptr::null_mut(),
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").finish_non_exhaustive()
    }
}

/// Makes what is the same for each type of number.
macro_rules! numbers {
    ($($number:ident: $variant:ident, $what:literal;)*) => {
        impl Val {
            $(
                #[doc = concat!("The ", $what, ", if that is what this is.")]
                pub fn $number(&self) -> Option<$number> {
                    if let Val::$variant(number) = self {
                        Some(*number)
                    } else {
                        None
                    }
                }
            )*
        }

        $(
            impl From<$number> for Val {
                fn from(number: $number) -> Val {
                    Val::$variant(number)
                }
            }
        )*
    };
}

numbers! {
    i32: I32, "integer of 32 bits";
    i64: I64, "integer of 64 bits";
    f32: F32, "number of 32 bits";
    f64: F64, "number of 64 bits";
}

impl Val {
    /// The null reference.
    pub const fn null() -> Val {
        Val::FuncRef(None)
    }

    /// The reference, null or not, if that is what this is.
    pub fn func_ref(&self) -> Option<Option<&Ref>> {
        match self {
            Val::FuncRef(reference) => Some(reference.as_ref()),
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) => None,
        }
    }

    /// The C API's value, for a [`ValVec`](crate::vec::ValVec) that is passed to
    /// a function of [`sys`](crate::sys).
    ///
    /// # Panics
    ///
    /// If it is a reference of another store.
    pub fn to_raw(&self, store: impl AsContext) -> OwnedVal {
        self.to_c(store.as_context().state())
    }

    /// Takes a value of the C API.
    ///
    /// # Errors
    ///
    /// If it is an `externref`.
    ///
    /// # Safety
    ///
    /// If it is a reference, it must be one of this store.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: OwnedVal) -> Result<Val> {
        // SAFETY: the caller vouches for it.
        unsafe { Val::from_c(store.as_context_mut().state(), raw) }
    }

    pub(super) fn to_c(&self, state: &State) -> OwnedVal {
        match self {
            Val::I32(number) => OwnedVal::from(*number),
            Val::I64(number) => OwnedVal::from(*number),
            Val::F32(number) => OwnedVal::from(*number),
            Val::F64(number) => OwnedVal::from(*number),
            Val::FuncRef(Some(reference)) => {
                assert_owns(state, &reference.objects);
                reference.val.clone()
            }
            // SAFETY: null needs no owner.
            Val::FuncRef(None) => unsafe { OwnedVal::from_raw(reference(ptr::null_mut())) },
        }
    }

    /// # Safety
    ///
    /// As for [`Val::from_raw`].
    pub(super) unsafe fn from_c(state: &State, raw: OwnedVal) -> Result<Val> {
        let number = raw.i32().map(Val::I32);
        let number = number.or_else(|| raw.i64().map(Val::I64));
        let number = number.or_else(|| raw.f32().map(Val::F32));
        let number = number.or_else(|| raw.f64().map(Val::F64));
        match number {
            Some(number) => Ok(number),
            None if raw.kind() == WASM_FUNCREF => {
                // SAFETY: the caller vouches for it.
                Ok(Val::FuncRef(unsafe { Ref::from_val(state, raw) }))
            }
            None => Err(Inexpressible::new(format!("values of kind {}", raw.kind())).into()),
        }
    }

    /// Zero or null, as the type says.
    pub(super) fn default_for(ty: &ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0.0),
            ValType::F64 => Val::F64(0.0),
            ValType::V128 | ValType::Ref(_) => Val::null(),
        }
    }

    /// Whether this is of type `ty`, as far as can be told: of a reference, only
    /// whether it may be null.
    pub(super) fn is_of(&self, ty: &ValType) -> bool {
        match self {
            Val::I32(_) => ty.is_i32(),
            Val::I64(_) => ty.is_i64(),
            Val::F32(_) => ty.is_f32(),
            Val::F64(_) => ty.is_f64(),
            Val::FuncRef(reference) => ty.as_ref().is_some_and(|ty| {
                is_function(ty.heap_type()) && (reference.is_some() || ty.is_nullable())
            }),
        }
    }
}

/// Whether references of this type are to functions.
pub(super) fn is_function(ty: &HeapType) -> bool {
    ty.top().is_func()
}

/// Whether values can be passed to libwasmtime, of whatever type is wanted: it
/// ends the process for references, even null, if it has none.
///
/// # Errors
///
/// [`Unsupported`](crate::Unsupported) if there are references among them, and
/// libwasmtime was built without.
pub(super) fn check_vals(vals: &[Val]) -> Result<()> {
    if vals.iter().any(|val| matches!(val, Val::FuncRef(_))) {
        RawRef::supported()?;
    }
    Ok(())
}

/// `Ok` if values of these types can pass between the host and libwasmtime,
/// which aborts the process when others are to.
pub(super) fn check_types(types: impl IntoIterator<Item = ValType>) -> Result<()> {
    types.into_iter().try_for_each(|ty| match &ty {
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => Ok(()),
        ValType::Ref(reference) if is_function(reference.heap_type()) => {
            RawRef::supported().map_err(Error::from)
        }
        ValType::V128 | ValType::Ref(_) => {
            Err(Inexpressible::new(format!("values of type `{ty}`")).into())
        }
    })
}
