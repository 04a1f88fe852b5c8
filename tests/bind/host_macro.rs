//! Functions and methods that the attribute `host` binds.
// The expansion is as clean as what a user writes.
#![deny(missing_docs, warnings, clippy::pedantic)]
#![allow(
    clippy::must_use_candidate,
    clippy::needless_arbitrary_self_type,
    clippy::needless_pass_by_value,
    clippy::non_minimal_cfg,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the functions are there to try all forms"
)]

#[cfg(feature = "async")]
mod asynchronous;
mod constants;
mod function;
#[cfg(all(feature = "gc", feature = "cranelift"))]
mod objects;

use crate::run;
use libwasmtime::bind::InStore;
use libwasmtime::{Caller, Engine, Linker, Result, Store};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// Reports which of some names are those of functions of a module in a linker.
fn defined<'n, T: 'static>(
    linker: &Linker<T>,
    store: &mut Store<T>,
    module: &str,
    names: &[&'n str],
) -> Vec<&'n str> {
    let mut is_defined = |name: &&&str| linker.get(&mut *store, module, name).is_ok();
    names.iter().filter(&mut is_defined).copied().collect()
}

#[derive(Default)]
pub struct Counter {
    total: i64,
}

/// What the functions of `Counter` are for.
#[libwasmtime::host(module = "counter")]
impl Counter {
    /// Adds to the total.
    pub fn add(&mut self, n: i32) -> i64 {
        self.total += i64::from(n);
        self.total
    }

    /// Returns the total.
    fn total(self: &Self) -> i64 {
        self.total
    }

    /// Forgets all.
    fn clear(&mut self) {
        self.total = 0;
    }

    /// Has neither arguments nor results.
    fn nothing() {}
}

#[derive(Default)]
struct State {
    counter: Counter,
    log: Log,
    copies: u32,
}

#[test]
fn a_receiver_is_a_part_of_the_stores_data() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker.host(|state: &mut State| &mut state.counter)?;
    let mut store = Store::new(&engine, State::default());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "counter" "add" (func $add (param i32) (result i64)))
            (import "counter" "total" (func $total (result i64)))
            (import "counter" "clear" (func $clear))
            (import "counter" "nothing" (func $nothing))
            (func (export "run") (result i32)
                (drop (call $add (i32.const 3)))
                (call $clear)
                (call $nothing)
                (drop (call $add (i32.const 30)))
                (drop (call $add (i32.const 4)))
                (i32.wrap_i64 (call $total))))"#,
    )?;
    assert_eq!(result, 34);
    assert_eq!(store.data().counter.total, 34);
    Ok(())
}

#[derive(Default)]
struct Log {
    lines: Vec<String>,
}

#[libwasmtime::host(module = "log", rename_all = "kebab-case")]
impl Log {
    fn write_line(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn write_owned(&mut self, line: String, bytes: Vec<u8>) {
        self.lines.push(format!("{line} {bytes:?}"));
    }

    #[host(name = "len")]
    fn line_count(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    #[host(skip)]
    fn last(&self) -> Option<&String> {
        self.lines.last()
    }

    fn sum_of(bytes: &[u8], out: &mut [u32]) -> (u32, i64) {
        let sum = bytes.iter().copied().map(u32::from).sum();
        out.fill(sum);
        (sum, -1)
    }

    fn r#type(_: i32, mut n: i32) -> Result<i32> {
        n += 1;
        Ok(n)
    }

    #[cfg(any())]
    fn of_another_platform(&self, n: Missing) {}

    fn pick(_: u8, r#type: bool) -> bool {
        r#type
    }

    #[cfg(all())]
    fn of_this_platform(&self) {}
}

#[test]
fn strings_and_slices_are_borrowed_or_copied() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker
        .host(|state: &mut State| &mut state.log)?
        .host(|state: &mut State| &mut state.counter)?;
    let mut store = Store::new(&engine, State::default());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "log" "write-line" (func $line (param i32 i32)))
            (import "log" "write-owned" (func $owned (param i32 i32 i32 i32)))
            (import "log" "len" (func $len (result i32)))
            (import "log" "sum-of" (func $sum (param i32 i32 i32 i32) (result i32 i64)))
            (import "log" "type" (func $type (param i32 i32) (result i32)))
            (import "counter" "add" (func $add (param i32) (result i64)))
            (memory (export "memory") 1)
            (data (i32.const 8) "hello")
            (func (export "run") (result i32)
                (call $line (i32.const 8) (i32.const 5))
                (call $owned (i32.const 8) (i32.const 2) (i32.const 10) (i32.const 3))
                (drop (call $add (i32.wrap_i64
                    (call $sum (i32.const 8) (i32.const 2) (i32.const 16) (i32.const 2)))))
                (drop)
                (i32.add
                    (i32.load (i32.const 20))
                    (i32.add (call $len) (call $type (i32.const 0) (i32.const 3))))))"#,
    )?;
    assert_eq!(result, 104 + 101 + 2 + 4);
    let State { log, counter, .. } = store.data();
    assert_eq!(log.lines, ["hello", "he [108, 108, 111]"]);
    assert_eq!(log.last().map(String::as_str), Some("he [108, 108, 111]"));
    assert_eq!(counter.total, -1);
    Ok(())
}

