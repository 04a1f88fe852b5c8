//! Shared libraries of Apple's systems: Mach-O, for one architecture or several.

use super::{Image, Layout, Problem, damaged, foreign};

/// The system that a library has to be for.
#[derive(Clone, Copy)]
pub(super) struct Native {
    layout: Layout,
    /// The number of the architecture, if it is known here.
    cpu: Option<u32>,
}

/// The system that this program is for.
#[cfg(target_vendor = "apple")]
pub(super) const NATIVE: Native = Native {
    layout: Layout::NATIVE,
    cpu: if cfg!(target_arch = "x86_64") {
        Some(cpu::X86_64)
    } else if cfg!(all(target_arch = "aarch64", target_pointer_width = "64")) {
        Some(cpu::ARM64)
    } else {
        None
    },
};

/// The numbers of architectures.
mod cpu {
    pub const X86_64: u32 = 0x0100_0007;
    pub const ARM64: u32 = 0x0100_000c;
}

/// The layout of the headers of a file for several architectures.
const BIG: Layout = Layout {
    wide: false,
    big: true,
};

/// The magic numbers of a file for one architecture of 32 bits, and of 64 bits.
const ONE: u32 = 0xfeed_face;
const ONE_WIDE: u32 = 0xfeed_facf;

/// The magic numbers of a file for several architectures, with offsets of 32 bits, and of
/// 64 bits.
const SEVERAL: u32 = 0xcafe_babe;
const SEVERAL_WIDE: u32 = 0xcafe_babf;

/// Checks a shared library.
pub(super) fn check(image: &Image<'_>, native: Native) -> Result<(), Problem> {
    let magic = image.part("magic number", 0, image.length.min(4))?;
    match BIG.u32(&magic, 0) {
        SEVERAL | SEVERAL_WIDE => {}
        _ => return check_one(image, 0, image.length, native),
    }
    let is_wide = BIG.u32(&magic, 0) == SEVERAL_WIDE;
    let size = if is_wide { 32 } else { 20 };
    let count = BIG.u32(&image.part("header", 0, 8)?, 4);
    // Java's class files have the same magic number, and then a version.
    const MOST: u32 = 40;
    if count > MOST {
        return foreign(format!(
            "it is no library, or one for {count} architectures"
        ));
    }
    let headers = image.part("list of architectures", 8, size * u64::from(count))?;
    let mut found = None;
    for header in headers.chunks_exact(size as usize) {
        let (at, length) = match is_wide {
            true => (BIG.u64(header, 8), BIG.u64(header, 16)),
            false => (BIG.u32(header, 8).into(), BIG.u32(header, 12).into()),
        };
        image.reaches("part for one architecture", at, length)?;
        let cpu = BIG.u32(header, 0);
        if native.cpu.is_none_or(|native| cpu == native) {
            found = found.or(Some((at, length)));
        }
    }
    match found {
        Some((at, length)) => check_one(image, at, length, native),
        None => foreign("it is for other architectures"),
    }
}

/// Checks the part of a file that is for one architecture.
fn check_one(image: &Image<'_>, at: u64, length: u64, native: Native) -> Result<(), Problem> {
    const LIBRARY: u32 = 6;
    const BUNDLE: u32 = 8;

    let layout = native.layout;
    let magic = if layout.wide { ONE_WIDE } else { ONE };
    let first = image.part("magic number", at, length.min(4))?;
    if layout.u32(&first, 0) != magic {
        let first = layout.u32(&first, 0);
        return match [ONE, ONE_WIDE]
            .iter()
            .any(|&m| m == first || m == first.swap_bytes())
        {
            true => foreign("it is for another kind of system"),
            false => foreign("it isn't a Mach-O file"),
        };
    }
    let size = if layout.wide { 32 } else { 28 };
    let one = Part { image, at, length };
    let header = one.read("header", 0, size)?;
    let field = |index: usize| layout.u32(&header, 4 * index);
    if native.cpu.is_some_and(|native| field(1) != native) {
        return foreign(format!("it is for another architecture, {:#x}", field(1)));
    }
    if ![LIBRARY, BUNDLE].contains(&field(3)) {
        return foreign(format!(
            "it is a Mach-O file, but no library: its type is {}",
            field(3)
        ));
    }
    let commands = one.read("load commands", size, field(5).into())?;
    let mut rest = &commands[..];
    for index in 0..field(4) {
        let length = layout.u32(rest, 4) as usize;
        match rest.split_at_checked(length) {
            Some((command, after)) if length >= 8 => {
                one.check_command(layout, command)?;
                rest = after;
            }
            _ => {
                return damaged(format!(
                    "its load command {index} of {} should be {length} bytes",
                    field(4)
                ));
            }
        }
    }
    Ok(())
}

