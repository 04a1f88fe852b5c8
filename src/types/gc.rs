//! Types of garbage-collected objects that a module defines.
//!
//! They can be named, compared and passed back; what is in structs and arrays
//! can't be looked at yet.

use super::{FuncType, TagType, ValType, subtype};
use crate::Engine;
use crate::error::{Result, check, ensure};
use crate::owned::Owned;
use crate::sys::*;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ptr;
use std::sync::Arc;

macro_rules! concrete_types {
    ($($(#[$doc:meta])* $name:ident: $c:ident, $text:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// It belongs to an engine. Cloning it is cheap.
        #[derive(Clone)]
        pub struct $name {
            definition: Arc<(Engine, Owned<$c>)>,
        }

        impl $name {
            /// The engine that this type belongs to.
            pub fn engine(&self) -> &Engine {
                &self.definition.0
            }

            /// Whether this is the same type as `other`.
            fn is_same(&self, other: &$name) -> bool {
                assert!(
                    self.comes_from_same_engine(other.engine()),
                    concat!("types of ", $text, "s of different engines can't be compared")
                );
                Arc::ptr_eq(&self.definition, &other.definition)
                    || subtype::same(self.clone().into(), other.clone().into())
            }

            /// Whether this belongs to `engine`.
            pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
                Engine::same(self.engine(), engine)
            }

            /// # Safety
            ///
            /// `ty` must be made by `engine`.
            pub(crate) unsafe fn from_owned(engine: &Engine, ty: Owned<$c>) -> $name {
                $name {
                    definition: Arc::new((engine.clone(), ty)),
                }
            }

            pub(crate) fn as_ptr(&self) -> *mut $c {
                self.definition.1.as_ptr()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!("(", $text, " ...)"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl Hash for $name {
            /// Types that are the same may have different addresses, and
            /// nothing else is known of them: all hash the same.
            fn hash<H: Hasher>(&self, _: &mut H) {}
        }
    )*};
}

concrete_types! {
    /// The type of an array that a module defines.
    ArrayType: wasmtime_array_type_t, "array";
    /// The type of a struct that a module defines.
    StructType: wasmtime_struct_type_t, "struct";
    /// The type of an exception: that of the tag it is thrown with.
    ExnType: wasmtime_exn_type_t, "exn";
}

macro_rules! subtypes {
    ($($name:ident)*) => {$(
        impl $name {
            /// Whether this is the same type as `other`, or one that a module
            /// declares to be a subtype of it.
            ///
            /// # Panics
            ///
            /// If the types belong to different engines.
            pub fn matches(&self, other: &$name) -> bool {
                self.is_same(other)
                    || subtype::is_subtype(self.engine(), self.clone().into(), other.clone().into())
            }

            /// Whether `a` and `b` are the same type.
            ///
            /// Calls `wasmtime_wasm_valtype_equal`.
            ///
            /// # Panics
            ///
            /// If the types belong to different engines.
            #[expect(
                clippy::should_implement_trait,
                reason = "it is the `wasmtime` crate's name"
            )]
            pub fn eq(a: &$name, b: &$name) -> bool {
                a.is_same(b)
            }
        }
    )*};
}

subtypes! {
    ArrayType
    StructType
}

impl ExnType {
    /// The type of exceptions that carry values of these types.
    ///
    /// Calls `wasmtime_exn_type_new`.
    ///
    /// # Errors
    ///
    /// If the engine has no garbage collector, or a value is of a type of
    /// continuations, which the C API doesn't describe.
    ///
    /// # Panics
    ///
    /// If a type belongs to another engine.
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = ValType>) -> Result<ExnType> {
        ExnType::from_tag_type(&TagType::new(FuncType::try_new(engine, fields, [])?))
    }

    /// The type of exceptions with a tag of type `tag`.
    ///
    /// Calls `wasmtime_exn_type_new`.
    ///
    /// # Errors
    ///
    /// If the tag's type has results, or its engine has no garbage collector.
    pub fn from_tag_type(tag: &TagType) -> Result<ExnType> {
        let ty = tag.ty();
        ensure!(
            ty.results().len() == 0,
            "exceptions carry parameters alone, and the type of the tag has results"
        );
        let engine = ty.engine();
        let ty = ty.to_c();
        let mut out = ptr::null_mut();
        // SAFETY: the parameters live in the function type, and are of the
        // engine. `out` is set to an owned type unless there is an error.
        unsafe {
            check(wasmtime_exn_type_new(
                engine.as_ptr(),
                wasm_functype_params(ty.as_ptr()),
                &mut out,
            ))?;
            Ok(ExnType::from_owned(engine, Owned::from_c(out)))
        }
    }

    /// The type of the tags of such exceptions.
    ///
    /// Calls `wasmtime_exn_type_tag_type`.
    pub fn tag_type(&self) -> TagType {
        // SAFETY: the type is valid, and its tag's type is of the same engine;
        // that one is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_exn_type_tag_type(self.as_ptr()));
            TagType::from_c(self.engine(), ty.as_ptr())
        }
    }

    /// Whether this is the same type as `other`: those of exceptions have no
    /// subtypes.
    ///
    /// Calls `wasmtime_wasm_valtype_equal`.
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    pub fn matches(&self, other: &ExnType) -> bool {
        self.is_same(other)
    }
}
