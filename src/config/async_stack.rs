//! Checks the stacks of asynchronous calls.

#[cfg(unix)]
use super::{Config, InstanceAllocationStrategy};
use super::{ConfigConflict, Tunables};
#[cfg(unix)]
use crate::region::Region;

/// How many bytes of the stack of an asynchronous call must be left for code other than
/// WebAssembly.
// Version 48: libwasmtime calls WebAssembly code a few KiB below the top of the stack, and lets
// it use `max_wasm_stack` from there on; look at `EntryStoreContext::enter_wasm` in `wasmtime`.
// With all of that in use, 8 KiB suffice for collections, exceptions and WASI. With less than
// the code needs, the process ends at the stack's guard.
const HOST_BYTES: usize = 32 << 10;

impl Tunables {
    /// Checks whether the stack of an asynchronous call is larger than what WebAssembly code
    /// may use of it.
    ///
    /// # Errors
    ///
    /// Returns an error if so little is left that WebAssembly code can overflow the stack.
    #[inline]
    pub(crate) fn check_async_call(&self) -> Result<(), ConfigConflict> {
        if self.async_stack_size.saturating_sub(self.max_wasm_stack) >= HOST_BYTES {
            return Ok(());
        }
        Err(self.async_stack_is_too_small())
    }

    #[cold]
    fn async_stack_is_too_small(&self) -> ConfigConflict {
        ConfigConflict::new(
            format!("async_stack_size({})", self.async_stack_size),
            format!(
                "an asynchronous call needs a stack of {HOST_BYTES} bytes more than \
                 `max_wasm_stack`, which is {}",
                self.max_wasm_stack
            ),
            "set a larger size, or a smaller `max_wasm_stack`",
        )
    }
}

#[cfg(unix)]
impl Config {
    /// Checks whether the system grants the stack of an asynchronous call, if its size was set.
    /// A pool has its stacks from the start, and a creator of the host reports an error itself.
    ///
    /// # Errors
    ///
    /// Returns an error if the system refuses the stack.
    // Version 48: libwasmtime maps a stack when a call begins, and leaks its address space if
    // the system refuses the memory; look at `MmapFiberStack::new` in `wasmtime-internal-fiber`.
    pub(super) fn check_async_stack(&self) -> Result<(), ConfigConflict> {
        let Some(bytes) = self.settings.async_stack_size else {
            return Ok(());
        };
        let is_on_demand = matches!(
            self.allocation_strategy,
            InstanceAllocationStrategy::OnDemand
        );
        if !is_on_demand || self.host_stack.is_some() {
            return Ok(());
        }
        Region::commit(bytes).map(drop).map_err(|error| {
            ConfigConflict::new(
                format!("async_stack_size({bytes})"),
                format!("the system refuses a stack of this size: {error}"),
                "set a smaller size, such as the default of 2 MiB",
            )
        })
    }
}
