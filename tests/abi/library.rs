//! Compares the functions of a library with its features.

use libwasmtime::sys::Feature;

use crate::harness::{Need, leave_out};
use crate::headers::feature_macro;
use crate::{Abi, compare, none};

/// The headers declare a function of a feature only if the library has that
/// feature.
fn functions_need_the_features_that_the_headers_say() {
    none(&compare::features(Abi::read()));
}

/// The headers' own `conf.h` defines the library's features. The headers in libwasmtime's
/// source have no library.
fn the_library_has_every_function_of_its_features() {
    let abi = Abi::read();
    if abi.headers.libraries.is_empty() {
        let why = format!("{} has no library beside it", abi.headers.include.display());
        leave_out(Need::Installation, why);
    }
    for library in &abi.headers.libraries {
        let configured = abi.headers.configured(&abi.compiler);
        let has = |feature: &Feature| configured.contains(&feature_macro(*feature));
        let functions = abi.rust.functions.iter();
        let expected: Vec<_> = functions
            .filter(|function| function.features.iter().all(has))
            .map(|function| function.is.name.as_str())
            .collect();
        if let Err(refusal) = abi.compiler.link(library, &program(&expected)) {
            panic!("{} lacks functions:\n{refusal}", library.display());
        }
        let absent = "wasmtime_no_such_function";
        let refusal = abi.compiler.link(library, &program(&[absent]));
        let refusal = refusal.expect_err("no library has this function");
        assert!(refusal.contains(absent), "{refusal}");
    }
}

/// Returns a C program that links only if all these functions exist.
fn program(functions: &[&str]) -> String {
    let declarations: String = functions
        .iter()
        .map(|name| format!("void {name}(void);\n"))
        .collect();
    format!(
        "{declarations}\
         void (*const functions[])(void) = {{{}}};\n\
         int main(void) {{ return functions[0] == 0; }}\n",
        functions.join(", ")
    )
}

crate::tests![
    functions_need_the_features_that_the_headers_say,
    the_library_has_every_function_of_its_features,
];
