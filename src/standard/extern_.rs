//! Imports and exports of any kind.

use super::object::Object;
use super::store::State;
use super::{AsContext, AsContextMut, Func, Global, Memory, Table};
use crate::extern_::extern_kinds;
use crate::owned::Owned;
use crate::sys::{wasm_extern_copy, wasm_extern_t, wasm_extern_type};
use crate::{Engine, ExternType};
use std::fmt;
use std::iter;

/// An item that a module can import or that an instance exports.
///
/// Clones are handles of the same item. Using one with another store than its own panics.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A global variable.
    Global(Global),
    /// A table.
    Table(Table),
    /// A linear memory.
    Memory(Memory),
    /// An item that the engine-neutral API has no type for: a tag, a shared memory, or a
    /// table with 64-bit indices. It can be imported; a shared memory with some engines
    /// only, see [`SharedMemory`](crate::SharedMemory#in-one-store).
    Other(OtherExtern),
}

/// An item that can only be passed to modules; see [`Extern::Other`].
#[derive(Clone)]
pub struct OtherExtern {
    object: Object,
    ty: ExternType,
}

impl OtherExtern {
    /// Returns the item's type.
    pub fn ty(&self) -> &ExternType {
        &self.ty
    }
}

impl fmt::Debug for OtherExtern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherExtern")
            .field("ty", &self.ty)
            .finish_non_exhaustive()
    }
}

extern_kinds! {
    Func: into_func, "function";
    Global: into_global, "global";
    Table: into_table, "table";
    Memory: into_memory, "memory";
}

/// Matches on an item, with one expression for all kinds that this API has a type for,
/// and one for the others.
macro_rules! of_each_kind {
    ($of:expr, $item:pat => $what:expr, $other:pat => $of_other:expr) => {
        match $of {
            Extern::Func($item) => $what,
            Extern::Global($item) => $what,
            Extern::Table($item) => $what,
            Extern::Memory($item) => $what,
            Extern::Other($other) => $of_other,
        }
    };
}

impl Extern {
    /// Returns the item's type.
    pub fn ty(&self) -> ExternType {
        of_each_kind!(self, item => item.ty().clone().into(), other => other.ty.clone())
    }

    /// Returns a copy of the C API's object, for an [`ExternVec`](crate::vec::ExternVec) that
    /// is passed to a function of [`sys`](crate::sys).
    ///
    /// The copy keeps the C store alive, even when this crate's store is dropped. No function
    /// may be called with the copy after that. Before, functions may be called with it only
    /// where the store could be borrowed exclusively.
    ///
    /// Calls `wasm_extern_copy`.
    ///
    /// # Panics
    ///
    /// Panics if the item belongs to another store.
    pub fn to_raw(&self, store: impl AsContext) -> Owned<wasm_extern_t> {
        self.to_c(store.as_context().state())
    }

    /// Takes ownership of an object of the C API.
    ///
    /// # Safety
    ///
    /// The object must belong to this store. If it is a table, its indices must be 32 bits
    /// wide.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: Owned<wasm_extern_t>) -> Extern {
        // SAFETY: the object belongs to the store, and is no table with 64-bit indices, as this
        // function requires.
        unsafe { Extern::from_c(store.as_context_mut().state(), raw, None) }
    }

    /// Reports whether this is a shared memory on which compiled code may fault.
    pub(super) fn may_fault_as_shared_memory(&self, engine: &Engine) -> bool {
        of_each_kind!(self, _ => false, other => other
            .ty
            .memory()
            .is_some_and(|ty| ty.is_shared() && engine.may_fault(ty)))
    }

    pub(super) fn to_c(&self, state: &State) -> Owned<wasm_extern_t> {
        let object = of_each_kind!(self, item => item.object(), other => &other.object);
        // SAFETY: invariant "Object"; the copy is owned.
        unsafe { Owned::from_c(wasm_extern_copy(object.get_c(state))) }
    }

    /// Takes ownership of an object, whose type a module declares to be `declared`.
    ///
    /// # Safety
    ///
    /// As [`Extern::from_raw`] requires; but a table may also have 64-bit indices, if it is
    /// declared with these.
    pub(super) unsafe fn from_c(
        state: &State,
        raw: Owned<wasm_extern_t>,
        declared: Option<&ExternType>,
    ) -> Extern {
        let ty = match declared {
            // Asking for its limits can abort the process.
            Some(ExternType::Table(ty)) if ty.is_64() => ty.clone().into(),
            // SAFETY: the object is valid and belongs to this store. Its type is owned, and
            // copied before it is deleted. A table's limits fit into 32 bits, as its indices
            // do.
            _ => unsafe {
                let ty = Owned::from_c(wasm_extern_type(raw.as_ptr()));
                ExternType::from_c(state.engine(), ty.as_ptr(), &mut iter::empty())
            },
        };
        // SAFETY: the object belongs to this store, as this function requires.
        let object = unsafe { Object::new(state, raw) };
        // An object is of the kind that its type has, except for a shared memory.
        match ty {
            ExternType::Func(ty) => Func::from_object(object, ty).into(),
            ExternType::Global(ty) => Global::from_object(object, ty).into(),
            ExternType::Table(ty) if !ty.is_64() => Table::from_object(object, ty).into(),
            ExternType::Memory(ty) if !ty.is_shared() => Memory::from_object(object, ty).into(),
            ty @ (ExternType::Table(_) | ExternType::Memory(_) | ExternType::Tag(_)) => {
                Extern::Other(OtherExtern { object, ty })
            }
        }
    }
}
