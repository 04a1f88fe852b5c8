//! The opening fence of an example that doesn't run with every set of features.
//!
//! `#[doc = example!(wat)]` stands in place of the `` ``` `` that begins an example, and
//! says what the example needs. Where that is missing, the example is ignored:
//!
//! | | needs |
//! |---|---|
//! | `example!(compiler)` | a compiler, by the feature `cranelift` or `winch` |
//! | `example!(wat)` | a compiler and the text format |
//! | `example!(gc)` | collected objects, and Cranelift, as Winch compiles few of them |
//! | `example!(gc, wat)` | those, and the text format |
//! | `example!(cranelift)` | Cranelift and the text format |
//! | `example!(unix, wat)` | Unix, a compiler and the text format |
//!
//! A feature that the item itself is compiled for needs no mention.
#![allow(
    unused_macros,
    reason = "some sets of features leave out all items with an example that needs one of these"
)]

macro_rules! example {
    (compiler) => {
        with_compiler!("```")
    };
    (wat) => {
        with_wat!(with_compiler!("```"))
    };
    (gc) => {
        with_gc!(with_cranelift!("```"))
    };
    (gc, wat) => {
        with_gc!(with_wat!(with_cranelift!("```")))
    };
    (cranelift) => {
        with_wat!(with_cranelift!("```"))
    };
    (unix, wat) => {
        with_unix!(with_wat!(with_compiler!("```")))
    };
}

#[cfg(unix)]
macro_rules! with_unix {
    ($($fence:tt)*) => { $($fence)* };
}
#[cfg(not(unix))]
macro_rules! with_unix {
    ($($fence:tt)*) => {
        "```ignore"
    };
}

#[cfg(compiler)]
macro_rules! with_compiler {
    ($($fence:tt)*) => { $($fence)* };
}
#[cfg(not(compiler))]
macro_rules! with_compiler {
    ($($fence:tt)*) => {
        "```ignore"
    };
}

#[cfg(feature = "cranelift")]
macro_rules! with_cranelift {
    ($($fence:tt)*) => { $($fence)* };
}
#[cfg(not(feature = "cranelift"))]
macro_rules! with_cranelift {
    ($($fence:tt)*) => {
        "```ignore"
    };
}

#[cfg(feature = "wat")]
macro_rules! with_wat {
    ($($fence:tt)*) => { $($fence)* };
}
#[cfg(not(feature = "wat"))]
macro_rules! with_wat {
    ($($fence:tt)*) => {
        "```ignore"
    };
}

#[cfg(feature = "gc")]
macro_rules! with_gc {
    ($($fence:tt)*) => { $($fence)* };
}
#[cfg(not(feature = "gc"))]
macro_rules! with_gc {
    ($($fence:tt)*) => {
        "```ignore"
    };
}
