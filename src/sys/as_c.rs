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
/// The names aren't `as_raw` and `from_raw`, since [`Func::from_raw`], [`Val::from_raw`]
/// and others of the `wasmtime` crate are about something else: a raw value, as compiled
/// code passes it. With the same name, a trait's function would be hidden by those.
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
/// // The safe layer finds exports by their names, this function by their place.
/// let (mut name, mut len) = (std::ptr::null_mut(), 0);
/// let mut item = MaybeUninit::uninit();
/// let item = unsafe {
///     // SAFETY: the context is that of the instance's store, and not used again; all
///     // outs are valid for writes, and written if there is such an export.
///     let found = sys::wasmtime_instance_export_nth(
///         store.as_c_mut(), &instance.as_c(), 0, &mut name, &mut len, item.as_mut_ptr(),
///     );
///     assert!(found);
///     // SAFETY: the item is owned, and of the store.
///     Extern::from_c(item.assume_init(), &mut store)
/// };
/// assert_eq!(item.into_memory().unwrap().size(&store), 1);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
///
/// # Who owns what
///
/// The type of what is returned says so:
///
/// - a pointer is to an object that the value still owns. It is valid until the value is
///   dropped, and must not be deleted, nor be passed to a function that takes it over.
///   To keep the object for longer, clone it with the C API's function: the clone has
///   an owner of its own;
/// - a struct is a handle that owns nothing. A `wasmtime_extern_t` that is a shared
///   memory, and a `wasmtime_val_t` that is a reference, are borrowed like a pointer:
///   neither is to be deleted or unrooted;
/// - an [`Owned`] belongs to the caller.
///
/// # What stays true
///
/// To get a pointer is safe, to call a C function with it isn't: see the function's
/// header. Besides, the safe layer relies on what it knows of its objects. Don't
///
/// - change a [`Linker`] through its pointer unless it is borrowed mutably, and define
///   nothing but host functions that may be called in every store of the linker's engine
///   whose data is of its type. What belongs to a store, a shared memory, or WASI has to
///   be defined by the linker's own methods, which note what it needs of a store;
/// - pass a [`Linker`] or an [`InstancePre`] to a C function together with the context of
///   a store whose data is of another type, or that was created in C: host functions of
///   the safe layer expect the state of a [`Store`] with their own type of data;
/// - use a handle with another store than its own: that ends the process. [`AsC::as_c`]
///   doesn't check it, [`ToC::to_c`] and [`FromC::from_c`] do.
///
/// What stays true of a store is said at [`AsCMut`].
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

/// Gives access to the context of the C API that a store has.
///
/// It is for everything that is [`AsContextMut`](crate::AsContextMut), such as a
/// [`Store`](crate::Store) and a [`Caller`](crate::Caller).
///
/// # What stays true
///
/// The context is valid as long as the store. But for each C call, or series of calls
/// between which nothing else uses the store, it has to be asked for anew: what the safe
/// layer has cached of the store may be wrong after a call, and asking for the context
/// is what clears that cache. Memories are in it, by their base address and length: one
/// that a C call has grown would else be read where it was before.
///
/// While a call runs, nothing else may use the store, and the thread must be one that
/// may: for a context of a `Caller` see [there](crate::Caller#threads).
///
/// The store's data in C is the safe layer's: don't call `wasmtime_context_set_data`.
/// What is in `wasmtime_context_get_data` isn't the data that
/// [`Store::data`](crate::Store::data) returns.
///
/// A call that runs WebAssembly code may run host functions of the safe layer. What one
/// of them fails with, an error or a panic, waits in the store until
/// [`StoreContextMut::check_c`](crate::StoreContextMut::check_c) takes it. If that isn't
/// called after a call that fails, a later one that fails reports it.
///
/// A callback that is written for C must not unwind. It gets at the safe layer by
/// [`StoreContextMut::with_c`](crate::StoreContextMut::with_c).
///
/// These have to be done by the safe layer, as it keeps accounts of them: instantiating
/// a module that imports or defines a [shared memory](crate::SharedMemory#in-one-store)
/// or imports WASI functions, and giving the store a WASI context.
pub trait AsCMut {
    /// A pointer to the context.
    type C;

    /// Returns the context, and clears what is cached of the store.
    fn as_c_mut(&mut self) -> Self::C;
}

/// Translates a value to the C API: for a store, or an engine, that it belongs to.
///
/// See [`AsC`].
pub trait ToC<Of> {
    /// What the C API has for the value.
    type C;

    /// Why there is nothing.
    type Error;

    /// Returns the value as the C API has it, for use with `of`.
    ///
    /// # Errors
    ///
    /// Returns an error if the value belongs to another store or engine than `of`, if
    /// the root of a reference is gone, or if the C API can't express the value.
    fn to_c(&self, of: Of) -> Result<Self::C, Self::Error>;
}

/// Takes over what a C function returned.
///
/// See [`AsC`] for which types take what. `of` is what `raw` belongs to: what the C
/// object doesn't tell.
pub trait FromC<C, Of>: Sized {
    /// Takes over an object, or the handle of one.
    ///
    /// # Panics
    ///
    /// Panics if `raw` is a handle of another store than `of`.
    ///
    /// # Safety
    ///
    /// `raw` must be valid, must belong to `of`, and must be owned by the caller, who
    /// gives it up: an object in an [`Owned`](crate::vec::Owned), or a struct that
    /// nothing else deletes or unroots. The implementations say what else they require.
    unsafe fn from_c(raw: C, of: Of) -> Self;
}
