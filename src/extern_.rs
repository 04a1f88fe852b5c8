//! Items that modules import and export.

mod default_value;

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
/// [`Instance::new`](crate::Instance::new) takes these as imports, and
/// [`Instance::get_export`](crate::Instance::get_export) and
/// [`Caller::get_export`](crate::Caller::get_export) return them. `into()` converts a
/// [`Func`], [`Memory`] and so on into an `Extern`.
///
/// All but shared memories belong to a store; using an item with another store panics.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Extern, Func, Instance, Memory, MemoryType, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "memory" (memory 1))
///         (import "host" "log" (func (param i32)))
///         (global (export "answer") i32 (i32.const 42)))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
/// let log = Func::wrap(&mut store, |x: i32| println!("{x}"));
/// let instance = Instance::new(&mut store, &module, &[memory.into(), log.into()])?;
///
/// match instance.get_export(&mut store, "answer") {
///     Some(Extern::Global(global)) => {
///         assert_eq!(global.get(&mut store).i32(), Some(42));
///     }
///     Some(_) => panic!("the export is no global"),
///     None => panic!("there is no such export"),
/// }
/// # Ok::<(), libwasmtime::Error>(())
/// ```
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
    /// A linear memory that threads share.
    SharedMemory(SharedMemory),
    /// A tag of exceptions.
    Tag(Tag),
}

/// Implements the conversions of a type `Extern` for each kind of items: of this one, and
/// of that in `standard`.
macro_rules! extern_kinds {
    ($($variant:ident: $into:ident, $what:literal;)*) => {
        impl Extern {
            $(
                #[doc = concat!("Returns the ", $what, ", or `None` if this is another item.")]
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

/// Implements [`Extern`] for each kind of items that belong to a store, given the kind's
/// number and field in the C API's union. The remaining kind, a shared memory, belongs to an
/// engine.
macro_rules! entities {
    ($($variant:ident: $kind:ident, $field:ident;)*) => {
        impl Extern {
            /// Returns the item's type.
            ///
            /// # Panics
            ///
            /// Panics if the item belongs to another store.
            pub fn ty(&self, store: impl AsContext) -> ExternType {
                match self {
                    $(Extern::$variant(entity) => entity.ty(store).into(),)*
                    Extern::SharedMemory(memory) => memory.ty().into(),
                }
            }

            /// Returns the id of the store that the item belongs to, or `None` for a shared
            /// memory.
            pub(crate) fn store_id(&self) -> Option<u64> {
                match self {
                    $(Extern::$variant(entity) => Some(entity.store_id()),)*
                    Extern::SharedMemory(_) => None,
                }
            }

            /// Returns the id of the store that an item of the C API belongs to; `None` for a
            /// shared memory.
            ///
            /// # Safety
            ///
            /// The item must be valid.
            pub(crate) unsafe fn store_id_of(raw: &wasmtime_extern_t) -> Option<u64> {
                match raw.kind {
                    // SAFETY: the item is valid, as this function requires, so the field of
                    // its kind is initialized.
                    $($kind => Some(unsafe { $variant::store_id_of(&raw.of.$field) }),)*
                    _ => None,
                }
            }

            /// Returns the shared memory, or `None` if this is another item.
            pub(crate) fn as_shared_memory(&self) -> Option<&SharedMemory> {
                match self {
                    $(Extern::$variant(_) => None,)*
                    Extern::SharedMemory(memory) => Some(memory),
                }
            }

            /// Reports whether two are the same item, rather than equal ones.
            pub(crate) fn is(&self, other: &Extern) -> bool {
                match self {
                    $(Extern::$variant(a) => matches!(other, Extern::$variant(b) if a.is(b)),)*
                    Extern::SharedMemory(a) => {
                        matches!(other, Extern::SharedMemory(b) if a.address() == b.address())
                    }
                }
            }

            /// Takes an item that libwasmtime returned.
            ///
            /// # Safety
            ///
            /// `raw` must be owned by the caller. It must belong to `store` or, if it is a
            /// shared memory, to the store's engine.
            pub(crate) unsafe fn from_c(raw: wasmtime_extern_t, store: &mut StoreOpaque) -> Extern {
                // SAFETY: the kind tells which field of the union is valid. `raw` is owned,
                // and belongs to `store` or its engine, as this function requires.
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
    /// Returns the item as a C struct, which may be passed to libwasmtime with `store`.
    ///
    /// The struct borrows from `self`: it must not be used longer than `self`, nor be
    /// deleted.
    ///
    /// # Panics
    ///
    /// Panics if the item belongs to another store.
    #[track_caller]
    pub(crate) fn to_c(&self, store: &StoreOpaque) -> wasmtime_extern_t {
        if let Some(id) = self.store_id() {
            store.assert_owns(id);
        }
        self.as_c()
    }

    /// Reports whether a shared memory belongs to `engine`.
    ///
    /// Returns `true` for other items, which the id of their store identifies.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_shared_memory()
            .is_none_or(|memory| Engine::same(memory.engine(), engine))
    }

    /// Takes an item that an instance exports.
    ///
    /// # Safety
    ///
    /// `raw` must be owned by the caller, and exported by an instance in `store`.
    pub(crate) unsafe fn from_export(raw: wasmtime_extern_t, store: &mut StoreOpaque) -> Extern {
        // SAFETY: `raw` is owned, as this function requires. The exports of an instance
        // belong to its store or, if they are shared memories, to its engine.
        let item = unsafe { Extern::from_c(raw, store) };
        if let Extern::SharedMemory(memory) = &item {
            store.shared_memories.export(memory);
        }
        item
    }
}

/// An export of an instance: its name and the item.
///
/// [`Instance::exports`](crate::Instance::exports) returns these.
// Covariant, `Send` and `Sync`, as a string and a handle are.
#[derive(Clone)]
pub struct Export<'instance> {
    name: &'instance str,
    definition: Extern,
}

impl<'instance> Export<'instance> {
    pub(crate) fn new(name: &'instance str, definition: Extern) -> Export<'instance> {
        Export { name, definition }
    }

    /// Returns the export's name.
    pub fn name(&self) -> &'instance str {
        self.name
    }

    /// Returns the item's type.
    ///
    /// # Panics
    ///
    /// Panics if the item belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.definition.ty(store)
    }

    /// Returns the item.
    pub fn into_extern(self) -> Extern {
        self.definition
    }

    /// Returns the item, or `None` if it is not a function.
    pub fn into_func(self) -> Option<Func> {
        self.definition.into_func()
    }

    /// Returns the item, or `None` if it is not a table.
    pub fn into_table(self) -> Option<Table> {
        self.definition.into_table()
    }

    /// Returns the item, or `None` if it is not an unshared memory.
    pub fn into_memory(self) -> Option<Memory> {
        self.definition.into_memory()
    }

    /// Returns the item, or `None` if it is not a shared memory.
    pub fn into_shared_memory(self) -> Option<SharedMemory> {
        self.definition.into_shared_memory()
    }

    /// Returns the item, or `None` if it is not a global.
    pub fn into_global(self) -> Option<Global> {
        self.definition.into_global()
    }

    /// Returns the item, or `None` if it is not a tag.
    pub fn into_tag(self) -> Option<Tag> {
        self.definition.into_tag()
    }
}
