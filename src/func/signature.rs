//! The signatures of functions that were called, kept by their store.

use super::Func;
use crate::error::{Context, bail, format_err};
use crate::gc::GcKind;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_func_t;
use crate::val::no_continuations;
use crate::{Error, FuncType, HeapType, Result, StoreContext, Val, ValRaw, ValType};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr;
use std::sync::Arc;

/// How a value is passed without its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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
    fn of(ty: &ValType) -> Kind {
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

    fn is_gc_ref(&self) -> bool {
        matches!(self, Kind::GcRef(_))
    }
}

/// The signature of a function, in the form that a call needs.
pub(crate) struct Signature {
    pub(super) ty: FuncType,
    pub(super) params: Box<[Kind]>,
    pub(super) results: Box<[Kind]>,
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

    /// How many raw values a call passes.
    #[inline]
    pub(super) fn raw_len(&self) -> usize {
        self.params.len().max(self.results.len())
    }

    /// Checks the arguments of a call.
    #[inline(always)]
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

    /// Checks what a host function returned.
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

impl Kind {
    /// Whether a value is of this kind, where that is all there is to check.
    #[inline]
    fn accepts(self, val: &Val) -> bool {
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
}

impl Val {
    /// The raw value to pass to WebAssembly at once.
    ///
    /// # Errors
    ///
    /// If the value is a reference of another store, or one whose root is gone.
    #[inline(always)]
    pub(crate) fn to_raw_in(self, store: &mut StoreOpaque) -> Result<ValRaw> {
        Ok(match self {
            Val::I32(v) => ValRaw::i32(v),
            Val::I64(v) => ValRaw::i64(v),
            Val::F32(v) => ValRaw::f32(v),
            Val::F64(v) => ValRaw::f64(v),
            Val::V128(v) => ValRaw::v128(v.as_u128()),
            // Apart, for with them this would be too much to be inlined.
            Val::FuncRef(_)
            | Val::ExternRef(_)
            | Val::AnyRef(_)
            | Val::ExnRef(_)
            | Val::ContRef(_) => self.reference_to_raw(store)?,
        })
    }

    #[inline(never)]
    fn reference_to_raw(self, store: &mut StoreOpaque) -> Result<ValRaw> {
        use super::WasmTy;
        // SAFETY: the store is borrowed.
        unsafe {
            match self {
                Val::FuncRef(func) => func.as_raw(store),
                Val::ExternRef(reference) => reference.as_raw(store),
                Val::AnyRef(reference) => reference.as_raw(store),
                Val::ExnRef(reference) => reference.as_raw(store),
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
    /// It must be of that type, and of `store`.
    pub(crate) unsafe fn from_raw_in(raw: &ValRaw, ty: &ValType, store: &mut StoreOpaque) -> Val {
        // SAFETY: the value is of that type, so of that kind, and of the store.
        unsafe { val_from_raw(Kind::of(ty), raw, store) }
    }
}

/// Reads a raw value.
///
/// # Safety
///
/// It must be of a type of that kind, and of `store`.
#[inline]
pub(super) unsafe fn val_from_raw(kind: Kind, raw: &ValRaw, store: &mut StoreOpaque) -> Val {
    use super::WasmTy;
    match kind {
        Kind::I32 => Val::I32(raw.get_i32()),
        Kind::I64 => Val::I64(raw.get_i64()),
        Kind::F32 => Val::F32(raw.get_f32()),
        Kind::F64 => Val::F64(raw.get_f64()),
        Kind::V128 => Val::V128(raw.get_v128().into()),
        // SAFETY: the value is of that kind, and of the store.
        Kind::FuncRef | Kind::ExactFuncRef => unsafe { Val::FuncRef(WasmTy::from_raw(raw, store)) },
        // SAFETY: the value is of that kind, and of the store.
        Kind::GcRef(kind) => unsafe {
            match kind {
                GcKind::Extern => Val::ExternRef(WasmTy::from_raw(raw, store)),
                GcKind::Any => Val::AnyRef(WasmTy::from_raw(raw, store)),
                GcKind::Exn => Val::ExnRef(WasmTy::from_raw(raw, store)),
            }
        },
        Kind::ContRef => Val::ContRef(None),
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

/// Checks a value that its [`Kind`] doesn't accept as it is; `mismatch` is what is
/// wrong if the type doesn't either.
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
        bail!(
            "type mismatch: expected {expected}, found {}",
            val.ty(store)?
        )
    };
    check().context(mismatch)
}

/// The signatures of a store's functions, by the address that identifies each.
///
/// None is ever removed, so that a call needn't count a reference to its own:
/// nothing drops the store while a function of it runs.
pub(crate) struct Signatures {
    all: HashMap<usize, Arc<Signature>, BuildHasherDefault<AddressHasher>>,
    /// Some that were asked for lately, each in the place that its function's
    /// address decides, so that they are found at one look.
    recent: [Recent; 8],
}

impl Default for Signatures {
    fn default() -> Signatures {
        Signatures {
            all: HashMap::default(),
            recent: [(0, ptr::null()); 8],
        }
    }
}

// SAFETY: what `recent` points to is in `all`, which is `Send`.
unsafe impl Send for Signatures {}
// SAFETY: what `recent` points to is in `all`, which is `Sync`.
unsafe impl Sync for Signatures {}

/// A function's key and signature; 0 is no function's key.
type Recent = (usize, *const Signature);

impl StoreOpaque {
    /// The signature of `func`, which stays where it is for the store's life.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    #[inline]
    pub(super) fn signature(&mut self, func: &Func) -> *const Signature {
        let key = key(func.as_c(self));
        match self.signatures.recent(key) {
            (found, signature) if *found == key => *signature,
            _ => self.look_up_signature(func, key),
        }
    }

    #[inline(never)]
    fn look_up_signature(&mut self, func: &Func, key: usize) -> *const Signature {
        let signature = match self.signatures.all.get(&key) {
            Some(signature) => Arc::as_ptr(signature),
            None => {
                let signature = Arc::new(Signature::new(func.load_ty(self)));
                Arc::as_ptr(self.signatures.all.entry(key).or_insert(signature))
            }
        };
        *self.signatures.recent(key) = (key, signature);
        signature
    }
}

impl Signatures {
    /// The place of a function's signature among the recent ones.
    #[inline]
    fn recent(&mut self, key: usize) -> &mut Recent {
        // What is at the address takes up 32 bytes, mostly next to another one.
        &mut self.recent[key / 32 % 8]
    }
}

/// What identifies a function in its store: it keeps its address for the
/// store's life.
// Version 48: a handle has the address of its `VMFuncRef`, of 32 bytes; look at `vmtypes.rs`.
fn key(func: &wasmtime_func_t) -> usize {
    func.__private.addr()
}

/// Spreads the bits of an aligned address.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    fn write_usize(&mut self, value: usize) {
        // Multiplies by 2^64 divided by the golden ratio; the upper bits, which
        // the table looks at, are the best mixed.
        let product = (self.0 ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}
