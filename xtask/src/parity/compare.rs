//! Finds the items that both crates have, and how they differ.

use std::collections::BTreeSet;

use super::allowed::Allowed;
use super::signature::Signature;
use super::surface::Surface;

/// Returns the items that upstream has and this crate lacks.
///
/// A type that this crate re-exports from another crate counts as complete.
pub fn missing(upstream: &BTreeSet<String>, own: &Surface) -> BTreeSet<String> {
    let there = |name: &str| {
        let whole = match name.rsplit_once(" for ") {
            Some((_, target)) => target,
            None => name.rsplit_once("::").map_or(name, |(whole, _)| whole),
        };
        own.contains_key(name) || own.get(whole).is_some_and(Signature::is_empty)
    };
    let missing = upstream.iter().filter(|name| !there(name));
    missing.cloned().collect()
}

/// Returns the items that differ in an aspect that isn't allowed.
pub fn differing(upstream: &Surface, own: &Surface, allowed: &Allowed) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, theirs) in upstream {
        let Some(ours) = own.get(name) else {
            continue;
        };
        // Items that upstream re-exports from a crate whose JSON is missing.
        if theirs.is_empty() || ours.is_empty() {
            continue;
        }
        let aspects: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
        let lines: Vec<_> = aspects
            .into_iter()
            .filter(|aspect| text(theirs, aspect) != text(ours, aspect))
            .filter(|aspect| !allowed.allows(name, aspect))
            .map(|aspect| {
                format!(
                    "    {aspect}\n      there: {}\n      here:  {}\n",
                    text(theirs, aspect),
                    text(ours, aspect)
                )
            })
            .collect();
        if !lines.is_empty() {
            differences.push(format!("{name}\n{}", lines.concat()));
        }
    }
    differences
}

/// Returns an aspect as text.
fn text<'s>(signature: &'s Signature, aspect: &str) -> &'s str {
    signature.get(aspect).map_or("", String::as_str)
}
