//! Shared libraries of Linux, Android, the BSDs and most others: ELF.
//!
//! This module reads the headers, and which parts of the file are mapped at which
//! addresses. Its submodules check the tables that the dynamic section names.

use self::sections::Sections;
use super::{Image, Layout, Problem, damaged, foreign};
use crate::sys::elf::{self, Class};

mod dynamic;
mod relocations;
mod sections;
mod symbols;
#[cfg(test)]
mod tests;

/// The system that a library has to be for.
#[derive(Clone, Copy)]
pub(super) struct Native {
    layout: Layout,
    /// The number of the machine, if it is known here.
    machine: Option<u16>,
}

/// The system that this program is for.
pub(super) const NATIVE: Native = Native {
    layout: Layout::NATIVE,
    machine: machine::NATIVE,
};

/// The numbers of machines.
mod machine {
    pub const X86: u16 = 3;
    pub const POWERPC_64: u16 = 21;
    pub const S390: u16 = 22;
    pub const ARM: u16 = 40;
    pub const X86_64: u16 = 62;
    pub const AARCH64: u16 = 183;
    pub const RISCV: u16 = 243;
    pub const LOONGARCH: u16 = 258;

    pub const NATIVE: Option<u16> = if cfg!(target_arch = "x86_64") {
        Some(X86_64)
    } else if cfg!(target_arch = "aarch64") {
        Some(AARCH64)
    } else if cfg!(target_arch = "x86") {
        Some(X86)
    } else if cfg!(target_arch = "arm") {
        Some(ARM)
    } else if cfg!(any(target_arch = "riscv32", target_arch = "riscv64")) {
        Some(RISCV)
    } else if cfg!(target_arch = "s390x") {
        Some(S390)
    } else if cfg!(target_arch = "powerpc64") {
        Some(POWERPC_64)
    } else if cfg!(target_arch = "loongarch64") {
        Some(LOONGARCH)
    } else {
        None
    };
}

/// Returns the class of files with this layout.
fn class(layout: Layout) -> Class {
    match layout.wide {
        true => Class::Elf64,
        false => Class::Elf32,
    }
}

/// Checks a shared library.
pub(super) fn check(image: &Image<'_>, native: Native) -> Result<(), Problem> {
    let header = Header::read(image, native)?;
    let sections = Sections::read(image, &header)?;
    let program = Program::read(image, &header, &sections)?;
    sections.check(&program.memory)?;
    dynamic::check(image, &header, &program, &sections)
}

/// The header of the file.
struct Header {
    layout: Layout,
    /// Whether it uses the extensions of GNU or FreeBSD to ELF.
    is_extended: bool,
    machine: u16,
    /// The offset of the program headers, and their number.
    programs: (u64, u16),
    /// The offset of the section headers, the size of each, and their number.
    sections: (u64, u16, u16),
}

/// The system's loader has the program headers on its stack, where more would overflow it.
const MOST_PROGRAM_HEADERS: u16 = 128;

impl Header {
    fn read(image: &Image<'_>, native: Native) -> Result<Header, Problem> {
        const GNU: u8 = 3;
        const FREEBSD: u8 = 9;

        let magic = image.part("magic number", 0, image.length.min(4))?;
        if magic != elf::MAGIC {
            return foreign("it isn't an ELF file");
        }
        let layout = native.layout;
        let fields = class(layout);
        let bytes = image.part("header", 0, fields.header_bytes() as u64)?;
        let wide = match bytes[elf::CLASS] {
            1 => false,
            2 => true,
            other => return damaged(format!("its class is {other}, neither 32 nor 64 bits")),
        };
        let big = match bytes[elf::BYTE_ORDER] {
            elf::LITTLE_ENDIAN => false,
            elf::BIG_ENDIAN => true,
            other => return damaged(format!("its byte order is {other}, neither little nor big")),
        };
        if wide != layout.wide || big != layout.big {
            return foreign(format!(
                "it is for a {}-bit system whose numbers have the {} byte first",
                if wide { 64 } else { 32 },
                if big {
                    "most significant"
                } else {
                    "least significant"
                },
            ));
        }
        if bytes[6] != 1 || layout.u32(&bytes, elf::VERSION) != 1 {
            return damaged("its header is of a version of ELF that doesn't exist");
        }
        let kind = layout.u16(&bytes, elf::TYPE);
        if kind != elf::SHARED {
            return foreign(format!(
                "it is an ELF file, but no shared library: its type is {kind}, not {}",
                elf::SHARED
            ));
        }
        let machine = layout.u16(&bytes, elf::MACHINE);
        if native.machine.is_some_and(|native| machine != native) {
            return foreign(format!("it is for another machine, ELF's number {machine}"));
        }
        let header = Header {
            layout,
            is_extended: [GNU, FREEBSD].contains(&bytes[elf::ABI]),
            machine,
            programs: (
                layout.address(&bytes, fields.program_headers()),
                layout.u16(&bytes, fields.program_header_count()),
            ),
            sections: (
                layout.address(&bytes, fields.section_headers()),
                layout.u16(&bytes, fields.section_header_size()),
                layout.u16(&bytes, fields.section_count()),
            ),
        };
        let size = layout.u16(&bytes, fields.program_header_size());
        if u64::from(size) != header.program_header_size() {
            return damaged(format!("its program headers have {size} bytes each"));
        }
        let count = header.programs.1;
        if count == 0 || count > MOST_PROGRAM_HEADERS {
            return damaged(format!("it has {count} program headers"));
        }
        Ok(header)
    }

