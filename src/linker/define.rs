//! Definitions of items and host functions.

use super::host::Callback;
use super::{Linker, UnknownImportError};
use crate::error::{check, ensure};
use crate::func::HostFunc;
use crate::instance::check_engine;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_linker_define, wasmtime_linker_define_unknown_imports_as_default_values,
};
use crate::{
    AsContext, AsContextMut, Caller, Extern, ExternType, FuncType, ImportType, IntoFunc, Module,
    Result, Val, ValRaw,
};
use std::mem::MaybeUninit;

impl<T: 'static> Linker<T> {
    /// Defines the functions that `module` imports and the linker lacks as ones that fail.
    ///
    /// When WebAssembly code calls one of them, it is unwound, and the host's call
    /// returns an [`UnknownImportError`]. Imports that are not functions stay undefined.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if `module` belongs to another engine.
    ///
    /// # Examples
    ///
    /// Running a module that imports more than it needs:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store, UnknownImportError};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "rare" (func $rare))
    ///         (func (export "usual"))
    ///         (func (export "rare") (call $rare)))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.define_unknown_imports_as_traps(&module)?;
    ///
    /// let mut store = Store::new(&engine, ());
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&mut store, "usual")?.call(&mut store, ())?;
    ///
    /// let rare = instance.get_typed_func::<(), ()>(&mut store, "rare")?;
    /// let error = rare.call(&mut store, ()).unwrap_err();
    /// assert!(error.is::<UnknownImportError>());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        check_engine(&self.engine, module)?;
        let shadowing = self.shadowing;
        self.allow_shadowing(false);
        for import in module.imports() {
            let ExternType::Func(ty) = import.ty() else {
                continue;
            };
            let unknown = UnknownImportError::new(&import);
            let fail = move |_: Caller<'_, T>, _: &mut [_]| Err(unknown.clone().into());
            // SAFETY: the closure reads no argument, and needs to write no result as it
            // always returns an error.
            let host = unsafe { HostFunc::unchecked(&self.engine, ty, fail) };
            // If the name is defined already, this fails and changes nothing.
            _ = self.define_host(import.module(), import.name(), host);
        }
        self.allow_shadowing(shadowing);
        Ok(())
    }

    /// Defines what `module` imports and the linker lacks, with default values.
    ///
    /// Functions ignore their arguments and return default values; globals have a
    /// default value; memories and tables have their minimal size. The default value of
    /// a number is zero, that of a reference is null.
    ///
    /// All but shared memories belong to `store`, including the functions. So the
    /// modules that import them can be instantiated in that store only.
    ///
    /// Calls `wasmtime_linker_define_unknown_imports_as_default_values`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `module` belongs to another engine;
    /// - a type has no default value, as a reference that is never null.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "now" (func $now (result i64)))
    ///         (func (export "now") (result i64) (call $now)))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let mut linker = Linker::new(&engine);
    /// linker.define_unknown_imports_as_default_values(&mut store, &module)?;
    ///
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let now = instance.get_typed_func::<(), i64>(&mut store, "now")?;
    /// assert_eq!(now.call(&mut store, ())?, 0);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn define_unknown_imports_as_default_values(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        let unknown: Vec<_> = module
            .imports()
            .filter(|import| !self.is_defined(store.opaque_mut(), import))
            .collect();
        // SAFETY: invariant "Context". The linker and the module are alive, and were
        // found to belong to the store's engine.
        let defined = unsafe {
            check(wasmtime_linker_define_unknown_imports_as_default_values(
                self.as_ptr(),
                store.begin_change(),
                module.as_ptr(),
            ))
        };
        // If it failed, some imports may be defined nevertheless.
        for import in &unknown {
            let (module, name) = (import.module(), import.name());
            if let Some(item) = self.find(store.opaque_mut(), module, name) {
                self.definitions
                    .insert_item(&self.engine, store.opaque(), module, name, &item);
            }
        }
        defined
    }

    /// Defines an item of a store, or a shared memory.
    ///
    /// A module that imports the item can be instantiated in that store only; a shared
    /// memory belongs to no store.
    ///
    /// An item of another engine than the linker's can be defined, but no module that
    /// imports it can be instantiated.
    ///
    /// Calls `wasmtime_linker_define`.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already and shadowing isn't allowed; see
    /// [`Linker::allow_shadowing`].
    ///
    /// # Panics
    ///
    /// Panics if `item` belongs to another store.
    ///
    /// # Examples
    ///
    /// Making a module's data start at an address that the host chooses:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Global, GlobalType, Linker, Module, Mutability, Store, ValType};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "offset" (global $offset i32))
    ///         (memory (export "memory") 1)
    ///         (data (global.get $offset) "hello"))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let ty = GlobalType::new(ValType::I32, Mutability::Const);
    /// let offset = Global::new(&mut store, ty, 16.into())?;
    ///
    /// let mut linker = Linker::new(&engine);
    /// linker.define(&store, "host", "offset", offset)?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    /// assert_eq!(&memory.data(&store)[16..21], b"hello");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// The C API has no function for the `wasmtime` crate's `Linker::alias`. To give an
    /// item a second name, get it and define it again:
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Engine, Linker, Store};
    /// # let engine = Engine::default();
    /// # let mut store = Store::new(&engine, ());
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap("env", "abort", || {})?;
    ///
    /// let abort = linker.get(&mut store, "env", "abort")?;
    /// linker.define(&store, "host", "abort", abort)?;
    /// # assert!(linker.get(&mut store, "host", "abort")?.into_func().is_some());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let store = store.as_context();
        self.define_item(store.opaque(), module, name, &item.into())?;
        Ok(self)
    }

    pub(crate) fn define_item(
        &mut self,
        store: &StoreOpaque,
        module: &str,
        name: &str,
        item: &Extern,
    ) -> Result<()> {
        let raw = item.to_c(store);
        // SAFETY: invariant "Shared": `wasmtime_linker_define` only reads the store.
        // Invariant "Ownership": `to_c` has checked the item, which libwasmtime copies.
        // The linker is borrowed exclusively.
        unsafe {
            check(wasmtime_linker_define(
                self.as_ptr(),
                store.shared_context().cast_mut(),
                module.as_ptr().cast(),
                module.len(),
                name.as_ptr().cast(),
                name.len(),
                &raw,
            ))?;
        }
        self.definitions
            .insert_item(&self.engine, store, module, name, item);
        Ok(())
    }

    /// Defines a host function whose type is known only at run time.
    ///
    /// The closure is that of [`Func::new`](crate::Func::new). The function belongs to
    /// no store, and may be called from several threads at a time. If the types are
    /// known when the program is compiled, [`func_wrap`](Linker::func_wrap) is simpler
    /// and faster.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already and shadowing isn't allowed; see
    /// [`Linker::allow_shadowing`].
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    ///
    /// # Examples
    ///
    /// Defining each function that a module imports, whatever its type, as one that
    /// counts its calls:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, ExternType, Linker, Module, Store, Val};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "a" (func $a (param i32)))
    ///         (import "host" "b" (func $b (result f64)))
    ///         (func (export "run") (call $a (i32.const 1)) (drop (call $b))))
    /// "#)?;
    /// let mut linker = Linker::<u32>::new(&engine);
    /// for import in module.imports() {
    ///     let ExternType::Func(ty) = import.ty() else { continue };
    ///     let result_types: Vec<_> = ty.results().collect();
    ///     linker.func_new(import.module(), import.name(), ty, move |mut caller, _, results| {
    ///         *caller.data_mut() += 1;
    ///         for (result, ty) in results.iter_mut().zip(&result_types) {
    ///             *result = Val::default_for_ty(ty).expect("it has a default value");
    ///         }
    ///         Ok(())
    ///     })?;
    /// }
    ///
    /// let mut store = Store::new(&engine, 0);
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
    /// assert_eq!(*store.data(), 2);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let host = HostFunc::untyped(&self.engine, ty, func);
        self.define_host(module, name, host)
    }

    /// Defines a host function that reads and writes raw values.
    ///
    /// The closure is that of [`Func::new_unchecked`](crate::Func::new_unchecked). The
    /// function belongs to no store.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already and shadowing isn't allowed; see
    /// [`Linker::allow_shadowing`].
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    ///
    /// # Safety
    ///
    /// The requirements are those of [`Func::new_unchecked`](crate::Func::new_unchecked).
    pub unsafe fn func_new_unchecked(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        // SAFETY: the closure reads and writes values of the types of `ty`, as this
        // function requires.
        let host = unsafe { HostFunc::unchecked(&self.engine, ty, func) };
        self.define_host(module, name, host)
    }

    /// Defines a host function from a Rust closure.
    ///
    /// [`Func::wrap`](crate::Func::wrap) says which closures there are, what their types
    /// are in WebAssembly, and what happens when they return an error or panic. Unlike a
    /// function of `Func::wrap`, this one belongs to no store: it can be imported in
    /// every store of the linker's engine, and may be called from several threads at a
    /// time.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name is defined already and shadowing isn't allowed; see
    ///   [`Linker::allow_shadowing`];
    /// - the closure returns a string or a vector, for which the guest's allocator has to be named,
    ///   by [`Abi::with_alloc`](crate::bind::Abi::with_alloc) of a [`Linker::host_module`].
    ///
    /// # Examples
    ///
    /// A function that takes a string, as an address and a length in the memory of the
    /// module that calls it, and puts it into the store's data:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Linker, Module, Result, Store};
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::<Vec<String>>::new(&engine);
    /// linker.func_wrap(
    ///     "host",
    ///     "log",
    ///     |mut caller: Caller<'_, Vec<String>>, address: u32, len: u32| -> Result<()> {
    ///         let memory = caller.get_export("memory").and_then(|item| item.into_memory());
    ///         let memory = memory.context("the caller exports no memory")?;
    ///         // Borrows the memory and the store's data at the same time.
    ///         let (bytes, lines) = memory.data_and_store_mut(&mut caller);
    ///         // The guest may pass any address.
    ///         let text = bytes
    ///             .get(address as usize..)
    ///             .and_then(|rest| rest.get(..len as usize))
    ///             .context("the text is not in the memory")?;
    ///         lines.push(std::str::from_utf8(text)?.to_owned());
    ///         Ok(())
    ///     },
    /// )?;
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "log" (func $log (param i32 i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 8) "hello")
    ///         (func (export "run") (call $log (i32.const 8) (i32.const 5))))
    /// "#)?;
    /// let mut store = Store::new(&engine, Vec::new());
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
    /// assert_eq!(store.data(), &["hello"]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn func_wrap<Params, Args>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Args>,
    ) -> Result<&mut Self> {
        let host = func.into_func(&self.engine);
        self.define_host(module, name, host)
    }

    pub(crate) fn define_host<C: Callback>(
        &mut self,
        module: &str,
        name: &str,
        host: HostFunc<C>,
    ) -> Result<&mut Self> {
        C::check_supported()?;
        ensure!(
            !host.lacks_allocator(),
            "expected the name of the guest's allocator, as `{module}`.`{name}` returns a string \
             or a vector: set `alloc` in the attribute `host`, or define the function by \
             `linker.host_module(…).abi(Abi::DEFAULT.with_alloc(\"…\"))`"
        );
        let ty = self.types.get(host.ty());
        // SAFETY: invariant "Owned object": the linker is borrowed exclusively. The type is
        // valid until the next call of `types.get`.
        unsafe { check(C::define(self.as_ptr(), module, name, ty, host))? };
        self.definitions.insert_host(module, name, C::IS_ASYNC);
        Ok(self)
    }

    /// Reports whether an import has a definition.
    fn is_defined(&self, store: &mut StoreOpaque, import: &ImportType<'_>) -> bool {
        let (module, name) = (import.module(), import.name());
        self.definitions.contains(module, name) || self.find(store, module, name).is_some()
    }
}
