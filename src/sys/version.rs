//! Learning the version of a library. The C API has no function that returns it, so there
//! are two indirect ways: by the names of symbols, and by a refused module.

use std::ffi::{CStr, c_void};
#[cfg(wasmtime_link = "load")]
use std::mem;
use std::ops::Range;
use std::ptr::{self, NonNull};
use std::slice;

use crate::sys::elf::{self, Class};
use crate::sys::library::{LibraryVersion, MAJOR};
use crate::sys::{wasm_byte_vec_t, wasm_engine_t, wasmtime_error_t, wasmtime_module_t};

/// The other major versions that are recognized. A version beyond is only known not to be
/// the right one.
const OTHER_MAJORS: Range<u32> = 20..100;

/// The patches that are recognized, of the right major version and of others.
/// Long-term-support releases get many.
const PATCHES: Range<u32> = 0..100;
const OTHER_PATCHES: Range<u32> = 0..20;

/// Finds the version in the name of a symbol, which a library has if it was built with
/// `debug-builtins`. `has` reports whether the library has a symbol. Calls no function of
/// the library.
pub(super) fn by_symbol(has: impl Fn(&CStr) -> bool) -> Option<LibraryVersion> {
    let find = |major, patches: Range<u32>| {
        for patch in patches {
            // Version 48: this function has the version in its name; look at
            // `debug_builtins.rs` in `wasmtime`.
            let name = format!("set_vmctx_memory_{major}_0_{patch}\0");
            if CStr::from_bytes_with_nul(name.as_bytes()).is_ok_and(&has) {
                let patch = Some(patch);
                return Some(LibraryVersion { major, patch });
            }
        }
        None
    };
    let mut others = OTHER_MAJORS;
    find(MAJOR, PATCHES).or_else(|| others.find_map(|major| find(major, OTHER_PATCHES)))
}

/// What the refusals of a library tell of its version.
pub(super) enum Evidence {
    Version(LibraryVersion),
    /// It is neither the right version nor one that is recognized.
    Other,
    /// They tell nothing.
    None,
}

/// Finds the version of which a library doesn't refuse a precompiled module.
///
/// A precompiled module starts with the version that compiled it. A library refuses
/// another version with an error that names that version, before it reads on. So the
/// library is given modules that consist of a version and nothing else. It refuses all of
/// them, but only one for another reason than its version. Every build does this, even
/// one without a compiler, and the functions that it takes are the same in all versions.
pub(super) fn by_refusal(functions: Functions) -> Evidence {
    let Some(prober) = Prober::new(functions) else {
        return Evidence::None;
    };
    let refused_as = |version: &str| {
        let text = prober.refusal(version)?;
        Some(text.split('\'').any(|quoted| quoted == version))
    };

    // That a refusal doesn't name the version proves something only if the library does
    // refuse versions, with the text that is expected.
    if refused_as("libwasmtime") != Some(true) {
        return Evidence::None;
    }
    if refused_as(&MAJOR.to_string()) == Some(false) {
        return Evidence::Version(LibraryVersion {
            major: MAJOR,
            patch: None,
        });
    }
    for major in OTHER_MAJORS {
        if refused_as(&major.to_string()) == Some(false) {
            return Evidence::Version(LibraryVersion { major, patch: None });
        }
    }
    Evidence::Other
}

