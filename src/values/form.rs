//! The forms in which libwasmtime passes a value.

use super::{Kind, WasmTy};
use crate::gc::{GcKind, RawRef};
use crate::store::StoreOpaque;
use crate::sys::{
    WASMTIME_F32, WASMTIME_F64, WASMTIME_I32, WASMTIME_I64, WASMTIME_V128, wasmtime_val_clone,
    wasmtime_val_t,
};
use crate::{Result, Val, ValRaw};
use std::mem::MaybeUninit;

/// A form in which libwasmtime passes a value.
///
/// # Safety
///
/// A value that `store` returns may be loaded by `load` of the same type and form, and
/// is what libwasmtime expects where it asks for that form.
pub unsafe trait Form {
    /// A value in this form.
    type Value: Copy;

    /// Converts a value of a Rust type. It is valid while `val` exists, and nothing may
    /// be collected before libwasmtime gets it.
    ///
    /// # Safety
    ///
    /// If `T::NEEDS_STORE`, `store` must be the state of a live store that the caller may
    /// use.
    unsafe fn store<T: WasmTy>(val: &T, store: *mut StoreOpaque) -> Result<Self::Value>;

    /// Converts a value to a Rust type.
    ///
    /// # Safety
    ///
    /// As for `store`. The value must have that type, belong to the store, and come from
    /// libwasmtime just now. It must not be loaded again.
    unsafe fn load<T: WasmTy>(value: &Self::Value, store: *mut StoreOpaque) -> T;

    /// Converts a value whose type is known at run time, as `store` does.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is a reference that belongs to another store, or
    /// whose root is gone.
    fn store_val(val: Val, store: &mut StoreOpaque) -> Result<Self::Value>;

    /// Converts a value to one whose type is known at run time, as `load` does.
    ///
    /// # Safety
    ///
    /// As for `load`; the value must be of that kind.
    unsafe fn load_val(kind: Kind, value: &Self::Value, store: &mut StoreOpaque) -> Val;

    /// Converts a value to an owned reference, which is written to `out`, and returns whether it
    /// isn't null.
    ///
    /// # Safety
    ///
    /// As for `load`; the value must be a reference of that kind, and `out` valid for writes.
    unsafe fn load_ref(
        kind: GcKind,
        value: &Self::Value,
        store: &mut StoreOpaque,
        out: *mut RawRef,
    ) -> bool;
}

/// Values without their types, for the C functions whose names end in `_unchecked`.
pub enum Raw {}

// SAFETY: each `WasmTy` says how its values are passed.
unsafe impl Form for Raw {
    type Value = ValRaw;

    #[inline]
    unsafe fn store<T: WasmTy>(val: &T, store: *mut StoreOpaque) -> Result<ValRaw> {
        // SAFETY: the store may be used if `T` needs it, as this function requires.
        unsafe { val.to_val_raw(store) }
    }

    #[inline]
    unsafe fn load<T: WasmTy>(value: &ValRaw, store: *mut StoreOpaque) -> T {
        // SAFETY: the value has that type and belongs to the store, as this function
        // requires.
        unsafe { T::from_val_raw(value, store) }
    }

    #[inline]
    fn store_val(val: Val, store: &mut StoreOpaque) -> Result<ValRaw> {
        val.to_raw_in(store)
    }

    #[inline]
    unsafe fn load_val(kind: Kind, value: &ValRaw, store: &mut StoreOpaque) -> Val {
        // SAFETY: the value is of that kind and belongs to the store, as this function
        // requires.
        unsafe { kind.load_raw(value, store) }
    }

    #[inline]
    unsafe fn load_ref(
        kind: GcKind,
        value: &ValRaw,
        store: &mut StoreOpaque,
        out: *mut RawRef,
    ) -> bool {
        // SAFETY: invariant "Context". The value is of that kind and belongs to the store, and
        // `out` is valid, as this function requires.
        unsafe { RawRef::write_from_raw(kind, store.begin_change(), value.get_anyref(), out) }
    }
}

/// Values with their types that the passing side still owns: the arguments of a call.
pub enum Lent {}

// SAFETY: a `Val` is converted with its type, and a clone is loaded.
unsafe impl Form for Lent {
    type Value = wasmtime_val_t;

