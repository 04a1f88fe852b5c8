//! Types of the fields of structs and of the elements of arrays.

use super::{Mutability, RefType, ValType};
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};
use std::mem::MaybeUninit;
use std::{fmt, ptr};

/// How a field of a struct or an element of an array is stored: as a value, or packed into
/// fewer bits than a value has.
///
/// ```
/// use libwasmtime::{StorageType, ValType};
///
/// // A packed integer is read and written as an `i32`.
/// assert!(StorageType::I8.unpack().is_i32());
/// assert!(StorageType::from(ValType::F64).unpack().is_f64());
/// assert_eq!(StorageType::I16.to_string(), "i16");
/// ```
#[derive(Clone, Hash)]
pub enum StorageType {
    /// The lower 8 bits of an `i32`.
    I8,
    /// The lower 16 bits of an `i32`.
    I16,
    /// A value.
    ValType(ValType),
}

impl fmt::Debug for StorageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StorageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StorageType::I8 => f.write_str("i8"),
            StorageType::I16 => f.write_str("i16"),
            StorageType::ValType(ty) => fmt::Display::fmt(ty, f),
        }
    }
}

impl From<ValType> for StorageType {
    #[inline]
    fn from(ty: ValType) -> StorageType {
        StorageType::ValType(ty)
    }
}

impl From<RefType> for StorageType {
    #[inline]
    fn from(ty: RefType) -> StorageType {
        StorageType::ValType(ty.into())
    }
}

impl StorageType {
    /// Reports whether this is [`StorageType::I8`].
    #[inline]
    pub fn is_i8(&self) -> bool {
        matches!(self, StorageType::I8)
    }

    /// Reports whether this is [`StorageType::I16`].
    #[inline]
    pub fn is_i16(&self) -> bool {
        matches!(self, StorageType::I16)
    }

    /// Reports whether this is a [`StorageType::ValType`].
    #[inline]
    pub fn is_val_type(&self) -> bool {
        matches!(self, StorageType::ValType(_))
    }

    /// Returns the type in a [`StorageType::ValType`]; `None` if this is a packed type.
    #[inline]
    pub fn as_val_type(&self) -> Option<&ValType> {
        match self {
            StorageType::ValType(ty) => Some(ty),
            StorageType::I8 | StorageType::I16 => None,
        }
    }

    /// Returns the type in a [`StorageType::ValType`].
    ///
    /// # Panics
    ///
    /// Panics if this is a packed type.
    pub fn unwrap_val_type(&self) -> &ValType {
        match self.as_val_type() {
            Some(ty) => ty,
            None => panic!("expected the type of a value, found the packed type {self}"),
        }
    }

    /// Returns the type of the value that is read and written: `i32` for a packed type.
    #[inline]
    pub fn unpack(&self) -> &ValType {
        self.as_val_type().unwrap_or(&ValType::I32)
    }

    /// Reports whether this is a subtype of `other`. A packed type is a subtype of itself only.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn matches(&self, other: &StorageType) -> bool {
        self.compare(other, ValType::matches)
    }

    /// Reports whether `a` and `b` are the same type.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn eq(a: &StorageType, b: &StorageType) -> bool {
        a.compare(b, ValType::eq)
    }

    fn compare(&self, other: &StorageType, values: fn(&ValType, &ValType) -> bool) -> bool {
        match (self, other) {
            (StorageType::I8, StorageType::I8) | (StorageType::I16, StorageType::I16) => true,
            (StorageType::ValType(a), StorageType::ValType(b)) => values(a, b),
            (StorageType::I8 | StorageType::I16 | StorageType::ValType(_), _) => false,
        }
    }

    fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_val_type()
            .is_none_or(|ty| ty.comes_from_same_engine(engine))
    }
}

/// The type of a field of a struct, or of the elements of an array: how it is stored, and
/// whether it can change.
///
/// ```
/// use libwasmtime::{FieldType, Mutability, StorageType};
///
/// let byte = FieldType::new(Mutability::Var, StorageType::I8);
/// assert_eq!(byte.to_string(), "(mut i8)");
/// ```
#[derive(Clone, Hash)]
pub struct FieldType {
    mutability: Mutability,
    element_type: StorageType,
}

