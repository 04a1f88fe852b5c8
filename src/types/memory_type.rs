//! Types of linear memories.

use crate::Result;
use crate::error::{Context, bail, check, ensure};
use crate::sys::*;
use crate::vec::Owned;

/// The type of a memory: how large it is at least and at most, in pages, how
/// large a page is, how wide its addresses are, and whether threads share it.
///
/// ```no_run
/// use libwasmtime::MemoryType;
///
/// let ty = MemoryType::new(1, Some(16));
/// assert_eq!(ty.minimum() * ty.page_size(), 65536);
/// assert!(!ty.is_64() && !ty.is_shared());
/// ```
#[derive(Debug, Clone, Hash, Eq, PartialEq)]
pub struct MemoryType {
    minimum: u64,
    maximum: Option<u64>,
    is_64: bool,
    shared: bool,
    page_size_log2: u8,
}

/// The default page size, 64 KiB, as a power of two.
const DEFAULT_PAGE_SIZE_LOG2: u8 = 16;

/// What every memory type keeps to that is made here. A module's may have one page
/// more than there are addresses for.
fn validate(ty: &MemoryType) -> Result<()> {
    let MemoryType {
        minimum,
        maximum,
        is_64,
        shared,
        page_size_log2,
    } = *ty;
    ensure!(
        page_size_log2 == 0 || page_size_log2 == DEFAULT_PAGE_SIZE_LOG2,
        "a memory's pages can have 2^16 bytes or 2^0, not 2^{page_size_log2}"
    );
    if let Some(maximum) = maximum {
        ensure!(
            maximum >= minimum,
            "a memory's maximum can't be smaller than its minimum: \
             the minimum is {minimum} pages, the maximum {maximum}"
        );
    } else if shared {
        bail!("a shared memory must have a maximum; none was given");
    }

    let page_size = 1u64 << page_size_log2;
    let (largest, width) = match is_64 {
        // 2^64 less a page, as libwasmtime has it: 2^64 itself isn't a `u64`.
        // Version 48: a maximum is compared in this way; look at
        // `MemoryTypeBuilder::build` in `wasmtime`.
        true => (page_size.wrapping_neg(), 64),
        false => (1 << 32, 32),
    };
    let largest = largest / page_size;
    ensure!(
        minimum <= largest,
        "a memory with {width}-bit addresses has at most {largest} pages of {page_size} bytes; \
         the minimum is {minimum}"
    );
    // A maximum whose bytes overflow can't be reached, and is no error.
    let reachable = maximum.filter(|maximum| maximum.checked_mul(page_size).is_some());
    if let Some(maximum) = reachable {
        ensure!(
            maximum <= largest,
            "a memory with {width}-bit addresses has at most {largest} pages of {page_size} bytes; \
             the maximum is {maximum}"
        );
    }
    Ok(())
}

impl MemoryType {
    /// The type of a memory with 32-bit addresses, of `minimum` to `maximum`
    /// pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// If the maximum is smaller than the minimum, or either is more than
    /// 65536 pages (4 GiB).
    pub fn new(minimum: u32, maximum: Option<u32>) -> MemoryType {
        MemoryType::builder()
            .min(minimum.into())
            .max(maximum.map(Into::into))
            .build()
            .unwrap()
    }

    /// The type of a memory with 64-bit addresses, of `minimum` to `maximum`
    /// pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// If the maximum is smaller than the minimum, or the minimum is so many
    /// pages that 64 bits can't address them.
    pub fn new64(minimum: u64, maximum: Option<u64>) -> MemoryType {
        MemoryType::builder()
            .memory64(true)
            .min(minimum)
            .max(maximum)
            .build()
            .unwrap()
    }

    /// The type of a memory that threads can share, with 32-bit addresses and
    /// `minimum` to `maximum` pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// As [`MemoryType::new`].
    pub fn shared(minimum: u32, maximum: u32) -> MemoryType {
        MemoryType::builder()
            .shared(true)
            .min(minimum.into())
            .max(Some(maximum.into()))
            .build()
            .unwrap()
    }

    /// Starts a memory type that may be anything.
    pub fn builder() -> MemoryTypeBuilder {
        MemoryTypeBuilder::new()
    }

