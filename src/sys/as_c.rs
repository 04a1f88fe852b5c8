//! The way from the safe layer down to the C API, and back: [`AsC`], [`AsCMut`],
//! [`ToC`] and [`FromC`].

/// Gives access to the object of the C API that a value stands for.
///
/// This and three more traits lead from the safe layer to the functions of
/// [`sys`](crate::sys) and back, for what only the C API can do:
///
/// | safe | to C | C | from C |
/// |---|---|---|---|
/// | [`Engine`] | `as_c()` | `*mut wasm_engine_t` | `from_c(owned, &config)` |
/// | [`Module`], [`SharedMemory`], [`Linker`] | `as_c()` | a pointer | `from_c(owned, &engine)` |
/// | [`InstancePre`] | `as_c()` | a pointer | `from_c(owned, &module)` |
/// | [`Store`], [`StoreContextMut`], [`Caller`] | [`as_c_mut()`](AsCMut::as_c_mut) | `*mut wasmtime_context_t` | [`StoreContextMut::with_c`], in a callback |
/// | [`Func`], [`Global`], [`Table`], [`Memory`], [`Tag`] | `as_c()` | a struct | `from_c(raw, &mut store)` |
/// | [`Instance`] | `as_c()` | a struct | `from_c(raw, (&mut store, &module))` |
/// | [`Extern`] | `as_c()` | `wasmtime_extern_t` | `from_c(raw, &mut store)` |
/// | [`Val`] | [`to_c(&store)`](ToC::to_c) | `wasmtime_val_t` | `from_c(raw, &mut store)` |
/// | [`FuncType`], [`ValType`], [`GlobalType`], [`TableType`], [`MemoryType`], [`TagType`] | [`to_c(&engine)`](ToC::to_c) | an [`Owned`] type | `from_c(owned, &engine)` |
/// | [`ArrayType`], [`StructType`], [`ExnType`] | `as_c()` | a pointer | `from_c(owned, &engine)` |
/// | [`Config`] | [`Owned`]`::try_from(&config)` | `Owned<wasm_config_t>` | |
/// | [`Error`] | [`Owned`]`::from(&error)` | `Owned<wasmtime_error_t>`, `Owned<wasm_trap_t>` | `Error::from(owned)`, [`StoreContextMut::check_c`] |
///
/// The names aren't `as_raw` and `from_raw`, since these have another meaning in the
/// `wasmtime` crate: [`Func::from_raw`], [`Val::from_raw`] and others convert a raw value,
/// as compiled code passes it. They would also hide functions of a trait with their names.
///
#[doc = example!(wat)]
/// use libwasmtime::sys::{self, AsC, AsCMut, FromC};
/// use libwasmtime::{Engine, Extern, Instance, Module, Store};
/// use std::mem::MaybeUninit;
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module (memory (export "first") 1))"#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
///
/// // The safe layer looks up exports by name, this function by index.
/// let (mut name, mut len) = (std::ptr::null_mut(), 0);
/// let mut item = MaybeUninit::uninit();
/// let item = unsafe {
///     // SAFETY: the context is that of the instance's store, and isn't used again. The
///     // pointers for results are valid for writes.
///     let found = sys::wasmtime_instance_export_nth(
///         store.as_c_mut(), &instance.as_c(), 0, &mut name, &mut len, item.as_mut_ptr(),
///     );
///     assert!(found);
///     // SAFETY: there is such an export, so the item was written. It is owned, and belongs
///     // to the store.
///     Extern::from_c(item.assume_init(), &mut store)
/// };
/// assert_eq!(item.into_memory().unwrap().size(&store), 1);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
///
/// # Who owns what
///
/// The type that is returned shows it:
///
/// - A pointer is to an object that the value still owns. The pointer is valid until the
///   value is dropped. The object must neither be deleted nor passed to a function that
///   takes ownership. To keep it for longer, clone it with the C API's function.
/// - A struct is a handle that owns nothing. A `wasmtime_extern_t` with a shared memory
///   and a `wasmtime_val_t` with a reference are borrowed like a pointer: they must be
///   neither deleted nor unrooted.
/// - An [`Owned`] belongs to the caller.
///
/// # What stays true
///
/// Getting a pointer is safe. Calling a C function with it is not: its header says what it
/// requires. The safe layer also relies on what it has noted of its objects, so these rules
/// apply to every C call:
///
/// - A [`Linker`] is changed through its pointer only while the caller has exclusive access
///   to it. Only host functions are defined, which must accept every store of the linker's
///   engine whose data is of the linker's `T`. Items of a store, shared memories and WASI
///   are defined with the linker's own methods, which note what they require of a store.
/// - A [`Linker`] or an [`InstancePre`] is passed to a C function only together with the
///   context of a [`Store`] whose data is of its `T`: the safe layer's host functions expect
///   the state of such a store. A store that was created in C has none.
/// - A handle is used only with its own store: libwasmtime ends the process otherwise.
///   [`AsC::as_c`] doesn't check that; [`ToC::to_c`] and [`FromC::from_c`] do.
///
/// [`AsCMut`] describes what applies to stores.
///
/// [`ArrayType`]: crate::ArrayType
/// [`Caller`]: crate::Caller
/// [`Config`]: crate::Config
/// [`Engine`]: crate::Engine
/// [`Error`]: crate::Error
/// [`ExnType`]: crate::ExnType
/// [`Extern`]: crate::Extern
/// [`Func`]: crate::Func
/// [`Func::from_raw`]: crate::Func::from_raw
/// [`FuncType`]: crate::FuncType
/// [`Global`]: crate::Global
/// [`GlobalType`]: crate::GlobalType
/// [`Instance`]: crate::Instance
/// [`InstancePre`]: crate::InstancePre
/// [`Linker`]: crate::Linker
/// [`Memory`]: crate::Memory
/// [`MemoryType`]: crate::MemoryType
/// [`Module`]: crate::Module
/// [`Owned`]: crate::vec::Owned
/// [`SharedMemory`]: crate::SharedMemory
/// [`Store`]: crate::Store
/// [`StoreContextMut`]: crate::StoreContextMut
/// [`StoreContextMut::check_c`]: crate::StoreContextMut::check_c
/// [`StoreContextMut::with_c`]: crate::StoreContextMut::with_c
/// [`StructType`]: crate::StructType
/// [`Table`]: crate::Table
/// [`TableType`]: crate::TableType
/// [`Tag`]: crate::Tag
/// [`TagType`]: crate::TagType
/// [`Val`]: crate::Val
/// [`Val::from_raw`]: crate::Val::from_raw
/// [`ValType`]: crate::ValType
pub trait AsC {
    /// A pointer to the object, or the struct that is its handle.
    type C;

