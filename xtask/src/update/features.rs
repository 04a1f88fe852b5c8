//! Compares the Cargo features of upstream's C API with those of this repository.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use crate::conf;
use crate::workspace::{Features, Package, Workspace, enabled};

/// The features that the build script doesn't look for in a library's headers, as no
/// program depends on them.
const NOT_LOOKED_FOR: [&str; 1] = ["disable-logging"];

/// The feature of both packages that stands for the common set.
const COMMON: &str = "common";

/// Returns the required changes of features, one sentence each.
///
/// # Errors
///
/// Returns an error if the template of upstream's `conf.h` can't be read or has something
/// else in it than features.
pub fn differences(upstream: &Package, workspace: &Workspace) -> Result<Vec<String>> {
    let template = upstream.directory.join("include/wasmtime/conf.h.in");
    let template = fs::read_to_string(&template)
        .with_context(|| format!("cannot read {}", template.display()))?;
    let build = workspace.root.directory.join("build/features.rs");
    let build =
        fs::read_to_string(&build).with_context(|| format!("cannot read {}", build.display()))?;
    let mut differences = passed_on(
        &own(&upstream.features),
        &upstream.features,
        &workspace.vendor.features,
        &workspace.root.features,
    );
    differences.extend(looked_for(&conf::features(&template)?, &build)?);
    Ok(differences)
}

/// Returns the names of a package's features, without those that only stand for an optional
/// dependency.
fn own(features: &Features) -> BTreeSet<String> {
    features
        .iter()
        .filter(|(name, implied)| **implied != [format!("dep:{name}")])
        .map(|(name, _)| name.clone())
        .collect()
}

/// Checks that `vendor` and the crate, `root`, have `upstream`'s features `known` and pass
/// each on.
fn passed_on(
    known: &BTreeSet<String>,
    upstream: &Features,
    vendor: &Features,
    root: &Features,
) -> Vec<String> {
    let mut differences = Vec::new();
    for name in known {
        let passed_on = format!("wasmtime-c-api-impl/{name}");
        match vendor.get(name) {
            None => differences.push(format!(
                "**New** feature `{name}`: add it to `vendor/Cargo.toml`"
            )),
            Some(implied) if !turns_on(implied, &passed_on) => differences.push(format!(
                "`{name}` of `vendor/Cargo.toml` has to be `[\"{passed_on}\"]`"
            )),
            Some(_) => {}
        }
        match root.get(name) {
            None => differences.push(format!(
                "**New** feature `{name}`: add it to `Cargo.toml` and, if it adds functions, \
                 to `src/sys/feature.rs`"
            )),
            Some(_) => {
                let chosen = [name.clone()].into();
                let mut missing = enabled(upstream, &chosen);
                missing.retain(|feature| known.contains(feature));
                for feature in missing.difference(&enabled(root, &chosen)) {
                    differences.push(format!(
                        "`{name}` of `Cargo.toml` has to turn on `{feature}`, as upstream's does"
                    ));
                }
            }
        }
    }
    for name in &root[COMMON] {
        if known.contains(name) && !vendor[COMMON].contains(name) {
            differences.push(format!(
                "`{COMMON}` of `vendor/Cargo.toml` has to have `{name}`, as that of `Cargo.toml` has"
            ));
        }
    }
    for name in vendor
        .keys()
        .filter(|name| *name != COMMON && !known.contains(*name))
    {
        differences.push(format!(
            "**Gone**: feature `{name}`; take it out of `vendor/Cargo.toml`, `Cargo.toml` and, \
             if it is there, `src/sys/feature.rs`"
        ));
    }
    differences
}

/// Reports whether a feature turns on `other`, and nothing else but dependencies.
fn turns_on(implied: &[String], other: &str) -> bool {
    let features = implied.iter().filter(|name| !name.starts_with("dep:"));
    features.eq([other])
}