impl fmt::Debug for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mutability {
            Mutability::Const => fmt::Display::fmt(&self.element_type, f),
            Mutability::Var => write!(f, "(mut {})", self.element_type),
        }
    }
}

impl FieldType {
    /// Creates the type of a field that is stored as `element_type`.
    #[inline]
    pub fn new(mutability: Mutability, element_type: StorageType) -> FieldType {
        FieldType {
            mutability,
            element_type,
        }
    }

    /// Returns whether the field can change.
    #[inline]
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// Returns how the field is stored.
    #[inline]
    pub fn element_type(&self) -> &StorageType {
        &self.element_type
    }

    /// Reports whether this is a subtype of `other`: both are immutable, and the one is stored
    /// as a subtype of the other; or both are mutable, and stored as the same type.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn matches(&self, other: &FieldType) -> bool {
        match (self.mutability, other.mutability) {
            (Mutability::Const, Mutability::Const) => {
                self.element_type.matches(&other.element_type)
            }
            (Mutability::Var, Mutability::Var) => {
                StorageType::eq(&self.element_type, &other.element_type)
            }
            (Mutability::Const, Mutability::Var) | (Mutability::Var, Mutability::Const) => false,
        }
    }

    /// Reports whether `a` and `b` are the same type.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn eq(a: &FieldType, b: &FieldType) -> bool {
        a.mutability == b.mutability && StorageType::eq(&a.element_type, &b.element_type)
    }

    pub(super) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.element_type.comes_from_same_engine(engine)
    }

    /// Creates the type that `write` writes; `None` if `write` returns that it has written none.
    ///
    /// # Safety
    ///
    /// What `write` writes must be an owned type of `engine`.
    pub(super) unsafe fn out(
        engine: &Engine,
        write: impl FnOnce(*mut wasmtime_field_type_t) -> bool,
    ) -> Option<FieldType> {
        let mut out = MaybeUninit::uninit();
        if !write(out.as_mut_ptr()) {
            return None;
        }
        // SAFETY: the type was written, as this function requires, and is deleted once.
        unsafe {
            let field: &mut wasmtime_field_type_t = out.assume_init_mut();
            let element_type = match field.storage.kind {
                WASMTIME_STORAGE_TYPE_KIND_I8 => StorageType::I8,
                WASMTIME_STORAGE_TYPE_KIND_I16 => StorageType::I16,
                WASMTIME_STORAGE_TYPE_KIND_VALTYPE => {
                    ValType::from_c(engine, field.storage.valtype).into()
                }
                kind => unreachable!("libwasmtime 48 has no storage type of kind {kind}"),
            };
            let mutability = match field.mutable_ {
                true => Mutability::Var,
                false => Mutability::Const,
            };
            wasmtime_field_type_delete(field);
            Some(FieldType::new(mutability, element_type))
        }
    }

    /// Creates a C type, which is valid while the second part of the result is.
    ///
    /// # Errors
    ///
    /// Returns an error if it is a type of continuations, which the C API doesn't describe.
    pub(super) fn to_c(&self) -> Result<(wasmtime_field_type_t, Option<Owned<wasm_valtype_t>>)> {
        let (kind, owned) = match &self.element_type {
            StorageType::I8 => (WASMTIME_STORAGE_TYPE_KIND_I8, None),
            StorageType::I16 => (WASMTIME_STORAGE_TYPE_KIND_I16, None),
            StorageType::ValType(ty) => (WASMTIME_STORAGE_TYPE_KIND_VALTYPE, Some(ty.to_c()?)),
        };
        let valtype = owned.as_ref().map_or(ptr::null_mut(), Owned::as_ptr);
        let field = wasmtime_field_type_t {
            mutable_: self.mutability.is_var(),
            storage: wasmtime_storage_type_t { kind, valtype },
        };
        Ok((field, owned))
    }
}
