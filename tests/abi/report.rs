//! Writes a report, in Markdown, of what has to be changed in `sys` to match the headers.
//! `cargo xtask update` runs this test with the headers of another version and reads the
//! file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::difference::{Difference, How};
use crate::headers::{Headers, feature_name};
use crate::{Abi, compare};

/// The file of the report, under `CARGO_TARGET_TMPDIR`. It is empty if there is nothing to
/// do.
const FILE: &str = "abi/report.md";

/// The constants with the headers' version. `cargo xtask update` sets them together with
/// everything else that names the version.
const VERSION: [&str; 4] = [
    "WASMTIME_VERSION",
    "WASMTIME_VERSION_MAJOR",
    "WASMTIME_VERSION_MINOR",
    "WASMTIME_VERSION_PATCH",
];

/// Returns the differences, header by header.
pub fn markdown(abi: &Abi, differences: &[Difference]) -> String {
    let mut headers: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in differences {
        headers
            .entry(&difference.header)
            .or_default()
            .push(difference);
    }
    let mut report = String::new();
    for (header, mut differences) in headers {
        differences.sort_by_key(|difference| (place(difference), &difference.name));
        write!(report, "### {}\n\n", heading(header)).expect("a string takes it");
        for difference in differences {
            report.push_str(&entry(difference, abi.needs().get(&difference.name)));
        }
        report.push('\n');
    }
    report
}

/// Returns the place of a difference in the list: what is gone comes first, what is new
/// last.
fn place(difference: &Difference) -> usize {
    match difference.how {
        How::Gone => 0,
        How::Changed(_) => 1,
        How::New => 2,
    }
}

/// Returns a header, and where its declarations are or belong.
fn heading(header: &str) -> String {
    if header.is_empty() {
        return "In no header".to_owned();
    }
    let files = files(header);
    let files: Vec<_> = files.iter().map(|file| format!("`{file}`")).collect();
    match &*files {
        [] => format!("`{header}`, a new file of `src/sys`"),
        files => format!("`{header}`, in {}", files.join(" or ")),
    }
}

/// Returns the files of `src/sys` that declare what this header does.
fn files(header: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut pending = vec![root.join("src/sys")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a directory of the crate can be read");
            pending.extend(entries.flatten().map(|entry| entry.path()));
        } else {
            let text = fs::read_to_string(&path).expect("a file of the crate can be read");
            let line = format!("header \"{header}\";");
            if text.lines().any(|own| own.trim() == line) {
                let relative = path.strip_prefix(root).expect("it is in the crate");
                files.push(relative.display().to_string().replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

/// Returns one item of the list.
fn entry(difference: &Difference, needs: Option<&BTreeSet<String>>) -> String {
    let Difference {
        kind,
        name,
        how,
        c,
        rust,
        ..
    } = difference;
    let mut entry = match how {
        How::New => format!("- **New** {kind} `{name}`"),
        How::Gone => format!("- **Gone**: {kind} `{name}`"),
        How::Changed(why) => format!("- **Changed**: {kind} `{name}` {why}"),
    };
    let needs = needs.filter(|needs| *how == How::New && !needs.is_empty());
    if let Some(needs) = needs {
        let needs: Vec<_> = needs.iter().map(|needed| feature_name(needed)).collect();
        entry.push_str(&format!(", of the feature `{}`", needs.join("` and `")));
    }
    entry.push('\n');
    for (side, text) in [("`sys`", rust), ("header", c)] {
        if !text.is_empty() {
            // The compiler breaks long types into lines.
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            entry.push_str(&format!("  - {side}: `{text}`\n"));
        }
    }
    entry
}

fn sys_is_in_step_with_the_headers() {
    let abi = &Abi::of("report", Headers::find());
    let mut differences = compare::all(abi);
    differences.retain(|difference| !VERSION.contains(&&*difference.name));
    let report = markdown(abi, &differences);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(FILE);
    fs::create_dir_all(file.parent().expect("it is in a directory"))
        .and_then(|()| fs::write(&file, &report))
        .unwrap_or_else(|error| panic!("can't write {}: {error}", file.display()));
    assert!(
        differences.is_empty(),
        "`sys` has to follow the headers of {}:\n\n{report}",
        abi.version()
    );
}

crate::tests![sys_is_in_step_with_the_headers,];
