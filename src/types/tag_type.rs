//! Types of exception tags.

use super::FuncType;
use crate::Engine;
use crate::owned::Owned;
use crate::sys::*;

/// The type of a tag: a function type whose parameters are what an exception
/// of that tag carries.
#[derive(Debug, Clone, Hash)]
pub struct TagType {
    ty: FuncType,
}

impl TagType {
    /// The type of a tag whose exceptions carry the parameters of `ty`.
    pub fn new(ty: FuncType) -> TagType {
        TagType { ty }
    }

    /// The function type whose parameters are the exceptions' payload.
    pub fn ty(&self) -> &FuncType {
        &self.ty
    }

    /// Whether nothing in this type belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.ty.comes_from_same_engine(engine)
    }

    /// # Safety
    ///
    /// `ty` must be valid, and made by `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_tagtype_t) -> TagType {
        // SAFETY: the caller vouches for `ty`, which the function type lives in.
        TagType::new(unsafe { FuncType::from_c(engine, wasm_tagtype_functype(ty)) })
    }

    pub(crate) fn to_c(&self) -> Owned<wasm_tagtype_t> {
        let ty = self.ty.to_c().into_raw();
        // SAFETY: the function takes `ty`, and returns a type the caller owns.
        unsafe { Owned::from_c(wasm_tagtype_new(ty)) }
    }
}
