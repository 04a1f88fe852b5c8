//! [`StackCreator`]: stacks of asynchronous calls that the host creates.

use super::Config;
use crate::callback::{self, ReportError, discard, finalize};
use crate::error::{Error, Result, bail};
#[cfg(unix)]
use crate::region::page_size;
use crate::sys::{self, wasmtime_error_t, wasmtime_stack_creator_t, wasmtime_stack_memory_t};
use std::ffi::c_void;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;

/// A creator of stacks for asynchronous calls, for [`Config::with_host_stack`].
///
/// libwasmtime's own stacks are mapped for a store and unmapped with it. A creator can keep
/// them for other stores, for example, or take them from huge pages:
///
#[doc = example!(unix, wat)]
/// use libwasmtime::{
///     Config, Engine, Error, Instance, Module, Result, StackCreator, StackMemory, Store,
/// };
/// use std::{io, ops::Range, ptr, sync::{Arc, Mutex}};
///
/// /// A mapping whose lowest page is the guard.
/// struct Mapping {
///     start: usize,
///     bytes: usize,
///     page: usize,
/// }
///
/// impl Mapping {
///     fn new(size: usize) -> io::Result<Mapping> {
///         // SAFETY: the function requires nothing.
///         let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
///         let bytes = size.next_multiple_of(page) + page;
///         let access = libc::PROT_READ | libc::PROT_WRITE;
///         let kind = libc::MAP_PRIVATE | libc::MAP_ANON;
///         // SAFETY: this creates a mapping and changes none.
///         let start = unsafe { libc::mmap(ptr::null_mut(), bytes, access, kind, -1, 0) };
///         if start == libc::MAP_FAILED {
///             return Err(io::Error::last_os_error());
///         }
///         let mapping = Mapping { start: start as usize, bytes, page };
///         // SAFETY: nothing uses the page.
///         match unsafe { libc::mprotect(start, page, libc::PROT_NONE) } {
///             0 => Ok(mapping),
///             _ => Err(io::Error::last_os_error()),
///         }
///     }
/// }
///
/// impl Drop for Mapping {
///     fn drop(&mut self) {
///         // SAFETY: nothing uses the mapping any longer.
///         unsafe { libc::munmap(self.start as *mut _, self.bytes) };
///     }
/// }
///
/// /// The stacks that no store has.
/// #[derive(Clone, Default)]
/// struct Free(Arc<Mutex<Vec<Mapping>>>);
///
/// // SAFETY: a stack is in use or in the list, and has a guard.
/// unsafe impl StackCreator for Free {
///     fn new_stack(&self, size: usize, _zeroed: bool) -> Result<Box<dyn StackMemory>, Error> {
///         // An engine always asks for the same size.
///         let free = self.0.lock().unwrap().pop();
///         let mapping = match free {
///             Some(mapping) => mapping,
///             None => Mapping::new(size)?,
///         };
///         Ok(Box::new(Stack { mapping: Some(mapping), free: self.clone() }))
///     }
/// }
///
/// struct Stack {
///     /// `None` only while it is dropped.
///     mapping: Option<Mapping>,
///     free: Free,
/// }
///
/// // SAFETY: the stack has its mapping alone, and there is a guard below it.
/// unsafe impl StackMemory for Stack {
///     fn top(&self) -> *mut u8 {
///         self.range().end as *mut u8
///     }
///
///     fn range(&self) -> Range<usize> {
///         let mapping = self.mapping.as_ref().unwrap();
///         mapping.start + mapping.page..mapping.start + mapping.bytes
///     }
///
///     fn guard_range(&self) -> Range<*mut u8> {
///         let mapping = self.mapping.as_ref().unwrap();
///         mapping.start as *mut u8..self.range().start as *mut u8
///     }
/// }
///
/// impl Drop for Stack {
///     fn drop(&mut self) {
///         self.free.0.lock().unwrap().extend(self.mapping.take());
///     }
/// }
///
/// let free = Free::default();
/// let mut config = Config::new();
/// config.with_host_stack(Arc::new(free.clone()));
/// let engine = Engine::new(&config)?;
/// let module = Module::new(&engine, r#"(module (func (export "f") (result i32) i32.const 7))"#)?;
///
/// for _ in 0..3 {
///     let mut store = Store::new(&engine, ());
///     let result = futures::executor::block_on(async {
///         let instance = Instance::new_async(&mut store, &module, &[]).await?;
///         let f = instance.get_typed_func::<(), i32>(&mut store, "f")?;
///         f.call_async(&mut store, ()).await
///     });
///     assert_eq!(result?, 7);
/// }
/// // Each store had the same stack.
/// assert_eq!(free.0.lock().unwrap().len(), 1);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
///
/// # Safety
///
/// Code runs on the stacks. So each must have the properties that [`StackMemory`] requires.
pub unsafe trait StackCreator: Send + Sync {
    /// Creates a stack of at least `size` bytes.
    ///
    /// - `size` is [`Config::async_stack_size`], which may not be a multiple of the size of a
    ///   page.
    /// - `zeroed` tells whether the stack must consist of zeros. It is always `false`, as the
    ///   C API has no function for `Config::async_stack_zeroing`.
    ///
    /// A store keeps one stack for its next call; the others, such as those of nested calls,
    /// are dropped when their call ends or is dropped. A panic counts as an error. A panic of a
    /// stack's `Drop` has no consequences if libwasmtime drops the stack.
    ///
    /// # Errors
    ///
    /// Returns the reason why the stack can't be created. Then the asynchronous call fails
    /// with an error that has its text, but not its type.
    fn new_stack(&self, size: usize, zeroed: bool) -> Result<Box<dyn StackMemory>, Error>;
}

