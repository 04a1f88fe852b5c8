//! Shared libraries of Windows: PE.

use super::{Image, Layout, Problem, damaged, foreign};

/// The system that a library has to be for.
#[derive(Clone, Copy)]
pub(super) struct Native {
    /// Whether addresses have 64 bits.
    wide: bool,
    /// The number of the machine, if it is known here.
    machine: Option<u16>,
}

/// The system that this program is for.
#[cfg(windows)]
pub(super) const NATIVE: Native = Native {
    wide: cfg!(target_pointer_width = "64"),
    machine: if cfg!(target_arch = "x86_64") {
        Some(machine::X86_64)
    } else if cfg!(target_arch = "aarch64") {
        Some(machine::ARM64)
    } else if cfg!(target_arch = "x86") {
        Some(machine::X86)
    } else {
        None
    },
};

/// The numbers of machines.
mod machine {
    #[cfg(windows)]
    pub const X86: u16 = 0x14c;
    pub const X86_64: u16 = 0x8664;
    pub const ARM64: u16 = 0xaa64;
}

/// On all machines, numbers have the least significant byte first.
const LITTLE: Layout = Layout {
    wide: false,
    big: false,
};

/// Checks a shared library.
pub(super) fn check(image: &Image<'_>, native: Native) -> Result<(), Problem> {
    const LIBRARY: u16 = 0x2000;

    let magic = image.part("magic number", 0, image.length.min(2))?;
    if magic != b"MZ" {
        return foreign("it isn't a PE file");
    }
    let start = image.part("header for MS-DOS", 0, 64)?;
    let at = u64::from(LITTLE.u32(&start, 60));
    let header = image.part("header", at, 24)?;
    if !header.starts_with(b"PE\0\0") {
        return damaged(format!("its header should be at byte {at}, and isn't"));
    }
    let [machine, count] = [4, 6].map(|at| LITTLE.u16(&header, at));
    let [size, flags] = [20, 22].map(|at| LITTLE.u16(&header, at));
    if native.machine.is_some_and(|native| machine != native) {
        return foreign(format!("it is for another machine, {machine:#x}"));
    }
    if flags & LIBRARY == 0 {
        return foreign("it is a PE file, but no library");
    }
    let optional = image.part("second header", at + 24, size.into())?;
    let loaded = Loaded::read(native, &optional)?;
    image.reaches("headers", 0, loaded.headers)?;

    let sections = at + 24 + u64::from(size);
    let sections = image.part("section headers", sections, 40 * u64::from(count))?;
    let sections: Vec<Section> = sections.chunks_exact(40).map(Section::read).collect();
    let mut end = loaded.headers;
    for section in &sections {
        image.reaches("section", section.offset, section.in_file)?;
        if section.address < end || section.end() > loaded.size {
            return damaged(format!(
                "its section of {} bytes at address {:#x} isn't in its {} bytes",
                section.in_memory, section.address, loaded.size
            ));
        }
        end = section.end();
    }
    loaded.check_directories(&optional, &sections)
}

/// The contents of the second header.
struct Loaded {
    /// The size of the library in memory.
    size: u64,
    /// The size of all headers.
    headers: u64,
    /// The offset of the list of directories in the second header.
    directories: usize,
}

impl Loaded {
    fn read(native: Native, optional: &[u8]) -> Result<Loaded, Problem> {
        let (magic, directories) = if native.wide {
            (0x20b, 112)
        } else {
            (0x10b, 96)
        };
        if optional.len() < directories {
            return damaged(format!("its second header has {} bytes", optional.len()));
        }
        let found = LITTLE.u16(optional, 0);
        if found != magic {
            return foreign(format!("it is for another kind of system, {found:#x}"));
        }
        Ok(Loaded {
            size: LITTLE.u32(optional, 56).into(),
            headers: LITTLE.u32(optional, 60).into(),
            directories,
        })
    }

