//! A text editor with plugins: they register commands, read and change the buffer, and keep
//! marks in it that are objects of the host.
//!
//! ```sh
//! cargo run --example plugins --features macros
//! ```

use libwasmtime::bind::ObjectRef;
use libwasmtime::{Caller, Engine, Linker, Module, Result, Store, TypedFunc, bail};
use std::collections::BTreeMap;

/// The state of the editor, which is the data of the store.
#[derive(Default)]
struct Editor {
    buffer: String,
    commands: BTreeMap<String, TypedFunc<(), ()>>,
    last_mark: Option<ObjectRef<Mark>>,
}

/// What plugins import from the module `editor`.
#[libwasmtime::host(module = "editor", rename_all = "kebab-case", alloc = "alloc")]
impl Editor {
    fn register_command(mut caller: Caller<'_, Editor>, name: String, run: TypedFunc<(), ()>) {
        caller.data_mut().commands.insert(name, run);
    }

    fn insert(&mut self, at: usize, text: &str) -> Result<()> {
        if !self.buffer.is_char_boundary(at) {
            bail!("{at} is no position in the buffer");
        }
        self.buffer.insert_str(at, text);
        Ok(())
    }

    fn text(&self) -> String {
        self.buffer.clone()
    }

    fn keep(&mut self, mark: ObjectRef<Mark>) {
        self.last_mark = Some(mark);
    }
}

/// A position in the buffer, which plugins hold.
struct Mark {
    position: usize,
}

#[libwasmtime::host(module = "mark", object)]
impl Mark {
    fn new(position: usize) -> Self {
        Mark { position }
    }

    fn advance(&mut self, by: usize) {
        self.position += by;
    }

    fn position(&self) -> usize {
        self.position
    }
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host(|editor: &mut Editor| editor)?;
    linker.host_objects::<Mark>()?;

    let mut store = Store::new(&engine, Editor::default());
    store.data_mut().buffer.push_str("hello world");
    let plugin = Module::new(&engine, include_str!("plugins/greeter.wat"))?;
    let instance = linker.instantiate(&mut store, &plugin)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "init")?
        .call(&mut store, ())?;

    let commands = store.data().commands.clone();
    for (name, run) in &commands {
        match run.call(&mut store, ()) {
            Ok(()) => println!("{name}: {}", store.data().buffer),
            Err(error) => println!("{name}: {}", error.root_cause()),
        }
    }
    if let Some(mark) = store.data().last_mark.clone() {
        println!("mark: {}", mark.get(&store).try_borrow()?.position);
    }
    Ok(())
}