/// A stack that the host has created; see [`StackCreator`].
///
/// # Safety
///
/// - The memory in [`range`](StackMemory::range) must be readable and writable from every
///   thread until the stack is dropped, and nothing else may use it.
/// - At least one page below it must be inaccessible. Code that overflows the stack then ends
///   the process. Without such a page it overwrites other memory.
///
/// The methods are called once, after [`StackCreator::new_stack`] has returned. The
/// asynchronous call fails if they panic, or return something else than they must.
pub unsafe trait StackMemory: Send + Sync {
    /// Returns the end of the stack, which must be aligned to pages.
    ///
    /// The first frame is below it.
    fn top(&self) -> *mut u8;

    /// Returns the addresses of the stack, without its guard.
    ///
    /// The range must begin at a page, end at [`top`](StackMemory::top), and have at least as
    /// many bytes as [`StackCreator::new_stack`] was called for.
    fn range(&self) -> Range<usize>;

    /// Returns the addresses of the inaccessible pages below the stack.
    ///
    /// It is never called, as the C API has no place for them; see
    /// [`Config::with_host_stack`].
    fn guard_range(&self) -> Range<*mut u8>;
}

impl Config {
    /// Sets a creator of the stacks that asynchronous calls run on, in place of libwasmtime.
    ///
    /// - It has no effect on a pool, which has its own stacks
    ///   ([`Config::allocation_strategy`]).
    /// - Windows has no stacks of the host: every asynchronous call fails there.
    /// - libwasmtime doesn't know where the guards of the stacks are, as the C API can't pass
    ///   [`StackMemory::guard_range`]. So it doesn't recognize an overflow of a stack by
    ///   the host's code. The system ends the process with the signal of the access to the
    ///   guard, such as `SIGSEGV`. With libwasmtime's own stacks, it would print a message and
    ///   abort. WebAssembly code that exceeds [`Config::max_wasm_stack`] traps as usual.
    ///
    /// [`StackCreator`] has an example. [`Engine::new`](crate::Engine::new) returns
    /// [`Unsupported`](crate::Unsupported) if the library was built without the `async`
    /// feature.
    ///
    /// The default is none. Calls `wasmtime_config_host_stack_creator_set`.
    pub fn with_host_stack(&mut self, stack_creator: Arc<dyn StackCreator>) -> &mut Self {
        self.host_stack = Some(HostStack {
            creator: stack_creator,
        });
        self
    }
}

/// The creator of stacks of a configuration.
#[derive(Clone)]
pub(super) struct HostStack {
    creator: Arc<dyn StackCreator>,
}

