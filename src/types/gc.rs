//! Types of garbage-collected objects that a module defines.
//!
//! The types can be named, compared and passed back to libwasmtime. The fields of
//! structs and the elements of arrays can't be read yet.

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
        /// It belongs to an engine. Clones share it.
        #[derive(Clone)]
        pub struct $name {
            definition: Arc<(Engine, Owned<$c>)>,
        }

        impl $name {
            /// Returns the engine that this type belongs to.
            pub fn engine(&self) -> &Engine {
                &self.definition.0
            }

            /// Reports whether this is the same type as `other`.
            fn is_same(&self, other: &$name) -> bool {
                assert!(
                    self.comes_from_same_engine(other.engine()),
                    concat!("cannot compare types of ", $text, "s that belong to different engines")
                );
                Arc::ptr_eq(&self.definition, &other.definition)
                    || subtype::same(self.clone().into(), other.clone().into())
            }

            /// Reports whether this type belongs to `engine`.
            pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
                Engine::same(self.engine(), engine)
            }

            /// Takes ownership of one of libwasmtime's types.
            ///
            /// # Safety
            ///
            /// `ty` must be a type of `engine`.
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
            /// Adds nothing to the hash: equal types may have different addresses, and the
            /// C API tells nothing else that could be hashed.
            fn hash<H: Hasher>(&self, _: &mut H) {}
        }
    )*};
}

concrete_types! {
    /// The type of an array that a module defines.
    ArrayType: wasmtime_array_type_t, "array";
    /// The type of a struct that a module defines.
    StructType: wasmtime_struct_type_t, "struct";
    /// The type of an exception: the types of the values that it carries.
    ///
    /// WebAssembly has no such types between `exn` and `noexn`. As in the `wasmtime`
    /// crate, there is one for each list of values, the payload, which the type of
    /// the exception's tag declares.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{Engine, ExnType, ValType};
    ///
    /// let engine = Engine::default();
    /// let ty = ExnType::new(&engine, [ValType::I32, ValType::I64])?;
    /// // A function type without results describes the payload.
    /// let payload = ty.tag_type().ty().to_string();
    /// assert_eq!(payload, "(type (func (param i32 i64)))");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ExnType: wasmtime_exn_type_t, "exn";
}

macro_rules! subtypes {
    ($($name:ident)*) => {$(
        impl $name {
            /// Reports whether this is the same type as `other`, or one that a module
            /// declares to be a subtype of it.
            ///
            /// # Panics
            ///
            /// Panics if the types belong to different engines.
            pub fn matches(&self, other: &$name) -> bool {
                self.is_same(other)
                    || subtype::is_subtype(self.engine(), self.clone().into(), other.clone().into())
            }

            /// Reports whether `a` and `b` are the same type.
            ///
            /// Calls `wasmtime_wasm_valtype_equal`.
            ///
            /// # Panics
            ///
            /// Panics if the types belong to different engines.
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
    /// Creates the type of exceptions that carry values of the types `fields`.
    ///
    /// Calls `wasmtime_exn_type_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the engine has no garbage collector; or
    /// - one of `fields` is a type of continuations, which the C API doesn't
    ///   describe.
    ///
    /// # Panics
    ///
    /// Panics if one of `fields` belongs to another engine than `engine`.
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = ValType>) -> Result<ExnType> {
        ExnType::from_tag_type(&TagType::new(FuncType::try_new(engine, fields, [])?))
    }

    /// Creates the type of exceptions with a tag of type `tag`.
    ///
    /// Calls `wasmtime_exn_type_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if the tag's type has results, or if its engine has no
    /// garbage collector.
    pub fn from_tag_type(tag: &TagType) -> Result<ExnType> {
        let ty = tag.ty();
        ensure!(
            ty.results().len() == 0,
            "the tag's type has results: expected a function type with parameters only, \
             which are what an exception carries"
        );
        let engine = ty.engine();
        let ty = ty.to_c();
        let mut out = ptr::null_mut();
        // SAFETY: invariant "Owned object": `ty` is alive and belongs to `engine`, and the
        // parameters are borrowed from it. `out` is set to an owned type unless there is an
        // error.
        unsafe {
            check(wasmtime_exn_type_new(
                engine.as_ptr(),
                wasm_functype_params(ty.as_ptr()),
                &mut out,
            ))?;
            Ok(ExnType::from_owned(engine, Owned::from_c(out)))
        }
    }

    /// Returns the type of the tags that such exceptions are thrown with.
    ///
    /// Calls `wasmtime_exn_type_tag_type`.
    pub fn tag_type(&self) -> TagType {
        // SAFETY: invariant "Owned object": this type is valid. Its tag's type belongs to the
        // same engine, and is owned and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_exn_type_tag_type(self.as_ptr()));
            TagType::from_c(self.engine(), ty.as_ptr())
        }
    }

    /// Reports whether this is the same type as `other`. Types of exceptions have no
    /// subtypes.
    ///
    /// Calls `wasmtime_wasm_valtype_equal`.
    ///
    /// # Panics
    ///
    /// Panics if the types belong to different engines.
    pub fn matches(&self, other: &ExnType) -> bool {
        self.is_same(other)
    }
}
