//! A crate like those that other people write for the `wasmtime` crate.

use std::fmt;

use wasmtime::error::Context as _;
use wasmtime::{
    AsContext, AsContextMut, Caller, Config, Engine, Extern, ExternRef, ExternType, Func, FuncType,
    Global, GlobalType, Instance, Linker, Memory, MemoryType, Module, Mutability, OptLevel, Ref,
    RefType, Result, Rooted, Store, StoreLimits, StoreLimitsBuilder, Table, TableType, Trap,
    TypedFunc, Val, ValType, bail, ensure, format_err,
};

/// The error of a host function.
#[derive(Debug, PartialEq)]
pub struct Refused(pub i32);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

struct State {
    log: Vec<String>,
    limits: StoreLimits,
}

/// A guest that prints something, and its host.
pub struct Plugin {
    store: Store<State>,
    instance: Instance,
    greet: TypedFunc<(i32, i32), i64>,
    memory: Memory,
}

const GUEST: &str = r#"
    (module
        (import "host" "log" (func $log (param i32 i32)))
        (import "host" "check" (func $check (param i32) (result i32)))
        (import "host" "level" (global $level (mut i32)))
        (memory (export "memory") 1)
        (func (export "greet") (param i32 i32) (result i64)
            (call $log (local.get 0) (local.get 1))
            (global.set $level (i32.add (global.get $level) (i32.const 1)))
            (i64.extend_i32_u (local.get 1)))
        (func (export "check") (param i32) (result i32) (call $check (local.get 0)))
        (func (export "grow") (result i32) (memory.grow (i32.const 10)))
        (func (export "same") (param externref) (result externref) (local.get 0))
        (func (export "loop") (loop (br 0)))
        (func (export "trap") (unreachable)))
"#;

impl Plugin {
    pub fn new() -> Result<Plugin> {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .wasm_bulk_memory(true)
            .cranelift_opt_level(OptLevel::Speed);
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, GUEST).context("the guest")?;
        ensure!(
            module.imports().len() == 3,
            "{} imports",
            module.imports().len()
        );
        let memory = module
            .get_export("memory")
            .and_then(|ty| ty.memory().cloned());
        ensure!(memory.is_some_and(|ty| ty.minimum() == 1 && !ty.is_64()));

        let limits = StoreLimitsBuilder::new().memory_size(2 << 16).build();
        let mut store = Store::new(
            &engine,
            State {
                log: Vec::new(),
                limits,
            },
        );
        store.limiter(|state| &mut state.limits);
        store.set_fuel(10_000)?;

        let mut linker = Linker::new(&engine);
        linker.func_wrap(
            "host",
            "log",
            |mut caller: Caller<'_, State>, at: i32, len: i32| {
                let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                    bail!("no memory");
                };
                let (bytes, state) = memory.data_and_store_mut(&mut caller);
                let text = bytes
                    .get(at as usize..)
                    .and_then(|rest| rest.get(..len as usize))
                    .ok_or_else(|| format_err!("out of bounds: {at}"))?;
                state.log.push(std::str::from_utf8(text)?.to_owned());
                wasmtime::error::Ok(())
            },
        )?;
        let check = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
        linker.func_new("host", "check", check, |_, arguments, results| {
            match arguments[0].unwrap_i32() {
                good if good > 0 => results[0] = Val::I32(good * 2),
                bad => return Err(Refused(bad).into()),
            }
            Ok(())
        })?;
        let level = GlobalType::new(ValType::I32, Mutability::Var);
        let level = Global::new(&mut store, level, Val::I32(40))?;
        linker.define(&store, "host", "level", level)?;

        let instance = linker.instantiate(&mut store, &module)?;
        let greet = instance.get_typed_func(&mut store, "greet")?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .context("no memory")?;
        Ok(Plugin {
            store,
            instance,
            greet,
            memory,
        })
    }

    pub fn greet(&mut self, name: &str) -> Result<(i64, Vec<String>)> {
        self.memory.write(&mut self.store, 16, name.as_bytes())?;
        let length = self.greet.call(&mut self.store, (16, name.len() as i32))?;
        Ok((length, std::mem::take(&mut self.store.data_mut().log)))
    }

    pub fn check(&mut self, value: i32) -> Result<i32> {
        let check = self
            .instance
            .get_func(&mut self.store, "check")
            .context("no check")?;
        let mut results = [Val::I32(0)];
        check.call(&mut self.store, &[Val::I32(value)], &mut results)?;
        results[0].i32().context("a number")
    }

    pub fn grow(&mut self) -> Result<i32> {
        let grow = self
            .instance
            .get_typed_func::<(), i32>(&mut self.store, "grow")?;
        grow.call(&mut self.store, ())
    }

    pub fn same(&mut self, text: &str) -> Result<String> {
        let same = self
            .instance
            .get_typed_func::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(
                &mut self.store,
                "same",
            )?;
        let reference = ExternRef::new(&mut self.store, text.to_owned())?;
        let back = same
            .call(&mut self.store, Some(reference))?
            .context("null")?;
        let data = back.data(&self.store)?.context("no data")?;
        Ok(data.downcast_ref::<String>().context("no text")?.clone())
    }

    /// Returns the outcome of calling `name`.
    pub fn trap(&mut self, name: &str) -> Result<Trap> {
        let error = self
            .instance
            .get_typed_func::<(), ()>(&mut self.store, name)?
            .call(&mut self.store, ())
            .unwrap_err();
        self.store.set_fuel(10_000)?;
        error.downcast::<Trap>()
    }
}

/// Returns the sum of the results of a table's functions.
pub fn table() -> Result<i32> {
    let mut store: Store<()> = Store::default();
    let ty = TableType::new(RefType::FUNCREF, 2, Some(4));
    let table = Table::new(&mut store, ty, Ref::Func(None))?;
    for (at, value) in [20, 22].into_iter().enumerate() {
        let func = Func::wrap(&mut store, move || value);
        table.set(&mut store, at as u64, Ref::Func(Some(func)))?;
    }
    sum(&mut store, &table)
}

fn sum(mut store: impl AsContextMut, table: &Table) -> Result<i32> {
    let mut sum = 0;
    for at in 0..table.size(store.as_context()) {
        let element = table.get(&mut store, at).context("out of bounds")?;
        let func = *element.unwrap_func().context("null")?;
        sum += func.typed::<(), i32>(&store)?.call(&mut store, ())?;
    }
    Ok(sum)
}

/// Returns the exports of precompiled code.
pub fn precompiled() -> Result<Vec<String>> {
    let engine = Engine::default();
    let text = r#"(module (memory (export "m") 2 3) (func (export "f") (param f64)))"#;
    let code = engine.precompile_module(text.as_bytes())?;
    // SAFETY: the code was compiled just now.
    let module = unsafe { Module::deserialize(&engine, code)? };
    let memory = MemoryType::new(2, Some(3));
    Ok(module
        .exports()
        .map(|export| match export.ty() {
            ExternType::Memory(ty) => format!("{}: memory, {}", export.name(), ty == memory),
            ExternType::Func(ty) => format!("{}: {} parameter", export.name(), ty.params().len()),
            other => format!("{}: {other:?}", export.name()),
        })
        .collect())
}
