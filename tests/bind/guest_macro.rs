//! The attribute `guest`: typed methods over the exports of an instance.

use libwasmtime::bind::ExportsError;
use libwasmtime::{Caller, Engine, Func, Instance, Linker, Module, Result, Store, Trap, TypedFunc};

/// A guest that counts what it has allocated and freed.
#[libwasmtime::guest(alloc = "alloc", free = "free", rename_all = "camelCase")]
pub trait Api {
    /// Adds the bytes of a text.
    fn add_bytes(&mut self, text: &str) -> i32;
    fn sum(&self, a: &[i32], b: &[u8], c: i32) -> Result<i64>;
    fn greeting(&self, name: &str) -> String;
    fn numbers(&self) -> Vec<u16>;
    fn swap(&self, store: i32, x: f64) -> (f64, i32);
    #[guest(name = "do-nothing")]
    fn nothing(&self);
    fn trap(&self, text: &str) -> u32;
    fn apply(&self, f: TypedFunc<i32, i32>, x: i32) -> i32;
    fn live(&self) -> u32;
    #[cfg(any())]
    fn absent(&self);
}

const WAT: &str = r#"(module
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))
    (global $live (mut i32) (i32.const 0))
    (table $t 1 funcref)
    (type $unary (func (param i32) (result i32)))
    (data (i32.const 0) "hello, ")
    (data (i32.const 32) "\01\00\02\00\ff\ff")
    (func (export "alloc") (param $size i32) (param $align i32) (result i32)
        (global.set $end (i32.and
            (i32.add (global.get $end) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
        (global.get $end)
        (global.set $end (i32.add (global.get $end) (local.get $size)))
        (global.set $live (i32.add (global.get $live) (local.get $size))))
    (func (export "free") (param $address i32) (param $size i32)
        (memory.fill (local.get $address) (i32.const 0) (local.get $size))
        (global.set $live (i32.sub (global.get $live) (local.get $size))))
    (func (export "live") (result i32) (global.get $live))
    (func $bytes (export "addBytes") (param $address i32) (param $len i32) (result i32)
        (local $sum i32)
        (block $done (loop $next
            (br_if $done (i32.eqz (local.get $len)))
            (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $address))))
            (local.set $address (i32.add (local.get $address) (i32.const 1)))
            (local.set $len (i32.sub (local.get $len) (i32.const 1)))
            (br $next)))
        (local.get $sum))
    (func (export "sum") (param $a i32) (param $n i32) (param $b i32) (param $m i32) (param $c i32)
            (result i64)
        (local $sum i64)
        (local.set $sum (i64.extend_i32_s (i32.add (local.get $c)
            (call $bytes (local.get $b) (local.get $m)))))
        (block $done (loop $next
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $sum (i64.add (local.get $sum) (i64.load32_s align=4 (local.get $a))))
            (local.set $a (i32.add (local.get $a) (i32.const 4)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $next)))
        (local.get $sum))
    (func (export "greeting") (param $address i32) (param $len i32) (result i32 i32)
        ;; The result lies in the argument's memory, which is freed after it was read.
        (memory.copy (i32.add (local.get $address) (i32.const 7)) (local.get $address)
            (local.get $len))
        (memory.copy (local.get $address) (i32.const 0) (i32.const 7))
        (local.get $address) (i32.add (local.get $len) (i32.const 7)))
    (func (export "numbers") (result i32 i32) (i32.const 32) (i32.const 3))
    (func (export "swap") (param i32 f64) (result f64 i32) (local.get 1) (local.get 0))
    (func (export "do-nothing"))
    (func (export "trap") (param i32 i32) (result i32) (unreachable))
    (func (export "apply") (param funcref i32) (result i32)
        (table.set $t (i32.const 0) (local.get 0))
        (call_indirect $t (type $unary) (local.get 1) (i32.const 0))))"#;

fn instance(store: &mut Store<()>, wat: &str) -> Result<Instance> {
    let module = Module::new(store.engine(), wat)?;
    Instance::new(store, &module, &[])
}