#[test]
fn functions_are_named_and_left_out() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker.host(|state: &mut State| &mut state.log)?;
    let mut store = Store::new(&engine, State::default());
    let names = [
        "last",
        "len",
        "line-count",
        "line_count",
        "of-another-platform",
        "of-this-platform",
        "pick",
        "sum-of",
        "type",
        "write-line",
        "write-owned",
        "write_line",
    ];
    assert_eq!(
        defined(&linker, &mut store, "log", &names),
        [
            "len",
            "of-this-platform",
            "pick",
            "sum-of",
            "type",
            "write-line",
            "write-owned"
        ]
    );
    Ok(())
}

#[test]
fn errors_name_the_argument() {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker.host(|state: &mut State| &mut state.log).unwrap();
    for (call, expected) in [
        (
            "(drop (drop (call $sum (i32.const 8) (i32.const 2) (i32.const 16) (i32.const -2))))",
            "`log`.`sum-of`: argument `out`: expected 4294967294 elements of 4 bytes each",
        ),
        (
            "(drop (call $pick (i32.const 7) (i32.const 8)))",
            "`log`.`pick`: argument `type`: expected a value of `bool`",
        ),
        // It has no name.
        (
            "(drop (call $pick (i32.const 300) (i32.const 1)))",
            "`log`.`pick`: argument 1: expected a",
        ),
    ] {
        let wat = format!(
            r#"(module
                (import "log" "sum-of" (func $sum (param i32 i32 i32 i32) (result i32 i64)))
                (import "log" "pick" (func $pick (param i32 i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "run") (result i32) {call} (i32.const 0)))"#
        );
        let mut store = Store::new(&engine, State::default());
        let error = run(&linker, &mut store, &wat).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(expected), "{error}");
    }
}

/// Functions of stores whose data is a `State`.
struct Copies;

#[libwasmtime::host(module = "copies")]
impl Copies {
    fn count(mut caller: Caller<'_, State>, text: String) -> u32 {
        let state = caller.data_mut();
        state.copies += u32::try_from(text.len()).unwrap_or(u32::MAX);
        state.copies
    }

    fn peek(n: i32, caller: Caller<'_, State>) -> Result<i32> {
        let copies = caller.data().copies;
        Ok(n + i32::try_from(copies)?)
    }
}

impl State {
    fn total(&self) -> i64 {
        self.counter.total + i64::from(self.copies)
    }
}

/// The same in a block of the data's own type.
#[libwasmtime::host(module = "state")]
impl State {
    fn sum(caller: Caller<'_, Self>) -> i64 {
        caller.data().total()
    }

    fn sum_again(caller: Caller<'_, State>) -> i64 {
        caller.data().total()
    }
}

#[test]
fn a_function_takes_its_caller() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    linker
        .host_functions::<Copies>()?
        .host_functions::<State>()?;
    let mut store = Store::new(&engine, State::default());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "copies" "count" (func $count (param i32 i32) (result i32)))
            (import "copies" "peek" (func $peek (param i32) (result i32)))
            (import "state" "sum" (func $sum (result i64)))
            (memory (export "memory") 1)
            (func (export "run") (result i32)
                (drop (call $count (i32.const 8) (i32.const 5)))
                (i32.add (call $peek (i32.const 100)) (i32.wrap_i64 (call $sum)))))"#,
    )?;
    assert_eq!(result, 110);
    assert_eq!(store.data().copies, 5);
    Ok(())
}