    /// Whether addresses are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.is_64
    }

    /// Whether threads share the memory.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// How many pages the memory has at least.
    pub fn minimum(&self) -> u64 {
        self.minimum
    }

    /// How many pages the memory has at most; `None` if only its address width
    /// limits it.
    pub fn maximum(&self) -> Option<u64> {
        self.maximum
    }

    /// How many bytes a page has.
    pub fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }

    /// How many bytes a page has, as a power of two: 16 for 64 KiB.
    pub fn page_size_log2(&self) -> u8 {
        self.page_size_log2
    }

    /// # Safety
    ///
    /// `ty` must be valid.
    pub(crate) unsafe fn from_c(ty: *const wasm_memorytype_t) -> MemoryType {
        let mut maximum = 0;
        // SAFETY: the caller vouches for `ty`, and `maximum` can be written to.
        unsafe {
            MemoryType {
                minimum: wasmtime_memorytype_minimum(ty),
                maximum: wasmtime_memorytype_maximum(ty, &mut maximum).then_some(maximum),
                is_64: wasmtime_memorytype_is64(ty),
                shared: wasmtime_memorytype_isshared(ty),
                page_size_log2: wasmtime_memorytype_page_size_log2(ty),
            }
        }
    }

    /// The C type.
    ///
    /// # Errors
    ///
    /// If this is the type of a module's memory whose minimum is 2^64 bytes: the C
    /// API can't make it, as nothing can make such a memory.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_memorytype_t>> {
        ensure!(
            self.minimum.checked_mul(self.page_size()).is_some(),
            "memory minimum size of {} pages exceeds memory limits",
            self.minimum
        );
        let mut raw = std::ptr::null_mut();
        // SAFETY: `raw` can be written to, and is then a type the caller owns.
        unsafe {
            check(wasmtime_memorytype_new(
                self.minimum,
                self.maximum.is_some(),
                self.maximum.unwrap_or(0),
                self.is_64,
                self.shared,
                self.page_size_log2,
                &mut raw,
            ))?;
            Owned::from_raw(raw).context("wasmtime_memorytype_new returned no type")
        }
    }
}

/// Makes a [`MemoryType`] step by step.
///
/// Unless set otherwise: no pages at least, no maximum, pages of 64 KiB, 32-bit
/// addresses, not shared.
///
/// ```no_run
/// # use libwasmtime::MemoryTypeBuilder;
/// # fn main() -> libwasmtime::Result<()> {
/// let ty = MemoryTypeBuilder::new()
///     .memory64(true)
///     .min(1)
///     .max(Some(1 << 20))
///     .build()?;
/// assert!(ty.is_64());
/// # Ok(())
/// # }
/// ```
pub struct MemoryTypeBuilder {
    ty: MemoryType,
}

impl Default for MemoryTypeBuilder {
    fn default() -> MemoryTypeBuilder {
        MemoryTypeBuilder {
            ty: MemoryType {
                minimum: 0,
                maximum: None,
                is_64: false,
                shared: false,
                page_size_log2: DEFAULT_PAGE_SIZE_LOG2,
            },
        }
    }
}

impl MemoryTypeBuilder {
    /// A builder with the default settings.
    pub fn new() -> MemoryTypeBuilder {
        MemoryTypeBuilder::default()
    }

    /// How many pages the memory has at least. Default: 0.
    pub fn min(&mut self, minimum: u64) -> &mut Self {
        self.ty.minimum = minimum;
        self
    }

    /// How many pages the memory has at most; `None`, the default, for no
    /// limit but that of the address width.
    pub fn max(&mut self, maximum: Option<u64>) -> &mut Self {
        self.ty.maximum = maximum;
        self
    }

    /// Whether addresses are 64 bits wide. Default: `false`. Needs
    /// `Config::wasm_memory64`.
    pub fn memory64(&mut self, memory64: bool) -> &mut Self {
        self.ty.is_64 = memory64;
        self
    }

    /// Whether threads share the memory. Default: `false`. Needs
    /// `Config::wasm_threads`, and a maximum.
    pub fn shared(&mut self, shared: bool) -> &mut Self {
        self.ty.shared = shared;
        self
    }

    /// How many bytes a page has, as a power of two. Default: 16, that is
    /// 64 KiB. The other one that exists is 0, that is 1 byte, which needs
    /// `Config::wasm_custom_page_sizes`.
    pub fn page_size_log2(&mut self, page_size_log2: u8) -> &mut Self {
        self.ty.page_size_log2 = page_size_log2;
        self
    }

    /// Makes the type. Calls no C function.
    ///
    /// # Errors
    ///
    /// If no memory can be of that type: the maximum is smaller than the
    /// minimum, a shared memory has no maximum, the page size is neither 2^16
    /// nor 2^0, or the size in bytes is more than addresses of that width reach.
    pub fn build(&self) -> Result<MemoryType> {
        validate(&self.ty)?;
        Ok(self.ty.clone())
    }
}
