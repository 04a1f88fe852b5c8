//! The documentation as docs.rs builds it: of each item behind a Cargo feature it says
//! which one that is.

#[path = "../../tests/harness/mod.rs"]
mod harness;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use harness::{Need, leave_out};
use serde_json::Value;

/// The features that the cfg `compiler` stands for.
const COMPILER: &[&str] = &["cranelift", "winch"];

/// Pages, what is on them (the whole page, if that is empty), and the features of which
/// it takes one.
const ITEMS: &[(&str, &str, &[&str])] = &[
    ("fn.wat2wasm.html", "", &["wat"]),
    ("struct.Cache.html", "", &["cache"]),
    ("struct.CacheConfig.html", "", &["cache"]),
    ("struct.GuestProfiler.html", "", &["profiling"]),
    (
        "struct.PoolingAllocationConfig.html",
        "",
        &["pooling-allocator"],
    ),
    ("standard/index.html", "", &["standard"]),
    ("standard/struct.Store.html", "", &["standard"]),
    ("wasi/index.html", "", &["wasi"]),
    ("wasi/fn.add_to_linker.html", "", &["wasi"]),
    ("wasi/struct.WasiCtxBuilder.html", "", &["wasi"]),
    ("struct.Config.html", "method.cache", &["cache"]),
    ("struct.Config.html", "method.strategy", COMPILER),
    ("struct.Config.html", "method.cranelift_opt_level", COMPILER),
    ("struct.Config.html", "method.cranelift_flag_set", COMPILER),
    (
        "struct.Config.html",
        "method.wasm_stack_switching",
        COMPILER,
    ),
    ("struct.Config.html", "method.wasm_gc", &["gc"]),
    ("struct.Config.html", "method.wasm_threads", &["threads"]),
    ("struct.Config.html", "method.async_stack_size", &["async"]),
    ("struct.Config.html", "method.with_host_stack", &["async"]),
    ("trait.StackCreator.html", "", &["async"]),
    ("asynchronous/index.html", "", &["async"]),
    ("struct.Func.html", "method.wrap_async", &["async"]),
    ("struct.Linker.html", "method.func_wrap_async", &["async"]),
    ("struct.Memory.html", "method.grow_async", &["async"]),
    ("struct.Store.html", "method.gc_async", &["async"]),
    (
        "struct.Store.html",
        "method.fuel_async_yield_interval",
        &["async"],
    ),
    ("struct.TypedFunc.html", "method.call_async", &["async"]),
    (
        "struct.Config.html",
        "method.parallel_compilation",
        &["parallel-compilation"],
    ),
    (
        "struct.Config.html",
        "method.wasm_component_model",
        &["component-model"],
    ),
    ("struct.Engine.html", "method.precompile_module", COMPILER),
    ("struct.Module.html", "method.new", COMPILER),
    ("struct.Module.html", "method.from_file", COMPILER),
    ("struct.Module.html", "method.from_binary", COMPILER),
    ("struct.Module.html", "method.from_trusted_file", COMPILER),
    ("struct.Module.html", "method.validate", COMPILER),
    ("struct.Module.html", "method.serialize", COMPILER),
    ("standard/struct.Module.html", "method.new", COMPILER),
    ("standard/struct.Module.html", "method.serialize", COMPILER),
    ("struct.SharedMemory.html", "method.new", &["threads"]),
    ("struct.Store.html", "method.set_wasi", &["wasi"]),
    // What is always there.
    ("struct.Module.html", "", &[]),
    ("struct.Module.html", "method.deserialize", &[]),
    ("struct.Engine.html", "method.new", &[]),
    ("struct.Config.html", "method.consume_fuel", &[]),
    ("struct.Linker.html", "method.func_wrap", &[]),
    ("sys/fn.wasmtime_module_new.html", "", &[]),
];

fn main() -> ExitCode {
    harness::run(&["docs.rs"], &[TESTS])
}

/// The documentation, in a directory.
struct Documentation {
    directory: PathBuf,
    /// The Cargo features of this crate.
    features: BTreeSet<String>,
}

