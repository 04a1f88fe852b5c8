//! Types of globals.

use super::ValType;
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};

/// Whether a global's value can change.
#[derive(Debug, Clone, Copy, Hash, Eq, PartialEq)]
pub enum Mutability {
    /// The value is set once, when the global is made.
    Const,
    /// The value can be set at any time.
    Var,
}

impl Mutability {
    /// Whether this is [`Mutability::Const`].
    #[inline]
    pub fn is_const(&self) -> bool {
        *self == Self::Const
    }

    /// Whether this is [`Mutability::Var`].
    #[inline]
    pub fn is_var(&self) -> bool {
        *self == Self::Var
    }
}

/// The type of a global: that of its value, and whether it can change.
///
/// ```no_run
/// use libwasmtime::{GlobalType, Mutability, ValType};
///
/// let counter = GlobalType::new(ValType::I64, Mutability::Var);
/// assert!(counter.content().is_i64());
/// ```
#[derive(Debug, Clone, Hash)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// The type of a global that holds a `content`.
    pub fn new(content: ValType, mutability: Mutability) -> GlobalType {
        GlobalType {
            content,
            mutability,
        }
    }

    /// The type of the global's value.
    pub fn content(&self) -> &ValType {
        &self.content
    }

    /// Whether the global's value can change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// Whether nothing in this type belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.content.comes_from_same_engine(engine)
    }

    /// # Safety
    ///
    /// `ty` must be valid, and made by `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_globaltype_t) -> GlobalType {
        // SAFETY: the caller vouches for `ty`, which the content lives in.
        let (content, mutability) = unsafe {
            (
                ValType::from_c(engine, wasm_globaltype_content(ty)),
                wasm_globaltype_mutability(ty),
            )
        };
        let mutability = if mutability == WASM_VAR {
            Mutability::Var
        } else {
            Mutability::Const
        };
        GlobalType::new(content, mutability)
    }

    /// # Errors
    ///
    /// If the content is of a type of continuations, which the C API doesn't
    /// describe.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_globaltype_t>> {
        let mutability = match self.mutability {
            Mutability::Const => WASM_CONST,
            Mutability::Var => WASM_VAR,
        };
        let content = self.content.to_c()?.into_raw();
        // SAFETY: the function takes `content`, and returns a type the caller owns.
        Ok(unsafe { Owned::from_c(wasm_globaltype_new(content, mutability)) })
    }
}
