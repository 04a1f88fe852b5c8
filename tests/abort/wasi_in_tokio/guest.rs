//! The WASI program of these tests.

use libwasmtime::wasi::{self, FsPerms, MemoryOutputPipe, WasiCtxBuilder};
use libwasmtime::*;
use std::path::Path;

/// The data of a store: what the program's host function does.
pub struct Host(Box<dyn FnMut() + Send>);

/// An instance of the program.
pub struct Guest {
    pub store: Store<Host>,
    instance: Instance,
    output: MemoryOutputPipe,
}

impl Guest {
    /// Creates a program that may use `folder`, with a host function that does nothing.
    pub fn new(folder: &Path) -> Result<Guest> {
        Guest::with_host(folder, || {})
    }

    pub fn with_host(folder: &Path, host: impl FnMut() + Send + 'static) -> Result<Guest> {
        let (mut store, output) = store(folder, Host(Box::new(host)))?;
        let mut linker = linker(store.engine())?;
        linker.func_wrap("host", "call", |mut caller: Caller<'_, Host>| {
            (caller.data_mut().0)()
        })?;
        let module = module(store.engine())?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Guest {
            store,
            instance,
            output,
        })
    }

    /// Creates a program whose host function is asynchronous.
    #[cfg(feature = "async")]
    pub async fn with_async_host<F>(
        folder: &Path,
        host: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Guest>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (mut store, output) = store(folder, Host(Box::new(|| {})))?;
        let mut linker = linker(store.engine())?;
        linker.func_wrap_async("host", "call", move |_: Caller<'_, Host>, (): ()| {
            Box::new(host())
        })?;
        let module = module(store.engine())?;
        let instance = linker.instantiate_async(&mut store, &module).await?;
        Ok(Guest {
            store,
            instance,
            output,
        })
    }

    /// Calls the function that uses WASI in many ways.
    pub fn run(&mut self) -> Result<()> {
        let run = self.get::<(), i32>("run");
        let step = run.call(&mut self.store, ())?;
        self.assert_has_run(step);
        Ok(())
    }

    #[cfg(feature = "async")]
    pub async fn run_async(&mut self) -> Result<()> {
        let run = self.get::<(), i32>("run");
        let step = run.call_async(&mut self.store, ()).await?;
        self.assert_has_run(step);
        Ok(())
    }

    fn assert_has_run(&self, step: i32) {
        assert_eq!(step, 0, "the step that failed");
        assert!(self.output.contents().ends_with(b"hello\n"));
    }

    /// Calls the host function.
    pub fn call_host(&mut self) -> Result<()> {
        let host = self.get::<(), ()>("host");
        host.call(&mut self.store, ())
    }

    pub fn get<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> TypedFunc<P, R> {
        let found = self.instance.get_typed_func(&mut self.store, name);
        found.expect("it is exported")
    }
}

fn store(folder: &Path, host: Host) -> Result<(Store<Host>, MemoryOutputPipe)> {
    let mut store = Store::new(&Engine::default(), host);
    let output = MemoryOutputPipe::new(1000);
    let mut builder = WasiCtxBuilder::new();
    builder.preopened_dir(folder, "/", FsPerms::ReadWrite)?;
    builder.stdout(output.clone());
    builder.stdin_file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    store.set_wasi(builder.build_p1())?;
    Ok((store, output))
}

fn linker(engine: &Engine) -> Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker)?;
    Ok(linker)
}

fn module(engine: &Engine) -> Result<Module> {
    Module::new(engine, include_str!("program.wat"))
}
