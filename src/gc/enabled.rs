//! Owned references of the C API.

#[path = "enabled/object.rs"]
mod object;

pub(crate) use object::{ArrayPre, Object, StructPre};

use super::GcKind;
use crate::error::{check, check_trap};
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::*;
use crate::{ExnType, Func, FuncType, HeapType, Result, Tag, Unsupported, Val, ValRaw, ValType};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

/// An owned, non-null reference to a collected object.
pub struct RawRef {
    kind: GcKind,
    /// The field of that kind is initialized.
    of: wasmtime_valunion_t,
}

// SAFETY: a reference is an index, and a liveness flag with an atomic reference count.
// The C API allows to clone and release references on any thread, and reads an object
// only through its store.
unsafe impl Send for RawRef {}
// SAFETY: as for `Send`: a shared reference can only be cloned, or used with the store.
unsafe impl Sync for RawRef {}

impl RawRef {
    /// Creates a new object that holds `data`, which `finalizer` frees with the object, and writes
    /// the reference to `out`, as [`RawRef::write_from_raw`] does. Returns `false` if the collected
    /// heap is full; `data` has then been freed as well.
    ///
    /// # Safety
    ///
    /// Calling `finalizer` once with `data`, on any thread, must be sound. `context` must be that
    /// of a store, for this call, and `out` valid for writes.
    #[inline]
    pub(crate) unsafe fn write_new(
        context: *mut wasmtime_context_t,
        data: *mut c_void,
        finalizer: unsafe extern "C" fn(*mut c_void),
        out: *mut RawRef,
    ) -> bool {
        // SAFETY: invariant "Context"; the finalizer fits `data`, and `out` is valid, as this
        // function requires. The C function writes an owned reference on success.
        unsafe {
            (&raw mut (*out).kind).write(GcKind::Extern);
            let out = &raw mut (*out).of.externref;
            wasmtime_externref_new(context, data, Some(finalizer), out)
        }
    }

    /// Checks that libwasmtime was built with references.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`] if it was built without.
    pub(crate) fn supported() -> Result<(), Unsupported> {
        require(Feature::Gc)
    }

    /// Takes ownership of a reference of the C API; `None` if it is null.
    ///
    /// # Safety
    ///
    /// The reference must be of that kind, and owned by the caller, who gives it up.
    pub(crate) unsafe fn from_c(kind: GcKind, of: wasmtime_valunion_t) -> Option<RawRef> {
        // SAFETY: the field of that kind is initialized, as this function requires.
        let is_null = unsafe { is_null(kind, &of) };
        (!is_null).then_some(RawRef { kind, of })
    }

    /// Returns the reference, which `self` still owns.
    pub(crate) fn as_c(&self) -> wasmtime_val_t {
        wasmtime_val_t {
            kind: self.kind.to_c(),
            of: self.of,
        }
    }

    /// Roots the object of a raw value that WebAssembly passed; `None` if it is null.
    ///
    /// # Safety
    ///
    /// `raw` must be null or of that kind, and have come from WebAssembly code of this
    /// store, or from `to_raw`. The collector must not have run since.
    pub(crate) unsafe fn from_raw(
        kind: GcKind,
        store: &mut StoreOpaque,
        raw: u32,
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `raw` is as `write_from_raw` requires, since this
        // function requires the same. `out` is initialized if that returns `true`.
        unsafe {
            RawRef::write_from_raw(kind, store.begin_change(), raw, out.as_mut_ptr())
                .then(|| out.assume_init())
        }
    }

    /// Roots the object of a raw value as [`RawRef::from_raw`] does, but writes the
    /// reference to `out`, and returns whether it isn't null.
    ///
    /// libwasmtime writes a reference in parts. Copying the whole right after would stall
    /// until the parts have reached the processor's cache.
    ///
    /// Speed: a host function with an `externref` takes 54 ns instead of 67.
    ///
    /// # Safety
    ///
    /// As [`RawRef::from_raw`] requires. `context` must be that of the store, and `out`
    /// valid for writes.
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
        // SAFETY: `context`, `raw` and `out` are valid, as this function requires. The C
        // function initializes the field of that kind in any case, with an owned reference.
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

    /// Returns the raw value, which must be passed to WebAssembly before the collector may
    /// run.
    ///
    /// This changes the store, which records that WebAssembly may hold the object.
    ///
    /// # Safety
    ///
    /// `context` must be that of the reference's store, from [`StoreOpaque::begin_change`] or
    /// [`StoreOpaque::lock_collected`], for this call.
    #[inline]
    pub(crate) unsafe fn to_raw(&self, context: *mut wasmtime_context_t) -> u32 {
        // SAFETY: invariant "Context", or "Shared" with the lock: this function requires a
        // context of the one or the other. The reference is valid, and of its kind.
        unsafe {
            match self.kind {
                GcKind::Extern => wasmtime_externref_to_raw(context, &self.of.externref),
                GcKind::Any => wasmtime_anyref_to_raw(context, &self.of.anyref),
                GcKind::Exn => wasmtime_exnref_to_raw(context, &self.of.exnref),
            }
        }
    }