/// Shared by stores, whose data it uses.
struct Board {
    posts: Mutex<Vec<String>>,
    reads: AtomicU32,
}

#[libwasmtime::host(module = "board")]
impl Board {
    fn post(&self, caller: Caller<'_, u32>, text: String) {
        let author = *caller.data();
        self.posts.lock().unwrap().push(format!("{author}: {text}"));
    }

    fn read(&self) -> u32 {
        self.reads.fetch_add(1, Ordering::Relaxed)
    }
}

#[test]
fn a_shared_receiver_is_used_beside_a_caller() -> Result<()> {
    let engine = Engine::default();
    let board = Arc::new(Board {
        posts: Mutex::default(),
        reads: AtomicU32::new(7),
    });
    let mut linker = Linker::<u32>::new(&engine);
    linker.host_shared(board.clone())?;
    for author in 1..=2 {
        let mut store = Store::new(&engine, author);
        run(
            &linker,
            &mut store,
            r#"(module
                (import "board" "post" (func $post (param i32 i32)))
                (import "board" "read" (func $read (result i32)))
                (memory (export "memory") 1)
                (data (i32.const 0) "hi")
                (func (export "run") (result i32)
                    (call $post (i32.const 0) (i32.const 2))
                    (call $read)))"#,
        )?;
    }
    assert_eq!(*board.posts.lock().unwrap(), ["1: hi", "2: hi"]);
    assert_eq!(board.reads.load(Ordering::Relaxed), 9);
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("the well is dry")]
struct Dry;

struct Well;

#[libwasmtime::host(module = "well")]
impl Well {
    fn draw() -> Result<i32> {
        Err(Dry.into())
    }

    fn check() -> Result<()> {
        Ok(())
    }

    fn stop() -> ! {
        panic!("stopped")
    }

    fn both() -> Result<(i32, i64)> {
        Ok((1, 2))
    }
}

#[test]
fn an_error_is_the_functions_own() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<Well>()?;
    let mut store = Store::new(&engine, ());
    let error = run(
        &linker,
        &mut store,
        r#"(module
            (import "well" "draw" (func $draw (result i32)))
            (import "well" "check" (func $check))
            (func (export "run") (result i32)
                (call $check)
                (call $draw)))"#,
    )
    .unwrap_err();
    assert!(error.downcast_ref::<Dry>().is_some(), "{error:?}");
    Ok(())
}

/// Methods of a trait object.
trait Greet: Send + Sync {
    fn greeting(&self) -> i32;
}

struct English;

impl Greet for English {
    fn greeting(&self) -> i32 {
        12
    }
}

#[libwasmtime::host(module = "greet")]
impl dyn Greet {
    fn twice(&self) -> i32 {
        2 * self.greeting()
    }
}

/// A trait whose own functions are bound.
#[libwasmtime::host(module = "shape", rename_all = "camelCase")]
trait Shape {
    /// Returns the area.
    fn area_of(&self) -> u32;

    /// Makes it larger.
    fn grow(&mut self, by: u32);

    /// Has a body.
    fn is_empty(&self) -> u32 {
        u32::from(self.area_of() == 0)
    }

    #[host(skip)]
    fn square(side: u32) -> Self
    where
        Self: Sized;
}

struct Square(u32);

impl Shape for Square {
    fn area_of(&self) -> u32 {
        self.0 * self.0
    }

    fn grow(&mut self, by: u32) {
        self.0 += by;
    }

    fn square(side: u32) -> Self {
        Square(side)
    }
}

#[test]
fn a_receiver_in_the_store_is_a_trait_object() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<Box<dyn Shape>>::new(&engine);
    linker.host(|shape: &mut Box<dyn Shape>| &mut **shape)?;
    let mut store: Store<Box<dyn Shape>> = Store::new(&engine, Box::new(Square::square(3)));
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "shape" "areaOf" (func $area (result i32)))
            (import "shape" "grow" (func $grow (param i32)))
            (import "shape" "isEmpty" (func $is_empty (result i32)))
            (func (export "run") (result i32)
                (call $grow (i32.const 2))
                (i32.add (call $area) (call $is_empty))))"#,
    )?;
    assert_eq!(result, 25);
    Ok(())
}