    /// Returns the object, which `self` still owns.
    fn as_c(&self) -> Self::C;
}

/// Gives access to the C context of a store.
///
/// Every [`AsContextMut`](crate::AsContextMut) implements it, such as
/// [`Store`](crate::Store) and [`Caller`](crate::Caller).
///
/// # What stays true
///
/// The context is valid as long as the store.
///
/// - **Caches.** The safe layer caches the base addresses and lengths of memories, and a C
///   call may grow one. [`as_c_mut`](AsCMut::as_c_mut) clears that cache. So call it again
///   before each C call after the safe layer has used the store; otherwise the safe layer
///   may read a memory at an address where it no longer is.
/// - **Access.** While a C call runs, nothing else may use the store. The documentation of
///   [`Caller`](crate::Caller#threads) says which calls must stay on the thread of the
///   callback.
/// - **Data.** The data of the C store belongs to the safe layer. Don't call
///   `wasmtime_context_set_data`; `wasmtime_context_get_data` doesn't return the data that
///   [`Store::data`](crate::Store::data) does.
/// - **Failures.** A C call that runs WebAssembly code may call host functions of the safe
///   layer. If one fails, its error or panic waits in the store, so pass what the C call
///   returned to [`StoreContextMut::check_c`](crate::StoreContextMut::check_c). Without
///   that, the failure is reported by the next call that fails.
/// - **Callbacks.** A callback for C must not unwind. It reaches the safe layer with
///   [`StoreContextMut::with_c`](crate::StoreContextMut::with_c).
/// - **Not in C.** The safe layer keeps lists of shared memories and WASI contexts. So it has
///   to instantiate modules that import or define a
///   [shared memory](crate::SharedMemory#in-one-store) or that import WASI functions, and it
///   has to set a store's WASI context. It also notes which stores have asynchronous host
///   functions, and refuses synchronous calls in these. So it has to define such functions
///   and to instantiate modules that import them.
pub trait AsCMut {
    /// A pointer to the context.
    type C;

    /// Returns the context, after clearing the store's cache of memories.
    fn as_c_mut(&mut self) -> Self::C;
}

/// Converts a value to its form in the C API, for a store or an engine.
///
/// See [`AsC`].
pub trait ToC<Of> {
    /// The value's form in the C API.
    type C;

    /// The error of a value that can't be converted.
    type Error;

    /// Returns the value in its form in the C API, for use with `of`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the value belongs to another store or engine than `of`;
    /// - the value is a reference that has been unrooted;
    /// - the C API has no form for the value.
    fn to_c(&self, of: Of) -> Result<Self::C, Self::Error>;
}

/// Creates a value from one that a C function returned, and takes ownership of that.
///
/// [`AsC`] lists the types. `of` is what a C object doesn't tell: the store, engine, module
/// or configuration to which it belongs.
pub trait FromC<C, Of>: Sized {
    /// Creates a value from a C object, or from the handle of one.
    ///
    /// # Panics
    ///
    /// Panics if `raw` is a handle of another store than `of`.
    ///
    /// # Safety
    ///
    /// `raw` must be valid and belong to `of`. The caller must own it and give it up: it is
    /// an object in an [`Owned`](crate::vec::Owned), or a struct that nothing else deletes or
    /// unroots. Some implementations have further requirements, which their documentation
    /// lists.
    unsafe fn from_c(raw: C, of: Of) -> Self;
}
