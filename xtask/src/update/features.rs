//! The Cargo features of upstream's C API beside those of this repository.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use crate::conf;
use crate::workspace::{Features, Package, Workspace, enabled};

/// The features that the build script doesn't look for in a library's headers:
/// they change nothing that a program could miss.
const NOT_LOOKED_FOR: [&str; 2] = ["disable-logging", "logging"];

/// What has to be done about features, a sentence each.
///
/// # Errors
///
/// If the template of upstream's `conf.h` can't be read or has something else in
/// it than features.
pub fn differences(upstream: &Package, workspace: &Workspace) -> Result<Vec<String>> {
    let template = upstream.directory.join("include/wasmtime/conf.h.in");
    let template = fs::read_to_string(&template)
        .with_context(|| format!("cannot read {}", template.display()))?;
    let build = workspace.root.directory.join("build/system/headers.rs");
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

/// The names of a package's features, without those that only stand for an
/// optional dependency.
fn own(features: &Features) -> BTreeSet<String> {
    features
        .iter()
        .filter(|(name, implied)| **implied != [format!("dep:{name}")])
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether `vendor` and the crate, `root`, have `upstream`'s features `known`
/// and pass each on.
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
            Some(implied) if *implied != [passed_on.clone()] => differences.push(format!(
                "`{name}` of `vendor/Cargo.toml` has to be `[\"{passed_on}\"]`"
            )),
            Some(_) => {}
        }
        let passed_on = format!("libwasmtime-vendor?/{name}");
        match root.get(name) {
            None => differences.push(format!(
                "**New** feature `{name}`: add it to `Cargo.toml` and, if it adds functions, \
                 to `src/sys/feature.rs`"
            )),
            Some(implied) => {
                if !implied.contains(&passed_on) {
                    differences.push(format!(
                        "`{name}` of `Cargo.toml` has to turn on `{passed_on}`"
                    ));
                }
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
    for name in vendor.keys().filter(|name| !known.contains(*name)) {
        differences.push(format!(
            "**Gone**: feature `{name}`; take it out of `vendor/Cargo.toml`, `Cargo.toml` and, \
             if it is there, `src/sys/feature.rs`"
        ));
    }
    differences
}

/// Whether the build script looks in a library's headers for the features that
/// they tell of. `build` is the text of `build/system/headers.rs`.
fn looked_for(told: &BTreeSet<String>, build: &str) -> Result<Vec<String>> {
    let table = build
        .split_once("const FEATURES")
        .and_then(|(_, rest)| rest.split_once("];"))
        .context("build/system/headers.rs has no table `FEATURES`")?
        .0;
    let looked_for: BTreeSet<String> = table
        .split('"')
        .skip(1)
        .step_by(2)
        .chain(NOT_LOOKED_FOR)
        .map(str::to_string)
        .collect();
    let new = told.difference(&looked_for).map(|name| {
        format!(
            "**New** macro for `{name}` in `conf.h`: add it to `FEATURES` of `build/system/headers.rs`"
        )
    });
    let gone = looked_for.difference(told).map(|name| {
        format!(
            "**Gone**: macro for `{name}` in `conf.h`; take it out of `build/system/headers.rs`"
        )
    });
    Ok(new.chain(gone).collect())
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

    /// What is to be done when upstream's features are altered.
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
        workspace.root.features.get_mut("wat").unwrap().clear();
        assert_eq!(
            differences(&workspace.c_api, &workspace).unwrap(),
            [
                "`wat` of `vendor/Cargo.toml` has to be `[\"wasmtime-c-api-impl/wat\"]`",
                "`wat` of `Cargo.toml` has to turn on `libwasmtime-vendor?/wat`",
            ]
        );
    }

    #[test]
    fn the_build_script_has_to_look_for_what_the_headers_tell() {
        let told = ["gc", "jit", "logging", "disable-logging"].map(str::to_string);
        let build = "const FEATURES: [&str; 2] = [\n    \"gc\",\n    \"wat\",\n];\nlet x = \"y\";";
        let differences = looked_for(&told.into(), build).unwrap();
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].starts_with("**New** macro for `jit`"));
        assert!(differences[1].starts_with("**Gone**: macro for `wat`"));
        assert!(looked_for(&BTreeSet::new(), "").is_err());
    }
}