#[test]
fn methods_call_exports() -> Result<()> {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instance(&mut store, WAT)?;
    let mut api = Api::new(&mut store, &instance)?;
    assert_eq!(api.add_bytes(&mut store, "ab")?, 97 + 98);
    assert_eq!(api.add_bytes(&mut store, "")?, 0);
    assert_eq!(api.sum(&mut store, &[-1, 5], &[1, 2, 3], 100)?, 110);
    assert_eq!(api.greeting(&mut store, "wörld")?, "hello, wörld");
    assert_eq!(api.numbers(&mut store)?, [1, 2, 0xffff]);
    assert_eq!(api.swap(&mut store, 3, 0.5)?, (0.5, 3));
    api.nothing(&mut store)?;
    let double = Func::wrap(&mut store, |x: i32| 2 * x).typed(&store)?;
    assert_eq!(api.apply(&mut store, double, 21)?, 42);
    // All has been freed.
    assert_eq!(api.live(&mut store)?, 0);
    Ok(())
}

#[test]
fn a_trap_is_the_error_and_nothing_is_freed() -> Result<()> {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instance(&mut store, WAT)?;
    let api = Api::new(&mut store, &instance)?;
    let error = api.trap(&mut store, "12345").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    assert_eq!(api.live(&mut store)?, 5);
    Ok(())
}

/// An error of all these calls would overflow the stack when it is dropped.
#[test]
fn a_guest_that_recurses_makes_no_deep_error() -> Result<()> {
    #[libwasmtime::guest(alloc = "alloc")]
    trait Text {
        fn take(&self, text: &str);
    }
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("m", "again", |mut caller: Caller<'_, Option<Instance>>| {
        let instance = caller.data().expect("the instance is there");
        let text = Text::new(&mut caller, &instance)?;
        text.take(&mut caller, "again")
    })?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "m" "again" (func $again))
            (memory (export "memory") 1)
            (func (export "alloc") (param i32) (result i32) (call $again) (i32.const 0))
            (func (export "take") (param i32 i32)))"#,
    )?;
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &module)?;
    *store.data_mut() = Some(instance);
    let text = Text::new(&mut store, &instance)?;
    let error = text.take(&mut store, "first").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    assert!(error.chain().count() < 20, "{}", error.chain().count());
    let error = format!("{error:#}");
    assert!(error.contains("the arguments of the guest's function `take`: failed to call"));
    Ok(())
}

#[test]
fn all_mismatches_are_one_error() -> Result<()> {
    let mut store = Store::new(&Engine::default(), ());
    let wat = r#"(module
        (memory (export "alloc") 1)
        (func (export "free") (param i64))
        (func (export "addBytes") (param i32) (result i32))
        (global (export "sum") i32 (i32.const 1))
        (func (export "greeting") (param i32 i32) (result i32 i32))
        (func (export "swap") (param i32 f64) (result i32 f64))
        (func (export "live") (result i32) (i32.const 0))
        (func (export "apply") (param funcref i32) (result i32) (i32.const 0)))"#;
    let wat = wat.replace("(result i32 i32))", "(result i32 i32) (unreachable))");
    let wat = wat.replace("(result i32))\n", "(result i32) (unreachable))\n");
    let wat = wat.replace("(result i32 f64))", "(result i32 f64) (unreachable))");
    let instance = instance(&mut store, &wat)?;
    let error = Api::new(&mut store, &instance).map(drop).unwrap_err();
    let error = error
        .downcast_ref::<ExportsError>()
        .expect("it is about the exports");
    let names: Vec<_> = error.items().iter().map(|item| item.name()).collect();
    assert_eq!(
        names,
        [
            "free",
            "memory",
            "alloc",
            "addBytes",
            "sum",
            "numbers",
            "swap",
            "do-nothing",
            "trap"
        ]
    );
    let text = error.to_string();
    for part in [
        "failed to find 9 exports:\n  expected `free` to be a function that takes an address",
        "found (type (func (param i64)))",
        "export a memory `memory`, found no export of that name",
        "export a function `alloc`, found a memory",
        "expected `addBytes` to be (type (func (param i32 i32) (result i32))), found (type (func \
         (param i32) (result i32)))",
        "to be (type (func (param i32 i32 i32 i32 i32) (result i64))), found (global i32)",
        "expected `do-nothing` to be (type (func)), found no export of that name",
        "(result f64 i32))), found (type (func (param i32 f64) (result i32 f64)))",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    Ok(())
}

