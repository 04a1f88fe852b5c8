//! Opens plugins, runs and closes them, one after the other, and then causes a fault itself.
//! It uses no WebAssembly, and its arguments are the plugins.

use std::ffi::{CString, c_char, c_int, c_void};
use std::{env, ptr, thread};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(handle: *mut c_void) -> c_int;
    fn signal(signal: c_int, handler: usize) -> usize;
    fn _exit(status: c_int) -> !;
}

const NOW: c_int = 2;
const SIGSEGV: c_int = 11;

/// The host's own signal handler for a fault.
extern "C" fn at_fault(_signal: c_int) {
    println!("the host's own fault");
    // SAFETY: it ends the process, and runs no destructors.
    unsafe { _exit(0) }
}

/// Returns a plugin's output.
fn run(path: &str) -> bool {
    let file = CString::new(path).unwrap();
    // SAFETY: the plugin is the one that was built for this, and its function has
    // this type. Nothing of it is used after it is closed.
    unsafe {
        let handle = dlopen(file.as_ptr(), NOW);
        assert!(!handle.is_null(), "{path}");
        let plugin = dlsym(handle, c"plugin".as_ptr());
        let plugin: extern "C" fn() -> bool = std::mem::transmute(plugin);
        // Not in the main thread, which would keep the plugin in memory with the
        // destructors of its thread-locals.
        let is_trap = thread::spawn(move || plugin()).join().unwrap();
        assert_eq!(dlclose(handle), 0);
        is_trap
    }
}

fn main() {
    // SAFETY: the handler is a function that takes a signal.
    unsafe { signal(SIGSEGV, at_fault as *const () as usize) };
    for path in env::args().skip(1) {
        println!("a trap: {}", run(&path));
    }
    // SAFETY: it isn't safe: this causes the fault.
    unsafe { ptr::without_provenance::<u8>(8).read_volatile() };
}