/// The part of a file for one architecture.
struct Part<'a> {
    image: &'a Image<'a>,
    at: u64,
    length: u64,
}

impl Part<'_> {
    fn reaches(&self, what: &str, at: u64, length: u64) -> Result<(), Problem> {
        match at.checked_add(length) {
            Some(end) if end <= self.length => self.image.reaches(what, self.at + at, length),
            _ => damaged(format!(
                "its {what} should be {length} bytes from byte {at} on, and it has {}",
                self.length
            )),
        }
    }

    fn read(&self, what: &str, at: u64, length: u64) -> Result<Vec<u8>, Problem> {
        self.reaches(what, at, length)?;
        self.image.part(what, self.at + at, length)
    }

    /// Checks that the parts to which a load command refers are there.
    fn check_command(&self, layout: Layout, command: &[u8]) -> Result<(), Problem> {
        const SEGMENT: u32 = 1;
        const SYMBOLS: u32 = 2;
        const DYNAMIC_SYMBOLS: u32 = 11;
        const SEGMENT_WIDE: u32 = 0x19;
        const INFO: u32 = 0x22;
        const REQUIRED: u32 = 0x8000_0000;

        // The command as 32-bit numbers: its kind, its length, and the rest.
        let field = |index: usize| u64::from(layout.u32(command, 4 * index));
        let kind = layout.u32(command, 0) & !REQUIRED;
        match kind {
            SEGMENT | SEGMENT_WIDE => {
                let word = if kind == SEGMENT_WIDE { 8 } else { 4 };
                let number = |index: usize| match kind {
                    SEGMENT_WIDE => layout.u64(command, 24 + word * index),
                    _ => layout.u32(command, 24 + word * index).into(),
                };
                let [address, in_memory, offset, in_file] = [0, 1, 2, 3].map(number);
                self.reaches("segment", offset, in_file)?;
                if in_file > in_memory || address.checked_add(in_memory).is_none() {
                    return damaged(format!(
                        "a segment of it is {in_memory} bytes from address {address:#x} on, \
                         {in_file} of them in the file"
                    ));
                }
                let head = 24 + 4 * word + 16;
                let section = if kind == SEGMENT_WIDE { 80 } else { 68 };
                let sections = u64::from(layout.u32(command, head - 8));
                if head as u64 + sections * section > command.len() as u64 {
                    return damaged(format!("a segment of it has {sections} sections"));
                }
            }
            SYMBOLS => {
                let size = if layout.wide { 16 } else { 12 };
                self.reaches("symbols", field(2), field(3) * size)?;
                self.reaches("names of symbols", field(4), field(5))?;
            }
            DYNAMIC_SYMBOLS => self.reaches("indirect symbols", field(14), 4 * field(15))?,
            // Five tables: the offset and the length of each.
            INFO => {
                for index in [2, 4, 6, 8, 10] {
                    self.reaches("table for the loader", field(index), field(index + 1))?;
                }
            }
            // The signature, the starts of functions, the exports, the fixups and others.
            0x1d | 0x1e | 0x26 | 0x29 | 0x2b | 0x2e | 0x33 | 0x34 => {
                self.reaches("table for the loader", field(2), field(3))?;
            }
            // The names of this library and of libraries that it needs, and search paths.
            0xc | 0xd | 0x18 | 0x1c | 0x1f => {
                let name = command.get(field(2) as usize..);
                if !name.is_some_and(|name| name.contains(&0)) {
                    return damaged("the name of a library in it has no end");
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;

    const NATIVE: Native = Native {
        layout: Layout {
            wide: true,
            big: false,
        },
        cpu: Some(cpu::ARM64),
    };

    fn checked(file: &[u8]) -> Result<(), Problem> {
        tests::checked(file, |image| check(image, NATIVE))
    }

    fn put(file: &mut Vec<u8>, numbers: &[u32]) {
        file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    /// Returns a library with one segment, symbols and a name, for an architecture.
    fn library(cpu: u32) -> Vec<u8> {
        const COMMANDS: u32 = 72 + 24 + 32;
        let mut file = Vec::new();
        put(&mut file, &[ONE_WIDE, cpu, 0, 6, 3, COMMANDS, 0, 0]);
        put(&mut file, &[0x19, 72, 0, 0, 0, 0]);
        // The address, the size in memory, the offset, the size in the file.
        put(&mut file, &[0, 0, 0x4000, 0, 0, 0, 0x200, 0]);
        put(&mut file, &[5, 5, 0, 0]);
        put(&mut file, &[2, 24, 0x100, 4, 0x140, 0x20]);
        put(&mut file, &[0xd, 32, 24, 0, 0, 0]);
        file.extend(b"lib\0\0\0\0\0");
        file.resize(0x200, 0);
        file
    }

    /// Returns a file with two libraries, for two architectures.
    fn several() -> Vec<u8> {
        let mut file = Vec::new();
        let one = library(cpu::X86_64);
        let length = one.len() as u32;
        let header = [
            SEVERAL,
            2,
            cpu::X86_64,
            3,
            0x100,
            length,
            8,
            cpu::ARM64,
            0,
            0x100 + length,
            length,
            8,
        ];
        file.extend(header.iter().flat_map(|number| number.to_be_bytes()));
        file.resize(0x100, 0);
        file.extend(one);
        file.extend(library(cpu::ARM64));
        file
    }

    #[test]
    fn a_whole_library_is_right() {
        assert_eq!(checked(&library(cpu::ARM64)), Ok(()));
        assert_eq!(checked(&several()), Ok(()));
    }

    #[test]
    fn a_library_cut_anywhere_is_not() {
        for file in [library(cpu::ARM64), several()] {
            tests::assert_damaged_wherever_cut(&file, 4, checked);
        }
    }

    #[test]
    fn what_is_for_another_system_is_foreign() {
        for file in [library(cpu::X86_64), b"\x7fELF".to_vec(), vec![0; 99]] {
            tests::assert_foreign(checked(&file));
        }
        let mut executable = library(cpu::ARM64);
        executable[12] = 2;
        tests::assert_foreign(checked(&executable));
    }

    #[test]
    fn what_leads_out_of_the_file_is_damaged() {
        // The command's length, the segment's size, the symbols, the name.
        for at in [
            36,
            32 + 24 + 25,
            32 + 72 + 9,
            32 + 72 + 13,
            32 + 72 + 24 + 9,
        ] {
            let mut file = library(cpu::ARM64);
            file[at] = 0xff;
            let result = checked(&file);
            assert!(
                matches!(result, Err(Problem::Damaged(_))),
                "{at}: {result:?}"
            );
        }
    }

    #[test]
    fn no_byte_makes_the_check_panic() {
        for file in [library(cpu::ARM64), several()] {
            tests::change_each_byte(&file, 0..0, checked);
        }
    }
}
