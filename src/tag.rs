//! Tags of exceptions.

use crate::entity::entity;
use crate::error::check;
use crate::owned::Owned;
use crate::store::wrong_engine;
use crate::sys::{wasmtime_tag_eq, wasmtime_tag_new, wasmtime_tag_t, wasmtime_tag_type};
use crate::{AsContext, AsContextMut, Result, TagType};
use std::mem::MaybeUninit;

/// A tag, which identifies a kind of exceptions, in a store.
///
/// A tag has a type, whose parameters are the values that an exception of this kind
/// carries. WebAssembly code catches exceptions by their tag.
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. Using it with another store panics.
///
/// # Examples
///
/// Throwing an exception in a host function, which WebAssembly code catches:
///
#[doc = example!(gc, wat)]
/// use libwasmtime::{
///     AsContextMut, Caller, Config, Engine, ExnRef, ExnRefPre, ExnType, Func, FuncType, Instance,
///     Module, Result, Store, Tag, TagType, ValType,
/// };
///
/// let mut config = Config::new();
/// config.wasm_gc(true).wasm_exceptions(true);
/// let engine = Engine::new(&config)?;
/// let mut store = Store::new(&engine, ());
/// let ty = TagType::new(FuncType::new(&engine, [ValType::I32], []));
/// let tag = Tag::new(&mut store, &ty)?;
///
/// let fail = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| -> Result<()> {
///     let ty = ExnType::from_tag_type(&tag.ty(&caller))?;
///     let pre = ExnRefPre::new(&mut caller, ty);
///     let exception = ExnRef::new(&mut caller, &pre, &tag, &[42.into()])?;
///     caller.as_context_mut().throw(exception)
/// });
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "failure" (tag $failure (param i32)))
///         (import "host" "fail" (func $fail))
///         (func (export "run") (result i32)
///             (block $caught (result i32)
///                 (try_table (catch $failure $caught) (call $fail))
///                 (i32.const 0))))
/// "#)?;
/// let instance = Instance::new(&mut store, &module, &[tag.into(), fail.into()])?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Tag(wasmtime_tag_t);

entity!(Tag(wasmtime_tag_t): id.store_id, id.__private1, __private2);

impl Tag {
    /// Creates a tag, which differs from all others.
    ///
    /// Calls `wasmtime_tag_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the function type in `ty` has results;
    /// - `ty` belongs to another engine than the store.
    ///
    /// # Examples
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{FuncType, Store, Tag, TagType, ValType};
    ///
    /// let mut store = Store::<()>::default();
    /// // Its exceptions carry a number.
    /// let ty = TagType::new(FuncType::new(store.engine(), [ValType::I32], []));
    /// let tag = Tag::new(&mut store, &ty)?;
    ///
    /// let other = Tag::new(&mut store, &ty)?;
    /// assert!(!Tag::eq(&tag, &other, &store));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new(mut store: impl AsContextMut, ty: &TagType) -> Result<Tag> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine());
        }
        crate::ensure!(
            ty.ty().results().len() == 0,
            "the type of a tag can't have results, but this one has {}",
            ty.ty().results().len()
        );
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the type belongs to the store's engine. `out` is
        // initialized unless there is an error.
        unsafe {
            check(wasmtime_tag_new(
                store.begin_change(),
                ty.to_c().as_ptr(),
                out.as_mut_ptr(),
            ))?;
            Ok(Tag::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// Returns the tag's type.
    ///
    /// Calls `wasmtime_tag_type`.
    ///
    /// # Panics
    ///
    /// Panics if the tag belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> TagType {
        let store = store.as_context();
        let tag = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle. The
        // type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_tag_type(store.shared_context(), &tag));
            TagType::from_c(store.engine(), ty.as_ptr())
        }
    }

    /// Reports whether two handles are of the same tag.
    ///
    /// Calls `wasmtime_tag_eq`.
    ///
    /// # Panics
    ///
    /// Panics if a tag belongs to another store.
    pub fn eq(a: &Tag, b: &Tag, store: impl AsContext) -> bool {
        let store = store.as_context();
        let (a, b) = (a.to_c(store.opaque()), b.to_c(store.opaque()));
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked both handles.
        unsafe { wasmtime_tag_eq(store.shared_context(), &a, &b) }
    }
}