#[test]
fn hostile_guests_are_errors() -> Result<()> {
    #[libwasmtime::guest(alloc = "alloc", crate = ::libwasmtime)]
    trait Text {
        fn take(&self, number: i32, text: &str);
        fn give(&self) -> String;
    }
    let mut store = Store::new(&Engine::default(), ());
    for (alloc, results, found) in [
        (
            "(i32.const -1)",
            "",
            "argument 2: expected the guest's allocator `alloc` to return an address that is a multiple \
             of 1, with room for 5 bytes, found 0xffffffff",
        ),
        (
            "(i32.const 65532)",
            "",
            "with room for 5 bytes, found 0xfffc",
        ),
        (
            "(i32.const 0)",
            "",
            "the guest's allocator `alloc` to return the address of 5 bytes, found null",
        ),
        (
            "(unreachable)",
            "",
            "failed to call the guest's allocator `alloc`",
        ),
        (
            "(i32.const 0)",
            "(i32.const 65530) (i32.const 7)",
            "to be in the guest's memory",
        ),
        (
            "(i32.const 0)",
            "(i32.const -1) (i32.const -1)",
            "to be in the guest's memory",
        ),
        (
            "(i32.const 0)",
            "(i32.const 16) (i32.const 2)",
            "invalid utf-8",
        ),
    ] {
        let results = if results.is_empty() {
            "(unreachable)"
        } else {
            results
        };
        let wat = format!(
            r#"(module
                (memory (export "memory") 1)
                (data (i32.const 16) "\c3\28")
                (func (export "alloc") (param i32) (result i32) {alloc})
                (func (export "take") (param i32 i32 i32))
                (func (export "give") (result i32 i32) {results}))"#
        );
        let instance = instance(&mut store, &wat)?;
        let text = Text::new(&mut store, &instance)?;
        let error = match results {
            "(unreachable)" => text.take(&mut store, 1, "12345").unwrap_err(),
            _ => text.give(&mut store).map(drop).unwrap_err(),
        };
        let message = format!("{error:#}");
        assert!(message.contains(found), "{message}");
        let names_function = message.contains("the guest's function `take`")
            || message.contains("failed to read the results of the guest's function `give`");
        assert!(names_function, "{message}");
    }
    Ok(())
}

/// Strings are copied anyway.
#[cfg(feature = "threads")]
#[test]
fn a_guest_may_have_a_shared_memory() -> Result<()> {
    #[libwasmtime::guest(alloc = "alloc")]
    trait Text {
        fn echo(&self, text: &str) -> String;
    }
    let engine = Engine::new(libwasmtime::Config::new().shared_memory(true))?;
    let mut store = Store::new(&engine, ());
    let instance = instance(
        &mut store,
        r#"(module
            (memory (export "memory") 1 1 shared)
            (func (export "alloc") (param i32) (result i32) (i32.const 8))
            (func (export "echo") (param i32 i32) (result i32 i32)
                (local.get 0) (local.get 1)))"#,
    )?;
    let text = Text::new(&mut store, &instance)?;
    assert_eq!(text.echo(&mut store, "again")?, "again");
    Ok(())
}

#[test]
#[should_panic(expected = "store")]
fn another_store_is_a_panic() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = instance(&mut store, WAT).unwrap();
    let api = Api::new(&mut store, &instance).unwrap();
    _ = api.live(Store::new(&engine, ()));
}

/// A host function has the guest as a part of its store's data, and calls it again.
#[test]
fn a_host_function_calls_the_guest_again() -> Result<()> {
    use libwasmtime::Caller;
    #[libwasmtime::guest]
    #[derive(Clone, Debug)]
    trait Guest {
        fn run(&self, n: i64) -> i64;
    }
    let engine = Engine::default();
    let mut linker = Linker::<Option<Guest>>::new(&engine);
    linker.func_wrap(
        "host",
        "down",
        |mut caller: Caller<'_, Option<Guest>>, n: i64| -> Result<i64> {
            let guest = caller.data().clone().expect("it is set");
            guest.run(&mut caller, n - 1)
        },
    )?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "down" (func $down (param i64) (result i64)))
            (func (export "run") (param i64) (result i64)
                (if (result i64) (i64.eqz (local.get 0))
                    (then (i64.const 0))
                    (else (i64.add (local.get 0) (call $down (local.get 0)))))))"#,
    )?;
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &module)?;
    let guest = Guest::new(&mut store, &instance)?;
    *store.data_mut() = Some(guest.clone());
    assert_eq!(guest.run(&mut store, 10)?, 55);
    Ok(())
}

