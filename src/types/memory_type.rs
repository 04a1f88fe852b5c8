//! Types of linear memories.

use crate::Result;
use crate::error::{Context, bail, check, ensure};
use crate::owned::Owned;
use crate::sys::*;

/// The type of a memory: its size limits in pages, the size of a page, the width of
/// its addresses, and whether threads share it.
///
/// [`MemoryType::builder`] sets all of them; the other constructors create the
/// usual types.
///
/// ```
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

/// Checks what holds for every memory type that is created here. The type of a
/// module's memory may have one page more than addresses can reach.
///
/// # Errors
///
/// Returns an error if the type isn't valid, as [`MemoryTypeBuilder::build`] lists.
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
        "`page_size_log2` is {page_size_log2}: expected 16 (pages of 64 KiB) or 0 (1 byte)"
    );
    if let Some(maximum) = maximum {
        ensure!(
            maximum >= minimum,
            "the maximum of a memory is smaller than its minimum: \
             the minimum is {minimum} pages, the maximum {maximum}"
        );
    } else if shared {
        bail!("a shared memory requires a maximum, and none was given");
    }

    let page_size = 1u64 << page_size_log2;
    let (largest, width) = match is_64 {
        // 2^64 less a page, which is libwasmtime's limit: 2^64 itself isn't a `u64`.
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
    // A maximum whose size in bytes overflows can't be reached, and is no error.
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
    /// Creates the type of a memory with 32-bit addresses, and `minimum` to `maximum`
    /// pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - the maximum is smaller than the minimum; or
    /// - either is more than 65536 pages, that is 4 GiB.
    pub fn new(minimum: u32, maximum: Option<u32>) -> MemoryType {
        MemoryType::builder()
            .min(minimum.into())
            .max(maximum.map(Into::into))
            .build()
            .unwrap()
    }

    /// Creates the type of a memory with 64-bit addresses, and `minimum` to `maximum`
    /// pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - the maximum is smaller than the minimum; or
    /// - 64-bit addresses can't reach all pages of the minimum.
    pub fn new64(minimum: u64, maximum: Option<u64>) -> MemoryType {
        MemoryType::builder()
            .memory64(true)
            .min(minimum)
            .max(maximum)
            .build()
            .unwrap()
    }

    /// Creates the type of a memory that threads can share, with 32-bit addresses and
    /// `minimum` to `maximum` pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// Panics as [`MemoryType::new`] does.
    pub fn shared(minimum: u32, maximum: u32) -> MemoryType {
        MemoryType::builder()
            .shared(true)
            .min(minimum.into())
            .max(Some(maximum.into()))
            .build()
            .unwrap()
    }

    /// Creates a builder, which can set everything in a memory type.
    pub fn builder() -> MemoryTypeBuilder {
        MemoryTypeBuilder::new()
    }

    /// Reports whether addresses are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.is_64
    }

    /// Reports whether threads share the memory.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Returns how many pages the memory has at least.
    pub fn minimum(&self) -> u64 {
        self.minimum
    }

    /// Returns how many pages the memory has at most; `None` if only the width of its
    /// addresses limits it.
    pub fn maximum(&self) -> Option<u64> {
        self.maximum
    }

    /// Returns the size of a page in bytes.
    pub fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }

    /// Returns the size of a page in bytes, as a power of two: 16 for 64 KiB.
    pub fn page_size_log2(&self) -> u8 {
        self.page_size_log2
    }

    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid.
    pub(crate) unsafe fn from_c(ty: *const wasm_memorytype_t) -> MemoryType {
        let mut maximum = 0;
        // SAFETY: `ty` is valid, as this function requires, and `maximum` is valid for
        // writes.
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

    /// Creates a C type.
    ///
    /// # Errors
    ///
    /// Returns an error if this is the type of a module's memory whose minimum is 2^64
    /// bytes. The C API can't create that type, nor can any engine create such a memory.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_memorytype_t>> {
        ensure!(
            self.minimum.checked_mul(self.page_size()).is_some(),
            "memory minimum size of {} pages exceeds memory limits",
            self.minimum
        );
        let mut raw = std::ptr::null_mut();
        // SAFETY: `raw` is valid for writes, and set to an owned type unless there is an
        // error.
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

/// A builder of a [`MemoryType`].
///
/// By default a memory has
///
/// - at least 0 pages, and no maximum;
/// - pages of 64 KiB;
/// - 32-bit addresses; and
/// - isn't shared.
///
/// ```
/// use libwasmtime::MemoryTypeBuilder;
///
/// let ty = MemoryTypeBuilder::new()
///     .memory64(true)
///     .min(1)
///     .max(Some(1 << 20))
///     .build()?;
/// assert!(ty.is_64());
///
/// // A shared memory requires a maximum.
/// let error = MemoryTypeBuilder::new().shared(true).build().unwrap_err();
/// assert!(error.to_string().contains("requires a maximum"));
/// # Ok::<(), libwasmtime::Error>(())
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
    /// Creates a builder with the default settings.
    pub fn new() -> MemoryTypeBuilder {
        MemoryTypeBuilder::default()
    }

    /// Sets how many pages the memory has at least. Default: 0.
    pub fn min(&mut self, minimum: u64) -> &mut Self {
        self.ty.minimum = minimum;
        self
    }

    /// Sets how many pages the memory has at most. Default: `None`, that is as many as
    /// its addresses reach.
    pub fn max(&mut self, maximum: Option<u64>) -> &mut Self {
        self.ty.maximum = maximum;
        self
    }

    /// Sets whether addresses are 64 bits wide. Default: `false`.
    ///
    /// Creating such a memory requires `Config::wasm_memory64`.
    pub fn memory64(&mut self, memory64: bool) -> &mut Self {
        self.ty.is_64 = memory64;
        self
    }

    /// Sets whether threads share the memory. Default: `false`.
    ///
    /// A shared memory requires a maximum; creating one requires `Config::wasm_threads`.
    pub fn shared(&mut self, shared: bool) -> &mut Self {
        self.ty.shared = shared;
        self
    }

    /// Sets the size of a page in bytes, as a power of two. Default: 16, that is 64 KiB.
    ///
    /// The only other size is 0, that is 1 byte. Creating a memory with such pages
    /// requires `Config::wasm_custom_page_sizes`.
    pub fn page_size_log2(&mut self, page_size_log2: u8) -> &mut Self {
        self.ty.page_size_log2 = page_size_log2;
        self
    }

    /// Creates the type. Calls no C function.
    ///
    /// # Errors
    ///
    /// Returns an error if no memory can have that type:
    ///
    /// - the maximum is smaller than the minimum;
    /// - the memory is shared, and there is no maximum;
    /// - the page size is neither 2^16 nor 2^0; or
    /// - addresses of that width don't reach all pages.
    pub fn build(&self) -> Result<MemoryType> {
        validate(&self.ty)?;
        Ok(self.ty.clone())
    }
}
