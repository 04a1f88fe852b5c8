//! The directives that can't pass, by file and line, with the reasons.

/// Directives of one file that can't pass.
pub struct ExpectedFailures {
    pub file: &'static str,
    pub lines: &'static [u32],
    pub reason: &'static str,
}

const fn on_lines(
    file: &'static str,
    lines: &'static [u32],
    reason: &'static str,
) -> ExpectedFailures {
    ExpectedFailures {
        file,
        lines,
        reason,
    }
}

// Version 48: these directives of older specifications fail; look at the proposals of
// `wasmparser` that are on.
const LIMITS: &str = "the limits of memories and tables are read as 64-bit numbers, which \
                      specification 3.0 made them, even if the memory64 proposal is off";

const UNREACHABLE: &str = "values in unreachable code are of any type, also where a `br_table` \
                           has labels of several, as in specification 3.0";

const SEGMENTS: &str = "segments are written one after another until one doesn't fit, which is \
                        a trap, as in specification 2.0";

pub const SPEC_1_0: &[ExpectedFailures] = &[on_lines("binary-leb128.wast", &[217, 225], LIMITS)];

pub const SPEC_2_0: &[ExpectedFailures] = &[on_lines("binary-leb128.wast", &[218, 226], LIMITS)];

pub const MUTABLE_GLOBAL: &[ExpectedFailures] = &[on_lines(
    "linking.wast",
    &[207, 228, 236, 239, 248, 299, 335, 342, 345, 354],
    SEGMENTS,
)];

pub const REFERENCE_TYPES: &[ExpectedFailures] = &[
    on_lines("binary-leb128.wast", &[218, 226], LIMITS),
    on_lines("binary.wast", &[158, 355], LIMITS),
    on_lines("unreached-invalid.wast", &[540], UNREACHABLE),
];
