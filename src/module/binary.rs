//! Reads from a module's binary what the C API has no function for.

pub(crate) mod dwarf;

use crate::types::{TableLimits, TableType};
use std::iter;

/// Returns the limits of the tables that a module imports and of those that it exports, in
/// the module's order. The module must be valid.
///
/// Both are empty if no table has 64-bit indices: the C API describes all others.
pub(crate) fn tables(wasm: &[u8]) -> [Vec<TableLimits>; 2] {
    BinaryReader::tables_of_module(wasm).unwrap_or_default()
}

/// Returns the module's name in its name section.
pub(super) fn name(wasm: &[u8]) -> Option<String> {
    let mut section = BinaryReader::sections(wasm)?.find_map(|(id, mut section)| {
        (id == CUSTOM && section.name()? == b"name").then_some(section)
    })?;
    let (_, mut subsection) =
        iter::from_fn(|| section.section()).find(|(id, _)| *id == MODULE_NAME)?;
    String::from_utf8(subsection.name()?.to_owned()).ok()
}

/// The size of the magic number and the version.
const HEADER_BYTES: usize = 8;

// The ids of sections.
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const TABLES: u8 = 4;
const EXPORTS: u8 = 7;

/// The id of the subsection of the name section that has the module's name.
const MODULE_NAME: u8 = 0;

/// A table that a module imports or defines.
struct Table {
    limits: TableLimits,
    /// Whether its element type is a concrete type.
    of_concrete: bool,
}

/// A reader of a binary, which holds the bytes that are left. Its methods return `None` at
/// the end, and at anything that no proposal has that libwasmtime supports.
struct BinaryReader<'a>(&'a [u8]);

impl<'a> BinaryReader<'a> {
    /// Returns an iterator over the sections of a module.
    fn sections(wasm: &'a [u8]) -> Option<impl Iterator<Item = (u8, BinaryReader<'a>)>> {
        let mut reader = BinaryReader(wasm);
        reader.take(HEADER_BYTES)?;
        Some(iter::from_fn(move || reader.section()))
    }

    /// Reads a section or subsection: its id, and its contents.
    fn section(&mut self) -> Option<(u8, BinaryReader<'a>)> {
        let id = self.byte()?;
        let size = self.len()?;
        Some((id, BinaryReader(self.take(size)?)))
    }

    fn tables_of_module(wasm: &'a [u8]) -> Option<[Vec<TableLimits>; 2]> {
        let mut tables: Vec<Table> = Vec::new();
        let mut imported = 0;
        let mut exported = Vec::new();
        for (id, mut section) in BinaryReader::sections(wasm)? {
            match id {
                IMPORTS => {
                    section.imports(&mut tables)?;
                    imported = tables.len();
                }
                TABLES => section.tables(&mut tables)?,
                EXPORTS => section.exports(&mut exported)?,
                _ => {}
            }
        }
        let mut have_64 = tables.iter().filter(|table| table.limits.is_64).peekable();
        have_64.peek()?;
        TableType::note_64_bit_indices(have_64.any(|table| table.of_concrete));
        let exports = exported
            .into_iter()
            .map(|index| Some(tables.get(index)?.limits))
            .collect::<Option<_>>()?;
        tables.truncate(imported);
        let imports = tables.iter().map(|table| table.limits).collect();
        Some([imports, exports])
    }

    fn imports(&mut self, tables: &mut Vec<Table>) -> Option<()> {
        for _ in 0..self.len()? {
            self.name()?;
            self.name()?;
            match self.byte()? {
                // A function; 0x20 says that its type has to be exact.
                0x00 | 0x20 => drop(self.leb()?),
                0x01 => tables.push(self.table()?),
                0x02 => drop(self.limits()?),
                0x03 => {
                    self.val_type()?;
                    self.byte()?;
                }
                0x04 => {
                    self.byte()?;
                    self.leb()?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn tables(&mut self, tables: &mut Vec<Table>) -> Option<()> {
        for _ in 0..self.len()? {
            let is_initialized = self.0.starts_with(&[0x40]);
            if is_initialized {
                self.take(2)?;
            }
            tables.push(self.table()?);
            if is_initialized {
                self.const_expr()?;
            }
        }
        Some(())
    }

    fn exports(&mut self, tables: &mut Vec<usize>) -> Option<()> {
        for _ in 0..self.len()? {
            self.name()?;
            let kind = self.byte()?;
            let index = self.len()?;
            if kind == 0x01 {
                tables.push(index);
            }
        }
        Some(())
    }

    fn table(&mut self) -> Option<Table> {
        Some(Table {
            of_concrete: self.val_type()?,
            limits: self.limits()?,
        })
    }

    /// Reads the limits of a table or of a memory.
    fn limits(&mut self) -> Option<TableLimits> {
        let flags = self.leb()?;
        let minimum = self.leb()?;
        let maximum = match flags & 1 {
            0 => None,
            _ => Some(self.leb()?),
        };
        if flags & 8 != 0 {
            // A memory's page size.
            self.leb()?;
        }
        Some(TableLimits {
            is_64: flags & 4 != 0,
            minimum,
            maximum,
        })
    }

    /// Reads a value type, and returns whether it is a reference to a concrete type.
    fn val_type(&mut self) -> Option<bool> {
        match self.byte()? {
            0x63 | 0x64 => self.heap_type(),
            _ => Some(false),
        }
    }

    /// Reads a heap type, and returns whether it is a concrete type.
    fn heap_type(&mut self) -> Option<bool> {
        // A prefix for shared or exact types; then the index of a concrete type, or an
        // abstract type, which is encoded like a negative index.
        if matches!(self.0.first(), Some(0x62 | 0x65)) {
            self.byte()?;
        }
        let is_abstract = self.0.first()? & 0xc0 == 0x40;
        self.leb()?;
        Some(!is_abstract)
    }

    // Version 48: a constant expression may have these instructions; look at
    // `VisitConstOperator` in `wasmparser`.
    fn const_expr(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                0x0b => return Some(()),
                // i32.const, i64.const, global.get, ref.func
                0x41 | 0x42 | 0x23 | 0xd2 => drop(self.leb()?),
                // f32.const, f64.const
                0x43 => drop(self.take(4)?),
                0x44 => drop(self.take(8)?),
                // ref.null
                0xd0 => drop(self.heap_type()?),
                // add, sub, mul
                0x6a..=0x6c | 0x7c..=0x7e => {}
                0xfd => match self.leb()? {
                    // v128.const
                    12 => drop(self.take(16)?),
                    _ => return None,
                },
                0xfb => match self.leb()? {
                    // struct.new, struct.new_default, array.new, array.new_default
                    0 | 1 | 6 | 7 => drop(self.leb()?),
                    // array.new_fixed
                    8 => {
                        self.leb()?;
                        self.leb()?;
                    }
                    // any.convert_extern, extern.convert_any, ref.i31
                    26..=28 => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn name(&mut self) -> Option<&'a [u8]> {
        let len = self.len()?;
        self.take(len)
    }

    fn len(&mut self) -> Option<usize> {
        self.leb()?.try_into().ok()
    }

    /// Reads a number in LEB128. It skips a signed number as well, but returns a wrong
    /// value for it.
    fn leb(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }
}