macro_rules! functions {
    ($($name:ident: unsafe extern "C" fn($($arg:ty),*) $(-> $ret:ty)?,)*) => {
        /// The functions for trying a module, all of one library. They have had these
        /// types for many major versions.
        pub(super) struct Functions {
            $($name: unsafe extern "C" fn($($arg),*) $(-> $ret)?,)*
        }

        // The types are those of the declarations, which tests/abi checks.
        #[cfg(wasmtime_link = "load")]
        const _: () = { $(let _: unsafe fn($($arg),*) $(-> $ret)? = crate::sys::$name;)* };

        impl Functions {
            /// Finds the functions of a library whose slots are still empty. `address`
            /// returns the address of a symbol. Returns `None` if one is missing.
            ///
            /// # Safety
            ///
            /// The library must be a libwasmtime.
            #[cfg(wasmtime_link = "load")]
            pub(super) unsafe fn find(
                address: impl Fn(&[u8]) -> Option<NonNull<c_void>>,
            ) -> Option<Functions> {
                Some(Functions {
                    // SAFETY: the library is a libwasmtime, as this function requires, and
                    // in any libwasmtime the function has this type.
                    $($name: unsafe {
                        mem::transmute::<
                            NonNull<c_void>,
                            unsafe extern "C" fn($($arg),*) $(-> $ret)?,
                        >(address(stringify!($name).as_bytes())?)
                    },)*
                })
            }

            /// Returns the functions that the program is linked with.
            #[cfg(not(wasmtime_link = "load"))]
            pub(super) fn linked() -> Functions {
                Functions { $($name: crate::sys::$name,)* }
            }

            /// Returns the functions' addresses.
            #[cfg(not(wasmtime_link = "load"))]
            pub(super) fn addresses(&self) -> Vec<NonNull<c_void>> {
                let addresses = [$(self.$name as *mut c_void),*];
                addresses.into_iter().filter_map(NonNull::new).collect()
            }
        }
    };
}

functions! {
    wasm_engine_new: unsafe extern "C" fn() -> *mut wasm_engine_t,
    wasm_engine_delete: unsafe extern "C" fn(*mut wasm_engine_t),
    wasmtime_module_deserialize: unsafe extern "C" fn(
        *mut wasm_engine_t,
        *const u8,
        usize,
        *mut *mut wasmtime_module_t
    ) -> *mut wasmtime_error_t,
    wasmtime_module_delete: unsafe extern "C" fn(*mut wasmtime_module_t),
    wasmtime_error_message: unsafe extern "C" fn(*const wasmtime_error_t, *mut wasm_byte_vec_t),
    wasmtime_error_delete: unsafe extern "C" fn(*mut wasmtime_error_t),
    wasm_byte_vec_delete: unsafe extern "C" fn(*mut wasm_byte_vec_t),
}

/// An engine of a library that isn't in use yet, to try modules on.
struct Prober {
    functions: Functions,
    engine: NonNull<wasm_engine_t>,
}

impl Prober {
    fn new(functions: Functions) -> Option<Prober> {
        // SAFETY: it takes nothing, and what it returns is checked.
        let engine = NonNull::new(unsafe { (functions.wasm_engine_new)() })?;
        Some(Prober { functions, engine })
    }

