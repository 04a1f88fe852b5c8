//! The macros of components, which tell the procedural macros where this crate is.

/// Generates Rust code from WIT, the language in which interfaces of components are written.
///
/// For a world, it defines a struct of its name, with functions to instantiate a component and to
/// call what it exports, a trait for each interface that the component imports, which the host
/// implements, and all types. It is the `wasmtime` crate's macro of the same name: its generator
/// writes the code, and its options are those here.
///
/// ```
/// use libwasmtime::component::{bindgen, Component, HasSelf, Linker};
/// use libwasmtime::{Engine, Result, Store};
///
/// bindgen!({
///     inline: "
///         package example:plugins;
///
///         world plugin {
///             import log: func(message: string);
///             export run: func(input: string) -> result<string, string>;
///         }
///     ",
/// });
///
/// #[derive(Default)]
/// struct Host {
///     messages: Vec<String>,
/// }
///
/// impl PluginImports for Host {
///     fn log(&mut self, message: String) {
///         self.messages.push(message);
///     }
/// }
///
/// fn run(engine: &Engine, component: &Component, input: &str) -> Result<String> {
///     let mut linker = Linker::new(engine);
///     Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
///     let mut store = Store::new(engine, Host::default());
///     let plugin = Plugin::instantiate(&mut store, component, &linker)?;
///     let output = plugin.call_run(&mut store, input)?;
///     output.map_err(libwasmtime::Error::msg)
/// }
/// ```
///
/// # Options
///
/// `bindgen!("world")` and `bindgen!("world" in "path")` are short for `world` and `path`. In braces,
/// with a colon after each name:
///
/// - `world`: the name of the world, such as `"plugin"` or `"example:plugins/plugin"`. It may be left
///   out if there is one.
/// - `path`: the directory or file with the WIT, or several in brackets, from the directory of the
///   package's `Cargo.toml`; `"wit"` if it is left out.
/// - `inline`: the WIT itself. `path` then has the packages on which it depends.
/// - `interfaces`: imports and exports in place of a world; only the interfaces are generated.
/// - `imports`, `exports`: how functions are generated, by name and with `default` for the others:
///   `imports: { "example:a/b.f": async | trappable, default: trappable }`. `async` makes a function
///   asynchronous, `trappable` lets one of the host return a `Result`, whose error ends the call,
///   `store` gives it the store, `tracing` and `verbose_tracing` write events for the crate `tracing`.
/// - `with`: types and modules that stand for interfaces and resources:
///   `with: { "example:a/b.file": MyFile }`.
/// - `trappable_error_type`: Rust types for errors of WIT: `{ "example:a/b.error" => MyError }`.
/// - `ownership`: `Owning`, or `Borrowing { duplicate_if_necessary: true }` for types that borrow.
/// - `additional_derives`: derives for all types, in brackets.
/// - `require_store_data_send`, `skip_mut_forwarding_impls`, `named_imports`,
///   `include_component_type`, `anyhow`, `stringify`: as in the `wasmtime` crate.
/// - `wasmtime_crate`: the path of this crate, which is found without.
///
/// Functions that are `async` in WIT, streams, futures and error contexts are a compile error: the C
/// API can't pass them.
#[cfg(feature = "component-macro")]
#[doc(hidden)]
#[macro_export]
macro_rules! __component_bindgen {
    ($($options:tt)*) => {
        $crate::component::__internal::bindgen! { [$crate] $($options)* }
    };
}

/// Says that the feature is missing.
#[cfg(not(feature = "component-macro"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __component_bindgen {
    ($($options:tt)*) => {
        ::core::compile_error! {
            "`component::bindgen!` needs the Cargo feature `component-macro` of `libwasmtime`: turn \
             it on"
        }
    };
}

/// Defines a type for flags of components.
///
/// It has a constant for each flag, and the operators `|`, `&`, `^` and `!`.
///
/// ```
/// use libwasmtime::component::flags;
///
/// flags! {
///     Access {
///         #[component(name = "read")]
///         const READ;
///         #[component(name = "write")]
///         const WRITE;
///     }
/// }
///
/// let access = Access::READ | Access::WRITE;
/// assert!(access.contains(Access::WRITE));
/// assert_eq!(access, Access::all());
/// ```
#[cfg(feature = "macros")]
#[doc(hidden)]
#[macro_export]
macro_rules! __component_flags {
    ($($flags:tt)*) => {
        $crate::component::__internal::flags! { [$crate] $($flags)* }
    };
}

/// Says that the feature is missing.
#[cfg(not(feature = "macros"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __component_flags {
    ($($flags:tt)*) => {
        ::core::compile_error! {
            "`component::flags!` needs the Cargo feature `macros` of `libwasmtime`: turn it on"
        }
    };
}
