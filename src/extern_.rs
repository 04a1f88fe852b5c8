//! What modules import and export, as one type.

use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{
    AsC, WASMTIME_EXTERN_FUNC, WASMTIME_EXTERN_GLOBAL, WASMTIME_EXTERN_MEMORY,
    WASMTIME_EXTERN_SHAREDMEMORY, WASMTIME_EXTERN_TABLE, WASMTIME_EXTERN_TAG, wasmtime_extern_t,
    wasmtime_extern_union_t,
};
use crate::{AsContext, Engine, ExternType, Func, Global, Memory, SharedMemory, Table, Tag};

/// An item that a module can import or that an instance exports.
///
/// All but shared memories belong to a store; using one with another panics.
#[derive(Clone, Debug)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A global variable.
    Global(Global),
    /// A table.
    Table(Table),
    /// A linear memory.
    Memory(Memory),
    /// A memory that threads share.
    SharedMemory(SharedMemory),
    /// The tag of an exception.
    Tag(Tag),
}

/// What is the same for each kind of item of a type `Extern`: this one's, and that
/// of `standard`.
macro_rules! extern_kinds {
    ($($variant:ident: $into:ident, $what:literal;)*) => {
        impl Extern {
            $(
                #[doc = concat!("The ", $what, ", if that is what this is.")]
                pub fn $into(self) -> Option<$variant> {
                    if let Extern::$variant(item) = self {
                        Some(item)
                    } else {
                        None
                    }
                }
            )*
        }

        $(
            impl From<$variant> for Extern {
                fn from(item: $variant) -> Extern {
                    Extern::$variant(item)
                }
            }
        )*
    };
}

#[cfg(feature = "standard")]
pub(crate) use extern_kinds;

extern_kinds! {
    Func: into_func, "function";
    Global: into_global, "global";
    Table: into_table, "table";
    Memory: into_memory, "memory";
    SharedMemory: into_shared_memory, "shared memory";
    Tag: into_tag, "tag";
}

/// What is the same for each kind of item that belongs to a store, by its number and
/// its field in the C API's union. The last kind, a shared memory, belongs to an engine.
macro_rules! entities {
    ($($variant:ident: $kind:ident, $field:ident;)*) => {
        impl Extern {
            /// The item's type.
            ///
            /// # Panics
            ///
            /// If the item is of another store.
            pub fn ty(&self, store: impl AsContext) -> ExternType {
                match self {
                    $(Extern::$variant(entity) => entity.ty(store).into(),)*
                    Extern::SharedMemory(memory) => memory.ty().into(),
                }
            }

            /// The id of the store that the item belongs to; `None` if to none.
            pub(crate) fn store_id(&self) -> Option<u64> {
                match self {
                    $(Extern::$variant(entity) => Some(entity.store_id()),)*
                    Extern::SharedMemory(_) => None,
                }
            }

            /// The same of an item of the C API.
            ///
            /// # Safety
            ///
            /// It must be valid.
            pub(crate) unsafe fn store_id_of(raw: &wasmtime_extern_t) -> Option<u64> {
                match raw.kind {
                    // SAFETY: the kind says which field is valid.
                    $($kind => Some(unsafe { $variant::store_id_of(&raw.of.$field) }),)*
                    _ => None,
                }
            }

            /// The shared memory that this is.
            pub(crate) fn as_shared_memory(&self) -> Option<&SharedMemory> {
                match self {
                    $(Extern::$variant(_) => None,)*
                    Extern::SharedMemory(memory) => Some(memory),
                }
            }

            /// Whether two are the same item, and not merely alike.
            pub(crate) fn is(&self, other: &Extern) -> bool {
                match self {
                    $(Extern::$variant(a) => matches!(other, Extern::$variant(b) if a.is(b)),)*
                    Extern::SharedMemory(a) => {
                        matches!(other, Extern::SharedMemory(b) if a.address() == b.address())
                    }
                }
            }

            /// Takes an item that libwasmtime handed out.
            ///
            /// # Safety
            ///
            /// It must be owned by the caller and belong to `store`.
            pub(crate) unsafe fn from_c(raw: wasmtime_extern_t, store: &mut StoreOpaque) -> Extern {
                // SAFETY: the kind says which field is valid; the item is owned and
                // belongs to the store, as this function requires.
                unsafe {
                    match raw.kind {
                        $($kind => $variant::from_c(raw.of.$field, store).into(),)*
                        WASMTIME_EXTERN_SHAREDMEMORY => {
                            let memory = Owned::from_c(raw.of.sharedmemory);
                            SharedMemory::from_c(memory, store.engine()).into()
                        }
                        kind => unreachable!("libwasmtime 48 has no item of kind {kind}"),
                    }
                }
            }
        }

        impl AsC for Extern {
            type C = wasmtime_extern_t;

            fn as_c(&self) -> wasmtime_extern_t {
                match self {
                    $(Extern::$variant(entity) => wasmtime_extern_t {
                        kind: $kind,
                        of: wasmtime_extern_union_t {
                            $field: AsC::as_c(entity),
                        },
                    },)*
                    Extern::SharedMemory(memory) => wasmtime_extern_t {
                        kind: WASMTIME_EXTERN_SHAREDMEMORY,
                        of: wasmtime_extern_union_t {
                            sharedmemory: memory.as_ptr(),
                        },
                    },
                }
            }
        }
    };
}