    /// Returns the error with which the library refuses a module of some version; `None` if
    /// it doesn't refuse the module.
    fn refusal(&self, version: &str) -> Option<String> {
        let module = precompiled(version);
        let mut out = ptr::null_mut();
        // SAFETY: the engine belongs to the same library, and the module has the length that
        // is passed. Precompiled code has to be trusted, but this module has no code.
        let error = unsafe {
            (self.functions.wasmtime_module_deserialize)(
                self.engine.as_ptr(),
                module.as_ptr(),
                module.len(),
                &mut out,
            )
        };
        if error.is_null() {
            if !out.is_null() {
                // SAFETY: the module is owned, and deleted once.
                unsafe { (self.functions.wasmtime_module_delete)(out) };
            }
            return None;
        }
        let mut message = wasm_byte_vec_t {
            size: 0,
            data: ptr::null_mut(),
        };
        // SAFETY: the error is owned, and deleted once. The function overwrites the vector,
        // which is empty.
        unsafe {
            (self.functions.wasmtime_error_message)(error, &mut message);
            (self.functions.wasmtime_error_delete)(error);
        }
        let bytes = match NonNull::new(message.data) {
            // SAFETY: the library has filled the vector, so the buffer has `size` bytes.
            Some(data) => unsafe { slice::from_raw_parts(data.as_ptr().cast(), message.size) },
            None => &[],
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        // SAFETY: the vector is owned, and deleted once.
        unsafe { (self.functions.wasm_byte_vec_delete)(&mut message) };
        Some(text)
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        // SAFETY: `self` owns the engine, and is gone after this.
        unsafe { (self.functions.wasm_engine_delete)(self.engine.as_ptr()) };
    }
}

/// Returns a precompiled module that consists of a version of libwasmtime and nothing
/// else.
// Version 48: a precompiled module begins so, and is refused with its version in
// quotes; look at `check_compatible` in `serialization.rs` of `wasmtime`.
fn precompiled(version: &str) -> Vec<u8> {
    let mut file = EMPTY.to_vec();
    // The number of the layout, the version, and a byte in place of the settings that is
    // never a valid setting.
    file.extend_from_slice(&[0, version.len() as u8]);
    file.extend_from_slice(version.as_bytes());
    file.push(0xff);
    let size = (file.len() - EMPTY.len()) as u64;
    file[ENGINE_SIZE_AT..][..8].copy_from_slice(&size.to_le_bytes());
    file
}

/// The size of an ELF header.
const HEADER: usize = Class::Elf64.header_bytes();

/// The size of the header of a section.
const SECTION: usize = Class::Elf64.section_header_bytes();

/// The names of the sections. The first section contains the version.
const NAMES: &[u8] = b"\0.wasmtime.engine\0.shstrtab\0";
const NAMES_AT: usize = HEADER + 3 * SECTION;

/// The offset of the header of the section that contains the version.
const ENGINE_AT: usize = HEADER + SECTION;

/// The offset of the size of the section that contains the version.
const ENGINE_SIZE_AT: usize = ENGINE_AT + Class::Elf64.section_size();

/// An ELF file up to the contents of its last section, which is the version. It is
/// computed by the compiler to keep programs small, which all contain it.
const EMPTY: [u8; NAMES_AT + NAMES.len()] = {
    const WASMTIME_ABI: u8 = 200;
    const MODULE: u8 = 1;
    let mut file = [0; NAMES_AT + NAMES.len()];
    let class = Class::Elf64;
    put(&mut file, 0, elf::MAGIC);
    put(&mut file, elf::CLASS, &[class as u8, elf::LITTLE_ENDIAN, 1]);
    put(&mut file, elf::ABI, &[WASMTIME_ABI]);
    // For no machine.
    put(&mut file, elf::TYPE, &elf::RELOCATABLE.to_le_bytes());
    put(&mut file, elf::VERSION, &[1]);
    put(&mut file, class.section_headers(), &[HEADER as u8]);
    put(&mut file, class.flags(), &[MODULE]);
    put(&mut file, class.header_size(), &[HEADER as u8]);
    put(&mut file, class.section_header_size(), &[SECTION as u8]);
    put(&mut file, class.section_count(), &[3]);
    put(&mut file, class.names_index(), &[2]);
    // The first section is the null section.
    let engine = ENGINE_AT;
    put(&mut file, engine + class.section_name(), &[1]);
    put(
        &mut file,
        engine + class.section_kind(),
        &elf::CONTENTS.to_le_bytes(),
    );
    put(
        &mut file,
        engine + class.section_offset(),
        &(NAMES_AT + NAMES.len()).to_le_bytes(),
    );
    put(&mut file, engine + class.section_alignment(), &[1]);
    let names = ENGINE_AT + SECTION;
    put(&mut file, names + class.section_name(), &[18]);
    put(
        &mut file,
        names + class.section_kind(),
        &elf::STRINGS.to_le_bytes(),
    );
    put(
        &mut file,
        names + class.section_offset(),
        &NAMES_AT.to_le_bytes(),
    );
    put(
        &mut file,
        names + class.section_size(),
        &NAMES.len().to_le_bytes(),
    );
    put(&mut file, names + class.section_alignment(), &[1]);
    put(&mut file, NAMES_AT, NAMES);
    file
};

const fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    let mut i = 0;
    while i < bytes.len() {
        file[at + i] = bytes[i];
        i += 1;
    }
}
