//! The signatures of functions that were called, kept by their store.

use super::Func;
use crate::error::{Context, format_err};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_func_t;
use crate::types::type_mismatch;
use crate::values::Kind;
use crate::{Error, FuncType, Result, StoreContext, Val, ValType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The signature of a function, in the form that a call needs.
pub(crate) struct Signature {
    pub(crate) ty: FuncType,
    pub(crate) params: Box<[Kind]>,
    pub(crate) results: Box<[Kind]>,
    /// Whether a reference to a collected object is among the values: an untyped
    /// call passes them with their types then.
    pub(super) has_gc_ref: bool,
}

impl Signature {
    pub(super) fn new(ty: FuncType) -> Signature {
        let kinds = |types: &mut dyn Iterator<Item = ValType>| -> Box<[Kind]> {
            types.map(|ty| Kind::of(&ty)).collect()
        };
        let (params, results) = (kinds(&mut ty.params()), kinds(&mut ty.results()));
        Signature {
            has_gc_ref: params.iter().chain(&results).any(Kind::is_gc_ref),
            params,
            results,
            ty,
        }
    }

    /// Reports whether there is a reference among the parameters and results.
    #[cfg(feature = "async")]
    pub(super) fn has_reference(&self) -> bool {
        self.params
            .iter()
            .chain(&self.results)
            .any(Kind::is_reference)
    }

    /// Returns how many raw values a call passes.
    #[inline]
    pub(super) fn raw_len(&self) -> usize {
        self.params.len().max(self.results.len())
    }

    /// Checks the arguments of a call.
    #[inline]
    pub(super) fn check_params<T>(&self, store: StoreContext<'_, T>, params: &[Val]) -> Result<()> {
        check_count("arguments", self.params.len(), params.len())?;
        for (i, (kind, val)) in self.params.iter().zip(params).enumerate() {
            if !kind.accepts(val) {
                let ty = || self.ty.param(i);
                check_type(store, ty, val, "argument type mismatch")?;
            }
        }
        Ok(())
    }

    /// Checks the results of a host function.
    pub(super) fn check_results<T>(
        &self,
        store: StoreContext<'_, T>,
        results: &[Val],
    ) -> Result<()> {
        for (i, (kind, val)) in self.results.iter().zip(results).enumerate() {
            if !kind.accepts(val) {
                let ty = || self.ty.result(i);
                let mismatch = "function attempted to return an incompatible value";
                check_type(store, ty, val, mismatch)?;
            }
        }
        Ok(())
    }
}

/// Checks how many values there are.
#[inline]
pub(super) fn check_count(what: &str, expected: usize, found: usize) -> Result<()> {
    #[cold]
    fn wrong(what: &str, expected: usize, found: usize) -> Error {
        format_err!("expected {expected} {what}, got {found}")
    }

    if expected == found {
        Ok(())
    } else {
        Err(wrong(what, expected, found))
    }
}

/// Compares a value that its [`Kind`] doesn't accept with the exact type; `mismatch` is the
/// error's context if they differ.
#[cold]
fn check_type<T>(
    store: StoreContext<'_, T>,
    ty: impl FnOnce() -> Option<ValType>,
    val: &Val,
    mismatch: &'static str,
) -> Result<()> {
    let expected = ty().expect("index in range");
    let check = || -> Result<()> {
        val.check_store(store.opaque())?;
        if val.matches_ty(store, &expected)? {
            return Ok(());
        }
        Err(type_mismatch(&expected, &val.ty(store)?))
    };
    check().context(mismatch)
}

/// The signatures of a store's functions, by the address that identifies each.
///
/// None is ever removed, so a call borrows its own without a reference count: nothing drops
/// the store while one of its functions runs.
#[derive(Default)]
pub(crate) struct Signatures(BTreeMap<usize, Arc<Signature>>);

impl StoreOpaque {
    /// Returns the signature of `func`, whose address is valid for the store's life.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub(crate) fn signature(&mut self, func: &Func) -> *const Signature {
        let key = key(func.get_c(self));
        if let Some(signature) = self.signatures.0.get(&key) {
            return Arc::as_ptr(signature);
        }
        let signature = Arc::new(Signature::new(func.load_ty(self)));
        Arc::as_ptr(self.signatures.0.entry(key).or_insert(signature))
    }
}

/// Returns the key of a function: its address, which stays the same for the store's life.
// Version 48: a handle has the address of its `VMFuncRef`; look at `vmtypes.rs`.
fn key(func: &wasmtime_func_t) -> usize {
    func.__private.addr()
}