/// Checks that the build script looks for all features that a library's headers define.
/// `build` is the text of `build/features.rs`.
fn looked_for(told: &BTreeSet<String>, build: &str) -> Result<Vec<String>> {
    let mut looked_for = quoted(build, "const IN_HEADERS", "];")
        .context("build/features.rs has no table `IN_HEADERS`")?;
    looked_for.extend(NOT_LOOKED_FOR.map(str::to_string));
    let new = told.difference(&looked_for).map(|name| {
        format!(
            "**New** macro for `{name}` in `conf.h`: add it to `IN_HEADERS` of `build/features.rs`"
        )
    });
    let gone = looked_for.difference(told).map(|name| {
        format!("**Gone**: macro for `{name}` in `conf.h`; take it out of `build/features.rs`")
    });
    Ok(new.chain(gone).collect())
}

/// Returns the string literals of a list in Rust source, between two pieces of text.
fn quoted(source: &str, start: &str, end: &str) -> Option<BTreeSet<String>> {
    let (list, _) = source.split_once(start)?.1.split_once(end)?;
    let literals = list.split('"').skip(1).step_by(2);
    Some(literals.map(str::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_version_has_no_differences() {
        let workspace = Workspace::load().unwrap();
        let differences = differences(&workspace.c_api, &workspace).unwrap();
        assert_eq!(differences, [""; 0]);
    }

    /// Returns the required changes after upstream's features were altered.
    fn altered(alter: impl FnOnce(&mut Features)) -> Vec<String> {
        let mut workspace = Workspace::load().unwrap();
        alter(&mut workspace.c_api.features);
        differences(&workspace.c_api, &workspace).unwrap()
    }

    #[test]
    fn a_new_feature_has_to_be_added_twice() {
        let differences = altered(|features| {
            features.insert("jit".into(), vec!["wasmtime/jit".into()]);
            features.insert("libc".into(), vec!["dep:libc".into()]);
        });
        let [vendor, root] = &*differences else {
            panic!("{differences:?}");
        };
        assert!(
            vendor.contains("`jit`: add it to `vendor/Cargo.toml`"),
            "{vendor}"
        );
        assert!(root.contains("`jit`: add it to `Cargo.toml`"), "{root}");
    }

    #[test]
    fn a_feature_that_is_gone_and_one_that_implies_more_are_told() {
        let differences = altered(|features| {
            features.remove("wat");
            features.get_mut("gc").unwrap().push("threads".into());
        });
        assert!(
            differences
                .iter()
                .any(|d| d.starts_with("**Gone**: feature `wat`"))
        );
        let told = "`gc` of `Cargo.toml` has to turn on `threads`, as upstream's does";
        assert!(differences.iter().any(|d| d == told), "{differences:?}");
    }

    #[test]
    fn a_feature_that_is_not_passed_on_is_told() {
        let mut workspace = Workspace::load().unwrap();
        workspace.vendor.features.get_mut("wat").unwrap().clear();
        assert_eq!(
            differences(&workspace.c_api, &workspace).unwrap(),
            ["`wat` of `vendor/Cargo.toml` has to be `[\"wasmtime-c-api-impl/wat\"]`",]
        );
    }

    #[test]
    fn what_is_common_has_to_be_built_in() {
        let mut workspace = Workspace::load().unwrap();
        let common = workspace.vendor.features.get_mut("common").unwrap();
        common.retain(|name| name != "wat");
        assert_eq!(
            differences(&workspace.c_api, &workspace).unwrap(),
            ["`common` of `vendor/Cargo.toml` has to have `wat`, as that of `Cargo.toml` has"]
        );
    }

    #[test]
    fn the_build_script_has_to_look_for_what_the_headers_tell() {
        let told = ["gc", "jit", "disable-logging"].map(str::to_string);
        let build =
            "const IN_HEADERS: [&str; 2] = [\n    \"gc\",\n    \"wat\",\n];\nlet x = \"y\";";
        let differences = looked_for(&told.into(), build).unwrap();
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].starts_with("**New** macro for `jit`"));
        assert!(differences[1].starts_with("**Gone**: macro for `wat`"));
        assert!(looked_for(&BTreeSet::new(), "").is_err());
    }
}