impl Documentation {
    /// Builds it, once. In `.ci/run` it has been, by the same command.
    fn get() -> &'static Documentation {
        static BUILT: OnceLock<Documentation> = OnceLock::new();
        BUILT.get_or_init(Documentation::build)
    }

    fn build() -> Documentation {
        let nightly = || {
            let mut command = Command::new("rustup");
            command
                .args(["run", "nightly", "cargo"])
                .current_dir(env!("CARGO_MANIFEST_DIR"));
            command
        };
        let version = nightly().arg("--version").output();
        if !version.is_ok_and(|output| output.status.success()) {
            let why = "docs.rs builds with a nightly toolchain, and there is none";
            leave_out(Need::Nightly, why);
        }

        let output = nightly()
            .args(["metadata", "--no-deps", "--format-version=1"])
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let own = packages
            .iter()
            .find(|package| package["name"] == "libwasmtime")
            .unwrap();
        let built_with: Vec<_> = own["metadata"]["docs"]["rs"]["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|feature| feature.as_str().unwrap())
            .collect();

        let output = nightly()
            .args(["doc", "--no-deps", "--package=libwasmtime"])
            .args(["--no-default-features", "--features"])
            .arg(built_with.join(","))
            .env("DOCS_RS", "1")
            .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        Documentation {
            directory: Path::new(metadata["target_directory"].as_str().unwrap())
                .join("doc/libwasmtime"),
            features: own["features"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect(),
        }
    }

    fn page(&self, name: &str) -> String {
        let path = self.directory.join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// All pages but those of the sources.
    fn pages(&self) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        let mut directories = vec![self.directory.clone()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == "html")
                {
                    pages.push(path);
                }
            }
        }
        pages
    }
}

/// What a part of a page says of where its items are available, as text.
fn availabilities(page: &str) -> Vec<String> {
    let mut said = Vec::new();
    for part in page.split("portability\">Available on ").skip(1) {
        let mut text = String::new();
        let mut in_tag = false;
        for char in part.split("</div>").next().unwrap().chars() {
            match char {
                '<' => in_tag = true,
                '>' => in_tag = false,
                char if !in_tag => text.push(char),
                _ => {}
            }
        }
        said.push(text);
    }
    said
}

/// The part of a page that is about an item: what is before the first description, if
/// that is the page itself.
fn part<'a>(page: &'a str, item: &str) -> &'a str {
    let from = match item {
        "" => page.split_once("class=\"main-heading\""),
        item => page.split_once(&format!("id=\"{item}\"")),
    };
    let (_, part) = from.unwrap_or_else(|| panic!("the page has no `{item}`"));
    let end = part.find("<summary").unwrap_or(part.len());
    &part[..end.min(part.find("</summary>").unwrap_or(end))]
}

fn gated_items_say_which_feature_they_take() {
    let documentation = Documentation::get();
    for (name, item, features) in ITEMS {
        let expected = match features {
            [] => None,
            [feature] => Some(format!("crate feature {feature} only.")),
            features => Some(format!("crate features {} only.", features.join(" or "))),
        };
        let page = documentation.page(name);
        let said = availabilities(part(&page, item));
        assert_eq!(said, Vec::from_iter(expected), "{name} {item}");
    }
}

/// No cfg that is the build script's, the target's or another crate's.
fn nothing_but_features_is_said() {
    let documentation = Documentation::get();
    let mut count = 0;
    for path in documentation.pages() {
        let page = fs::read_to_string(&path).unwrap();
        for said in availabilities(&page) {
            let features = said
                .strip_prefix("crate features ")
                .or_else(|| said.strip_prefix("crate feature "))
                .and_then(|features| features.strip_suffix(" only."))
                .unwrap_or_else(|| panic!("{}: {said}", path.display()));
            for feature in features.split(" or ").flat_map(|some| some.split(" and ")) {
                let is_one = documentation.features.contains(feature);
                assert!(is_one, "{}: {said}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > ITEMS.len(), "{count}");
}

crate::tests![
    gated_items_say_which_feature_they_take,
    nothing_but_features_is_said,
];