/// More values than are kept on the stack.
#[test]
fn a_function_has_many_parameters() -> Result<()> {
    #[libwasmtime::guest(alloc = "alloc")]
    trait Many {
        #[allow(clippy::too_many_arguments)]
        fn last(
            &self,
            a: &str,
            b: &str,
            c: &str,
            d: &str,
            e: &str,
            f: &str,
            g: &str,
            h: &str,
            i: i32,
        ) -> i32;
    }
    let mut store = Store::new(&Engine::default(), ());
    let params = "i32 ".repeat(17);
    let wat = format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "alloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
            (func (export "last") (param {params}) (result i32)
                (i32.add (local.get 16) (local.get 15))))"#
    );
    let instance = instance(&mut store, &wat)?;
    let many = Many::new(&mut store, &instance)?;
    let last = many.last(&mut store, "", "", "", "", "", "", "", "abc", 7)?;
    assert_eq!(last, 10);
    Ok(())
}

/// The guest's function and its allocator wait for the host.
#[cfg(feature = "async")]
#[test]
fn an_asynchronous_method_waits() -> Result<()> {
    use libwasmtime::Val;

    #[libwasmtime::guest(alloc = "alloc", free = "free")]
    trait Waits {
        async fn echo(&self, text: &str, numbers: &[u64], f: Option<TypedFunc<(), ()>>) -> String;
        async fn freed(&self) -> Result<u32>;
        async fn trap(&self);
    }

    fn assert_send<T: Send>(future: T) -> T {
        future
    }

    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap_async("host", "wait", |_, (x,): (i32,)| {
        Box::new(async move {
            tokio::task::yield_now().await;
            x
        })
    })?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "wait" (func $wait (param i32) (result i32)))
            (memory (export "memory") 1)
            (global $end (mut i32) (i32.const 1024))
            (global $freed (mut i32) (i32.const 0))
            (func (export "alloc") (param i32 i32) (result i32)
                (global.get $end)
                (global.set $end (call $wait (i32.add (global.get $end) (i32.const 64)))))
            (func (export "free") (param i32 i32 i32)
                (global.set $freed (call $wait (i32.add (global.get $freed) (local.get 1)))))
            (func (export "echo") (param i32 i32 i32 i32 funcref) (result i32 i32)
                (call $wait (local.get 0))
                (i32.wrap_i64 (i64.load (local.get 2))))
            (func (export "freed") (result i32) (global.get $freed))
            (func (export "trap") (drop (call $wait (i32.const 1))) (unreachable)))"#,
    )?;
    let mut store = Store::new(&engine, ());
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let waits = Waits::new(&mut store, &instance)?;
        let echo = waits.echo(&mut store, "hello", &[4], None);
        assert_eq!(assert_send(echo).await?, "hell");
        assert_eq!(waits.freed(&mut store).await?, 5 + 8);
        let error = waits.trap(&mut store).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
        let error = waits.echo(&mut store, "hello", &[u64::MAX], None).await;
        let text = format!("{:#}", error.unwrap_err());
        assert!(
            text.contains("results of the guest's function `echo`"),
            "{text}"
        );
        assert_eq!(waits.freed(&mut store).await?, 2 * (5 + 8));
        // A call that isn't asynchronous is refused.
        let freed = instance.get_func(&mut store, "freed").unwrap();
        assert!(freed.call(&mut store, &[], &mut [Val::I32(0)]).is_err());
        Ok(())
    })
}

#[test]
fn a_guest_has_addresses_of_64_bits() -> Result<()> {
    #[libwasmtime::guest(memory = "m", alloc = "alloc", free = "free", memory64)]
    trait Wide {
        fn echo(&self, text: &str) -> String;
        fn freed(&self) -> i64;
    }
    let mut store = Store::new(&Engine::default(), ());
    let wat = r#"(module
        (memory (export "m") i64 1)
        (global $freed (mut i64) (i64.const 0))
        (func (export "alloc") (param i64) (result i64) (i64.const 64))
        (func (export "free") (param i64 i64 i64)
            (global.set $freed (i64.add (local.get 0)
                (i64.add (i64.mul (local.get 1) (i64.const 1000)) (local.get 2)))))
        (func (export "echo") (param i64 i64) (result i64 i64) (local.get 0) (local.get 1))
        (func (export "freed") (result i64) (global.get $freed)))"#;
    let instance = instance(&mut store, wat)?;
    let wide = Wide::new(&mut store, &instance)?;
    assert_eq!(wide.echo(&mut store, "wide")?, "wide");
    assert_eq!(wide.freed(&mut store)?, 64 + 4000 + 1);
    Ok(())
}