entities! {
    Func: WASMTIME_EXTERN_FUNC, func;
    Global: WASMTIME_EXTERN_GLOBAL, global;
    Table: WASMTIME_EXTERN_TABLE, table;
    Memory: WASMTIME_EXTERN_MEMORY, memory;
    Tag: WASMTIME_EXTERN_TAG, tag;
}

impl Extern {
    /// The item as libwasmtime may be given it, with `store`. It stays owned by
    /// `self`, and so must not be used for longer, nor deleted.
    ///
    /// # Panics
    ///
    /// If the item is of another store.
    #[track_caller]
    pub(crate) fn to_c(&self, store: &StoreOpaque) -> wasmtime_extern_t {
        if let Some(id) = self.store_id() {
            store.assert_owns(id);
        }
        self.as_c()
    }

    /// Whether the item may be used with the engine of `store`, as far as the
    /// store's id doesn't tell.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_shared_memory()
            .is_none_or(|memory| Engine::same(memory.engine(), engine))
    }

    /// Takes an item that an instance exports.
    ///
    /// # Safety
    ///
    /// It must be owned by the caller, and the instance be in `store`.
    pub(crate) unsafe fn from_export(raw: wasmtime_extern_t, store: &mut StoreOpaque) -> Extern {
        // SAFETY: the item is owned, and what an instance exports is of its store
        // or, if it is a shared memory, of no store.
        let item = unsafe { Extern::from_c(raw, store) };
        if let Extern::SharedMemory(memory) = &item {
            store.shared_memories.export(memory);
        }
        item
    }
}

/// An export of an instance: its name and the item; see
/// [`Instance::exports`](crate::Instance::exports).
// Covariant, and has all auto traits that matter, as a text and a handle do.
#[derive(Clone)]
pub struct Export<'instance> {
    name: &'instance str,
    definition: Extern,
}

impl<'instance> Export<'instance> {
    pub(crate) fn new(name: &'instance str, definition: Extern) -> Export<'instance> {
        Export { name, definition }
    }

    /// The export's name.
    pub fn name(&self) -> &'instance str {
        self.name
    }

    /// The item's type.
    ///
    /// # Panics
    ///
    /// If the item is of another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.definition.ty(store)
    }

    /// The item.
    pub fn into_extern(self) -> Extern {
        self.definition
    }

    /// The item, if it is a function.
    pub fn into_func(self) -> Option<Func> {
        self.definition.into_func()
    }

    /// The item, if it is a table.
    pub fn into_table(self) -> Option<Table> {
        self.definition.into_table()
    }

    /// The item, if it is a memory that isn't shared.
    pub fn into_memory(self) -> Option<Memory> {
        self.definition.into_memory()
    }

    /// The item, if it is a shared memory.
    pub fn into_shared_memory(self) -> Option<SharedMemory> {
        self.definition.into_shared_memory()
    }

    /// The item, if it is a global.
    pub fn into_global(self) -> Option<Global> {
        self.definition.into_global()
    }

    /// The item, if it is a tag.
    pub fn into_tag(self) -> Option<Tag> {
        self.definition.into_tag()
    }
}
