//! Compares what the headers declare with what `sys` does, one kind of item at
//! a time.

use std::collections::{BTreeMap, BTreeSet};

use crate::c::Item;
use crate::declared::{Function, Named};
use crate::difference::{Difference, How};
use crate::generate::{self, Check};
use crate::headers::{feature_macro, feature_name};
use crate::{Abi, WRONG_IN_HEADER, inline, layout};

/// Returns all differences, one for each item, with everything that is wrong with it.
pub fn all(abi: &Abi) -> Vec<Difference> {
    let kinds = [
        functions,
        types,
        constants,
        inline_functions,
        macros,
        declarations,
        features,
    ];
    let mut all: Vec<Difference> = Vec::new();
    for next in kinds.iter().flat_map(|differences| differences(abi)) {
        let same = |known: &&mut Difference| known.kind == next.kind && known.name == next.name;
        match (all.iter_mut().find(same), &next.how) {
            (
                Some(Difference {
                    how: How::Changed(known),
                    ..
                }),
                How::Changed(why),
            ) => known.push_str(&format!(", and {why}")),
            _ => all.push(next),
        }
    }
    all
}

/// Returns the functions that one side lacks.
pub fn functions(abi: &Abi) -> Vec<Difference> {
    let functions = abi.rust.functions.iter();
    let rust = functions.map(|function| (function.is.clone(), function.text()));
    names("function", &abi.c.functions, rust)
}

/// Returns the types that one side lacks, and the structs and unions that have other
/// fields.
pub fn types(abi: &Abi) -> Vec<Difference> {
    let opaque = abi.rust.opaque.iter();
    let opaque = opaque.map(|opaque| (opaque.clone(), opaque.name.clone()));
    let aliases = abi.rust.aliases.iter();
    let aliases = aliases.map(|alias| (alias.is.clone(), alias.text()));
    let mut differences = names("opaque type", &abi.c.opaque, opaque);
    differences.extend(names("type alias", &abi.c.aliases, aliases));
    differences.extend(layout::layouts(&abi.c, &abi.rust).1);
    differences
}

/// Returns the constants that one side lacks.
pub fn constants(abi: &Abi) -> Vec<Difference> {
    let constants = abi.c.constants.iter();
    let c = constants
        .map(|(name, (item, _))| (name.clone(), item.clone()))
        .collect();
    let constants = abi.rust.constants.iter();
    let rust = constants.map(|constant| (constant.is.clone(), constant.text()));
    names("constant", &c, rust)
}

/// Returns the inline functions that one side lacks.
pub fn inline_functions(abi: &Abi) -> Vec<Difference> {
    let rust = inline::functions()
        .into_iter()
        .map(|function| (function.name, function.text()));
    let assertions = inline::ASSERTIONS.map(|name| (name, String::new()));
    listed(
        "inline function",
        &abi.c.inline_functions,
        rust.chain(assertions),
    )
}

/// Returns the macros that one side lacks: second names of functions, and others.
pub fn macros(abi: &Abi) -> Vec<Difference> {
    let (mut function_names, mut others) = (BTreeMap::new(), BTreeMap::new());
    for (name, definition) in &abi.c.macros {
        let of_function = abi.c.functions.contains_key(&definition.replacement);
        let macros = if of_function {
            &mut function_names
        } else {
            &mut others
        };
        macros.insert(name.clone(), definition.is.clone());
    }
    let named = |name| (name, String::new());
    let mut differences = listed(
        "name of a function",
        &function_names,
        inline::function_names().into_iter().map(named),
    );
    let rust = inline::values().into_iter().chain(inline::ONLY_C);
    differences.extend(listed("macro", &others, rust.map(named)));
    differences
}

/// Returns the items that both sides have and the compiler refuses, as the type or value
/// differs.
pub fn declarations(abi: &Abi) -> Vec<Difference> {
    let (layouts, _) = layout::layouts(&abi.c, &abi.rust);
    let mut checks: Vec<_> = layouts.iter().map(generate::record).collect();
    let aliases = abi.rust.aliases.iter();
    checks.extend(
        aliases
            .filter(|alias| abi.c.aliases.contains_key(&alias.is.name))
            .map(generate::alias),
    );
    checks.extend(
        abi.constants()
            .filter(|constant| abi.c.constants.contains_key(&constant.is.name))
            .map(|constant| generate::constant(&abi.c, constant)),
    );
    checks.extend(
        common_functions(abi)
            .filter(|function| function.is.name != WRONG_IN_HEADER)
            .map(|function| generate::function(&abi.c, function)),
    );
    let inline = inline::functions();
    let inline = inline
        .iter()
        .filter(|function| abi.c.inline_functions.contains_key(function.name));
    checks.extend(inline.map(generate::inline));

    let mut texts = abi.rust.texts();
    texts.extend(inline::functions().iter().filter_map(|function| {
        let header = abi.c.inline_functions.get(function.name)?.header.clone();
        let name = function.name.to_owned();
        Some((name.clone(), (Named { name, header }, function.text())))
    }));
    let refused = refused(abi, checks);
    let differences = refused.into_iter().map(|(check, why)| {
        let (is, text) = texts[&check.name].clone();
        Difference::changed(check.kind, &is, why, abi.c.item(&check.name), text)
    });
    differences.collect()
}

