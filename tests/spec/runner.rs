//! The state of one file while its directives are run.

use crate::object;
use crate::spectest;
use crate::value::from_const;
use json_from_wast::{Action, WasmFile, WasmFileType};
use libwasmtime::error::Context;
use libwasmtime::{
    Engine, Error, Instance, Linker, Module, Result, Store, Val, format_err, wat2wasm,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// The modules and instances of a file, and the store and linker they are in.
pub struct Runner<'a> {
    /// The text or binary of the modules in the file.
    files: HashMap<&'a str, &'a [u8]>,
    store: Store<()>,
    linker: Linker<()>,
    /// Named modules that are not instantiated; the latest is named "" too.
    definitions: HashMap<String, Module>,
    /// Named instances; the latest is named "" too.
    instances: HashMap<String, Instance>,
}

impl<'a> Runner<'a> {
    pub fn new(engine: &Engine, files: &'a [(String, Vec<u8>)]) -> Result<Runner<'a>> {
        let mut store = Store::new(engine, ());
        Ok(Runner {
            files: files
                .iter()
                .map(|(name, contents)| (&**name, &**contents))
                .collect(),
            linker: spectest::linker(&mut store)?,
            store,
            definitions: HashMap::new(),
            instances: HashMap::new(),
        })
    }

    pub fn store(&mut self) -> &mut Store<()> {
        &mut self.store
    }

    /// Compiles a module of the file.
    pub fn compile(&self, file: &WasmFile<'_>) -> Result<Module> {
        Module::from_binary(self.store.engine(), &self.binary(file)?)
    }

    /// Validates a module of the file.
    pub fn validate(&self, file: &WasmFile<'_>) -> Result<()> {
        Module::validate(self.store.engine(), &self.binary(file)?)
    }

    /// Returns a module of the file in the binary format.
    fn binary(&self, file: &WasmFile<'_>) -> Result<Cow<'a, [u8]>> {
        let contents = self.files[&*file.filename];
        match file.module_type {
            WasmFileType::Binary => Ok(contents.into()),
            WasmFileType::Text => Ok(wat2wasm(contents)?.to_vec().into()),
        }
    }

    /// Stores a module for later.
    pub fn define(&mut self, name: Option<&str>, module: Module) {
        self.definitions
            .extend(names(name).map(|name| (name, module.clone())));
    }

    /// Returns a stored module; the latest if no name is given.
    pub fn definition(&self, name: Option<&str>) -> Result<Module> {
        lookup(&self.definitions, name).cloned()
    }

    /// Instantiates a module with what is registered.
    pub fn instantiate(&mut self, name: Option<&str>, module: &Module) -> Result<()> {
        let instance = self.linker.instantiate(&mut self.store, module)?;
        self.instances
            .extend(names(name).map(|name| (name, instance)));
        Ok(())
    }

    /// Lets modules import from an instance.
    pub fn register(&mut self, name: Option<&str>, import: &str) -> Result<()> {
        let instance = *lookup(&self.instances, name)?;
        self.linker.instance(&mut self.store, import, instance)?;
        Ok(())
    }

    /// Calls a function or reads a global.
    pub fn perform(&mut self, action: &Action<'_>) -> Result<Vec<Val>> {
        match action {
            Action::Invoke {
                module,
                field,
                args,
            } => {
                let instance = *lookup(&self.instances, module.as_deref())?;
                let func = instance
                    .get_func(&mut self.store, field)
                    .with_context(|| format!("no function `{field}` is exported"))?;
                let args = args
                    .iter()
                    .map(|arg| from_const(&mut self.store, arg))
                    .collect::<Result<Vec<_>>>()?;
                let ty = func.ty(&self.store);
                let mut results = vec![Val::I32(0); ty.results().len()];
                func.call(&mut self.store, &args, &mut results)?;
                for (result, ty) in results.iter().zip(ty.results()) {
                    object::check(&mut self.store, result, &ty)?;
                }
                Ok(results)
            }
            Action::Get { module, field } => {
                let instance = *lookup(&self.instances, module.as_deref())?;
                let global = instance
                    .get_global(&mut self.store, field)
                    .with_context(|| format!("no global `{field}` is exported"))?;
                let (value, ty) = (global.get(&mut self.store), global.ty(&self.store));
                object::check(&mut self.store, &value, ty.content())?;
                Ok(vec![value])
            }
        }
    }
}

/// Returns the names under which an item with this name is stored.
fn names(name: Option<&str>) -> impl Iterator<Item = String> {
    name.into_iter().chain([""]).map(str::to_owned)
}

fn lookup<'m, V>(map: &'m HashMap<String, V>, name: Option<&str>) -> Result<&'m V> {
    let name = name.unwrap_or_default();
    map.get(name)
        .ok_or_else(|| -> Error { format_err!("there is no module `{name}`") })
}