#[test]
fn a_shared_receiver_is_a_trait_object() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_shared::<dyn Greet>(Arc::new(English))?;
    let mut store = Store::new(&engine, ());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "greet" "twice" (func $twice (result i32)))
            (func (export "run") (result i32) (call $twice)))"#,
    )?;
    assert_eq!(result, 24);
    Ok(())
}

/// A type with parameters.
struct Ring<E, const N: usize> {
    elements: [E; N],
}

#[libwasmtime::host(
    module = "ring",
    memory = "heap",
    alloc = "malloc",
    table = "functions"
)]
impl<E: Copy + Into<u32> + Send + Sync, const N: usize> Ring<E, N> {
    fn sum(&self) -> u32 {
        self.elements.iter().map(|element| (*element).into()).sum()
    }

    fn join(&self) -> String {
        let texts: Vec<String> = self
            .elements
            .iter()
            .map(|it| (*it).into().to_string())
            .collect();
        texts.join(",")
    }
}

#[test]
fn a_block_has_parameters_and_says_where_strings_are() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    let ring = Ring {
        elements: [1_u8, 2, 3],
    };
    linker.host_shared(Arc::new(ring))?;
    let mut store = Store::new(&engine, ());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "ring" "sum" (func $sum (result i32)))
            (import "ring" "join" (func $join (result i32 i32)))
            (memory (export "heap") 1)
            (func (export "malloc") (param i32) (result i32) (i32.const 64))
            (func (export "run") (result i32)
                (i32.add (i32.add (call $join)) (call $sum))))"#,
    )?;
    assert_eq!(result, 64 + 5 + 6);
    Ok(())
}

struct Wide;

#[libwasmtime::host(module = "wide", memory64, rename_all = "PascalCase")]
impl Wide {
    fn first_byte(bytes: &[u8]) -> i32 {
        bytes.first().copied().map_or(-1, i32::from)
    }
}

#[test]
fn addresses_are_wide() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<Wide>()?;
    let mut store = Store::new(&engine, ());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "wide" "FirstByte" (func $first (param i64 i64) (result i32)))
            (memory (export "memory") i64 1)
            (data (i64.const 0) "A")
            (func (export "run") (result i32) (call $first (i64.const 0) (i64.const 1))))"#,
    )?;
    assert_eq!(result, 65);
    Ok(())
}

mod old {
    //! A function that Rust code no longer calls, but guests do.

    pub struct Old;

    #[libwasmtime::host(module = "old")]
    impl Old {
        #[deprecated = "guests of version 1 call it"]
        fn version() -> i32 {
            1
        }
    }
}

macro_rules! bound {
    ($name:ident, $module:literal, $ty:ty) => {
        struct $name;

        #[libwasmtime::host(module = $module)]
        impl $name {
            fn same(caller: Caller<'_, $ty>, value: $ty) -> $ty {
                let _ = caller.data();
                value
            }
        }
    };
}

bound!(Same32, "same32", u32);

#[test]
fn a_block_comes_from_a_macro() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<u32>::new(&engine);
    linker
        .host_functions::<Same32>()?
        .host_functions::<old::Old>()?;
    let mut store = Store::new(&engine, 0);
    assert_eq!(
        defined(&linker, &mut store, "old", &["version"]),
        ["version"]
    );
    assert_eq!(defined(&linker, &mut store, "same32", &["same"]), ["same"]);
    Ok(())
}

#[test]
fn a_block_is_bound_to_any_receiver() -> Result<()> {
    use libwasmtime::bind::Bind;

    let engine = Engine::default();
    let mut linker = Linker::<(Counter, Counter)>::new(&engine);
    let second = InStore::new(|(_, second): &mut (Counter, Counter)| second);
    Counter::bind(&mut linker, second)?;
    // The names are taken.
    let error = linker
        .host(|(first, _): &mut (Counter, Counter)| first)
        .err()
        .unwrap();
    assert!(format!("{error:#}").contains("counter"), "{error:#}");
    Ok(())
}