impl HostStack {
    /// Sets the creator in a configuration of the C API.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration, and the library must have the feature
    /// `async`.
    pub(super) unsafe fn apply(&self, config: *mut sys::wasm_config_t) {
        let mut creator = wasmtime_stack_creator_t {
            env: Box::into_raw(Box::new(self.clone())).cast(),
            new_stack: Some(new_stack),
            finalizer: Some(finalize::<HostStack>),
        };
        // SAFETY: `config` is owned, as this function requires. It takes ownership of the
        // environment, which the finalizer frees; both callbacks expect a `HostStack`.
        unsafe { sys::wasmtime_config_host_stack_creator_set(config, &mut creator) }
    }
}

/// A stack of the host, with a cache of its end and size: libwasmtime asks for them where no
/// error can be reported.
struct CreatedStack {
    host: Box<dyn StackMemory>,
    top: *mut u8,
    bytes: usize,
}

impl CreatedStack {
    /// Creates a stack whose cache is empty until [`CreatedStack::update`].
    fn new(host: Box<dyn StackMemory>) -> CreatedStack {
        CreatedStack {
            host,
            top: ptr::null_mut(),
            bytes: 0,
        }
    }

    /// Asks the host for the end and the size of a stack of at least `bytes` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime can't use the stack.
    fn update(&mut self, bytes: usize) -> Result<()> {
        let (top, range) = (self.host.top(), self.host.range());
        if let Some(problem) = problem(top, &range, bytes) {
            bail!("`StackMemory::range` returned {range:#x?}, {problem}");
        }
        (self.top, self.bytes) = (top, range.len());
        Ok(())
    }
}

/// Returns the reason why a range can't be a stack of at least `bytes` bytes.
// Version 48: libwasmtime aborts if an end isn't aligned to pages, and has no stacks of the
// host on Windows; look at `FiberStack::from_custom` in `wasmtime-internal-fiber`. It takes
// the range to end at the top, and doesn't compare the size; look at `CHostStackMemory` in
// `wasmtime-c-api-impl`.
fn problem(top: *mut u8, range: &Range<usize>, bytes: usize) -> Option<String> {
    if range.end != top as usize {
        return Some(format!(
            "expected it to end at {top:?}, which `StackMemory::top` returned"
        ));
    }
    if range.len() < bytes {
        return Some(format!(
            "which has {} bytes, expected the {bytes} bytes that `StackCreator::new_stack` was \
             called for",
            range.len()
        ));
    }
    #[cfg(unix)]
    {
        let page = page_size();
        (range.start % page != 0 || range.end % page != 0)
            .then(|| format!("expected multiples of the size of a page, {page}"))
    }
    #[cfg(not(unix))]
    Some(
        "but this system doesn't support stacks of the host: set no `Config::with_host_stack`"
            .to_owned(),
    )
}

unsafe extern "C" fn new_stack(
    env: *mut c_void,
    size: usize,
    zeroed: bool,
    out: *mut wasmtime_stack_memory_t,
) -> *mut wasmtime_error_t {
    // Outside of the host's code, so that a panic of that code doesn't drop the stack while it
    // unwinds.
    let mut made = None;
    let error = callback::call_host(ReportError, || {
        // SAFETY: invariant "Callback": the environment is the `HostStack` of `apply`, which is
        // only shared.
        let HostStack { creator } = unsafe { &*env.cast::<HostStack>() };
        let host = creator.new_stack(size, zeroed)?;
        made.insert(CreatedStack::new(host)).update(size)
    });
    match made {
        Some(stack) if error.is_null() => {
            // SAFETY: invariant "Callback": `out` can be written to. It takes ownership of
            // the environment, which the finalizer frees; the callbacks expect a
            // `CreatedStack`.
            unsafe {
                out.write(wasmtime_stack_memory_t {
                    env: Box::into_raw(Box::new(stack)).cast(),
                    get_stack_memory: Some(get_stack),
                    finalizer: Some(finalize::<CreatedStack>),
                });
            }
        }
        failed => discard(failed),
    }
    error
}

unsafe extern "C" fn get_stack(env: *mut c_void, bytes: *mut usize) -> *mut u8 {
    // SAFETY: invariant "Callback": the environment is the `CreatedStack` of `new_stack`, which
    // is only shared, and `bytes` can be written to.
    unsafe {
        let stack = &*env.cast::<CreatedStack>();
        bytes.write(stack.bytes);
        stack.top
    }
}
