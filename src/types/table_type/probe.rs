//! Finding out about tables by compiling modules that import one.

use super::TableLimits;
use crate::error::check;
use crate::error::{Context, format_err};
use crate::owned::Owned;
use crate::sys::*;
use crate::types::{FuncType, HeapType, RefType, ValType};
use crate::vec::ImportTypeVec;
use crate::{Engine, Error, Result};
use std::ptr;

/// A module with one import, a table; both names of the import are empty.
struct Probe(Owned<wasmtime_module_t>);

impl Probe {
    /// Compiles a module that imports a table of that type.
    ///
    /// # Errors
    ///
    /// Returns an error if another module can't define the element type, or if the
    /// module doesn't compile.
    fn new(engine: &Engine, element: &RefType, limits: &TableLimits) -> Result<Probe> {
        let wasm = binary(element, limits).ok_or_else(|| cannot_name(element))?;
        engine.prepare_to_compile(&wasm)?;
        // SAFETY: invariant "Owned object": the engine is alive, `wasm` is only read, and an
        // owned module is written unless there is an error.
        let module = unsafe {
            Owned::out(|out| wasmtime_module_new(engine.as_ptr(), wasm.as_ptr(), wasm.len(), out))
        };
        let probe = Probe(module?);
        // A concrete type may have the same parameters and results, and be another type.
        if element.heap_type().is_concrete() {
            let ty = probe.tabletype()?;
            // SAFETY: invariant "Owned object": `ty` is owned and of `engine`; the element is
            // borrowed from it.
            let made = unsafe { ValType::from_c(engine, wasm_tabletype_element(ty.as_ptr())) };
            if !RefType::eq(made.unwrap_ref(), element) {
                return Err(cannot_name(element));
            }
        }
        Ok(probe)
    }

    /// Returns the C type of the table.
    fn tabletype(&self) -> Result<Owned<wasm_tabletype_t>> {
        let mut imports = ImportTypeVec::new();
        // SAFETY: invariant "Owned object": the module is alive. The vector is empty, so
        // overwriting it leaks nothing. The import and its type are borrowed from it; the copy
        // is owned.
        let ty = unsafe {
            wasmtime_module_imports(self.0.as_ptr(), imports.as_mut_ptr());
            imports.first().and_then(Option::as_ref).and_then(|import| {
                let ty = wasm_importtype_type(import.as_ptr());
                Owned::from_raw(wasm_tabletype_copy(wasm_externtype_as_tabletype_const(ty)))
            })
        };
        ty.context("the module has no import")
    }

    /// Checks that the module accepts `table` as its import.
    ///
    /// # Errors
    ///
    /// Returns libwasmtime's error if it doesn't.
    ///
    /// # Safety
    ///
    /// As [`limits`] requires.
    unsafe fn offer(
        &self,
        engine: &Engine,
        context: *const wasmtime_context_t,
        table: &wasmtime_table_t,
    ) -> Result<()> {
        let item = wasmtime_extern_t {
            kind: WASMTIME_EXTERN_TABLE,
            of: wasmtime_extern_union_t { table: *table },
        };
        // SAFETY: invariant "Shared", which names `wasmtime_linker_define`; the table belongs
        // to the context's store, as this function requires. What is created is owned, and
        // `check` takes the errors over. As nothing is instantiated, the store doesn't change.
        unsafe {
            let linker = Owned::from_c(wasmtime_linker_new(engine.as_ptr()));
            let empty = ptr::dangling();
            check(wasmtime_linker_define(
                linker.as_ptr(),
                context.cast_mut(),
                empty,
                0,
                empty,
                0,
                &item,
            ))?;
            let (linker, module) = (linker.as_ptr(), self.0.as_ptr());
            drop(Owned::out(|out| {
                wasmtime_linker_instantiate_pre(linker, module, out)
            })?);
        }
        Ok(())
    }
}

#[cold]
fn cannot_name(element: &RefType) -> Error {
    format_err!(
        "the C API doesn't support a table with 64-bit indices and elements of type `{element}`: \
         use `TableType::new`, or elements of an abstract type"
    )
}

/// Returns the C type of tables with these elements and limits.
pub(super) fn tabletype(
    engine: &Engine,
    element: &RefType,
    limits: &TableLimits,
) -> Result<Owned<wasm_tabletype_t>> {
    Probe::new(engine, element, limits)?.tabletype()
}

/// Returns the limits of `table`, as far as they can be known.
///
/// # Safety
///
/// `context` must be the context of a live store of `engine`, to which the caller has
/// shared access. `table` must belong to that store, `ty` be its type, and `element`
/// the type of its elements.
pub(super) unsafe fn limits(
    engine: &Engine,
    context: *const wasmtime_context_t,
    table: &wasmtime_table_t,
    ty: &Owned<wasm_tabletype_t>,
    element: &RefType,
) -> TableLimits {
    let probe = |is_64, maximum| {
        let minimum = 0;
        let limits = TableLimits {
            is_64,
            minimum,
            maximum,
        };
        Probe::new(engine, element, &limits)
    };
    // SAFETY: `context` and `table` are valid, as this function requires.
    let offer = |probe: Probe| unsafe { probe.offer(engine, context, table) };
    // SAFETY: invariant "Shared"; the table belongs to the context's store, as this
    // function requires.
    let size = unsafe { wasmtime_table_size(context, table) };
    let unknown = TableLimits {
        is_64: size > u32::MAX.into(),
        minimum: size,
        maximum: None,
    };

    let Ok(narrow) = probe(false, None) else {
        return unknown;
    };
    // Only the width of the indices can be the reason of a refusal.
    let is_64 = offer(narrow).is_err();
    let maximum = match is_64 {
        false => Maximum::Fits,
        true => match probe(true, Some(0)).and_then(offer) {
            Ok(()) => Maximum::Fits,
            Err(refusal) => maximum_in(&format!("{refusal:#}")),
        },
    };
    match maximum {
        // The minimum fits as well: a table is never smaller than its minimum.
        Maximum::Fits if u32::try_from(size).is_ok() => {
            // SAFETY: both limits fit into 32 bits.
            unsafe { TableLimits::from_c(ty.as_ptr(), is_64) }
        }
        Maximum::Fits => TableLimits { is_64, ..unknown },
        Maximum::Wide(maximum) => TableLimits {
            is_64,
            maximum,
            ..unknown
        },
    }
}

