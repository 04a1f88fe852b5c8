//! Checks a module for DWARF that libwasmtime would abort at.

use super::{BinaryReader, CUSTOM};
use crate::error::{Result, bail};

/// Checks the headers of a module's line tables.
///
/// With [`Config::debug_info`](crate::Config::debug_info) libwasmtime writes each table
/// anew. It asserts that the table has an opcode that stays on a line: that the line
/// advance 0 lies between `line_base` and `line_base + line_range`.
///
/// libwasmtime has more such assertions, in all parts of DWARF. This is the one that fails
/// for a single wrong byte.
///
/// # Errors
///
/// Returns an error if libwasmtime would abort at one of the tables.
// Version 48: the transformation of DWARF asserts this; look at `LineProgram::new` of
// `write` in `gimli`.
pub(crate) fn check(wasm: &[u8]) -> Result<()> {
    let sections = BinaryReader::sections(wasm).into_iter().flatten();
    for (id, mut section) in sections {
        if id != CUSTOM || section.name() != Some(b".debug_line") {
            continue;
        }
        let whole = section.0.len();
        loop {
            let offset = whole - section.0.len();
            let Some(steps) = section.line_table() else {
                break;
            };
            let Steps { base, range } = steps;
            if range != 0 && base <= 0 && base.checked_add(range as i8).is_none_or(|last| last <= 0)
            {
                bail!(
                    "the module's section `.debug_line` is invalid: the table at offset {offset} \
                     has the `line_base` {base} and the `line_range` {range}, whose sum is \
                     expected to be at least 1; turn `Config::debug_info` off, or remove the \
                     section"
                );
            }
        }
    }
    Ok(())
}

/// The line advances of a table's special opcodes: `range` of them, from `base` on.
struct Steps {
    base: i8,
    range: u8,
}

impl BinaryReader<'_> {
    /// Reads the next line table; `None` if there is no other, or if libwasmtime doesn't
    /// support its version.
    fn line_table(&mut self) -> Option<Steps> {
        let (offset_bytes, len) = match self.u32()? {
            u32::MAX => (8, u64::from(self.u32()?) | u64::from(self.u32()?) << 32),
            len => (4, u64::from(len)),
        };
        let mut table = BinaryReader(self.take(len.try_into().ok()?)?);
        let version = u16::from_le_bytes(table.take(2)?.try_into().ok()?);
        // The sizes of addresses and of segment selectors.
        table.take(if version == 5 { 2 } else { 0 })?;
        // The length of the header, the minimum length of an instruction, the maximum
        // number of operations in one, and whether rows are statements by default.
        table.take(offset_bytes + if version < 4 { 2 } else { 3 })?;
        let base = i8::from_le_bytes([table.byte()?]);
        let range = table.byte()?;
        (2..=5).contains(&version).then_some(Steps { base, range })
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}
