//! Definitions of what instances and modules export.

use super::Linker;
use crate::error::{Context, bail, ensure};
use crate::instance::check_engine;
use crate::{
    AsContextMut, ExportType, Extern, ExternType, Func, FuncType, Instance, InstancePre, Module,
    Result, StoreContextMut, TypedFunc,
};

impl<T: 'static> Linker<T> {
    /// Defines all exports of an instance.
    ///
    /// Each is defined as [`Linker::define`] does, under `module_name` and its own name.
    /// Modules that import one can then be instantiated in the instance's store only.
    ///
    /// Calls `wasmtime_linker_define` for each export.
    ///
    /// # Errors
    ///
    /// Returns an error if a name is defined already and shadowing isn't allowed. The
    /// exports before that one are defined nevertheless.
    ///
    /// # Panics
    ///
    /// Panics if `instance` belongs to another store.
    ///
    /// # Examples
    ///
    /// Letting one instance import what another one exports:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, ());
    /// let mut linker = Linker::new(&engine);
    ///
    /// let math = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "double") (param i32) (result i32)
    ///             (i32.shl (local.get 0) (i32.const 1))))
    /// "#)?;
    /// let math = linker.instantiate(&mut store, &math)?;
    /// linker.instance(&mut store, "math", math)?;
    ///
    /// let user = Module::new(&engine, r#"
    ///     (module
    ///         (import "math" "double" (func $double (param i32) (result i32)))
    ///         (func (export "run") (result i32) (call $double (i32.const 21))))
    /// "#)?;
    /// let user = linker.instantiate(&mut store, &user)?;
    /// let run = user.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Defines one item after the other, until a definition fails.
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

    /// Defines the exports of a module, which is instantiated as a command or a reactor.
    ///
    /// A *command* exports a function `_start`. Only its functions are defined, and each
    /// call of one of them instantiates the module anew: nothing is kept between calls.
    /// Its imports are looked up now. (If it imports a shared memory, only the first call
    /// succeeds, except with the engines that
    /// [`SharedMemory`](crate::SharedMemory#in-one-store) names.)
    ///
    /// Any other module is a *reactor*. It is instantiated now, its function
    /// `_initialize` is called if it exports one, and all its exports are defined.
    ///
    /// Either way, the items are defined under `module_name` and belong to `store`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `module` belongs to another engine;
    /// - it exports both `_start` and `_initialize`, or one of them that is not a function;
    /// - it cannot be instantiated, for the reasons of [`Linker::instantiate`]: use
    ///   `module_async` where the imports or the store require asynchronous calls;
    /// - `_initialize` fails, or has parameters or results;
    /// - a command exports something that is neither a function nor known to be added by
    ///   toolchains; see [`Linker::allow_unknown_exports`];
    /// - a name is defined already and shadowing isn't allowed. The exports before that
    ///   one are defined nevertheless.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - `store` belongs to another engine;
    /// - `module` is a command, and the definition of one of its imports belongs to
    ///   another store;
    /// - a host function panics that is called by the start function or by `_initialize`.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, ());
    /// let mut linker = Linker::new(&engine);
    ///
    /// let counter = r#"
    ///     (global $n (mut i32) (i32.const 0))
    ///     (func (export "next") (result i32)
    ///         (global.set $n (i32.add (global.get $n) (i32.const 1)))
    ///         (global.get $n))
    /// "#;
    /// let reactor = Module::new(&engine, format!("(module {counter})"))?;
    /// let command = format!("(module {counter} (func (export \"_start\")))");
    /// let command = Module::new(&engine, command)?;
    /// linker.module(&mut store, "reactor", &reactor)?;
    /// linker.module(&mut store, "command", &command)?;
    ///
    /// // A reactor keeps its state, a command begins anew with each call.
    /// for (module, expected) in [("reactor", [1, 2]), ("command", [1, 1])] {
    ///     for expected in expected {
    ///         let next = linker.get(&mut store, module, "next")?;
    ///         let next = next.into_func().expect("it is a function");
    ///         let next = next.typed::<(), i32>(&store)?;
    ///         assert_eq!(next.call(&mut store, ())?, expected);
    ///     }
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn module(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        match ModuleKind::of(module)? {
            ModuleKind::Command => self.command(store, module_name, module, |store, ty, call| {
                Func::new(store, ty, move |mut caller, params, results| {
                    let instance = call.command.instantiate(&mut caller)?;
                    call.function(&mut caller, instance)
                        .call(&mut caller, params, results)
                })
            }),
            ModuleKind::Reactor { has_initializer } => {
                let instance = self.instantiate(&mut store, module)?;
                if has_initializer {
                    initializer(&mut store, instance)?
                        .call(&mut store, ())
                        .context(CALLING_INITIALIZER)?;
                }
                self.instance(store, module_name, instance)
            }
        }
    }

    pub(super) fn command(
        &mut self,
        mut store: StoreContextMut<'_, T>,
        module_name: &str,
        module: &Module,
        function: impl Fn(&mut StoreContextMut<'_, T>, FuncType, CommandCall<T>) -> Func,
    ) -> Result<&mut Self> {
        // Now, and not only when a function is called.
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
            let call = CommandCall {
                command: command.clone(),
                function: name.to_owned(),
            };
            functions.push((name, function(&mut store, ty, call).into()));
        }
        self.define_all(&store, module_name, functions)
    }
}

/// The two kinds of modules that a linker can define.
pub(super) enum ModuleKind {
    /// A program, which exports `_start`: each call of a function gets an instance of its own.
    Command,
    /// A library: there is one instance.
    Reactor {
        /// Whether the instance exports `_initialize`.
        has_initializer: bool,
    },
}

impl ModuleKind {
    pub(super) fn of(module: &Module) -> Result<ModuleKind> {
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
            (Some(_), None) => Ok(ModuleKind::Command),
            (None, initialize) => Ok(ModuleKind::Reactor {
                has_initializer: initialize.is_some(),
            }),
        }
    }
}

/// Calls of a function of a command, each in an instance of its own.
pub(super) struct CommandCall<T> {
    pub(super) command: InstancePre<T>,
    function: String,
}

impl<T: 'static> CommandCall<T> {
    /// Returns the function in an instance of the command.
    pub(super) fn function(&self, store: impl AsContextMut, instance: Instance) -> Func {
        instance
            .get_func(store, &self.function)
            .expect("the module has this export")
    }
}

/// Returns the function that initializes a reactor.
pub(super) fn initializer(
    store: impl AsContextMut,
    instance: Instance,
) -> Result<TypedFunc<(), ()>> {
    instance
        .get_typed_func(store, "_initialize")
        .context("loading the Reactor initialization function")
}

/// The context of an error of that function.
pub(super) const CALLING_INITIALIZER: &str = "calling the Reactor initialization function";

/// Reports whether toolchains add such an export to commands: it is not a function, and
/// skipped.
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
