//! The error text when no library can be linked.

use super::find::Rejection;
use super::sources::{RELEASES, package};
use crate::features::is_on;
use crate::report::stands_in;
use crate::target::{MAJOR, Target};

/// Returns the error text: the places that were searched, and the remedies. `asked` is the
/// override that selected the link mode, if one is set.
pub fn not_found(rejections: &[Rejection], asked: Option<&str>, target: &Target) -> String {
    let library = format!("usable libwasmtime {MAJOR} for {}", target.triple);
    let named = rejections.iter().any(Rejection::is_named);
    let found = if named {
        "is where the environment says"
    } else {
        "was found"
    };
    let mut text = match asked {
        Some(asked) => format!("{asked}, but no {library} {found}.\n"),
        None => format!("No {library} {found}.\n"),
    };
    text += "\nLooked at:\n";
    for (index, rejection) in rejections.iter().enumerate() {
        if !rejections[..index].contains(rejection) {
            let Rejection {
                kind,
                place,
                reason,
                ..
            } = rejection;
            text += &format!("  - {place} ({kind}): {reason}\n");
        }
    }
    text += "\nTo continue, do one of the following:\n";
    for remedy in remedies(rejections, target) {
        text += &format!("  - {remedy}\n");
    }
    text
}

/// Returns the remedies for a missing library.
fn remedies(rejections: &[Rejection], target: &Target) -> Vec<String> {
    let mut remedies = vec![
        format!(
            "unpack the C API of a release {MAJOR} from {RELEASES} \
             and set WASMTIME_DIR to its directory (which has `lib` and `include`)"
        ),
        "set WASMTIME_LIB_DIR to the directory of the library, and WASMTIME_INCLUDE_DIR to \
         that of wasmtime.h"
            .to_owned(),
    ];
    if rejections.iter().any(|rejection| rejection.minimal) {
        remedies.push(
            "unset WASMTIME_MIN to link the complete library; the variable applies to every build \
             that links one, also for the dependencies of a build script, which can use `load` \
             instead"
                .to_owned(),
        );
    }
    if let Some(package) = package(&target.os()) {
        remedies.push(format!(
            "install a package of libwasmtime with its headers, {package}, if it is version {MAJOR}"
        ));
    }
    let by_features = [
        ("static", "links an archive"),
        ("dynamic", "links a shared library"),
        ("vendored", "builds libwasmtime from source"),
        ("load", "needs the library only when the program runs"),
    ];
    let ours = if stands_in() {
        "wasmtime"
    } else {
        "libwasmtime"
    };
    for (name, what) in by_features {
        if name == "vendored" && stands_in() {
            continue;
        }
        if !is_on(name) {
            remedies.push(format!(
                "turn on the Cargo feature `{name}` of `{ours}`, which {what}"
            ));
        } else if rejections.iter().all(|rejection| rejection.kind != name) {
            remedies.push(format!("set LIBWASMTIME_LINK={name}, which {what}"));
        }
    }
    remedies
}
