//! Conversions of types.

use crate::error::{Error, Result};
use crate::owned::Owned;
use crate::store::wrong_engine;
use crate::sys::*;
use crate::{
    ArrayType, Engine, ExnType, FuncType, GlobalType, MemoryType, StructType, TableType, TagType,
    ValType,
};

/// Implements the conversions of types that this crate keeps as Rust data. `$to` creates a C
/// type from `$ty`, for `$engine`; `$from` creates a type from the C type `$raw`, which it
/// only borrows.
macro_rules! types {
    ($(
        $(#[$doc:meta])*
        $name:ident, $c:ident: |$ty:ident, $engine:ident| $to:expr, |$raw:ident| $from:expr;
    )*) => {$(
        impl ToC<&Engine> for $name {
            type C = Owned<$c>;
            type Error = Error;

            fn to_c(&self, $engine: &Engine) -> Result<Owned<$c>> {
                let $ty = self;
                if !$ty.comes_from_same_engine($engine) {
                    return Err(wrong_engine());
                }
                $to
            }
        }

        $(#[$doc])*
        impl FromC<Owned<$c>, &Engine> for $name {
            unsafe fn from_c(raw: Owned<$c>, $engine: &Engine) -> $name {
                let $raw = raw.as_ptr();
                // SAFETY: the type is valid and belongs to the engine, as this function
                // requires.
                unsafe { $from }
            }
        }
    )*};
}

types! {
    FuncType, wasm_functype_t:
        |ty, engine| Ok(FuncType::to_c(ty)), |raw| FuncType::from_c(engine, raw);
    ValType, wasm_valtype_t:
        |ty, engine| ValType::to_c(ty), |raw| ValType::from_c(engine, raw);
    GlobalType, wasm_globaltype_t:
        |ty, engine| GlobalType::to_c(ty), |raw| GlobalType::from_c(engine, raw);
    /// # Safety
    ///
    /// Besides, the table's indices must have 32 bits.
    TableType, wasm_tabletype_t:
        |ty, engine| TableType::to_c(ty, engine), |raw| TableType::from_c(engine, raw, None);
    TagType, wasm_tagtype_t:
        |ty, engine| Ok(TagType::to_c(ty)), |raw| TagType::from_c(engine, raw);
}

impl ToC<&Engine> for MemoryType {
    type C = Owned<wasm_memorytype_t>;
    type Error = Error;

    fn to_c(&self, _: &Engine) -> Result<Owned<wasm_memorytype_t>> {
        MemoryType::to_c(self)
    }
}

impl FromC<Owned<wasm_memorytype_t>, &Engine> for MemoryType {
    unsafe fn from_c(raw: Owned<wasm_memorytype_t>, _: &Engine) -> MemoryType {
        // SAFETY: the type is valid, as this function requires.
        unsafe { MemoryType::from_c(raw.as_ptr()) }
    }
}

/// Implements the conversions of types that own a C object.
macro_rules! objects {
    ($($name:ident: $c:ident;)*) => {$(
        impl AsC for $name {
            type C = *const $c;

            fn as_c(&self) -> *const $c {
                self.as_ptr()
            }
        }

        impl FromC<Owned<$c>, &Engine> for $name {
            unsafe fn from_c(raw: Owned<$c>, engine: &Engine) -> $name {
                // SAFETY: the type belongs to the engine, as this function requires.
                unsafe { $name::from_owned(engine, raw) }
            }
        }
    )*};
}

objects! {
    ArrayType: wasmtime_array_type_t;
    StructType: wasmtime_struct_type_t;
    ExnType: wasmtime_exn_type_t;
}
