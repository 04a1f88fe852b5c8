//! An owned reference of the C API.

use super::GcKind;
use crate::error::{check, check_trap};
use crate::store::StoreOpaque;
use crate::sys::*;
use crate::vec::Owned;
use crate::{ExnType, Func, FuncType, HeapType, Result, Tag, Unsupported, Val, ValType};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

/// An owned, non-null reference to a collected object.
pub struct RawRef {
    kind: GcKind,
    /// The field of that kind is valid.
    of: wasmtime_valunion_t,
}

// SAFETY: the reference is an index and a counted liveness flag; the C API lets
// both be cloned and released on any thread, and reads the object only through
// its store.
unsafe impl Send for RawRef {}
// SAFETY: as above.
unsafe impl Sync for RawRef {}

impl RawRef {
    /// Makes a new object of `data`, which `finalizer` frees with it. `None` if
    /// the collected heap is full, in which case `data` has been freed too.
    ///
    /// # Safety
    ///
    /// `finalizer` must be sound to call once with `data`, from any thread.
    pub(crate) unsafe fn new(
        store: &mut StoreOpaque,
        data: *mut c_void,
        finalizer: unsafe extern "C" fn(*mut c_void),
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised on success, and
        // owned.
        unsafe {
            wasmtime_externref_new(store.raw(), data, Some(finalizer), out.as_mut_ptr()).then(
                || RawRef {
                    kind: GcKind::Extern,
                    of: wasmtime_valunion_t {
                        externref: out.assume_init(),
                    },
                },
            )
        }
    }

    /// Whether the library has references at all.
    pub(crate) fn supported() -> Result<(), Unsupported> {
        require(Feature::Gc)
    }

    /// Takes an owned reference of the C API; `None` if it is null.
    ///
    /// # Safety
    ///
    /// It must be of that kind, and the caller must own it.
    pub(crate) unsafe fn from_c(kind: GcKind, of: wasmtime_valunion_t) -> Option<RawRef> {
        // SAFETY: the caller vouches for the kind.
        let is_null = unsafe { is_null(kind, &of) };
        (!is_null).then_some(RawRef { kind, of })
    }

    /// The reference, still owned by `self`.
    pub(crate) fn as_c(&self) -> wasmtime_val_t {
        wasmtime_val_t {
            kind: self.kind.to_c(),
            of: self.of,
        }
    }

    /// The object of the raw value that WebAssembly passed; `None` if null.
    ///
    /// # Safety
    ///
    /// `raw` must be of that kind, and have come from WebAssembly code of this
    /// store just now, or from `to_raw`.
    pub(crate) unsafe fn from_raw(
        kind: GcKind,
        store: &mut StoreOpaque,
        raw: u32,
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the caller vouches for `raw`.
        unsafe {
            RawRef::write_from_raw(kind, store.raw(), raw, out.as_mut_ptr())
                .then(|| out.assume_init())
        }
    }

    /// As [`RawRef::from_raw`], but writes the reference to `out` and returns
    /// whether there is one.
    ///
    /// libwasmtime writes it in parts. The processor would have to wait until all
    /// of them are in the cache before it could copy them at once to elsewhere.
    ///
    /// # Safety
    ///
    /// As there; `context` must be the store's, and `out` be valid for writes.
    #[inline]
    pub(crate) unsafe fn write_from_raw(
        kind: GcKind,
        context: *mut wasmtime_context_t,
        raw: u32,
        out: *mut RawRef,
    ) -> bool {
        if raw == 0 {
            return false;
        }
        // SAFETY: the caller vouches for all of it; the field of that kind is
        // initialised always, and owned.
        unsafe {
            (&raw mut (*out).kind).write(kind);
            let of = &raw mut (*out).of;
            match kind {
                GcKind::Extern => {
                    wasmtime_externref_from_raw(context, raw, &raw mut (*of).externref);
                }
                GcKind::Any => wasmtime_anyref_from_raw(context, raw, &raw mut (*of).anyref),
                GcKind::Exn => wasmtime_exnref_from_raw(context, raw, &raw mut (*of).exnref),
            }
            !is_null(kind, of)
        }
    }

