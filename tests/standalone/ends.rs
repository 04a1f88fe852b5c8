//! Prints how calls of the guest end, one on each line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use wasmtime::{Engine, Linker, Module, Result, Store, Trap, bail};

static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.cwasm"));

fn main() {
    let thread = thread::spawn(|| {
        let engine = Engine::default();
        // SAFETY: this was compiled when the program was built.
        let module = unsafe { Module::deserialize(&engine, GUEST).unwrap() };
        let fine = |_, _| Ok(());
        end(&module, "two words", 9, fine);
        end(&module, "\x01", 1, fine);
        end(&module, &" ".repeat(1 << 16), u32::MAX, fine);
        end(&module, "word", 4, |_, _| bail!("the host's"));
        end(&module, "word", 4, |_, _| panic!("the host's"));
        end(&module, "word", 4, fine);
    });
    thread.join().unwrap();
}

/// Calls the guest with a host function.
fn end(
    module: &Module,
    text: &str,
    len: u32,
    word: impl Fn(u32, u32) -> Result<()> + Send + Sync + 'static,
) {
    let call = || -> Result<u32> {
        let mut linker = Linker::new(module.engine());
        linker.func_wrap("host", "word", word)?;
        let mut store = Store::new(module.engine(), ());
        let instance = linker.instantiate(&mut store, module)?;
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        memory.write(&mut store, 0, text.as_bytes())?;
        let split = instance.get_typed_func::<u32, u32>(&mut store, "split")?;
        split.call(&mut store, len)
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(words)) => println!("Ok({words})"),
        Ok(Err(error)) => match error.downcast_ref::<Trap>() {
            Some(trap) => println!("trap: {trap:?}"),
            None => println!("error: {}", error.root_cause()),
        },
        Err(panic) => println!("panic: {}", panic.downcast_ref::<&str>().unwrap()),
    }
}
