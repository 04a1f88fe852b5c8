//! Types of garbage-collected objects.

use super::{FieldType, FuncType, Mutability, StorageType, TagType, ValType, subtype};
use crate::Engine;
use crate::error::{Result, ensure};
use crate::owned::Owned;
use crate::sys::*;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

macro_rules! concrete_types {
    ($($(#[$doc:meta])* $name:ident: $c:ident, $text:literal, $field:literal;)*) => {$(
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
            /// Writes the type in the text format. A type that it refers to is written without
            /// its own fields, as it may refer to this one.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!("(", $text))?;
                for field in self.all_fields() {
                    write!(f, concat!(" ", $field), field)?;
                }
                f.write_str(")")
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
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
    /// The type of an array: the type of its elements.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ArrayType, Engine, FieldType, Mutability, StorageType};
    ///
    /// let engine = Engine::default();
    /// let bytes = FieldType::new(Mutability::Var, StorageType::I8);
    /// let bytes = ArrayType::new(&engine, bytes);
    /// assert_eq!(bytes.to_string(), "(array (mut i8))");
    /// assert!(bytes.element_type().is_i8());
    /// ```
    ArrayType: wasmtime_array_type_t, "array", "{}";
    /// The type of a struct: the types of its fields.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{
    ///     Engine, FieldType, HeapType, Mutability, RefType, StorageType, StructType, ValType,
    /// };
    ///
    /// let engine = Engine::default();
    /// let leaf = FieldType::new(Mutability::Const, StorageType::from(ValType::I32));
    /// let leaf = StructType::new(&engine, [leaf])?;
    /// // A reference to a leaf, or null.
    /// let child = RefType::new(true, HeapType::ConcreteStruct(leaf.clone()));
    /// let child = FieldType::new(Mutability::Var, StorageType::from(child));
    /// let pair = StructType::new(&engine, [child.clone(), child])?;
    /// assert_eq!(pair.fields().len(), 2);
    /// assert!(!pair.matches(&leaf));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    StructType: wasmtime_struct_type_t, "struct", "(field {})";
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
    ExnType: wasmtime_exn_type_t, "exn", "(field {})";
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

/// The most fields that a struct has, which `wasmtime_struct_type_new` aborts the process for.
// Version 48: look at `from_wasm_struct_type` in `wasmtime`.
const MAX_FIELDS: usize = 10_000;

impl StructType {
    /// Creates the type of structs with these fields. It is final and has no supertype, as
    /// `(type (struct ...))` in the text format, which is the same type.
    ///
    /// Calls `wasmtime_struct_type_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there are more than 10,000 fields; or
    /// - one of them is a type of continuations, which the C API doesn't describe.
    ///
    /// # Panics
    ///
    /// Panics if one of the fields belongs to another engine than `engine`.
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = FieldType>) -> Result<StructType> {
        let fields: Vec<_> = fields.into_iter().collect();
        let len = fields.len();
        ensure!(
            len <= MAX_FIELDS,
            "a struct has {MAX_FIELDS} fields at most, found {len}"
        );
        for field in &fields {
            assert_same_engine(field, engine);
        }
        let fields = fields
            .iter()
            .map(FieldType::to_c)
            .collect::<Result<Vec<_>>>()?;
        let (fields, _owned): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        // SAFETY: the fields are types of `engine`, as was asserted, and valid as long as
        // `_owned`. There are no more than the function accepts. The result is owned.
        unsafe {
            let ty = wasmtime_struct_type_new(engine.as_ptr(), fields.as_ptr(), len);
            Ok(StructType::from_owned(engine, Owned::from_c(ty)))
        }
    }

    /// Returns the type of the field at `index`; `None` if there is no such field.
    ///
    /// Calls `wasmtime_struct_type_field`.
    pub fn field(&self, index: usize) -> Option<FieldType> {
        // SAFETY: invariant "Owned object": this type is valid, and the field's is owned.
        unsafe {
            FieldType::out(self.engine(), |out| {
                wasmtime_struct_type_field(self.as_ptr(), index, out)
            })
        }
    }

    /// Returns the types of the fields.
    ///
    /// Calls `wasmtime_struct_type_num_fields` and `wasmtime_struct_type_field`.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldType> + '_ {
        // SAFETY: invariant "Owned object": this type is valid.
        let len = unsafe { wasmtime_struct_type_num_fields(self.as_ptr()) };
        (0..len).map(|index| self.field(index).expect("the struct has this field"))
    }

    fn all_fields(&self) -> impl Iterator<Item = FieldType> {
        self.fields()
    }
}

impl ArrayType {
    /// Creates the type of arrays with such elements. It is final and has no supertype, as
    /// `(type (array ...))` in the text format, which is the same type.
    ///
    /// Calls `wasmtime_array_type_new`.
    ///
    /// # Panics
    ///
    /// Panics if `field_type` belongs to another engine than `engine`, or is a type of
    /// continuations, which the C API doesn't describe.
    pub fn new(engine: &Engine, field_type: FieldType) -> ArrayType {
        assert_same_engine(&field_type, engine);
        let (field, _owned) = field_type
            .to_c()
            .unwrap_or_else(|error| panic!("cannot create a type of arrays: {error}"));
        // SAFETY: the field is a type of `engine`, as was asserted, and valid as long as
        // `_owned`. The result is owned.
        unsafe {
            let ty = wasmtime_array_type_new(engine.as_ptr(), &field);
            ArrayType::from_owned(engine, Owned::from_c(ty))
        }
    }

    /// Returns the type of the elements, and whether they can change.
    ///
    /// Calls `wasmtime_array_type_element`.
    pub fn field_type(&self) -> FieldType {
        // SAFETY: invariant "Owned object": this type is valid, and the field's is owned.
        let field = unsafe {
            FieldType::out(self.engine(), |out| {
                wasmtime_array_type_element(self.as_ptr(), out);
                true
            })
        };
        field.expect("every array has a type of elements")
    }

    /// Returns whether the elements can change.
    pub fn mutability(&self) -> Mutability {
        self.field_type().mutability()
    }

    /// Returns how the elements are stored.
    pub fn element_type(&self) -> StorageType {
        self.field_type().element_type().clone()
    }

    fn all_fields(&self) -> impl Iterator<Item = FieldType> {
        [self.field_type()].into_iter()
    }
}

fn assert_same_engine(field: &FieldType, engine: &Engine) {
    assert!(
        field.comes_from_same_engine(engine),
        "the type of a field belongs to another engine than the type that is created"
    );
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
        // SAFETY: invariant "Owned object": `ty` is alive and belongs to `engine`, and the
        // parameters are borrowed from it. `out` is set to an owned type unless there is an
        // error.
        unsafe {
            let params = wasm_functype_params(ty.as_ptr());
            let raw = Owned::out(|out| wasmtime_exn_type_new(engine.as_ptr(), params, out))?;
            Ok(ExnType::from_owned(engine, raw))
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

    /// Returns the type of the value at `index`; `None` if there is no such value.
    ///
    /// Values of exceptions don't change, so each is a [`Mutability::Const`].
    pub fn field(&self, index: usize) -> Option<FieldType> {
        self.fields().nth(index)
    }

    /// Returns the types of the values.
    ///
    /// Calls `wasmtime_exn_type_tag_type`.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldType> + '_ {
        let fields: Vec<_> = self
            .tag_type()
            .ty()
            .params()
            .map(|ty| FieldType::new(Mutability::Const, ty.into()))
            .collect();
        fields.into_iter()
    }

    fn all_fields(&self) -> impl Iterator<Item = FieldType> {
        self.fields()
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
