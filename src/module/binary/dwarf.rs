//! DWARF at which libwasmtime ends the process.

use super::{CUSTOM, Reader};
use crate::error::{Result, bail};

/// Looks for the line tables that libwasmtime can't write anew: with
/// [`Config::debug_info`](crate::Config::debug_info) it does that to each, and asserts
/// that there is a code for staying on a line.
///
/// There are more assertions like that, behind all of DWARF. This is the one that a
/// single wrong byte runs into.
///
/// # Errors
///
/// If one of the tables is so.
// Version 48: the transformation of DWARF asserts this; look at `LineProgram::new` of
// `write` in `gimli`.
pub(crate) fn check(wasm: &[u8]) -> Result<()> {
    let sections = Reader::sections(wasm).into_iter().flatten();
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
                    "the module's `.debug_line` is wrong: the table at offset {offset} has the \
                     `line_base` {base} and the `line_range` {range}, which are to reach 1; \
                     leave `Config::debug_info` off, or the section out of the module"
                );
            }
        }
    }
    Ok(())
}

/// By how many lines one code goes on: from `base`, in as many steps as `range`.
struct Steps {
    base: i8,
    range: u8,
}

impl Reader<'_> {
    /// The next line table; `None` if there is no other, or none that libwasmtime
    /// knows.
    fn line_table(&mut self) -> Option<Steps> {
        let (offset_bytes, len) = match self.u32()? {
            u32::MAX => (8, u64::from(self.u32()?) | u64::from(self.u32()?) << 32),
            len => (4, u64::from(len)),
        };
        let mut table = Reader(self.take(len.try_into().ok()?)?);
        let version = u16::from_le_bytes(table.take(2)?.try_into().ok()?);
        // Sizes of addresses and segments.
        table.take(if version == 5 { 2 } else { 0 })?;
        // The length of the header, the least length of an instruction, the most
        // operations in one, and what the first row is.
        table.take(offset_bytes + if version < 4 { 2 } else { 3 })?;
        let base = i8::from_le_bytes([table.byte()?]);
        let range = table.byte()?;
        (2..=5).contains(&version).then_some(Steps { base, range })
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}