    fn program_header_size(&self) -> u64 {
        if self.layout.wide { 56 } else { 32 }
    }
}

/// A program header.
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    /// The number of bytes in the file. The others in memory are zeros.
    in_file: u64,
    in_memory: u64,
    alignment: u64,
}

/// The flags of segments.
const EXECUTABLE: u32 = 1;
const WRITABLE: u32 = 2;
const READABLE: u32 = 4;

/// The page size of most machines, which divides that of all others.
const PAGE: u64 = 4096;

impl Segment {
    fn read(layout: Layout, bytes: &[u8]) -> Segment {
        let address = |at| layout.address(bytes, at);
        let number = |at| layout.u32(bytes, at);
        match layout.wide {
            true => Segment {
                kind: number(0),
                flags: number(4),
                offset: address(8),
                address: address(16),
                in_file: address(32),
                in_memory: address(40),
                alignment: address(48),
            },
            false => Segment {
                kind: number(0),
                offset: address(4),
                address: address(8),
                in_file: address(16),
                in_memory: address(20),
                flags: number(24),
                alignment: address(28),
            },
        }
    }

    /// Returns the address of its end, which was checked not to overflow.
    fn end(&self) -> u64 {
        self.address + self.in_memory
    }

    fn is_aligned(&self) -> bool {
        match self.alignment {
            0 | 1 => true,
            alignment => {
                alignment.is_power_of_two()
                    && self.address.wrapping_sub(self.offset) % alignment == 0
            }
        }
    }
}

/// The contents of the program headers.
struct Program {
    memory: Memory,
    dynamic: Segment,
    /// The data of which each thread has a copy.
    thread_local: Option<Segment>,
}

impl Program {
    fn read(image: &Image<'_>, header: &Header, sections: &Sections) -> Result<Program, Problem> {
        const LOAD: u32 = 1;
        const DYNAMIC: u32 = 2;
        const NOTE: u32 = 4;
        const HEADERS: u32 = 6;
        const THREAD_LOCAL: u32 = 7;
        const UNWINDING: u32 = 0x6474_e550;
        const READ_ONLY: u32 = 0x6474_e552;
        const PROPERTIES: u32 = 0x6474_e553;

        let (at, count) = header.programs;
        let size = header.program_header_size();
        let bytes = image.part("program headers", at, u64::from(count) * size)?;
        let (loaded, others): (Vec<_>, Vec<_>) = bytes
            .chunks_exact(size as usize)
            .map(|bytes| Segment::read(header.layout, bytes))
            .partition(|segment| segment.kind == LOAD);
        let memory = Memory::new(image, header.layout, loaded)?;

        let mut dynamic = None;
        let mut thread_local = None;
        for segment in others {
            let Segment {
                offset,
                address,
                in_file,
                in_memory,
                ..
            } = segment;
            match segment.kind {
                DYNAMIC => dynamic = Some(segment),
                THREAD_LOCAL => {
                    if in_file > 0 {
                        memory.find(image, "thread-local data", address, in_file)?;
                    }
                    check_thread_local(&segment)?;
                    thread_local = Some(segment);
                }
                HEADERS => {
                    let found =
                        memory.find(image, "program headers in memory", address, in_file)?;
                    if found != at || in_file != u64::from(count) * size {
                        return damaged("its program headers aren't where they say that they are");
                    }
                }
                NOTE | UNWINDING | PROPERTIES => {
                    let what = match segment.kind {
                        NOTE => "notes",
                        UNWINDING => "table for unwinding",
                        _ => "properties",
                    };
                    // A segment that isn't loaded is read from the file.
                    image.reaches(what, offset, in_file)?;
                    if in_memory > 0 && (address != 0 || segment.kind == UNWINDING) {
                        memory.find(image, what, address, in_memory)?;
                    }
                }
                READ_ONLY if in_memory > 0 => {
                    memory.becomes_read_only(&segment)?;
                    sections.start("part that becomes read-only", address)?;
                }
                _ => {}
            }
        }
        match dynamic {
            Some(dynamic) => Ok(Program {
                memory,
                dynamic,
                thread_local,
            }),
            None => damaged("it has no dynamic section"),
        }
    }
}

/// Checks the thread-local data. The loader allocates it for each thread according to the
/// header, and ends the process if that fails.
fn check_thread_local(segment: &Segment) -> Result<(), Problem> {
    const LARGEST: u64 = 1 << 24;
    if segment.in_memory > LARGEST
        || segment.in_file > segment.in_memory
        || segment.alignment > LARGEST
        || !(segment.alignment == 0 || segment.alignment.is_power_of_two())
    {
        return damaged(format!(
            "its thread-local data is {} bytes in memory, {} of them in the file, and aligned \
             to {}",
            segment.in_memory, segment.in_file, segment.alignment
        ));
    }
    Ok(())
}