/// Returns the functions that need other features of libwasmtime than `sys` says. `sys` has
/// to know them, or it would look for missing functions.
pub fn features(abi: &Abi) -> Vec<Difference> {
    let needs = abi.needs();
    let mut differences = Vec::new();
    for function in common_functions(abi) {
        let name = &function.is.name;
        let known: BTreeSet<_> = function
            .features
            .iter()
            .copied()
            .map(feature_macro)
            .collect();
        let mut differ = |why| {
            let item = abi.c.functions.get(name);
            differences.push(Difference::changed(
                "function",
                &function.is,
                why,
                item,
                function.text(),
            ));
        };
        let needed = &needs[name];
        for feature in needed.difference(&known) {
            differ(format!("needs `{}`", feature_name(feature)));
        }
        for feature in known.difference(needed) {
            let told = abi.headers.features.contains(feature);
            if told && !whatever_the_library_has(&function.is) {
                differ(format!("doesn't need `{}`", feature_name(feature)));
            }
        }
    }
    differences
}

/// Returns the functions that the headers declare regardless of the library's features:
/// those of `wasm.h`, and the settings of the pooling allocator, one of which needs another
/// feature.
fn whatever_the_library_has(function: &Named) -> bool {
    function.header == "wasm.h"
        || function.name == "wasmtime_pooling_allocation_config_total_gc_heaps_set"
}

/// Returns the functions of `sys` that the headers have too.
fn common_functions(abi: &Abi) -> impl Iterator<Item = &Function> {
    let functions = abi.rust.functions.iter();
    functions.filter(|function| abi.c.functions.contains_key(&function.is.name))
}

/// Returns the differences between the two sides' names and their headers.
pub fn names(
    kind: &'static str,
    c: &BTreeMap<String, Item>,
    rust: impl IntoIterator<Item = (Named, String)>,
) -> Vec<Difference> {
    let mut once = BTreeSet::new();
    let mut differences = Vec::new();
    for (is, text) in rust {
        if c.get(&is.name).is_none_or(|item| item.header != is.header) {
            differences.push(Difference::gone(kind, &is, text));
        } else if !once.insert(is.name.clone()) {
            let item = c.get(&is.name);
            let why = "is declared in `sys` twice".to_owned();
            differences.push(Difference::changed(kind, &is, why, item, text));
        }
    }
    let new = c.iter().filter(|(name, _)| !once.contains(*name));
    differences.extend(new.map(|(name, item)| Difference::new(kind, name, item)));
    differences
}

/// Returns the same for items that are listed without their header.
fn listed<'a>(
    kind: &'static str,
    c: &BTreeMap<String, Item>,
    rust: impl IntoIterator<Item = (&'a str, String)>,
) -> Vec<Difference> {
    let rust = rust.into_iter().map(|(name, text)| {
        let item = c.get(name);
        let is = Named {
            name: name.to_owned(),
            header: item.map(|item| item.header.clone()).unwrap_or_default(),
        };
        (is, text)
    });
    names(kind, c, rust)
}

/// Returns the checks that the compiler refuses, and why.
///
/// # Panics
///
/// Panics if it refuses something else.
fn refused(abi: &Abi, mut checks: Vec<Check>) -> Vec<(Check, String)> {
    let mut refused = Vec::new();
    // A compiler may stop after a number of errors.
    while let Err(refusal) = abi.check("declarations", &checks) {
        let before = refused.len();
        checks.retain(|check| match check.complaint(&refusal) {
            Some(why) => {
                refused.push((check.clone(), why));
                false
            }
            None => true,
        });
        assert!(
            refused.len() > before,
            "the C compiler refuses the headers:\n{refusal}"
        );
    }
    refused
}
