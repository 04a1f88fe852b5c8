//! Checks that `src/differences.md` names what is missing.

use std::collections::BTreeSet;

use super::pattern;
use super::surface::Surface;

/// Returns the missing items that a text doesn't name; `is_type` reports which of them are
/// types, traits and modules.
///
/// An item is named by its name between backquotes, with `*` for any text in it. The parts
/// of a missing type or module are named with it, and so are implementations of a missing
/// trait, or in which a missing type appears.
pub fn unnamed<'m>(
    text: &str,
    missing: &'m BTreeSet<String>,
    is_type: impl Fn(&str) -> bool,
) -> Vec<&'m str> {
    let names = names(text);
    let named = |name: &str| names.iter().any(|pattern| pattern::matches(pattern, name));
    let within = |name: &str| {
        let ends = name.match_indices("::").map(|(index, _)| &name[..index]);
        let mut wholes = ends.chain([name]);
        wholes.any(|whole| missing.contains(whole) && named(whole))
    };
    let types: BTreeSet<_> = missing
        .iter()
        .filter(|name| is_type(name) && within(name))
        .filter_map(|name| name.rsplit("::").next())
        .collect();
    let unnamed = missing
        .iter()
        .filter(|name| match name.strip_prefix("impl ") {
            Some(rest) => {
                let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
                !named(name) && !words.any(|word| types.contains(word))
            }
            None => !named(name) && !within(name),
        });
    unnamed.map(String::as_str).collect()
}

/// The heading of the part that names missing items.
const MISSING: &str = "\n# What the C API has no function for\n";

/// Returns the items that a text names as missing although they exist.
pub fn stale<'t>(text: &'t str, upstream: &BTreeSet<String>, own: &Surface) -> Vec<&'t str> {
    let (_, missing) = text.split_once(MISSING).unwrap_or_default();
    let names = names(missing).into_iter();
    names
        .filter(|name| upstream.contains(*name) && own.contains_key(*name))
        .collect()
}

/// Returns what stands between backquotes.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::{stale, unnamed};

    #[test]
    fn a_type_is_named_with_its_parts() {
        let missing = [
            "Breakpoint",
            "Breakpoint::pc",
            "impl Clone for Breakpoint",
            "Store::breakpoints",
            "Store::debug_exit",
            "Caller::debug_exit",
            "component",
            "component::Val::Bool",
            "Store::gc_heap_capacity",
            "impl Clone for Store",
        ];
        let missing = missing.map(String::from).into();
        let text = "`Breakpoint` and `Store::breakpoints`; all of\n`*::debug_*`, `component`.";
        assert_eq!(
            unnamed(text, &missing, |name| name == "Breakpoint"),
            ["Store::gc_heap_capacity", "impl Clone for Store"]
        );
    }

    #[test]
    fn what_is_there_is_not_named_as_missing() {
        let upstream = ["Store::gc", "Store::limiter", "CallHook"];
        let own = ["Store::gc", "Store::limiter", "load"].map(|name| (name.into(), [].into()));
        let text = "`Store::limiter`\n# What the C API has no function for\n\
                    `Store::gc`, `CallHook`; use `load`.";
        let stale = stale(text, &upstream.map(String::from).into(), &own.into());
        assert_eq!(stale, ["Store::gc"]);
    }
}