    /// Checks that all directories (of imports, of relocations and so on) are at addresses
    /// where the headers or a section is loaded.
    fn check_directories(&self, optional: &[u8], sections: &[Section]) -> Result<(), Problem> {
        /// The directory of signatures isn't loaded; its entry has an offset in the file.
        const SIGNATURES: u32 = 4;

        let count = LITTLE.u32(optional, self.directories - 4);
        let list = optional[self.directories..].chunks_exact(8);
        if u64::from(count) > list.len() as u64 {
            return damaged(format!(
                "it should have {count} directories, and its second header ends after {}",
                list.len()
            ));
        }
        for (index, entry) in (0..count).zip(list) {
            let [address, size] = [0, 4].map(|at| u64::from(LITTLE.u32(entry, at)));
            if size == 0 || index == SIGNATURES {
                continue;
            }
            let end = address + size;
            let is_loaded = end <= self.headers
                || sections
                    .iter()
                    .any(|section| section.address <= address && end <= section.end());
            if !is_loaded {
                return damaged(format!(
                    "its directory {index} should be {size} bytes from address {address:#x} on, \
                     where nothing is loaded"
                ));
            }
        }
        Ok(())
    }
}

/// The header of a section.
struct Section {
    in_memory: u64,
    address: u64,
    in_file: u64,
    offset: u64,
}

impl Section {
    fn read(header: &[u8]) -> Section {
        let [in_memory, address, in_file, offset] =
            [8, 12, 16, 20].map(|at| u64::from(LITTLE.u32(header, at)));
        Section {
            // Old linkers leave it 0.
            in_memory: if in_memory == 0 { in_file } else { in_memory },
            address,
            in_file,
            offset,
        }
    }

    fn end(&self) -> u64 {
        self.address + self.in_memory
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;

    const NATIVE: Native = Native {
        wide: true,
        machine: Some(machine::X86_64),
    };

    fn checked(file: &[u8]) -> Result<(), Problem> {
        tests::checked(file, |image| check(image, NATIVE))
    }

    fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
        file[at..][..bytes.len()].copy_from_slice(bytes);
    }

    const HEADER: usize = 0x80;
    const OPTIONAL: usize = HEADER + 24;
    const DIRECTORIES: usize = OPTIONAL + 112;
    const SECTIONS: usize = DIRECTORIES + 16 * 8;

    /// Returns a library with one section, which contains its imports.
    fn library() -> Vec<u8> {
        let mut file = vec![0; 0x600];
        let number = |number: u32| number.to_le_bytes();
        put(&mut file, 0, b"MZ");
        put(&mut file, 60, &number(HEADER as u32));
        put(&mut file, HEADER, b"PE\0\0\x64\x86\x01\0");
        put(&mut file, HEADER + 20, &[112 + 16 * 8, 0, 0, 0x20]);
        put(&mut file, OPTIONAL, &[0x0b, 2]);
        put(&mut file, OPTIONAL + 56, &number(0x2000));
        put(&mut file, OPTIONAL + 60, &number(0x400));
        put(&mut file, OPTIONAL + 108, &number(16));
        put(&mut file, DIRECTORIES + 8, &number(0x1000));
        put(&mut file, DIRECTORIES + 12, &number(0x80));
        for (index, field) in [0x180, 0x1000, 0x200, 0x400].into_iter().enumerate() {
            put(&mut file, SECTIONS + 8 + 4 * index, &number(field));
        }
        file
    }

    #[test]
    fn a_whole_library_is_right() {
        assert_eq!(checked(&library()), Ok(()));
    }

    #[test]
    fn a_library_cut_anywhere_is_not() {
        tests::assert_damaged_wherever_cut(&library(), 2, checked);
    }

    #[test]
    fn what_is_for_another_system_is_foreign() {
        let mut other = library();
        put(&mut other, HEADER + 4, &machine::ARM64.to_le_bytes());
        let mut executable = library();
        executable[HEADER + 23] = 0;
        let mut narrow = library();
        put(&mut narrow, OPTIONAL, &[0x0b, 1]);
        for file in [other, executable, narrow, b"\x7fELF".to_vec()] {
            tests::assert_foreign(checked(&file));
        }
    }

    #[test]
    fn what_leads_out_of_the_file_is_damaged() {
        // The offset of the header, the number of directories, the address of one, the
        // address of the section, and its offset in the file.
        for at in [
            62,
            OPTIONAL + 108,
            DIRECTORIES + 10,
            SECTIONS + 14,
            SECTIONS + 22,
        ] {
            let mut file = library();
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
        tests::change_each_byte(&library(), 0..0, checked);
    }
}
