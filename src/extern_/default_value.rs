//! Default values of types, and items that hold nothing else.

use crate::error::{Context, format_err};
use crate::{
    AsContextMut, Extern, ExternType, Func, FuncType, Global, GlobalType, Memory, MemoryType,
    Result, Table, TableType, Tag, TagType, Val, ValType,
};

impl ValType {
    /// Returns zero or null; `None` for a reference type that excludes null.
    ///
    /// ```
    /// use libwasmtime::{HeapType, RefType, ValType};
    ///
    /// let zero = ValType::F64.default_value().expect("a number has a default");
    /// assert_eq!(zero.unwrap_f64(), 0.0);
    /// let null = ValType::FUNCREF.default_value().expect("null is a `funcref`");
    /// assert!(null.unwrap_funcref().is_none());
    ///
    /// let non_null = ValType::Ref(RefType::new(false, HeapType::Func));
    /// assert!(non_null.default_value().is_none());
    /// ```
    pub fn default_value(&self) -> Option<Val> {
        Val::default_for_ty(self)
    }

    /// Returns the default value, or an error with the context `lack`, a text that the
    /// `wasmtime` crate has as well.
    fn default_value_or(&self, lack: &'static str) -> Result<Val> {
        self.default_value()
            .ok_or_else(|| format_err!("`{self}` excludes null").context(lack))
    }
}

impl ExternType {
    /// Creates an item of this type that holds the default value of its type.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the item needs a value of a type that has no default; or
    /// - the item cannot be created: see the `default_value` of [`FuncType`],
    ///   [`GlobalType`], [`TableType`], [`MemoryType`] and [`TagType`].
    ///
    /// # Panics
    ///
    /// Panics if this is a function type that belongs to another engine than `store`.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Extern> {
        Ok(match self {
            ExternType::Func(ty) => ty.default_value(store)?.into(),
            ExternType::Global(ty) => ty.default_value(store)?.into(),
            ExternType::Table(ty) => ty.default_value(store)?.into(),
            ExternType::Memory(ty) => ty.default_value(store)?,
            ExternType::Tag(ty) => ty.default_value(store)?.into(),
        })
    }
}

impl FuncType {
    /// Creates a function of this type that returns zeros and nulls.
    ///
    /// # Errors
    ///
    /// Returns an error if the type of a result has no default value.
    ///
    /// # Panics
    ///
    /// Panics if the type belongs to another engine than `store`.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Func> {
        let defaults = self
            .results()
            .map(|ty| ty.default_value_or("function results do not have a default value"))
            .collect::<Result<Vec<_>>>()?;
        Ok(Func::new(store, self.clone(), move |_, _, results| {
            results.copy_from_slice(&defaults);
            Ok(())
        }))
    }
}

impl GlobalType {
    /// Creates a global of this type that is zero or null.
    ///
    /// # Errors
    ///
    /// Returns an error if the type of the value
    ///
    /// - has no default value; or
    /// - belongs to another engine than `store`.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Global> {
        let zero = self
            .content()
            .default_value_or("global type has no default value")?;
        Global::new(store, self.clone(), zero)
    }
}

impl TableType {
    /// Creates a table of this type whose elements are null.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements exclude null, or if the table cannot be
    /// created: see [`Table::new`].
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Table> {
        let null = ValType::Ref(self.element().clone())
            .default_value_or("table element type does not have a default value")?;
        let null = null.ref_().context("a table's element isn't a reference")?;
        Table::new(store, self.clone(), null)
    }
}

impl MemoryType {
    /// Creates a memory of this type: a [`Memory`], or a `SharedMemory` if the type is
    /// shared.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the memory cannot be created: see [`Memory::new`] and
    ///   [`SharedMemory::new`](crate::SharedMemory); or
    /// - the type is shared and this crate's feature `threads` is off.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Extern> {
        if self.is_shared() {
            self.default_shared(store)
        } else {
            Ok(Memory::new(store, self.clone())?.into())
        }
    }

    #[cfg(feature = "threads")]
    fn default_shared(&self, store: impl AsContextMut) -> Result<Extern> {
        let engine = store.as_context().engine().clone();
        Ok(crate::SharedMemory::new(&engine, self.clone())?.into())
    }

    #[cfg(not(feature = "threads"))]
    fn default_shared(&self, _: impl AsContextMut) -> Result<Extern> {
        crate::bail!("a shared memory requires the Cargo feature `threads` of `libwasmtime`")
    }
}

impl TagType {
    /// Creates a tag of this type.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Tag::new`] does.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Tag> {
        Tag::new(store, self)
    }
}
