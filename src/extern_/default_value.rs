//! Items that have nothing but their type.

use crate::error::{Context, format_err};
use crate::{
    AsContextMut, Extern, ExternType, Func, FuncType, Global, GlobalType, Memory, MemoryType,
    Result, Table, TableType, Tag, TagType, Val, ValType,
};

impl ValType {
    /// Zero or null; `None` for a reference type that has no null.
    pub fn default_value(&self) -> Option<Val> {
        Val::default_for_ty(self)
    }

    /// Returns the default value, or an error that begins with `lack`: the words that
    /// the `wasmtime` crate has for it.
    fn default_value_or(&self, lack: &'static str) -> Result<Val> {
        self.default_value()
            .ok_or_else(|| format_err!("`{self}` has no null").context(lack))
    }
}

impl ExternType {
    /// Makes an item of this type, with what is the default of its kind.
    ///
    /// # Errors
    ///
    /// If the item needs a value of a type that has no default, or can't be
    /// made.
    ///
    /// # Panics
    ///
    /// If this is a function type of another engine than `store`.
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
    /// Makes a function of this type that returns zeros and nulls.
    ///
    /// # Errors
    ///
    /// If the type of a result has no default value.
    ///
    /// # Panics
    ///
    /// If the type is of another engine than `store`.
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
    /// Makes a global of this type that is zero or null.
    ///
    /// # Errors
    ///
    /// If the type of the value has no default, or is of another engine than
    /// `store`.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Global> {
        let zero = self
            .content()
            .default_value_or("global type has no default value")?;
        Global::new(store, self.clone(), zero)
    }
}

impl TableType {
    /// Makes a table of this type, of nulls.
    ///
    /// # Errors
    ///
    /// If the elements can't be null, or the table can't be made: see
    /// [`Table::new`].
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Table> {
        let null = ValType::Ref(self.element().clone())
            .default_value_or("table element type does not have a default value")?;
        let null = null.ref_().context("a table's elements are references")?;
        Table::new(store, self.clone(), null)
    }
}

impl MemoryType {
    /// Makes a memory of this type, shared if the type is.
    ///
    /// # Errors
    ///
    /// If the memory can't be made: see [`Memory::new`] and
    /// [`SharedMemory::new`](crate::SharedMemory).
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
        crate::bail!("a shared memory takes the feature `threads`")
    }
}

impl TagType {
    /// Makes a tag of this type.
    ///
    /// # Errors
    ///
    /// As for [`Tag::new`].
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Tag> {
        Tag::new(store, self)
    }
}
