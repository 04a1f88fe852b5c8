//! Guests and values that do the worst at the worst time.

use libwasmtime::{Caller, Engine, Linker, Module, Result, Store, Trap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

#[libwasmtime::guest(alloc = "alloc", free = "free")]
trait Echo {
    fn echo(&self, text: &str) -> String;
}

#[derive(Default)]
struct State {
    echo: Option<Arc<Echo>>,
    panics: bool,
}

/// A guest that echoes texts, whose allocator and function that frees are given. They may call
/// `$again`, which calls the guest again, and returns the address 64.
fn echo(alloc: &str, free: &str) -> Result<(Store<State>, Arc<Echo>)> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker.func_wrap(
        "host",
        "again",
        |mut caller: Caller<'_, State>| -> Result<i32> {
            assert!(!caller.data().panics, "the host panics");
            let echo = caller.data().echo.clone().expect("it was set");
            assert_eq!(echo.echo(&mut caller, "inner")?, "inner");
            Ok(64)
        },
    )?;
    let wat = format!(
        r#"(module
            (import "host" "again" (func $again (result i32)))
            (memory (export "memory") 1)
            (global $depth (mut i32) (i32.const 0))
            (func (export "alloc") (param i32) (result i32) {alloc})
            (func (export "free") (param i32) {free})
            (func (export "echo") (param i32 i32) (result i32 i32)
                (local.get 0) (local.get 1)))"#
    );
    let mut store = Store::new(&engine, State::default());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, wat)?)?;
    let echo = Arc::new(Echo::new(&mut store, &instance)?);
    store.data_mut().echo = Some(echo.clone());
    Ok((store, echo))
}

/// Calls the guest again, three times within each other.
const AGAIN: &str = "(global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (if (i32.lt_u (global.get $depth) (i32.const 4)) (then (drop (call $again))))";

#[test]
fn a_guest_is_called_again_while_its_memory_is_allocated_and_freed() -> Result<()> {
    for (alloc, free) in [
        (&*format!("{AGAIN} (i32.const 64)"), ""),
        ("(i32.const 64)", AGAIN),
        (
            "(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))",
            "(drop (memory.grow (i32.const 1)))",
        ),
    ] {
        let (mut store, echo) = echo(alloc, free)?;
        assert_eq!(echo.echo(&mut store, "outer")?, "outer");
    }
    Ok(())
}

/// An error of all these calls would overflow the stack when it is dropped.
#[test]
fn a_guest_that_recurses_while_it_is_called_makes_no_deep_error() -> Result<()> {
    for (alloc, free, expected) in [
        ("(call $again)", "", "pass"),
        ("(i32.const 64)", "(drop (call $again))", "free"),
    ] {
        let (mut store, echo) = echo(alloc, free)?;
        let error = echo.echo(&mut store, "outer").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        assert!(error.chain().count() < 20, "{}", error.chain().count());
        let text = format!("{error:#}");
        let expected = format!("failed to {expected} the arguments of the guest's function `echo`");
        assert!(text.contains(&expected), "{text}");
    }
    Ok(())
}

#[test]
fn a_guest_is_usable_after_a_panic_of_the_host_in_its_allocator() -> Result<()> {
    let (mut store, echo) = echo(&format!("{AGAIN} (i32.const 64)"), "")?;
    store.data_mut().panics = true;
    let call = AssertUnwindSafe(|| echo.echo(&mut store, "outer"));
    assert!(catch_unwind(call).is_err());
    store.data_mut().panics = false;
    assert_eq!(echo.echo(&mut store, "outer")?, "outer");
    Ok(())
}
