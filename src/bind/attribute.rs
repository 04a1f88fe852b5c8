//! The attribute `host`, with its documentation, whose example needs this crate.

/// Binds the functions and methods of an `impl` block, or of a trait, or one function to
/// WebAssembly.
///
/// The block stays as it is. The attribute implements [`Bind`](crate::bind::Bind) for its type,
/// with which [`Linker::host`](crate::Linker::host), `host_shared` and `host_functions` define all
/// its functions in a linker, whether they are `pub` or not. What they take and return is in the
/// chapter [`bind`](crate::bind).
///
/// | option | what it sets |
/// |---|---|
/// | `module = "…"` | the name of the module that guests import the functions from; required |
/// | `name = "…"` | on one function: its name in WebAssembly |
/// | `rename_all = "…"` | the case of the names: `snake_case`, `kebab-case`, `camelCase`, `PascalCase`, `SCREAMING_SNAKE_CASE`, `SCREAMING-KEBAB-CASE`; by default they stay as they are |
/// | `memory = "…"` | the exported memory that strings and slices are in: by default `memory` |
/// | `alloc = "…"` | the exported function that allocates memory for strings and vectors that are returned |
/// | `table = "…"` | the exported table that indices of functions are of: by default `__indirect_function_table` |
/// | `memory64` | the guest's memory has 64-bit addresses |
/// | `object` | guests hold values of the type: functions return them, as `Self` for instance, and take `&Self` and `&mut Self`; bound by [`Linker::host_objects`](crate::Linker::host_objects), their methods take the object as first argument; needs the feature `gc` |
/// | `crate = path` | the path of this crate, where it is re-exported by another one; found by itself where it is a dependency, also one that was renamed |
///
/// A function or a constant of the block has options of its own:
///
/// | option | what it does |
/// |---|---|
/// | `#[host(name = "…")]` | sets its name in WebAssembly |
/// | `#[host(skip)]` | leaves it out |
///
/// What isn't compiled, by a `cfg`, isn't bound.
///
/// - A **method** takes `&self` or `&mut self`. With `&mut self`, the receiver can't be shared.
/// - A function may take a [`Caller<'_, State>`](crate::Caller) as one of its arguments. The
///   functions of the block are then bound in stores whose data is a `State`. The last segment of
///   the path has to be `Caller`, by which the attribute recognises it.
/// - Beside a `Caller` there is neither a borrowed string or slice, which the caller might change,
///   nor a receiver that is a part of the store's data. Both are compile errors.
/// - An **`async fn`** becomes an asynchronous host function. Its future is `Send`, and so is the
///   store's data.
/// - A **constant** becomes a global that can't be changed. It is a number, a
///   [`Constant`](crate::bind::Constant).
/// - The type may have parameters that are `'static`, and may be a trait object: `impl dyn Trait`.
///   On a trait, the attribute binds its functions for the type `dyn Trait`, whatever it holds.
/// - A type has one such block. Functions in another module belong to the block of another type.
/// - Beside **one function**, `fn add(…)`, the attribute defines a type of the same name, for which
///   it implements `Bind`: `linker.host_functions::<add>()` binds the function.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Linker, Module, Result, Store};
///
/// #[derive(Default)]
/// struct Journal {
///     lines: Vec<String>,
/// }
///
/// #[libwasmtime::host(module = "journal", rename_all = "kebab-case")]
/// impl Journal {
///     /// Adds a line, and returns its number.
///     fn add_line(&mut self, line: &str) -> u32 {
///         self.lines.push(line.to_owned());
///         self.lines.len() as u32
///     }
///
///     /// Copies the beginning of a line, and returns the length of all of it.
///     fn read_line(&self, number: u32, buffer: &mut [u8]) -> Result<u32> {
///         let line = (number as usize).checked_sub(1).and_then(|index| self.lines.get(index));
///         let Some(line) = line else {
///             return Err(libwasmtime::Error::msg("there is no such line"));
///         };
///         let len = line.len().min(buffer.len());
///         buffer[..len].copy_from_slice(&line.as_bytes()[..len]);
///         Ok(line.len() as u32)
///     }
///
///     #[host(skip)]
///     fn last(&self) -> Option<&str> {
///         self.lines.last().map(String::as_str)
///     }
/// }
///
/// #[derive(Default)]
/// struct State {
///     journal: Journal,
/// }
///
/// let engine = Engine::default();
/// let mut linker = Linker::<State>::new(&engine);
/// linker.host(|state: &mut State| &mut state.journal)?;
///
/// let module = Module::new(&engine, r#"
///     (module
///         (import "journal" "add-line" (func $add-line (param i32 i32) (result i32)))
///         (import "journal" "read-line" (func $read-line (param i32 i32 i32) (result i32)))
///         (memory (export "memory") 1)
///         (data (i32.const 8) "hello")
///         (func (export "run") (result i32)
///             (call $read-line
///                 (call $add-line (i32.const 8) (i32.const 5))
///                 (i32.const 64)
///                 (i32.const 16))))
/// "#)?;
/// let mut store = Store::new(&engine, State::default());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), u32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 5);
/// assert_eq!(store.data().journal.last(), Some("hello"));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub use libwasmtime_macros::host;
