//! Plugins that are components: each exports what the world in `wit/plugin.wit` says, and imports
//! a log and a storage, in which it opens stores that are objects of the host.
//!
//! ```sh
//! cargo run --example component_plugins
//! ```

use libwasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable, bindgen};
use libwasmtime::{Engine, Error, Result, Store};
use std::collections::BTreeMap;
use std::fmt;

bindgen!({
    path: "examples/component_plugins/wit",
    // The host's type for the resource `store`.
    with: { "example:plugins/storage.store": OpenStore },
    // The host's functions return a `Result`, whose error ends the plugin's call.
    imports: { default: trappable },
});
use example::plugins::storage;

/// A store that a plugin has opened.
pub struct OpenStore {
    name: String,
}

/// What the host keeps for one plugin, as the data of a `Store`.
struct Host {
    /// The objects that the plugin has handles to.
    open: ResourceTable,
    /// The texts by the name of the store and the key.
    texts: BTreeMap<(String, String), String>,
    /// How many texts there may be.
    max_texts: usize,
}

/// The error of a plugin that stores too much.
#[derive(Debug)]
struct Full {
    store: String,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store `{}` is full", self.store)
    }
}

impl std::error::Error for Full {}

impl PluginImports for Host {
    fn log(&mut self, message: String) -> Result<()> {
        println!("  log: {message}");
        Ok(())
    }
}

/// Has a method for each function of the interface that belongs to no resource: none.
impl storage::Host for Host {}

impl storage::HostStore for Host {
    fn new(&mut self, name: String) -> Result<Resource<OpenStore>> {
        Ok(self.open.push(OpenStore { name })?)
    }

    fn get(&mut self, store: Resource<OpenStore>, key: String) -> Result<Option<String>> {
        let name = self.open.get(&store)?.name.clone();
        Ok(self.texts.get(&(name, key)).cloned())
    }

    fn set(&mut self, store: Resource<OpenStore>, key: String, value: String) -> Result<()> {
        let store = self.open.get(&store)?.name.clone();
        let place = (store.clone(), key);
        if !self.texts.contains_key(&place) && self.texts.len() >= self.max_texts {
            return Err(Error::new(Full { store }));
        }
        self.texts.insert(place, value);
        Ok(())
    }

    /// The plugin has dropped its handle.
    fn drop(&mut self, store: Resource<OpenStore>) -> Result<()> {
        self.open.delete(store)?;
        Ok(())
    }
}

/// Runs a plugin on some texts.
fn run(engine: &Engine, linker: &Linker<Host>, plugin: &str, max_texts: usize) -> Result<()> {
    let component = Component::new(engine, plugin)?;
    let host = Host {
        open: ResourceTable::new(),
        texts: BTreeMap::new(),
        max_texts,
    };
    let mut store = Store::new(engine, host);
    let plugin = Plugin::instantiate(&mut store, &component, linker)?;

    println!("{}:", plugin.call_name(&mut store)?);
    for input in ["hello, world", "", "to be or not to be"] {
        // The outer `Result` is that of the call, and the inner one the plugin's own.
        match plugin.call_run(&mut store, input)? {
            Ok(output) => println!("  {output}"),
            Err(message) => println!("  error: {message}"),
        }
    }
    for ((name, key), value) in &store.data().texts {
        println!("  {name}.{key} = {value}");
    }
    Ok(())
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;

    run(&engine, &linker, include_str!("shout.wat"), 1)?;
    run(&engine, &linker, include_str!("count.wat"), 1)?;

    // A plugin that isn't allowed to store anything.
    let error = run(&engine, &linker, include_str!("count.wat"), 0).unwrap_err();
    match error.downcast_ref::<Full>() {
        Some(full) => println!("  refused: {full}"),
        None => return Err(error),
    }
    Ok(())
}
