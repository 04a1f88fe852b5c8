//! The type of an import or an export.

use super::{FuncType, GlobalType, MemoryType, TableLimits, TableType, TagType};
use crate::Engine;
use crate::sys::*;
use std::fmt;

/// The type of an import or an export.
#[derive(Debug, Clone)]
pub enum ExternType {
    /// The type of a function.
    Func(FuncType),
    /// The type of a global.
    Global(GlobalType),
    /// The type of a table.
    Table(TableType),
    /// The type of a memory, shared or not.
    Memory(MemoryType),
    /// The type of an exception tag.
    Tag(TagType),
}

macro_rules! extern_types {
    ($($variant:ident($ty:ident) $get:ident $unwrap:ident;)*) => {
        impl ExternType {
            $(
                #[doc = concat!("Returns the [`", stringify!($ty), "`] in this type; `None` if this is another kind of type.")]
                pub fn $get(&self) -> Option<&$ty> {
                    if let ExternType::$variant(ty) = self {
                        Some(ty)
                    } else {
                        None
                    }
                }

                #[doc = concat!("Returns the [`", stringify!($ty), "`] in this type.")]
                ///
                /// # Panics
                ///
                /// Panics if this is another kind of type.
                pub fn $unwrap(&self) -> &$ty {
                    self.$get().unwrap_or_else(|| {
                        panic!(concat!("expected a ", stringify!($ty), ", found {:?}"), self)
                    })
                }
            )*
        }

        $(
            impl From<$ty> for ExternType {
                fn from(ty: $ty) -> ExternType {
                    ExternType::$variant(ty)
                }
            }
        )*
    };
}

extern_types! {
    Func(FuncType) func unwrap_func;
    Global(GlobalType) global unwrap_global;
    Table(TableType) table unwrap_table;
    Memory(MemoryType) memory unwrap_memory;
    Tag(TagType) tag unwrap_tag;
}

impl ExternType {
    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and a type of `engine`. If it is the type of a table,
    /// the next of `tables`, if any, must be its limits.
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        ty: *const wasm_externtype_t,
        tables: &mut impl Iterator<Item = TableLimits>,
    ) -> ExternType {
        // SAFETY: `ty` is valid and of `engine`, and `tables` has its limits, as this
        // function requires. Each C function is called on the kind of type that it is
        // for, and borrows its result from `ty`.
        unsafe {
            match wasm_externtype_kind(ty) {
                WASM_EXTERN_FUNC => {
                    FuncType::from_c(engine, wasm_externtype_as_functype_const(ty)).into()
                }
                WASM_EXTERN_GLOBAL => {
                    GlobalType::from_c(engine, wasm_externtype_as_globaltype_const(ty)).into()
                }
                WASM_EXTERN_TABLE => {
                    let ty = wasm_externtype_as_tabletype_const(ty);
                    TableType::from_c(engine, ty, tables.next()).into()
                }
                WASM_EXTERN_MEMORY => {
                    MemoryType::from_c(wasm_externtype_as_memorytype_const(ty)).into()
                }
                WASM_EXTERN_TAG => {
                    TagType::from_c(engine, wasm_externtype_as_tagtype_const(ty)).into()
                }
                kind => unreachable!("libwasmtime 48 has no extern type of kind {kind}"),
            }
        }
    }
}

impl fmt::Display for ExternType {
    /// Writes the type as WebAssembly text does, but for that of a function.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExternType::Func(ty) => write!(f, "{ty}"),
            ExternType::Global(ty) if ty.mutability().is_var() => {
                write!(f, "(global (mut {}))", ty.content())
            }
            ExternType::Global(ty) => write!(f, "(global {})", ty.content()),
            ExternType::Table(ty) => {
                f.write_str("(table")?;
                fmt_limits(f, ty.is_64(), ty.minimum(), ty.maximum())?;
                write!(f, " {})", ty.element())
            }
            ExternType::Memory(ty) => {
                f.write_str("(memory")?;
                fmt_limits(f, ty.is_64(), ty.minimum(), ty.maximum())?;
                if ty.is_shared() {
                    f.write_str(" shared")?;
                }
                if ty.page_size_log2() != 16 {
                    write!(f, " (pagesize {})", ty.page_size())?;
                }
                f.write_str(")")
            }
            ExternType::Tag(ty) => write!(f, "(tag {})", ty.ty()),
        }
    }
}

fn fmt_limits(
    f: &mut fmt::Formatter<'_>,
    is_64: bool,
    minimum: u64,
    maximum: Option<u64>,
) -> fmt::Result {
    if is_64 {
        f.write_str(" i64")?;
    }
    write!(f, " {minimum}")?;
    match maximum {
        Some(maximum) => write!(f, " {maximum}"),
        None => Ok(()),
    }
}