    /// The raw value to pass to WebAssembly code at once.
    ///
    /// This changes the store, which notes that WebAssembly may have the object.
    ///
    /// # Safety
    ///
    /// `context` must be that of the reference's store, from [`StoreOpaque::raw`]
    /// or [`StoreOpaque::collected`], for this call.
    #[inline]
    pub(crate) unsafe fn to_raw(&self, context: *mut wasmtime_context_t) -> u32 {
        // SAFETY: the context may be used for it; the reference is valid, and of
        // its kind.
        unsafe {
            match self.kind {
                GcKind::Extern => wasmtime_externref_to_raw(context, &self.of.externref),
                GcKind::Any => wasmtime_anyref_to_raw(context, &self.of.anyref),
                GcKind::Exn => wasmtime_exnref_to_raw(context, &self.of.exnref),
            }
        }
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, kind: GcKind) -> bool {
        self.kind == kind
    }

    /// What [`RawRef::new`] was given; null if the host didn't make the object.
    ///
    /// # Safety
    ///
    /// As for [`to_raw`](RawRef::to_raw).
    pub(crate) unsafe fn data(&self, context: *mut wasmtime_context_t) -> *mut c_void {
        match self.kind {
            // SAFETY: the context may be used for it; the reference is valid, and
            // of this kind.
            GcKind::Extern => unsafe { wasmtime_externref_data(context, &self.of.externref) },
            GcKind::Any | GcKind::Exn => std::ptr::null_mut(),
        }
    }

    /// The `i31` with the lower 31 bits of `value`.
    pub(crate) fn from_i31(store: &mut StoreOpaque, value: u32) -> Result<RawRef, Unsupported> {
        RawRef::supported()?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised, and owned.
        let anyref = unsafe {
            wasmtime_anyref_from_i31(store.raw(), value, out.as_mut_ptr());
            out.assume_init()
        };
        Ok(RawRef {
            kind: GcKind::Any,
            of: wasmtime_valunion_t { anyref },
        })
    }

    /// The unsigned value of an `i31`; `None` if it is something else.
    ///
    /// # Safety
    ///
    /// As for [`to_raw`](RawRef::to_raw).
    pub(crate) unsafe fn i31(&self, context: *mut wasmtime_context_t) -> Option<u32> {
        let mut value = 0;
        // SAFETY: the context may be used for it; the reference is valid.
        let is_i31 = unsafe { wasmtime_anyref_i31_get_u(context, self.as_anyref()?, &mut value) };
        is_i31.then_some(value)
    }

    /// The exact type of a reference of the kind `Any`.
    pub(crate) fn any_type(&self, store: &StoreOpaque) -> HeapType {
        let anyref = self.as_anyref().expect("a reference of that kind");
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Shared"; the reference is valid and not null, so
        // that `out` is initialised, and what it owns passes on.
        unsafe {
            wasmtime_anyref_type(store.collected().raw(), anyref, out.as_mut_ptr());
            HeapType::from_c(store.engine(), out.as_ptr())
        }
    }

    /// Makes an exception.
    ///
    /// # Panics
    ///
    /// If the tag is of another store.
    ///
    /// # Safety
    ///
    /// The values must be of this store.
    pub(crate) unsafe fn new_exn(
        store: &mut StoreOpaque,
        tag: Tag,
        fields: &[wasmtime_val_t],
    ) -> Result<RawRef> {
        RawRef::supported()?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership"; the caller vouches for
        // the values. `out` is initialised unless there is an error, and owned.
        let exnref = unsafe {
            check_trap(wasmtime_exnref_new(
                store.raw(),
                &tag.to_c(store),
                fields.as_ptr(),
                fields.len(),
                out.as_mut_ptr(),
            ))?;
            out.assume_init()
        };
        Ok(RawRef {
            kind: GcKind::Exn,
            of: wasmtime_valunion_t { exnref },
        })
    }

