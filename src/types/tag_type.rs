//! Types of exception tags.

use super::FuncType;
use crate::Engine;
use crate::owned::Owned;
use crate::sys::*;

/// The type of a tag: a function type whose parameters are the types of the values
/// that an exception with that tag carries, its payload.
///
#[doc = example!(compiler)]
/// use libwasmtime::{Engine, FuncType, TagType, ValType};
///
/// let engine = Engine::default();
/// let payload = FuncType::new(&engine, [ValType::I32, ValType::EXTERNREF], []);
/// let tag = TagType::new(payload);
/// assert_eq!(tag.ty().params().len(), 2);
/// ```
#[derive(Debug, Clone, Hash)]
pub struct TagType {
    ty: FuncType,
}

impl TagType {
    /// Creates the type of a tag whose exceptions carry the parameters of `ty`.
    pub fn new(ty: FuncType) -> TagType {
        TagType { ty }
    }

    /// Returns the function type whose parameters are the exceptions' payload.
    pub fn ty(&self) -> &FuncType {
        &self.ty
    }

    /// Reports whether no type in this one belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.ty.comes_from_same_engine(engine)
    }

    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and a type of `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_tagtype_t) -> TagType {
        // SAFETY: `ty` is valid and of `engine`, as this function requires; the function
        // type is borrowed from it.
        TagType::new(unsafe { FuncType::from_c(engine, wasm_tagtype_functype(ty)) })
    }

    pub(crate) fn to_c(&self) -> Owned<wasm_tagtype_t> {
        let ty = self.ty.to_c().into_raw();
        // SAFETY: the function takes `ty` over, which is given up here, and returns an owned
        // type.
        unsafe { Owned::from_c(wasm_tagtype_new(ty)) }
    }
}
