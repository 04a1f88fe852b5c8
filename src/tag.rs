//! Tags of exceptions.

use crate::entity::entity;
use crate::error::check;
use crate::owned::Owned;
use crate::store::wrong_engine;
use crate::sys::{wasmtime_tag_eq, wasmtime_tag_new, wasmtime_tag_t, wasmtime_tag_type};
use crate::{AsContext, AsContextMut, Result, TagType};
use std::mem::MaybeUninit;

/// A tag in a store: what kind of exception is thrown, and with which payload.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Tag(wasmtime_tag_t);

entity!(Tag(wasmtime_tag_t): id.store_id, id.__private1, __private2);

impl Tag {
    /// Makes a tag.
    ///
    /// Calls `wasmtime_tag_new`.
    ///
    /// # Errors
    ///
    /// If the type returns anything, or is of another engine than the store.
    pub fn new(mut store: impl AsContextMut, ty: &TagType) -> Result<Tag> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine());
        }
        crate::ensure!(
            ty.ty().results().len() == 0,
            "the type of a tag can't have results; this one has {}",
            ty.ty().results().len()
        );
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised unless there is an
        // error.
        unsafe {
            check(wasmtime_tag_new(
                store.raw(),
                ty.to_c().as_ptr(),
                out.as_mut_ptr(),
            ))?;
            Ok(Tag::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The tag's type.
    ///
    /// Calls `wasmtime_tag_type`.
    ///
    /// # Panics
    ///
    /// If the tag is of another store.
    pub fn ty(&self, store: impl AsContext) -> TagType {
        let store = store.as_context();
        let tag = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_tag_type(store.shared(), &tag));
            TagType::from_c(store.engine(), ty.as_ptr())
        }
    }

    /// Whether two tags are the same one.
    ///
    /// Calls `wasmtime_tag_eq`.
    ///
    /// # Panics
    ///
    /// If one is of another store.
    pub fn eq(a: &Tag, b: &Tag, store: impl AsContext) -> bool {
        let store = store.as_context();
        let (a, b) = (a.to_c(store.opaque()), b.to_c(store.opaque()));
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { wasmtime_tag_eq(store.shared(), &a, &b) }
    }
}
