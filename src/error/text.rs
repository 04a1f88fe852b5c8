//! Splitting libwasmtime's text of an error into messages.
//!
//! Of most errors the C API gives the text only. Guests write in this text, by the names
//! of imports, exports and functions, and can imitate anything. So the messages that are
//! found here are shown to users, and decide nothing. The exceptions are the beginning of
//! a text and what follows a backtrace, which no guest can write.

/// The beginning of the text of a backtrace.
// Version 48: errors are printed in this form; look at `WasmBacktrace` in `wasmtime`,
// and at `Debug` of `Error` in `wasmtime-internal-core`.
const BACKTRACE: &str = "error while executing at wasm backtrace:\n";

/// The separator between the outermost message and its causes.
const CAUSES: &str = "\n\nCaused by:\n";

/// The heading of the native stack where libwasmtime created the error.
const NATIVE_STACK: &str = "\nStack backtrace:\n";

/// Reports whether the outermost message is a backtrace, which libwasmtime adds to every
/// error that happens in WebAssembly code.
pub(super) fn is_traced(text: &str) -> bool {
    text.starts_with(BACKTRACE)
}

/// Reports whether a text is `message` alone, followed at most by a native stack.
pub(crate) fn is_message(text: &str, message: &str) -> bool {
    text.strip_prefix(message)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(NATIVE_STACK))
}

/// Returns the messages of the error's chain, the outermost first.
///
/// A single cause is indented by four columns; several causes are numbered. The lines of a
/// message after its first aren't indented:
///
/// ```text
/// failed to do it
///
/// Caused by:
///     0: that failed
///     1: because of this
/// and that
/// ```
pub(super) fn messages(text: &str) -> Vec<&str> {
    // The names in a backtrace are the guest's; what follows the backtrace isn't.
    let split = match is_traced(text) {
        true => text.rsplit_once(CAUSES),
        false => text.split_once(CAUSES),
    };
    let Some((outermost, causes)) = split else {
        return vec![without_native_stack(text)];
    };
    let mut messages = vec![outermost];
    let causes = without_native_stack(causes);
    let mut rest = causes.strip_suffix('\n').unwrap_or(causes);
    if let Some(first) = rest.strip_prefix(&number(0)) {
        rest = first;
        while let Some((message, next)) = rest.split_once(&format!("\n{}", number(messages.len())))
        {
            messages.push(message);
            rest = next;
        }
    } else {
        rest = rest.strip_prefix("    ").unwrap_or(rest);
    }
    messages.push(rest);
    messages
}

/// Returns what the cause with that number begins with.
fn number(cause: usize) -> String {
    format!("{cause: >5}: ")
}

fn without_native_stack(text: &str) -> &str {
    match text.rsplit_once(NATIVE_STACK) {
        Some((text, stack)) if stack.trim_start().starts_with("0: ") => text,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_messages() {
        assert_eq!(messages("alone"), ["alone"]);
        assert_eq!(messages("two\nlines"), ["two\nlines"]);
        assert_eq!(
            messages("outer\n\nCaused by:\n    inner\n"),
            ["outer", "inner"]
        );
        assert_eq!(
            messages("outer\n\nCaused by:\n    inner\nmore\n"),
            ["outer", "inner\nmore"]
        );
        assert_eq!(
            messages("outer\n\nCaused by:\n    0: middle\n  more\n    1: root\n"),
            ["outer", "middle\n  more", "root"]
        );
        assert_eq!(
            messages("outer\n\nCaused by:\n    alone\n    1: not another\n"),
            ["outer", "alone\n    1: not another"]
        );
    }

    #[test]
    fn native_stack_is_left_out() {
        let stack = "\nStack backtrace:\n   0: main\n";
        assert_eq!(
            messages(&format!("outer\n\nCaused by:\n    inner\n{stack}")),
            ["outer", "inner"]
        );
        assert_eq!(messages(&format!("alone{stack}")), ["alone"]);
        assert!(is_message(&format!("alone{stack}"), "alone"));
        assert!(is_message("alone", "alone"));
        assert!(!is_message("alone, or not", "alone"));
    }

    #[test]
    fn backtrace_ends_where_libwasmtime_ends_it() {
        let backtrace = "error while executing at wasm backtrace:\n    \
                         0:     0x2f - m!f\n\nCaused by:\n    0: g\n    \
                         1:     0x3a - m!\nStack backtrace:\n   0: h";
        let text = format!("{backtrace}\n\nCaused by:\n    0: fault\n    1: trap\n");
        assert!(is_traced(&text));
        assert_eq!(messages(&text), [backtrace, "fault", "trap"]);
    }
}