/// The segments that are mapped.
struct Memory {
    /// In the order of their addresses.
    segments: Vec<Segment>,
}

impl Memory {
    fn new(image: &Image<'_>, layout: Layout, segments: Vec<Segment>) -> Result<Memory, Problem> {
        // No system has addresses beyond.
        let limit = if layout.wide { 1 << 56 } else { 1 << 32 };
        let mut end = 0;
        for segment in &segments {
            image.reaches("segment", segment.offset, segment.in_file)?;
            let (start, length) = (segment.address, segment.in_memory);
            let fits = start.checked_add(length).is_some_and(|end| end <= limit);
            if !fits || segment.in_file > length {
                return damaged(format!(
                    "a segment of it is {length} bytes from address {start:#x} on, {} of them \
                     in the file",
                    segment.in_file
                ));
            }
            if !segment.is_aligned() || segment.address.wrapping_sub(segment.offset) % PAGE != 0 {
                return damaged(format!(
                    "its segment at address {start:#x} isn't aligned as it is in the file"
                ));
            }
            // The loader reserves the addresses from the first segment to the last, and maps
            // one segment over another if they overlap.
            if start / PAGE * PAGE < end {
                return damaged(format!("its segment at address {start:#x} is over another"));
            }
            end = segment.end();
        }
        if segments.is_empty() {
            return damaged("nothing of it is to be loaded");
        }
        // The loader fills the rest with zeros, so it has to be writable.
        let cut = |segment: &&Segment| {
            segment.in_file < segment.in_memory && segment.flags & WRITABLE == 0
        };
        if let Some(segment) = segments.iter().find(cut) {
            return damaged(format!(
                "only {} of the {} bytes of its segment at address {:#x} are in the file, and \
                 it isn't for variables",
                segment.in_file, segment.in_memory, segment.address
            ));
        }
        Ok(Memory { segments })
    }

    /// Reports whether addresses are mapped with all these flags.
    fn has(&self, address: u64, length: u64, flags: u32) -> bool {
        let end = address.checked_add(length);
        self.segments.iter().any(|segment| {
            address >= segment.address
                && end.is_some_and(|end| end <= segment.end())
                && segment.flags & flags == flags
        })
    }

    /// Reports whether a function can be at an address.
    fn has_code(&self, address: u64) -> bool {
        self.has(address, 1, EXECUTABLE)
    }

    /// Returns the offset in the file of something that is read in memory.
    fn find(&self, image: &Image<'_>, what: &str, at: u64, length: u64) -> Result<u64, Problem> {
        let found = self.segments.iter().find_map(|segment| {
            let from_start = at.checked_sub(segment.address)?;
            let end = from_start.checked_add(length)?;
            let fits = end <= segment.in_file && segment.flags & READABLE != 0;
            fits.then(|| segment.offset + from_start)
        });
        match found {
            // Segments are within the file.
            Some(offset) => image.reaches(what, offset, length).map(|()| offset),
            None => damaged(format!(
                "its {what} should be {length} bytes from address {at:#x} on, where nothing of \
                 the file is loaded"
            )),
        }
    }

    /// Reads something that the loader reads in memory.
    fn part(&self, image: &Image<'_>, what: &str, at: u64, len: u64) -> Result<Vec<u8>, Problem> {
        let offset = self.find(image, what, at, len)?;
        image.part(what, offset, len)
    }

    /// Returns the number of bytes of the file that are mapped from an address on.
    fn rest(&self, at: u64) -> u64 {
        let mut rests = self.segments.iter().filter_map(|segment| {
            let from_start = at.checked_sub(segment.address)?;
            segment.in_file.checked_sub(from_start)
        });
        rests.next().unwrap_or(0)
    }

    /// Checks the segment that the loader makes read-only in the end. If it reached beyond
    /// the library, something else would become read-only.
    fn becomes_read_only(&self, segment: &Segment) -> Result<(), Problem> {
        let (start, length) = (segment.address, segment.in_memory);
        let end = start.checked_add(length);
        let index = self
            .segments
            .iter()
            .rposition(|loaded| start >= loaded.address);
        let fits = index.is_some_and(|index| {
            // It may extend to the end of a page, which may be a large one.
            let most = self.segments[index].end().next_multiple_of(1 << 16);
            let next = self
                .segments
                .get(index + 1)
                .map_or(most, |next| next.address);
            // Code would no longer be executable.
            let was_writable = self.segments[index].flags & WRITABLE != 0;
            was_writable && end.is_some_and(|end| end <= most.min(next))
        });
        if fits {
            return Ok(());
        }
        damaged(format!(
            "{length} bytes from address {start:#x} on should become read-only, and aren't its own"
        ))
    }
}
