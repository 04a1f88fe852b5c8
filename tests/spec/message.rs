//! Compares the messages of errors.
//!
//! The suite contains the messages of the reference interpreter, or their beginnings, and the
//! interpreter's own harness accepts a message that begins in this way.

use libwasmtime::{Result, ThrownException, Trap, UnknownImportError, bail, ensure};

/// The reference interpreter's message for a trap.
const TRAPS: &[(Trap, &[&str])] = &[
    (Trap::StackOverflow, &["call stack exhausted"]),
    (Trap::MemoryOutOfBounds, &["out of bounds memory access"]),
    (Trap::HeapMisaligned, &["unaligned atomic"]),
    // A call of an element beyond the table's end is one to an undefined element; every
    // other operation is an access.
    (
        Trap::TableOutOfBounds,
        &["out of bounds table access", "undefined element"],
    ),
    // The interpreter adds which element.
    (
        Trap::IndirectCallToNull,
        &["uninitialized element 2", "uninitialized element 7"],
    ),
    (Trap::BadSignature, &["indirect call type mismatch"]),
    (Trap::IntegerOverflow, &["integer overflow"]),
    (Trap::IntegerDivisionByZero, &["integer divide by zero"]),
    (
        Trap::BadConversionToInteger,
        &["invalid conversion to integer"],
    ),
    (Trap::UnreachableCodeReached, &["unreachable"]),
    // The interpreter adds what the reference should have been to.
    (
        Trap::NullReference,
        &[
            "null reference",
            "null function reference",
            "null structure reference",
            "null array reference",
            "null i31 reference",
        ],
    ),
    (Trap::ArrayOutOfBounds, &["out of bounds array access"]),
    (Trap::CastFailure, &["cast failure"]),
];

/// Reports whether the interpreter's message for a trap starts with `text`.
fn says(trap: Trap, text: &str) -> bool {
    TRAPS
        .iter()
        .any(|(of, messages)| *of == trap && messages.iter().any(|said| said.starts_with(text)))
}

/// # Errors
///
/// Returns an error if `result` isn't the trap that the suite describes with `text`.
pub fn expect_trap<T>(result: Result<T>, text: &str) -> Result<()> {
    let Err(error) = result else {
        bail!("nothing trapped; expected: {text}");
    };
    let Some(&trap) = error.downcast_ref::<Trap>() else {
        return Err(error.context(format!("not a trap; expected: {text}")));
    };
    ensure!(says(trap, text), "trapped with `{trap}`; expected: {text}");
    Ok(())
}

/// # Errors
///
/// Returns an error if `result` isn't the error of a module that can't be linked, as the
/// suite describes it with `text`.
pub fn expect_link_error<T>(result: Result<T>, text: &str) -> Result<()> {
    let Err(error) = result else {
        bail!("the module was linked; expected: {text}");
    };
    let unknown = error.is::<UnknownImportError>();
    if unknown == (text == "unknown import") && error.to_string().starts_with(text) {
        return Ok(());
    }
    Err(error.context(format!("another error; expected: {text}")))
}

/// # Errors
///
/// Returns an error if `result` isn't the error of an exception that nothing caught.
pub fn expect_exception<T>(result: Result<T>) -> Result<()> {
    let Err(error) = result else {
        bail!("nothing was thrown");
    };
    if error.is::<ThrownException>() {
        return Ok(());
    }
    Err(error.context("not an exception"))
}
