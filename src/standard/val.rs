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

/// The error of using something that the engine-neutral API of libwasmtime can't express.
///
/// [`Error::downcast_ref`](crate::Error::downcast_ref) finds it. Nothing is wrong with the
/// item itself: it can be instantiated, exported and imported. But the host can't use it
/// through this module.
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
///
/// ```
/// use libwasmtime::standard::Val;
///
/// let half = Val::from(0.5_f64);
/// assert_eq!(half.f64(), Some(0.5));
/// assert_eq!(half.i32(), None);
/// assert!(matches!(Val::null().func_ref(), Some(None)));
/// ```
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
/// Calls, globals and tables return one and take one. The C API can't convert it into a
/// [`Func`](super::Func), nor a `Func` into one.
#[derive(Clone)]
pub struct Ref {
    /// A value that isn't null.
    val: OwnedVal,
    /// The objects of the store that it belongs to.
    objects: Arc<Objects>,
}

// SAFETY: a reference points to a plain description of a function, without its store. It is
// used with a context of the store only.
unsafe impl Send for Ref {}
// SAFETY: as for `Send`: a context of the store isn't shared between threads.
unsafe impl Sync for Ref {}

impl Ref {
    /// Takes ownership of a reference that libwasmtime returned; `None` if it is null.
    ///
    /// # Safety
    ///
    /// It must be null, or of that store and owned by the caller, who gives it up.
    #[cfg(feature = "gc")]
    pub(super) unsafe fn from_c(state: &State, raw: *mut wasm_ref_t) -> Option<Ref> {
        // SAFETY: the reference is null, or of the store and owned, as this function requires.
        unsafe { Ref::from_val(state, OwnedVal::from_raw(reference(raw))) }
    }

    /// Takes ownership of a reference in a value; `None` if it is null.
    ///
    /// # Safety
    ///
    /// The value must be null or a reference of that store.
    unsafe fn from_val(state: &State, val: OwnedVal) -> Option<Ref> {
        let is_null = raw_ref(&val).is_null();
        (!is_null).then(|| Ref {
            val,
            objects: state.objects().clone(),
        })
    }

    /// Returns the C object, which `self` still owns.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    #[cfg(feature = "gc")]
    pub(super) fn as_c(&self, state: &State) -> *mut wasm_ref_t {
        assert_owns(state, &self.objects);
        raw_ref(&self.val)
    }
}

/// Returns the value with this reference.
fn reference(raw: *mut wasm_ref_t) -> wasm_val_t {
    wasm_val_t {
        kind: WASM_FUNCREF,
        of: wasm_val_union_t { ref_: raw },
    }
}

/// Returns the reference in a value; null if the value isn't a reference.
fn raw_ref(val: &OwnedVal) -> *mut wasm_ref_t {
    match val.kind() {
        // SAFETY: the kind tells which field of the union is initialized.
        WASM_FUNCREF => unsafe { (*val.as_ptr()).of.ref_ },
        _ => ptr::null_mut(),
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").finish_non_exhaustive()
    }
}

/// Defines the accessor of each type of number, and the conversion from it.
macro_rules! numbers {
    ($($number:ident: $variant:ident, $what:literal;)*) => {
        impl Val {
            $(
                #[doc = concat!("Returns the ", $what, " in this value; `None` if its type is another.")]
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
    /// Returns the null reference.
    pub const fn null() -> Val {
        Val::FuncRef(None)
    }

    /// Returns the reference in this value; `None` if it is a number. Null is `Some(None)`.
    pub fn func_ref(&self) -> Option<Option<&Ref>> {
        match self {
            Val::FuncRef(reference) => Some(reference.as_ref()),
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) => None,
        }
    }

    /// Returns the C API's value, for a [`ValVec`](crate::vec::ValVec) that is passed to a
    /// function of [`sys`](crate::sys).
    ///
    /// # Panics
    ///
    /// Panics if it is a reference that belongs to another store.
    pub fn to_raw(&self, store: impl AsContext) -> OwnedVal {
        self.to_c(store.as_context().state())
    }

    /// Takes ownership of a value of the C API.
    ///
    /// # Errors
    ///
    /// Returns an error if it is an `externref`.
    ///
    /// # Safety
    ///
    /// If it is a reference, it must belong to this store.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: OwnedVal) -> Result<Val> {
        // SAFETY: a reference belongs to the store, as this function requires.
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
            // SAFETY: null has no owner.
            Val::FuncRef(None) => unsafe { OwnedVal::from_raw(reference(ptr::null_mut())) },
        }
    }

    /// Takes ownership of a value of the C API.
    ///
    /// # Errors
    ///
    /// Returns an error if it is an `externref`.
    ///
    /// # Safety
    ///
    /// If it is a reference, it must belong to that store.
    pub(super) unsafe fn from_c(state: &State, raw: OwnedVal) -> Result<Val> {
        let number = raw.i32().map(Val::I32);
        let number = number.or_else(|| raw.i64().map(Val::I64));
        let number = number.or_else(|| raw.f32().map(Val::F32));
        let number = number.or_else(|| raw.f64().map(Val::F64));
        match number {
            Some(number) => Ok(number),
            None if raw.kind() == WASM_FUNCREF => {
                // SAFETY: the reference belongs to the store, as this function requires.
                Ok(Val::FuncRef(unsafe { Ref::from_val(state, raw) }))
            }
            None => Err(Inexpressible::new(format!("values of kind {}", raw.kind())).into()),
        }
    }

    /// Returns zero or null, whichever the type has.
    pub(super) fn default_for(ty: &ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0.0),
            ValType::F64 => Val::F64(0.0),
            ValType::V128 | ValType::Ref(_) => Val::null(),
        }
    }

    /// Reports whether this is of type `ty`, as far as that is known: of a reference, only
    /// whether null is allowed.
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

/// Reports whether references of this type refer to functions.
pub(super) fn is_function(ty: &HeapType) -> bool {
    ty.top().is_func()
}

/// Checks that values can be passed to libwasmtime, where their types may not match: built
/// without references, it aborts the process for any reference, even null.
///
/// # Errors
///
/// Returns [`Unsupported`](crate::Unsupported) if there are references among the values, and
/// libwasmtime was built without references.
pub(super) fn check_vals(vals: &[Val]) -> Result<()> {
    if vals.iter().any(|val| matches!(val, Val::FuncRef(_))) {
        RawRef::supported()?;
    }
    Ok(())
}

/// Checks that values of these types can pass between the host and libwasmtime, which aborts
/// the process for others.
///
/// # Errors
///
/// Returns [`Unsupported`](crate::Unsupported) for references to functions, if libwasmtime
/// was built without references; [`Inexpressible`] for other references and vectors.
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