/// What is known about a table's maximum.
#[derive(Debug, PartialEq)]
enum Maximum {
    /// There is none, or it fits into 32 bits.
    Fits,
    /// It doesn't fit, or is unknown.
    Wide(Option<u64>),
}

/// Reads a table's maximum from libwasmtime's text about the refusal:
/// `... doesn't match provided table limits (min: 1, max: 2)`.
// Version 48: a table that doesn't match is refused with this text; look at
// `matching.rs` in `wasmtime`.
fn maximum_in(refusal: &str) -> Maximum {
    let maximum = refusal
        .rsplit_once("provided table limits (min: ")
        .and_then(|(_, limits)| limits.split_once(", max: "))
        .and_then(|(_, maximum)| maximum.split_once(')'))
        .map(|(maximum, _)| maximum);
    match maximum {
        Some("none") => Maximum::Fits,
        Some(maximum) => match maximum.parse::<u64>() {
            Ok(maximum) if maximum <= u32::MAX.into() => Maximum::Fits,
            maximum => Maximum::Wide(maximum.ok()),
        },
        None => Maximum::Wide(None),
    }
}

/// Returns the binary of a module that imports a table; `None` if its elements are of a
/// concrete type other than that of plain functions.
fn binary(element: &RefType, limits: &TableLimits) -> Option<Vec<u8>> {
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    // One import: two empty names, and then a table.
    let mut import = vec![1, 0, 0, 1];
    if let HeapType::ConcreteFunc(ty) = element.heap_type() {
        const FIRST_TYPE: u8 = 0;
        section(TYPES, &functype(ty)?, &mut wasm);
        let reference = if element.is_nullable() { REF_NULL } else { REF };
        import.extend([reference, FIRST_TYPE]);
    } else {
        reftype(element, &mut import)?;
    }
    import.push(u8::from(limits.is_64) << 2 | u8::from(limits.maximum.is_some()));
    leb(limits.minimum, &mut import);
    if let Some(maximum) = limits.maximum {
        leb(maximum, &mut import);
    }
    section(IMPORTS, &import, &mut wasm);
    Some(wasm)
}

// Section numbers.
const TYPES: u8 = 1;
const IMPORTS: u8 = 2;

// The first byte of a reference type.
const REF_NULL: u8 = 0x63;
const REF: u8 = 0x64;

fn section(id: u8, content: &[u8], wasm: &mut Vec<u8>) {
    wasm.push(id);
    leb(content.len() as u64, wasm);
    wasm.extend(content);
}

/// Returns a type section with one function type; `None` if that refers to a concrete
/// type.
fn functype(ty: &FuncType) -> Option<Vec<u8>> {
    let mut out = vec![1, 0x60];
    valtypes(ty.params(), &mut out)?;
    valtypes(ty.results(), &mut out)?;
    Some(out)
}

fn valtypes(mut types: impl ExactSizeIterator<Item = ValType>, out: &mut Vec<u8>) -> Option<()> {
    leb(types.len() as u64, out);
    types.try_for_each(|ty| valtype(&ty, out))
}

fn valtype(ty: &ValType, out: &mut Vec<u8>) -> Option<()> {
    out.push(match ty {
        ValType::I32 => 0x7f,
        ValType::I64 => 0x7e,
        ValType::F32 => 0x7d,
        ValType::F64 => 0x7c,
        ValType::V128 => 0x7b,
        ValType::Ref(ty) => return reftype(ty, out),
    });
    Some(())
}

fn reftype(ty: &RefType, out: &mut Vec<u8>) -> Option<()> {
    if !ty.is_nullable() {
        out.push(REF);
    }
    out.push(abstract_type(ty.heap_type())?);
    Some(())
}

/// Returns the binary form of an abstract type, which is also that of the nullable
/// reference to it.
fn abstract_type(ty: &HeapType) -> Option<u8> {
    Some(match ty {
        HeapType::NoExn => 0x74,
        HeapType::NoFunc => 0x73,
        HeapType::NoExtern => 0x72,
        HeapType::None => 0x71,
        HeapType::Func => 0x70,
        HeapType::Extern => 0x6f,
        HeapType::Any => 0x6e,
        HeapType::Eq => 0x6d,
        HeapType::I31 => 0x6c,
        HeapType::Struct => 0x6b,
        HeapType::Array => 0x6a,
        HeapType::Exn => 0x69,
        HeapType::ConcreteFunc(_)
        | HeapType::ConcreteArray(_)
        | HeapType::ConcreteStruct(_)
        | HeapType::ConcreteExn(_)
        | HeapType::ConcreteCont(_)
        // The C API describes no tables with these elements.
        | HeapType::Cont
        | HeapType::NoCont => return None,
    })
}

fn leb(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
