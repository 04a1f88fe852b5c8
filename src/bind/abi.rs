//! How strings and slices are passed.

use crate::{Error, ValType};
use std::borrow::Cow;
use std::fmt::Display;

/// How a bound function finds strings, slices and functions of the guest that calls it.
///
/// The default is a memory `memory` of 32-bit addresses and a table `__indirect_function_table`,
/// which compilers of C and Rust export, and no allocator.
#[derive(Clone, Debug)]
pub struct Abi {
    memory: Cow<'static, str>,
    alloc: Option<Cow<'static, str>>,
    table: Cow<'static, str>,
    is_64: bool,
}

impl Abi {
    /// The default.
    pub const DEFAULT: Abi = Abi {
        memory: Cow::Borrowed("memory"),
        alloc: None,
        table: Cow::Borrowed("__indirect_function_table"),
        is_64: false,
    };

    /// Sets the name of the exported memory that strings and slices are in.
    #[must_use]
    pub fn with_memory(self, name: impl Into<Cow<'static, str>>) -> Abi {
        Abi {
            memory: name.into(),
            ..self
        }
    }

    /// Sets the name of the exported function that allocates memory for strings and vectors that
    /// are returned.
    ///
    /// It takes a size in bytes, as `malloc` does; or a size and an alignment; or the arguments
    /// of the canonical ABI's `cabi_realloc`, which are an address and a size of zero, an
    /// alignment, and a size. It returns an address, or null (the address 0) if there is no memory
    /// left, by which the call that needs it fails.
    #[must_use]
    pub fn with_alloc(self, name: impl Into<Cow<'static, str>>) -> Abi {
        Abi {
            alloc: Some(name.into()),
            ..self
        }
    }

    /// Sets the name of the exported table that the indices of functions are of.
    #[must_use]
    pub fn with_table(self, name: impl Into<Cow<'static, str>>) -> Abi {
        Abi {
            table: name.into(),
            ..self
        }
    }

    /// Sets that the guest has a memory of 64-bit addresses, so that an address, a length and a
    /// `usize` are an `i64`.
    #[must_use]
    pub fn with_memory64(self, is_64: bool) -> Abi {
        Abi { is_64, ..self }
    }

    pub(crate) fn memory(&self) -> &str {
        &self.memory
    }

    pub(crate) fn alloc(&self) -> Option<&str> {
        self.alloc.as_deref()
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    #[inline]
    pub(crate) fn is_64(&self) -> bool {
        self.is_64
    }

    /// Returns the type of an address.
    pub fn pointer(&self) -> ValType {
        match self.is_64 {
            true => ValType::I64,
            false => ValType::I32,
        }
    }
}

impl Default for Abi {
    fn default() -> Abi {
        Abi::DEFAULT
    }
}

/// What a bound function is called, for errors, and how it finds the guest's strings.
#[derive(Clone, Debug)]
pub struct Site {
    module: Cow<'static, str>,
    name: Cow<'static, str>,
    abi: Abi,
    /// The names of the arguments, if they are known.
    arguments: &'static [&'static str],
}

impl Site {
    /// That of a closure whose name isn't known.
    pub(crate) const UNNAMED: &'static Site = &Site {
        module: Cow::Borrowed(""),
        name: Cow::Borrowed(""),
        abi: Abi::DEFAULT,
        arguments: &[],
    };

    pub(super) fn new(module: &str, name: &str, mut abi: Abi) -> Site {
        // Speed: libwasmtime checks that names are UTF-8, in 68 instructions instead of 98 if they
        // are aligned, as allocations are.
        abi.memory = Cow::Owned(abi.memory.into_owned());
        Site {
            module: module.to_owned().into(),
            name: name.to_owned().into(),
            abi,
            arguments: &[],
        }
    }

    /// Sets the names of the arguments, for errors.
    pub(super) fn with_arguments(self, arguments: &'static [&'static str]) -> Site {
        Site { arguments, ..self }
    }

    /// Adds to an error which argument it is about: by its name, if it has one that is known, or
    /// else by its number, which begins with one, after the receiver.
    #[cold]
    pub(crate) fn about_argument(&self, number: usize, error: Error) -> Error {
        match self.arguments.get(number - 1) {
            Some(name) if !name.is_empty() => about(format!("argument `{name}`"), error),
            _ => about(format!("argument {number}"), error),
        }
    }

    #[inline]
    pub(crate) fn abi(&self) -> &Abi {
        &self.abi
    }

    /// Adds the function's name to an error.
    #[cold]
    pub(crate) fn explain(&self, error: Error) -> Error {
        let Site { module, name, .. } = self;
        if name.is_empty() {
            return error;
        }
        error.with_bounded_context(|| {
            format!("failed to call the host function `{module}`.`{name}`")
        })
    }
}

/// Adds to an error which part of the arguments or results it is about.
#[cold]
pub(crate) fn about(part: impl Display + Send + Sync + 'static, error: Error) -> Error {
    error.with_bounded_context(|| part)
}