#[test]
fn a_guest_takes_and_returns_what_may_be_null() -> Result<()> {
    /// What the guest is asked.
    #[derive(libwasmtime::HostValue)]
    #[host(into_wasm)]
    struct Question<'a> {
        text: &'a str,
        options: Option<&'a [u16]>,
    }
    #[libwasmtime::guest(alloc = "alloc", free = "free")]
    trait Maybe {
        fn echo(&self, text: Option<&str>, numbers: Option<Vec<u16>>) -> (i32, Option<String>);
        fn ask(&self, question: Question<'_>) -> Option<Vec<u8>>;
        fn freed(&self) -> i32;
    }
    let mut store = Store::new(&Engine::default(), ());
    let wat = r#"(module
        (memory (export "memory") 1)
        (global $end (mut i32) (i32.const 64))
        (global $freed (mut i32) (i32.const 0))
        (func (export "alloc") (param i32) (result i32)
            (global.get $end)
            (global.set $end (i32.add (global.get $end) (i32.const 32))))
        (func (export "free") (param i32 i32)
            (global.set $freed (i32.add (global.get $freed) (i32.const 1))))
        (func (export "echo") (param i32 i32 i32 i32) (result i32 i32 i32)
            (i32.add (local.get 2) (local.get 3)) (local.get 0) (local.get 1))
        (func (export "ask") (param i32 i32 i32 i32) (result i32 i32)
            (local.get 2) (i32.sub (local.get 3) (i32.const 1)))
        (func (export "freed") (result i32) (global.get $freed)))"#;
    let instance = instance(&mut store, wat)?;
    let maybe = Maybe::new(&mut store, &instance)?;
    assert_eq!(maybe.echo(&mut store, None, None)?, (0, None));
    assert_eq!(maybe.freed(&mut store)?, 0);
    let (numbers, text) = maybe.echo(&mut store, Some("ab"), None)?;
    assert_eq!((numbers, text.as_deref()), (0, Some("ab")));
    let (numbers, text) = maybe.echo(&mut store, None, Some(vec![7, 8, 9]))?;
    assert_eq!((numbers, text), (64 + 32 + 3, None));
    let (_, text) = maybe.echo(&mut store, Some(""), None)?;
    assert_eq!(text.as_deref(), Some(""));
    assert_eq!(maybe.freed(&mut store)?, 3);
    let mut ask = |options| {
        let text = "what";
        let answer = maybe.ask(&mut store, Question { text, options });
        answer.map_err(|error| format!("{error:#}"))
    };
    assert_eq!(ask(Some(&[0x0102, 3])), Ok(Some(vec![2])));
    let text = ask(None).unwrap_err();
    let expected = "failed to read the results of the guest's function `ask`: expected a null \
                    pointer, which is `None`, to have the length 0, found 4294967295";
    assert!(text.contains(expected), "{text}");
    Ok(())
}

#[test]
fn errors_name_the_result_and_the_field() -> Result<()> {
    #[derive(libwasmtime::HostValue)]
    struct Sizes {
        all: [usize; 2],
    }
    #[libwasmtime::guest]
    trait Parts {
        fn results(&self) -> (i32, bool);
        fn size(&self, sizes: Sizes);
    }
    let mut store = Store::new(&Engine::default(), ());
    let wat = r#"(module
        (func (export "results") (result i32 i32) (i32.const 1) (i32.const 2))
        (func (export "size") (param i32 i32)))"#;
    let instance = instance(&mut store, wat)?;
    let parts = Parts::new(&mut store, &instance)?;
    let text = format!("{:#}", parts.results(&mut store).unwrap_err());
    let expected = "failed to read the results of the guest's function `results`: result 2: \
                    expected a value of `bool`";
    assert!(text.contains(expected), "{text}");
    let sizes = Sizes {
        all: [1, usize::MAX],
    };
    let text = format!("{:#}", parts.size(&mut store, sizes).unwrap_err());
    let expected = "failed to pass the arguments of the guest's function `size`: argument 1: field \
                    `all` of `Sizes`: element 1: expected a number that fits into the `usize`";
    assert!(text.contains(expected), "{text}");
    Ok(())
}
