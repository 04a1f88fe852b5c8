//! Defining what instances and modules export.

use super::Linker;
use crate::error::{Context, bail, ensure};
use crate::instance::check_engine;
use crate::{
    AsContextMut, ExportType, Extern, ExternType, Func, Instance, Module, Result, StoreContextMut,
};

impl<T: 'static> Linker<T> {
    /// Defines all exports of an instance, under the module name given; see
    /// [`Linker::define`].
    ///
    /// Calls `wasmtime_linker_define` for each.
    ///
    /// # Errors
    ///
    /// If a name is defined already and shadowing isn't allowed; the exports
    /// before that one are defined then.
    ///
    /// # Panics
    ///
    /// If `instance` is of another store.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        instance: Instance,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        let module = instance.module(&store).clone();
        let items = module.exports().map(|export| {
            let item = instance
                .get_export(&mut store, export.name())
                .expect("the module has this export");
            (export.name(), item)
        });
        let items: Vec<_> = items.collect();
        self.define_all(&store, module_name, items)
    }

    /// Defines one item after the other, until one can't be.
    fn define_all<'a>(
        &mut self,
        store: &StoreContextMut<'_, T>,
        module_name: &str,
        items: impl IntoIterator<Item = (&'a str, Extern)>,
    ) -> Result<&mut Self> {
        for (name, item) in items {
            self.define_item(store.opaque(), module_name, name, &item)?;
        }
        Ok(self)
    }

    /// Defines all exports of a module, under the module name given, in the
    /// manner that its kind asks for.
    ///
    /// A *command*, which exports the function `_start`, is instantiated anew
    /// for each call of one of its functions; nothing else of it is defined. (If it
    /// imports a shared memory, only the first call succeeds, unless the engine is
    /// one of those that [`SharedMemory`](crate::SharedMemory#in-one-store) names.)
    /// Any other module is a *reactor*: it is instantiated now, and its function
    /// `_initialize`, if it exports one, is called. What is defined belongs to
    /// `store` either way.
    ///
    /// # Errors
    ///
    /// If the module is of another engine, exports both functions, or can't be
    /// instantiated, or `_initialize` fails; if a command exports something else
    /// than functions and what toolchains are known to add (see
    /// [`Linker::allow_unknown_exports`]); or if a name is defined already and
    /// shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or an import that is found is of another
    /// store; or if a host function that is called panics.
    pub fn module(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        let start = module.get_export("_start");
        let initialize = module.get_export("_initialize");
        for (name, export) in [("_start", &start), ("_initialize", &initialize)] {
            if let Some(export) = export {
                ensure!(export.func().is_some(), "`{name}` must be a function");
            }
        }
        match (start, initialize) {
            (Some(_), Some(_)) => bail!(
                "Program cannot be both a Command and a Reactor: it exports both `_start` and \
                 `_initialize`"
            ),
            (Some(_), None) => self.command(store, module_name, module),
            (None, initialize) => {
                let instance = self.instantiate(&mut store, module)?;
                if initialize.is_some() {
                    instance
                        .get_typed_func::<(), ()>(&mut store, "_initialize")
                        .context("loading the Reactor initialization function")?
                        .call(&mut store, ())
                        .context("calling the Reactor initialization function")?;
                }
                self.instance(store, module_name, instance)
            }
        }
    }

    fn command(
        &mut self,
        mut store: StoreContextMut<'_, T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        // Not only when it is called.
        self.definitions.check_engines(module)?;
        self.definitions
            .needs_of(module)
            .assert_store(store.opaque());
        let command = self.instantiate_pre(module)?;
        let mut functions = Vec::new();
        for export in module.exports() {
            let name = export.name();
            let ExternType::Func(ty) = export.ty() else {
                ensure!(
                    self.unknown_exports || is_usual(&export),
                    "command export '{name}' is not a function"
                );
                continue;
            };
            let command = command.clone();
            let owned_name = name.to_owned();
            let func = Func::new(&mut store, ty, move |mut caller, params, results| {
                command
                    .instantiate(&mut caller)?
                    .get_func(&mut caller, &owned_name)
                    .expect("the module has this export")
                    .call(&mut caller, params, results)
            });
            functions.push((name, func.into()));
        }
        self.define_all(&store, module_name, functions)
    }
}

/// Whether a command may export this, although it isn't a function: toolchains
/// do.
// Version 48: a command may export these; look at `Linker::command` in `wasmtime`.
fn is_usual(export: &ExportType<'_>) -> bool {
    let ty = export.ty();
    match export.name() {
        "memory" => ty.memory().is_some(),
        "table" | "__indirect_function_table" => ty.table().is_some(),
        "__data_end" | "__heap_base" | "__dso_handle" | "__rtti_base" => ty.global().is_some(),
        _ => false,
    }
}