    /// Makes an exception the store's pending one. Returns what a host function
    /// has to return then, owned.
    pub(crate) fn set_pending_exn(&self, store: &mut StoreOpaque) -> *mut wasm_trap_t {
        // SAFETY: invariant "Context"; the reference is valid.
        unsafe { wasmtime_context_set_exception(store.raw(), self.as_exnref()) }
    }

    /// Takes the store's pending exception, if there is one.
    ///
    /// libwasmtime leaves a root of its own behind, for as long as the host function
    /// runs that it is called in, or else the store lives. So this calls it in a host
    /// function that does nothing else.
    // Version 48: the function leaves a root behind; look at
    // `wasmtime_context_take_exception` in `wasmtime-c-api-impl`.
    pub(crate) fn take_pending_exn(store: &mut StoreOpaque) -> Option<RawRef> {
        if !RawRef::has_pending_exn(store) {
            return None;
        }
        let taker = match store.roots.taker {
            Some(taker) => taker,
            None => RawRef::new_taker(store),
        };
        let mut exception: Option<RawRef> = None;
        let mut raw = wasmtime_val_raw_t {
            funcref: (&raw mut exception).cast(),
        };
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "Context" and "Ownership". The function takes the one
        // value, which is what `take_exn` asks for, and returns none.
        unsafe {
            let func = taker.to_c(store);
            let error = wasmtime_func_call_unchecked(store.raw(), &func, &mut raw, 1, &mut trap);
            store
                .check(error, trap)
                .expect("the function does not fail");
        }
        exception
    }

    /// The host function that exceptions are taken in, which stays in the store.
    #[cold]
    fn new_taker(store: &mut StoreOpaque) -> Func {
        // The argument is an address; an `i64` has room for one.
        let ty = FuncType::new(store.engine(), [ValType::I64], []).to_c();
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the callback needs no environment, and `out`
        // is initialised, with a function of the store.
        let taker = unsafe {
            wasmtime_func_new_unchecked(
                store.raw(),
                ty.as_ptr(),
                Some(take_exn),
                ptr::null_mut(),
                None,
                out.as_mut_ptr(),
            );
            Func::from_c(out.assume_init(), store)
        };
        store.roots.taker = Some(taker);
        taker
    }

    /// As [`RawRef::take_pending_exn`], in a host function that is about to return.
    ///
    /// # Safety
    ///
    /// `context` must be that of the host function's store.
    pub(crate) unsafe fn take_pending_exn_at_return(
        context: *mut wasmtime_context_t,
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the context is of a live store; `out` is initialised if there is
        // an exception, and owned.
        unsafe {
            wasmtime_context_take_exception(context, out.as_mut_ptr()).then(|| RawRef {
                kind: GcKind::Exn,
                of: wasmtime_valunion_t {
                    exnref: out.assume_init(),
                },
            })
        }
    }

    /// Collects what nothing refers to.
    ///
    /// # Errors
    ///
    /// If libwasmtime was built without `gc`, or reports an error.
    pub(crate) fn collect(store: &mut StoreOpaque) -> Result<()> {
        RawRef::supported()?;
        // SAFETY: invariant "Context". The finalizers of the host's data, which it
        // may call, don't touch the store's state.
        unsafe { check(wasmtime_context_gc(store.raw())) }
    }

    /// Whether the store has a pending exception.
    pub(crate) fn has_pending_exn(store: &StoreOpaque) -> bool {
        let context = store.shared().cast_mut();
        // SAFETY: invariant "Shared".
        RawRef::supported().is_ok() && unsafe { wasmtime_context_has_exception(context) }
    }

    /// The type of an exception.
    pub(crate) fn exn_type(&self, store: &StoreOpaque) -> ExnType {
        // SAFETY: invariant "Shared"; the reference is valid and not null, so
        // that there is a type, which is owned.
        unsafe {
            let ty = wasmtime_exnref_type(store.collected().raw(), self.as_exnref());
            let ty = Owned::from_raw(ty);
            ExnType::from_owned(store.engine(), ty.expect("an exception has a type"))
        }
    }

