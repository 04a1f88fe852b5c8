//! Writes `wasmtime/conf.h`, the header that defines the features with which libwasmtime was
//! built. Upstream lets CMake fill in its template; this does the same without CMake.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

const DIRECTIVE: &str = "#cmakedefine ";
const MACRO_PREFIX: &str = "WASMTIME_FEATURE_";

/// Returns the header made from its template for a library with the `enabled` features,
/// implied ones included.
///
/// # Errors
///
/// Returns an error if the template defines something other than a feature.
pub fn conf_h(template: &str, enabled: &BTreeSet<String>) -> Result<String> {
    let mut header = String::with_capacity(template.len());
    for line in template.lines() {
        match line.strip_prefix(DIRECTIVE) {
            Some(name) if enabled.contains(&feature(name)?) => {
                header.push_str(&format!("#define {name}"));
            }
            Some(name) => header.push_str(&format!("/* #undef {name} */")),
            None => header.push_str(line),
        }
        header.push('\n');
    }
    Ok(header)
}

/// Returns the features that a template has macros for.
///
/// # Errors
///
/// Returns an error if the template defines something other than a feature.
pub fn features(template: &str) -> Result<BTreeSet<String>> {
    let lines = template.lines();
    lines
        .filter_map(|line| line.strip_prefix(DIRECTIVE))
        .map(feature)
        .collect()
}

/// Returns the Cargo feature that a macro of the template stands for.
fn feature(macro_name: &str) -> Result<String> {
    match macro_name.strip_prefix(MACRO_PREFIX) {
        Some(name) => Ok(name.to_lowercase().replace('_', "-")),
        None => bail!("conf.h.in has `{macro_name}`, expected `{MACRO_PREFIX}…`"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::workspace::Workspace;

    const TEMPLATE: &str = "\
#ifndef CONF_H
// the list
#cmakedefine WASMTIME_FEATURE_GC
#cmakedefine WASMTIME_FEATURE_GC_DRC
#cmakedefine WASMTIME_FEATURE_WAT
#endif
";

    #[test]
    fn enabled_features_are_defined_and_the_rest_is_kept() {
        let enabled = ["gc-drc", "wat"].map(str::to_string).into();
        let expected = "\
#ifndef CONF_H
// the list
/* #undef WASMTIME_FEATURE_GC */
#define WASMTIME_FEATURE_GC_DRC
#define WASMTIME_FEATURE_WAT
#endif
";
        assert_eq!(conf_h(TEMPLATE, &enabled).unwrap(), expected);
    }

    #[test]
    fn a_define_that_is_no_feature_is_an_error() {
        let error = conf_h("#cmakedefine WASMTIME_VERSION\n", &BTreeSet::new()).unwrap_err();
        assert!(error.to_string().contains("`WASMTIME_VERSION`"), "{error}");
    }

    #[test]
    fn upstreams_template_has_a_macro_for_each_feature_but_one() {
        let workspace = Workspace::load().unwrap();
        let template = workspace.c_api.directory.join("include/wasmtime/conf.h.in");
        let template = fs::read_to_string(template).unwrap();
        let mut in_template = features(&template).unwrap();
        // Upstream gave this feature no macro; its functions need none.
        assert!(in_template.insert("gc-copying".to_string()));
        let mut in_vendor: BTreeSet<String> = workspace.vendor.features.into_keys().collect();
        // The feature that stands for the common set.
        assert!(in_vendor.remove("common"));
        assert_eq!(in_vendor, in_template);
    }
}
