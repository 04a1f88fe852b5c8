//! The attributes and derives of `libwasmtime`. They are re-exported there, with the feature
//! `macros`, and documented in its chapter `bind`.

#[cfg(feature = "bindgen")]
mod bindgen;
mod component;
mod crate_path;
mod guest;
mod host;
mod host_value;

use proc_macro::TokenStream;
use syn::parse_macro_input;

// Documented where `libwasmtime` re-exports it, as its example needs that.
#[proc_macro_attribute]
pub fn host(attribute: TokenStream, item: TokenStream) -> TokenStream {
    host::expand(attribute.into(), item.into()).into()
}

/// Turns a trait into a struct whose methods call the exports of an instance.
///
/// `Api::new(&mut store, &instance)` checks all exports, and returns one error, an `ExportsError`,
/// that lists each that is missing or of another type. A method `fn run(&self, s: &str) -> i32`
/// becomes `api.run(&mut store, "…")`, which returns a `Result<i32>`; an `async fn` becomes one that
/// calls asynchronously, with the feature `async`. A method may have `&self` or `&mut self`, and
/// return a `Result` of this crate, which makes no difference.
///
/// A string or a slice is passed as its address and its length. An argument is copied into memory
/// that the guest allocates, and freed after the call has returned; a result is copied out, and not
/// freed. If the call fails, nothing is freed.
///
/// The options:
///
/// - `alloc = "…"`: the exported function that allocates, which takes a size, a size and an
///   alignment, or what `cabi_realloc` takes, and returns an address. Strings and slices as
///   arguments require it.
/// - `free = "…"`: the exported function that frees, which takes an address, an address and a size,
///   or these and an alignment, and returns nothing.
/// - `memory = "…"`: the exported memory, in place of `memory`.
/// - `table = "…"`: the exported table, in place of `__indirect_function_table`.
/// - `memory64`: addresses, lengths and indices of functions are an `i64`.
/// - `rename_all = "…"`: the case of the exports' names, such as `camelCase`. The attribute
///   `#[guest(name = "…")]` on a method sets the name of one.
/// - `crate = path`: the path of `libwasmtime`, if it isn't found.
#[proc_macro_attribute]
pub fn guest(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guest::expand(attribute.into(), item.into()).into()
}

/// Makes a struct or an enum one that bound functions take and return.
///
/// A **struct** is passed by its fields, one value after the other. They are named or, in a tuple
/// struct, not, and are of types that a function takes and returns and that don't borrow: numbers,
/// `bool`, `String`, `Vec<T>`, arrays, other values with `HostValue`. A struct without fields is no
/// value. One with a `String` or a `Vec` needs an allocator if it is returned.
///
/// A struct with **`#[host(pointer)]`** is passed as the address of its layout in the guest's
/// memory, and a slice or vector of such structs as an address and a length. A function takes it as
/// `P`, which is a copy, as `&P` or as `&mut P`, and doesn't return it. It
///
/// - is `Copy` and `#[repr(C)]` (or `#[repr(transparent)]`), without `packed`;
/// - has fields that are numbers of a fixed size, arrays of those, or other structs with
///   `#[host(pointer)]`: no `bool`, `char`, `usize` or enum, of which not all bytes are values;
/// - has no padding: a field has to be in its place, such as `_unused: [u8; 3]`.
///
/// An **enum** is passed as a number, its discriminant, and its variants have no data. The type of
/// the number is that of `#[repr]`, otherwise `i32`: with `#[repr(i64)]`, WebAssembly has an `i64`,
/// and with `#[repr(u8)]` an `i32`. A number without a variant is an error of the call.
///
/// A struct that is passed by its fields may have parameters. It converts in each direction if the
/// fields whose types depend on them do. Other types have none.
///
/// The options, which are written as `#[host(…)]` on the type:
///
/// - `from_wasm`: a struct is only an argument of bound functions, and a result of a guest's, so
///   its fields need to be no more.
/// - `into_wasm`: a struct is only a result of bound functions, and an argument of a guest's. It
///   may have fields that borrow, such as a `&str`.
/// - `pointer`: passes a struct as an address.
/// - `crate = path`: the path of `libwasmtime`, if it isn't found.
#[proc_macro_derive(HostValue, attributes(host))]
pub fn host_value(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::DeriveInput);
    host_value::expand(item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

// Documented where `libwasmtime` re-exports them.
#[proc_macro_derive(ComponentType, attributes(component))]
pub fn component_type(item: TokenStream) -> TokenStream {
    component::derive(component::Derive::ComponentType, item.into()).into()
}

#[proc_macro_derive(Lift, attributes(component))]
pub fn lift(item: TokenStream) -> TokenStream {
    component::derive(component::Derive::Lift, item.into()).into()
}

#[proc_macro_derive(Lower, attributes(component))]
pub fn lower(item: TokenStream) -> TokenStream {
    component::derive(component::Derive::Lower, item.into()).into()
}

#[proc_macro]
pub fn flags(input: TokenStream) -> TokenStream {
    component::flags(input.into()).into()
}

#[cfg(feature = "bindgen")]
#[proc_macro]
pub fn bindgen(input: TokenStream) -> TokenStream {
    bindgen::expand(input.into(), bindgen::Asynchrony::Here).into()
}

#[cfg(feature = "bindgen")]
#[proc_macro]
pub fn bindgen_without_async(input: TokenStream) -> TokenStream {
    bindgen::expand(input.into(), bindgen::Asynchrony::Missing).into()
}
