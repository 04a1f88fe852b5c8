//! The guest profiler.

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

/// Records where WebAssembly code spends its time.
///
/// Whoever profiles has to call [`sample`](GuestProfiler::sample) regularly
/// while the code runs. [`Store::epoch_deadline_callback`] is the place for it:
/// another thread advances the epoch at the pace of the samples. They are then
/// taken at the beginning of functions and of loops only, and never during the
/// calls of host functions.
///
/// A profile shows nothing of the host: no addresses, and no frames of its
/// functions. It has the names of the functions of the modules that were given
/// to [`new`](GuestProfiler::new), and offsets in their machine code.
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
///     // The profiler is taken out, as it looks at the store.
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
    /// Begins a profile, now.
    ///
    /// `module_name` and `interval`, the time between two samples as it is meant
    /// to be, are written to the profile. Frames of `modules` are recorded,
    /// under the names given, and no others.
    ///
    /// Calls `wasmtime_guestprofiler_new`.
    ///
    /// # Errors
    ///
    /// With [`Unsupported`](crate::Unsupported), if libwasmtime was built
    /// without `profiling`.
    ///
    /// # Panics
    ///
    /// If a module is of another engine.
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
                    "a module to be profiled is of another engine"
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
        // SAFETY: all that is passed is alive and copied, the names are UTF-8,
        // and the modules are of the engine. What is returned is owned.
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

    /// Records which functions are active in `store` on this thread, and that
    /// they took `delta` of processor time since the last sample.
    ///
    /// `delta` may be zero if that isn't known.
    ///
    /// Calls `wasmtime_guestprofiler_sample`.
    pub fn sample(&mut self, store: impl AsContext, delta: Duration) {
        let store = store.as_context();
        // SAFETY: invariant "Shared"; the profiler is owned, and borrowed
        // exclusively.
        unsafe {
            wasmtime_guestprofiler_sample(
                self.raw.as_ptr(),
                store.opaque().shared_store(),
                nanos(delta),
            );
        }
    }

    /// Ends the profile and writes it, as JSON in the "processed profile format"
    /// that <https://profiler.firefox.com/> shows.
    ///
    /// Calls `wasmtime_guestprofiler_finish`.
    ///
    /// # Errors
    ///
    /// If `output` can't be written to.
    pub fn finish(self, mut output: impl Write) -> Result<()> {
        let mut done = Ok(());
        let profile = ByteVec::out(|out| {
            // SAFETY: the profiler is owned and given away; `out` is
            // overwritten unless there is an error.
            done = unsafe { check(wasmtime_guestprofiler_finish(self.raw.into_raw(), out)) };
        });
        done?;
        output.write_all(&profile)?;
        Ok(())
    }
}

impl fmt::Debug for GuestProfiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestProfiler").finish_non_exhaustive()
    }
}

/// The nanoseconds of a duration, as many as the C API can express.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
