//! Formats JSON with dprint's formatter, a WebAssembly module that imports nothing:
//! text is passed through the module's memory.
//!
//! ```sh
//! cargo run --example json_format -- dprint-json.wasm [FILE.json]
//! ```
//!
//! The module is the `plugin.wasm` of <https://github.com/dprint/dprint-plugin-json>.
//! Without a file, standard input is formatted.

use libwasmtime::error::Context;
use libwasmtime::{
    Engine, Instance, Memory, Module, Result, Store, TypedFunc, WasmParams, WasmResults, bail,
};
use std::io::{Read, Write};
use std::process::exit;
use std::{env, fs, io};

fn main() {
    if let Err(error) = run() {
        eprintln!("Error: {error:#}");
        exit(1);
    }
}

fn run() -> Result<()> {
    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;

    let mut args = env::args_os().skip(1);
    let module = args
        .next()
        .context("usage: json_format DPRINT-JSON.wasm [FILE.json]")?;
    let json = match args.next() {
        Some(file) => fs::read(&file).with_context(|| format!("failed to read {file:?}"))?,
        None => {
            let mut json = Vec::new();
            io::stdin().read_to_end(&mut json)?;
            json
        }
    };
    let mut formatter = Formatter::new(&Module::from_file(&Engine::default(), module)?)?;
    io::stdout().write_all(&formatter.format(&json)?)?;
    Ok(())
}

/// An instance of the module. The shared bytes are a buffer in its memory, through which
/// texts are passed in and out.
struct Formatter {
    store: Store<()>,
    memory: Memory,
    /// Resizes the buffer to a number of bytes.
    clear_shared_bytes: TypedFunc<u32, u32>,
    get_shared_bytes_ptr: TypedFunc<(), u32>,
    set_file_path: TypedFunc<(), ()>,
    /// Formats the text in the shared bytes, with the configuration of a number.
    format: TypedFunc<u32, u32>,
    get_formatted_text: TypedFunc<(), u32>,
    get_error_text: TypedFunc<(), u32>,
}

/// The number of the only configuration.
const CONFIG: u32 = 1;

impl Formatter {
    fn new(module: &Module) -> Result<Formatter> {
        let mut store = Store::new(module.engine(), ());
        let instance = Instance::new(&mut store, module, &[])?;
        let mut formatter = Formatter {
            memory: instance
                .get_memory(&mut store, "memory")
                .context("the module exports no memory")?,
            clear_shared_bytes: func(&mut store, instance, "clear_shared_bytes")?,
            get_shared_bytes_ptr: func(&mut store, instance, "get_shared_bytes_ptr")?,
            set_file_path: func(&mut store, instance, "set_file_path")?,
            format: func(&mut store, instance, "format")?,
            get_formatted_text: func(&mut store, instance, "get_formatted_text")?,
            get_error_text: func(&mut store, instance, "get_error_text")?,
            store,
        };
        formatter.send(br#"{"global":{},"plugin":{}}"#)?;
        let store = &mut formatter.store;
        func::<_, ()>(store, instance, "register_config")?.call(store, CONFIG)?;
        Ok(formatter)
    }

    fn format(&mut self, json: &[u8]) -> Result<Vec<u8>> {
        self.send(b"file.json")?;
        self.set_file_path.call(&mut self.store, ())?;
        self.send(json)?;
        match self.format.call(&mut self.store, CONFIG)? {
            // It is formatted already.
            0 => Ok(json.to_vec()),
            1 => {
                let len = self.get_formatted_text.call(&mut self.store, ())?;
                self.receive(len)
            }
            _ => {
                let len = self.get_error_text.call(&mut self.store, ())?;
                bail!("{}", String::from_utf8_lossy(&self.receive(len)?))
            }
        }
    }

    /// Writes the shared bytes.
    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let len = u32::try_from(bytes.len()).context("the text is too long")?;
        self.clear_shared_bytes.call(&mut self.store, len)?;
        let at = self.get_shared_bytes_ptr.call(&mut self.store, ())?;
        self.memory.write(&mut self.store, at as usize, bytes)?;
        Ok(())
    }

    /// Reads the shared bytes.
    fn receive(&mut self, len: u32) -> Result<Vec<u8>> {
        let at = self.get_shared_bytes_ptr.call(&mut self.store, ())?;
        self.memory
            .data(&self.store)
            .get(at as usize..)
            .and_then(|bytes| bytes.get(..len as usize))
            .map(<[u8]>::to_vec)
            .context("the text is outside the memory")
    }
}

fn func<Params: WasmParams, Results: WasmResults>(
    store: &mut Store<()>,
    instance: Instance,
    name: &str,
) -> Result<TypedFunc<Params, Results>> {
    instance.get_typed_func(store, name)
}