    /// The tag of an exception.
    pub(crate) fn exn_tag(&self, store: &mut StoreOpaque) -> Result<Tag> {
        let mut out = MaybeUninit::zeroed();
        // SAFETY: invariant "Context"; the reference is valid. `out` is a
        // struct of numbers, and is set to a tag of the store unless there is
        // an error.
        unsafe {
            check(wasmtime_exnref_tag(
                store.raw(),
                self.as_exnref(),
                out.as_mut_ptr(),
            ))?;
            Ok(Tag::from_c(out.assume_init(), store))
        }
    }

    /// How many values an exception carries.
    pub(crate) fn exn_field_count(&self, store: &mut StoreOpaque) -> usize {
        // SAFETY: invariant "Context"; the reference is valid.
        unsafe { wasmtime_exnref_field_count(store.raw(), self.as_exnref()) }
    }

    /// A value that an exception carries.
    pub(crate) fn exn_field(&self, store: &mut StoreOpaque, index: usize) -> Result<Val> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the reference is valid. `out` is
        // initialised unless there is an error, and owned.
        unsafe {
            check(wasmtime_exnref_field(
                store.raw(),
                self.as_exnref(),
                index,
                out.as_mut_ptr(),
            ))?;
            Ok(Val::from_c(store, out.assume_init()))
        }
    }

    fn as_exnref(&self) -> &wasmtime_exnref_t {
        assert!(self.is(GcKind::Exn));
        // SAFETY: the field of the kind is valid.
        unsafe { &self.of.exnref }
    }

    fn as_anyref(&self) -> Option<&wasmtime_anyref_t> {
        match self.kind {
            // SAFETY: the field of the kind is valid.
            GcKind::Any => Some(unsafe { &self.of.anyref }),
            GcKind::Extern | GcKind::Exn => None,
        }
    }
}

/// Takes the pending exception of the store that it is called in, and writes it to
/// the `Option<RawRef>` whose address is its argument.
unsafe extern "C" fn take_exn(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    raw: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: only `RawRef::take_pending_exn` calls the function, with the address of
    // its own variable; libwasmtime passes the caller, and the value as it is.
    unsafe {
        let exception = (*raw).funcref.cast::<Option<RawRef>>();
        *exception = RawRef::take_pending_exn_at_return(wasmtime_caller_context(caller));
    }
    ptr::null_mut()
}

/// Whether a reference is null.
///
/// # Safety
///
/// The field of that kind must be valid for reads.
#[inline]
unsafe fn is_null(kind: GcKind, of: *const wasmtime_valunion_t) -> bool {
    // SAFETY: the caller vouches for the field.
    unsafe {
        match kind {
            GcKind::Extern => wasmtime_externref_is_null(&raw const (*of).externref),
            GcKind::Any => wasmtime_anyref_is_null(&raw const (*of).anyref),
            GcKind::Exn => wasmtime_exnref_is_null(&raw const (*of).exnref),
        }
    }
}

impl Clone for RawRef {
    fn clone(&self) -> RawRef {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the reference is valid, and `out` is initialised, with an
        // owned reference of the same kind.
        let of = unsafe {
            wasmtime_val_clone(&self.as_c(), out.as_mut_ptr());
            out.assume_init().of
        };
        RawRef {
            kind: self.kind,
            of,
        }
    }
}

impl Drop for RawRef {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the reference is owned, of its kind, and not used again.
        unsafe {
            match self.kind {
                GcKind::Extern => wasmtime_externref_unroot(&mut self.of.externref),
                GcKind::Any => wasmtime_anyref_unroot(&mut self.of.anyref),
                GcKind::Exn => wasmtime_exnref_unroot(&mut self.of.exnref),
            }
        }
    }
}
