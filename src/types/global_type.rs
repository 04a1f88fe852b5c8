//! Types of globals.

use super::ValType;
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};

/// Whether the value of a global can change.
#[derive(Debug, Clone, Copy, Hash, Eq, PartialEq)]
pub enum Mutability {
    /// The value is set once, when the global is created.
    Const,
    /// The value can be set at any time.
    Var,
}

impl Mutability {
    /// Reports whether this is [`Mutability::Const`].
    #[inline]
    pub fn is_const(&self) -> bool {
        *self == Self::Const
    }

    /// Reports whether this is [`Mutability::Var`].
    #[inline]
    pub fn is_var(&self) -> bool {
        *self == Self::Var
    }
}

/// The type of a global: the type of its value, and whether the value can change.
///
/// ```
/// use libwasmtime::{GlobalType, Mutability, ValType};
///
/// let counter = GlobalType::new(ValType::I64, Mutability::Var);
/// assert!(counter.content().is_i64());
/// assert!(counter.mutability().is_var());
/// ```
#[derive(Debug, Clone, Hash)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// Creates the type of a global whose value is a `content`.
    pub fn new(content: ValType, mutability: Mutability) -> GlobalType {
        GlobalType {
            content,
            mutability,
        }
    }

    /// Returns the type of the global's value.
    pub fn content(&self) -> &ValType {
        &self.content
    }

    /// Returns whether the global's value can change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// Reports whether no type in this one belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.content.comes_from_same_engine(engine)
    }

    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and a type of `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_globaltype_t) -> GlobalType {
        // SAFETY: `ty` is valid and of `engine`, as this function requires; the content is
        // borrowed from it.
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

    /// Creates a C type.
    ///
    /// # Errors
    ///
    /// Returns an error if the content is a type of continuations, which the C API
    /// doesn't describe.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_globaltype_t>> {
        let mutability = match self.mutability {
            Mutability::Const => WASM_CONST,
            Mutability::Var => WASM_VAR,
        };
        let content = self.content.to_c()?.into_raw();
        // SAFETY: the function takes `content` over, which is given up here, and returns an
        // owned type.
        Ok(unsafe { Owned::from_c(wasm_globaltype_new(content, mutability)) })
    }
}