    #[inline]
    unsafe fn store<T: WasmTy>(val: &T, store: *mut StoreOpaque) -> Result<wasmtime_val_t> {
        // SAFETY: the store may be used, as this function requires, and the value is not
        // used for longer than `val`.
        unsafe { val.as_val(&mut *store)?.to_c(&*store) }
    }

    #[inline]
    unsafe fn load<T: WasmTy>(value: &wasmtime_val_t, store: *mut StoreOpaque) -> T {
        // SAFETY: the clone is owned. It has that type and belongs to the store, as this function
        // requires.
        unsafe { T::take(clone(value), store) }
    }

    fn store_val(val: Val, store: &mut StoreOpaque) -> Result<wasmtime_val_t> {
        val.to_c(store)
    }

    unsafe fn load_val(_: Kind, value: &wasmtime_val_t, store: &mut StoreOpaque) -> Val {
        // SAFETY: the clone is owned. It belongs to the store, as this function requires.
        unsafe { Val::from_c(store, &clone(value)) }
    }

    unsafe fn load_ref(
        kind: GcKind,
        value: &wasmtime_val_t,
        store: &mut StoreOpaque,
        out: *mut RawRef,
    ) -> bool {
        // SAFETY: the clone is owned. The value is of that kind and belongs to the store, and
        // `out` is valid, as this function requires.
        unsafe { Given::load_ref(kind, &clone(value), store, out) }
    }
}

/// Values with their types whose ownership passes to the receiving side: the results of a
/// call.
pub enum Given {}

// SAFETY: a `Val` is converted with its type, and a clone is stored.
unsafe impl Form for Given {
    type Value = wasmtime_val_t;

    #[inline]
    unsafe fn store<T: WasmTy>(val: &T, store: *mut StoreOpaque) -> Result<wasmtime_val_t> {
        // SAFETY: the store may be used, as this function requires. The value is valid while it
        // is cloned, as `val` exists.
        unsafe { Ok(clone(&Lent::store(val, store)?)) }
    }

    #[inline]
    unsafe fn load<T: WasmTy>(value: &wasmtime_val_t, store: *mut StoreOpaque) -> T {
        // SAFETY: the value has that type and belongs to the store, as this function requires. It
        // is owned, as libwasmtime passed ownership with it and it is loaded once.
        unsafe { T::take(*value, store) }
    }

    fn store_val(val: Val, store: &mut StoreOpaque) -> Result<wasmtime_val_t> {
        // SAFETY: the value is valid while it is cloned, as `to_c` has found its root.
        Ok(unsafe { clone(&val.to_c(store)?) })
    }

    unsafe fn load_val(_: Kind, value: &wasmtime_val_t, store: &mut StoreOpaque) -> Val {
        // SAFETY: the value belongs to the store, as this function requires. It is owned, as
        // libwasmtime passed ownership with it and it is loaded once.
        unsafe { Val::from_c(store, value) }
    }

    unsafe fn load_ref(
        kind: GcKind,
        value: &wasmtime_val_t,
        _: &mut StoreOpaque,
        out: *mut RawRef,
    ) -> bool {
        // SAFETY: the value is of that kind and owned, as libwasmtime passed ownership with it
        // and it is loaded once. `out` is valid, as this function requires.
        unsafe {
            match RawRef::from_c(kind, value.of) {
                Some(raw) => {
                    out.write(raw);
                    true
                }
                None => false,
            }
        }
    }
}

/// Clones a value, and what it refers to.
///
/// # Safety
///
/// The value must be valid.
// Speed: an asynchronous host function of two numbers takes 125 ns instead of 145 with calls
// of the C function.
#[inline]
unsafe fn clone(value: &wasmtime_val_t) -> wasmtime_val_t {
    if matches!(
        value.kind,
        WASMTIME_I32 | WASMTIME_I64 | WASMTIME_F32 | WASMTIME_F64 | WASMTIME_V128
    ) {
        return *value;
    }
    let mut out = MaybeUninit::uninit();
    // SAFETY: the value is valid, as this function requires. The C function initializes `out`.
    unsafe {
        wasmtime_val_clone(value, out.as_mut_ptr());
        out.assume_init()
    }
}