    /// Reports whether the reference is of this kind.
    pub(crate) fn is(&self, kind: GcKind) -> bool {
        self.kind == kind
    }

    /// Returns the data that [`RawRef::new`] was given; null if the host didn't create the
    /// object.
    ///
    /// # Safety
    ///
    /// As [`to_raw`](RawRef::to_raw) requires.
    pub(crate) unsafe fn data(&self, context: *mut wasmtime_context_t) -> *mut c_void {
        match self.kind {
            // SAFETY: invariant "Context", or "Shared" with the lock: this function requires a
            // context of the one or the other. The reference is valid, and of this kind.
            GcKind::Extern => unsafe { wasmtime_externref_data(context, &self.of.externref) },
            GcKind::Any | GcKind::Exn => std::ptr::null_mut(),
        }
    }

    /// Creates a reference to the `i31` with the lower 31 bits of `value`.
    pub(crate) fn from_i31(store: &mut StoreOpaque, value: u32) -> Result<RawRef, Unsupported> {
        RawRef::supported()?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialized, with an owned reference.
        let anyref = unsafe {
            wasmtime_anyref_from_i31(store.begin_change(), value, out.as_mut_ptr());
            out.assume_init()
        };
        Ok(RawRef {
            kind: GcKind::Any,
            of: wasmtime_valunion_t { anyref },
        })
    }

    /// Returns the unsigned value of an `i31`; `None` if this is something else.
    ///
    /// # Safety
    ///
    /// As [`to_raw`](RawRef::to_raw) requires.
    pub(crate) unsafe fn i31(&self, context: *mut wasmtime_context_t) -> Option<u32> {
        let mut value = 0;
        // SAFETY: invariant "Context", or "Shared" with the lock: this function requires a
        // context of the one or the other. The reference is valid.
        let is_i31 = unsafe { wasmtime_anyref_i31_get_u(context, self.as_anyref()?, &mut value) };
        is_i31.then_some(value)
    }

    /// Returns the exact type of a reference of the kind `Any`.
    pub(crate) fn any_type(&self, store: &StoreOpaque) -> HeapType {
        let anyref = self.as_anyref().expect("the reference is of kind `Any`");
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Shared", with the lock. The reference is valid and not null, so
        // `out` is initialized; what it owns passes to the `HeapType`.
        unsafe {
            wasmtime_anyref_type(store.lock_collected().context(), anyref, out.as_mut_ptr());
            HeapType::from_c(store.engine(), out.as_ptr())
        }
    }

