//! The same for `cargo fuzz`, which also learns which inputs reach new code:
//!
//! ```text
//! cargo +nightly fuzz run api --no-default-features --features libfuzzer,load
//! ```
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: {
        // libFuzzer aborts at a panic; here most are expected.
        libwasmtime_fuzz::silence_panics();
    },
    |input: &[u8]| {
        if let Err(violation) = libwasmtime_fuzz::run(input) {
            eprintln!("{violation}");
            std::process::abort();
        }
    }
);
