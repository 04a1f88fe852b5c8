//! Whether `src/differences.md` names what is missing.

use std::collections::BTreeSet;

use super::pattern;

/// The missing items that a text doesn't name.
///
/// An item is named by its name between backquotes, with `*` for any text in it. The
/// parts of a missing type or module, and the implementations for it or of a missing
/// trait, are named with it.
pub fn unnamed<'m>(text: &str, missing: &'m BTreeSet<String>) -> Vec<&'m str> {
    let names = names(text);
    let named = |name: &str| names.iter().any(|pattern| pattern::matches(pattern, name));
    let gone = |name: &str| missing.contains(name) && named(name);
    let unnamed = missing.iter().filter(|name| {
        let parts = match name
            .strip_prefix("impl ")
            .and_then(|rest| rest.split_once(" for "))
        {
            Some((implemented, target)) => {
                let implemented = implemented.split('<').next().unwrap_or_default();
                vec![implemented, target]
            }
            None => vec![name.as_str()],
        };
        let within = parts.iter().any(|part| {
            let ends = part.match_indices("::").map(|(index, _)| index);
            ends.chain([part.len()]).any(|end| gone(&part[..end]))
        });
        !named(name) && !within
    });
    unnamed.map(String::as_str).collect()
}

/// What stands between backquotes.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::unnamed;

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
            unnamed(text, &missing),
            ["Store::gc_heap_capacity", "impl Clone for Store"]
        );
    }
}
