//! [`GuestProfiler`]: records where WebAssembly code spends its time.

use crate::error::check;
use crate::owned::Owned;
use crate::sys::{
    Feature, require, wasmtime_guestprofiler_finish, wasmtime_guestprofiler_modules_t,
    wasmtime_guestprofiler_new, wasmtime_guestprofiler_sample, wasmtime_guestprofiler_t,
};
use crate::vec::ByteVec;
use crate::{AsContext, Engine, Module, Result};
use std::fmt;
use std::io::Write;
use std::time::Duration;

/// A profiler that records where WebAssembly code spends its time, by sampling.
///
/// The host has to call [`sample`](GuestProfiler::sample) at regular intervals while the
/// code runs. It can do so in [`Store::epoch_deadline_callback`], while another thread
/// increments the epoch at the interval of the samples. Then samples are taken only at the
/// beginning of functions and loops, and never during the call of a host function.
///
/// A profile reveals nothing about the host: it has neither addresses nor the frames of
/// host functions. It has the names of the functions of the modules that were given to
/// [`new`](GuestProfiler::new), and offsets in their machine code. In contrast to the
/// strategies of [`Config::profiler`](crate::Config::profiler), it needs no profiler of the
/// system, and works on every platform.
///
/// [`Store::epoch_deadline_callback`]: crate::Store::epoch_deadline_callback
///
#[doc = example!(cranelift)]
/// use libwasmtime::{Config, Engine, GuestProfiler, Instance, Module, Store, UpdateDeadline};
/// use std::time::Duration;
///
/// let engine = Engine::new(Config::new().epoch_interruption(true))?;
/// let module = Module::new(&engine, r#"
///     (module (func (export "f") (param $n i32)
///         (loop
///             (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
///             br_if 0)))
/// "#)?;
/// let interval = Duration::from_millis(1);
/// let modules = [("guest".to_owned(), module.clone())];
/// let profiler = GuestProfiler::new(&engine, "guest", interval, modules)?;
///
/// let mut store = Store::new(&engine, Some(profiler));
/// store.epoch_deadline_callback(move |mut store| {
///     // The profiler borrows the store, so it can't stay in the store's data.
///     let mut profiler = store.data_mut().take().unwrap();
///     profiler.sample(&store, interval);
///     *store.data_mut() = Some(profiler);
///     Ok(UpdateDeadline::Continue(1))
/// });
/// // A real program has a thread that calls `Engine::increment_epoch`.
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let f = instance.get_typed_func::<i32, ()>(&mut store, "f")?;
/// f.call(&mut store, 1000)?;
///
/// let mut profile = Vec::new();
/// store.into_data().unwrap().finish(&mut profile)?;
/// assert!(profile.starts_with(b"{"));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct GuestProfiler {
    raw: Owned<wasmtime_guestprofiler_t>,
}

impl GuestProfiler {
    /// Creates a profiler, whose profile begins now.
    ///
    /// - `module_name` is the name of the whole profile.
    /// - `interval` is the intended time between two samples. It is written to the profile
    ///   and starts no timer.
    /// - `modules` are the modules whose frames are recorded, each under the name that is
    ///   given with it. Frames of other modules are left out.
    ///
    /// Calls `wasmtime_guestprofiler_new`.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without
    /// `profiling`.
    ///
    /// # Panics
    ///
    /// Panics if a module belongs to another engine.
    pub fn new(
        engine: &Engine,
        module_name: &str,
        interval: Duration,
        modules: impl IntoIterator<Item = (String, Module)>,
    ) -> Result<GuestProfiler> {
        require(Feature::Profiling)?;
        let modules: Vec<(ByteVec, Module)> = modules
            .into_iter()
            .map(|(name, module)| {
                assert!(
                    Engine::same(module.engine(), engine),
                    "a module to be profiled belongs to another engine"
                );
                (name.into(), module)
            })
            .collect();
        let raw_modules: Vec<_> = modules
            .iter()
            .map(|(name, module)| wasmtime_guestprofiler_modules_t {
                name: name.as_ptr(),
                module: module.as_ptr(),
            })
            .collect();
        let module_name = ByteVec::from(module_name);
        // SAFETY: invariant "Owned object": the modules are alive, and belong to the engine.
        // The names are UTF-8. The function copies all of its arguments, and returns an owned
        // profiler.
        let raw = unsafe {
            Owned::from_c(wasmtime_guestprofiler_new(
                engine.as_ptr(),
                module_name.as_ptr(),
                nanos(interval),
                raw_modules.as_ptr(),
                raw_modules.len(),
            ))
        };
        Ok(GuestProfiler { raw })
    }

    /// Records a sample: the WebAssembly functions that are on this thread's stack.
    ///
    /// They are those of the calls in `store`. `delta` is the processor time since the last
    /// sample, or zero if it isn't known.
    ///
    /// Calls `wasmtime_guestprofiler_sample`.
    pub fn sample(&mut self, store: impl AsContext, delta: Duration) {
        let store = store.as_context();
        // SAFETY: invariant "Shared"; `self` owns the profiler and is borrowed
        // exclusively.
        unsafe {
            wasmtime_guestprofiler_sample(
                self.raw.as_ptr(),
                store.opaque().shared_store(),
                nanos(delta),
            );
        }
    }

    /// Ends the profile and writes it to `output`.
    ///
    /// The profile is JSON in the "processed profile format", which
    /// <https://profiler.firefox.com/> shows.
    ///
    /// Calls `wasmtime_guestprofiler_finish`.
    ///
    /// # Errors
    ///
    /// Returns an error if `output` can't be written to.
    pub fn finish(self, mut output: impl Write) -> Result<()> {
        let profile = ByteVec::try_out(|out| {
            // SAFETY: invariant "Owned object": the profiler is owned and given away; `out` is
            // overwritten unless there is an error.
            unsafe { check(wasmtime_guestprofiler_finish(self.raw.into_raw(), out)) }
        })?;
        output.write_all(&profile)?;
        Ok(())
    }
}

impl fmt::Debug for GuestProfiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestProfiler").finish_non_exhaustive()
    }
}

/// Returns the nanoseconds of a duration, at most as many as the C API can express.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