    /// Creates an exception.
    ///
    /// # Panics
    ///
    /// Panics if the tag belongs to another store.
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
        // SAFETY: invariants "Context" and "Ownership", as `to_c` asserts the tag's store.
        // The values belong to this store, as this function requires. `out` is set to an owned
        // reference unless there is an error.
        let exnref = unsafe {
            check_trap(wasmtime_exnref_new(
                store.begin_change(),
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

    /// Makes an exception the store's pending one. Returns the trap that a host function
    /// must then return, owned by the caller.
    pub(crate) fn set_pending_exn(&self, store: &mut StoreOpaque) -> *mut wasm_trap_t {
        // SAFETY: invariant "Context"; the reference is valid and borrowed.
        unsafe { wasmtime_context_set_exception(store.begin_change(), self.as_exnref()) }
    }

    /// Takes the store's pending exception, if there is one.
    ///
    /// libwasmtime leaves a root behind when an exception is taken. That root lives as
    /// long as the host function in which this happens, or as the store where there is
    /// none. So the exception is taken in a host function that does nothing else.
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
        let mut address = ValRaw::funcref((&raw mut exception).cast());
        let func = taker.to_c(store);
        // SAFETY: invariants "Context" and "Ownership". The function takes one value, which
        // is the address that `take_exn` writes to, and returns none.
        unsafe {
            StoreOpaque::call_host_func(store, &func, &mut address)
                .expect("a host function that returns no trap doesn't fail");
        }
        exception
    }

    /// Creates the host function in which exceptions are taken, which stays in the store.
    #[cold]
    fn new_taker(store: &mut StoreOpaque) -> Func {
        // The argument is an address, for which an `i64` is wide enough.
        let ty = FuncType::new(store.engine(), [ValType::I64], []).to_c();
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the callback uses no environment. `out` is initialized,
        // with a function of the store.
        let taker = unsafe {
            wasmtime_func_new_unchecked(
                store.begin_change(),
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

    /// Takes the pending exception as [`RawRef::take_pending_exn`] does, in a host function
    /// that is about to return.
    ///
    /// # Safety
    ///
    /// `context` must be that of the host function's store, to which the caller has
    /// exclusive access.
    pub(crate) unsafe fn take_pending_exn_at_return(
        context: *mut wasmtime_context_t,
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the context is of a live store, and used exclusively, as this function
        // requires. `out` is set to an owned reference if there is an exception.
        unsafe {
            wasmtime_context_take_exception(context, out.as_mut_ptr()).then(|| RawRef {
                kind: GcKind::Exn,
                of: wasmtime_valunion_t {
                    exnref: out.assume_init(),
                },
            })
        }
    }

    /// Runs the collector.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime was built without `gc`, or if the C API does.
    pub(crate) fn collect(store: &mut StoreOpaque) -> Result<()> {
        RawRef::supported()?;
        // SAFETY: invariant "Context". The finalizers of the host's values, which this may
        // call, don't use the store's state.
        unsafe { check(wasmtime_context_gc(store.begin_change())) }
    }

    /// Reports whether the store has a pending exception.
    pub(crate) fn has_pending_exn(store: &StoreOpaque) -> bool {
        let context = store.shared_context().cast_mut();
        // SAFETY: invariant "Shared", which names this function.
        RawRef::supported().is_ok() && unsafe { wasmtime_context_has_exception(context) }
    }

    /// Returns the type of an exception.
    pub(crate) fn exn_type(&self, store: &StoreOpaque) -> ExnType {
        // SAFETY: invariant "Shared", with the lock. The reference is valid and not null, so
        // there is a type, which is owned.
        unsafe {
            let ty = wasmtime_exnref_type(store.lock_collected().context(), self.as_exnref());
            ExnType::from_owned(store.engine(), Owned::from_c(ty))
        }
    }

    /// Returns the tag of an exception.
    pub(crate) fn exn_tag(&self, store: &mut StoreOpaque) -> Result<Tag> {
        let mut out = MaybeUninit::zeroed();
        // SAFETY: invariant "Context"; the reference is valid. `out` is a struct of numbers,
        // of which zeros are a value, and is set to a tag of the store unless there is an
        // error.
        unsafe {
            check(wasmtime_exnref_tag(
                store.begin_change(),
                self.as_exnref(),
                out.as_mut_ptr(),
            ))?;
            Ok(Tag::from_c(out.assume_init(), store))
        }
    }

    /// Returns how many values an exception carries.
    pub(crate) fn exn_field_count(&self, store: &mut StoreOpaque) -> usize {
        // SAFETY: invariant "Context"; the reference is valid and borrowed.
        unsafe { wasmtime_exnref_field_count(store.begin_change(), self.as_exnref()) }
    }

    /// Returns a value that an exception carries.
    pub(crate) fn exn_field(&self, store: &mut StoreOpaque, index: usize) -> Result<Val> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the reference is valid. `out` is set to an owned value
        // of the store unless there is an error.
        unsafe {
            check(wasmtime_exnref_field(
                store.begin_change(),
                self.as_exnref(),
                index,
                out.as_mut_ptr(),
            ))?;
            Ok(Val::from_c(store, out.assume_init_ref()))
        }
    }

    fn as_exnref(&self) -> &wasmtime_exnref_t {
        assert!(self.is(GcKind::Exn));
        // SAFETY: `RawRef` promises that the field of its kind is initialized.
        unsafe { &self.of.exnref }
    }

    fn as_anyref(&self) -> Option<&wasmtime_anyref_t> {
        match self.kind {
            // SAFETY: `RawRef` promises that the field of its kind is initialized.
            GcKind::Any => Some(unsafe { &self.of.anyref }),
            GcKind::Extern | GcKind::Exn => None,
        }
    }
}

/// Takes the pending exception of the store in which it is called. Writes it to the
/// `Option<RawRef>` whose address is the argument.
unsafe extern "C" fn take_exn(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    raw: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: invariant "Callback". Only `RawRef::take_pending_exn` calls this function, with the
    // address of its own variable, which libwasmtime passes on unchanged. That call has exclusive
    // access to the store, whose context the caller's is.
    unsafe {
        let exception = (*raw).funcref.cast::<Option<RawRef>>();
        *exception = RawRef::take_pending_exn_at_return(wasmtime_caller_context(caller));
    }
    ptr::null_mut()
}

/// Reports whether a reference is null.
///
/// # Safety
///
/// The field of that kind must be valid for reads.
#[inline]
unsafe fn is_null(kind: GcKind, of: *const wasmtime_valunion_t) -> bool {
    // SAFETY: the field of that kind is valid for reads, as this function requires.
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
        // SAFETY: invariant "Owned object": the reference is valid. `out` is initialized,
        // with an owned reference of the same kind.
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
        // SAFETY: invariant "Owned object": the reference is owned, of its kind, and not used
        // again.
        unsafe {
            match self.kind {
                GcKind::Extern => wasmtime_externref_unroot(&mut self.of.externref),
                GcKind::Any => wasmtime_anyref_unroot(&mut self.of.anyref),
                GcKind::Exn => wasmtime_exnref_unroot(&mut self.of.exnref),
            }
        }
    }
}
