//! Proves `libwasmtime::sys` against the C headers, with a C compiler.
//!
//! Three things are compared. By name, what the headers declare and what `sys`
//! declares: neither may have anything the other lacks. By type, what `sys`
//! says of each: it is translated to C and the compiler has to accept it beside
//! the headers. And the library that came with the headers, if there is one,
//! has to have all the functions.
//!
//! What differs is told as a report, by which `cargo xtask update` shows what
//! another version of libwasmtime takes.
//!
//! The headers are those that the build script's variables name (`WASMTIME_DIR`,
//! `WASMTIME_LIB_DIR`, `WASMTIME_INCLUDE_DIR`), or else the ones in libwasmtime's
//! source, where Cargo has it. This takes a C compiler that knows `__typeof__`,
//! as gcc and clang do.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{UnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

mod altered;
mod altered_headers;
mod c;
mod compare;
mod compiler;
mod declared;
mod difference;
mod generate;
#[path = "../harness/mod.rs"]
mod harness;
mod headers;
mod inline;
mod layout;
mod library;
mod report;
mod rust;
mod tokens;

use c::{Declarations, Value};
use compiler::Compiler;
use declared::{Constant, Declared, Function};
use difference::Difference;
use generate::Check;
use headers::Headers;

fn main() -> ExitCode {
    harness::run(
        &["abi"],
        &[
            TESTS,
            altered::TESTS,
            altered_headers::TESTS,
            c::tests::TESTS,
            library::TESTS,
            report::TESTS,
            rust::TESTS,
        ],
    )
}

/// The functions of the C API.
// Version 48: the headers have as many functions; look at the README, which says so as
// well.
const FUNCTIONS: usize = 758;

/// The header says that this function returns an error. It returns nothing, and a caller
/// would read garbage.
// Version 48: the header is wrong about this function; look at `async.h`.
const WRONG_IN_HEADER: &str = "wasmtime_context_epoch_deadline_async_yield_and_update";

/// Both sides.
struct Abi {
    /// The prefix of the names of its files.
    name: String,
    compiler: Compiler,
    headers: Headers,
    /// Where the headers' configuration is: all features.
    configuration: PathBuf,
    c: Declarations,
    rust: Declared,
    needs: OnceLock<Needs>,
}

/// For each function of the headers, the feature macros without which they don't
/// declare it.
type Needs = BTreeMap<String, BTreeSet<String>>;

impl Abi {
    /// Reads both sides, once.
    fn read() -> &'static Abi {
        static ABI: LazyLock<Abi> = LazyLock::new(|| Abi::of("all", Headers::find()));
        &ABI
    }

    /// Reads these headers, and `sys`.
    fn of(name: &str, headers: Headers) -> Abi {
        let compiler = Compiler::find();
        let configuration = headers.configure(name, None);
        let c = declarations(&compiler, &headers, &configuration, name);
        Abi {
            name: name.to_owned(),
            compiler,
            headers,
            configuration,
            c,
            rust: Declared::read(),
            needs: OnceLock::new(),
        }
    }

    /// Returns what each function of the headers needs.
    fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| {
            let functions = self.c.functions.keys();
            let mut needs: Needs = functions
                .map(|name| (name.clone(), BTreeSet::new()))
                .collect();
            for feature in &self.headers.features {
                let name = format!("{}-without-{feature}", self.name);
                let configuration = self.headers.configure(&name, Some(feature));
                let without = declarations(&self.compiler, &self.headers, &configuration, &name);
                for (name, needed) in &mut needs {
                    if !without.functions.contains_key(name) {
                        needed.insert(feature.clone());
                    }
                }
            }
            needs
        })
    }

    /// Compiles the checks.
    fn check(&self, name: &str, checks: &[Check]) -> Result<(), String> {
        let include = [&*self.configuration, &*self.headers.include];
        let code = generate::file(&self.headers.includes(), checks);
        let name = format!("{}-{name}", self.name);
        self.compiler.check(&include, &name, &code)
    }

    /// Compiles the checks, and panics with the compiler's messages.
    fn accept(&self, name: &str, checks: &[Check]) {
        if let Err(refusal) = self.check(name, checks) {
            panic!("the C compiler doesn't agree with `sys`:\n{refusal}");
        }
    }

    /// Compiles the check, and panics if the compiler accepts it.
    fn refuse(&self, name: &str, check: Check, complaint: &str) {
        match self.check(name, &[check]) {
            Ok(()) => panic!("the C compiler accepts {name}"),
            Err(refusal) => assert!(
                refusal.contains(complaint),
                "{name} should be refused for `{complaint}`, but is for:\n{refusal}"
            ),
        }
    }

    /// Returns the headers' version.
    fn version(&self) -> &str {
        match &self.c.constants.get("WASMTIME_VERSION") {
            Some((_, Value::Macro(version))) => version.trim_matches('"'),
            other => panic!("WASMTIME_VERSION isn't a string but {other:?}"),
        }
    }

    /// Returns the constants of `sys` that have to be the headers' own: all, unless the
    /// headers are of another patch release.
    fn constants(&self) -> impl Iterator<Item = &Constant> {
        let same = self.version() == libwasmtime::sys::WASMTIME_VERSION;
        self.rust.constants.iter().filter(move |constant| {
            same || !["WASMTIME_VERSION", "WASMTIME_VERSION_PATCH"]
                .contains(&constant.is.name.as_str())
        })
    }
}

/// Returns what the headers declare under a configuration.
fn declarations(
    compiler: &Compiler,
    headers: &Headers,
    configuration: &Path,
    name: &str,
) -> Declarations {
    let include = [configuration, &headers.include];
    let text = compiler.preprocess(&include, name, &headers.includes());
    Declarations::read(&text, |file| headers.name(file))
}

/// Returns what `body` panics with.
fn panic_of(body: impl FnOnce() + UnwindSafe) -> String {
    let payload = catch_unwind(body).expect_err("it panics");
    let text = payload.downcast::<String>();
    *text.expect("the message is formatted")
}

/// Panics if there are differences.
fn none(differences: &[Difference]) {
    let lines: Vec<_> = differences.iter().map(Difference::to_string).collect();
    assert!(
        lines.is_empty(),
        "`sys` doesn't declare what the headers do:\n{}",
        lines.join("\n")
    );
}

fn functions_are_those_of_the_headers() {
    let abi = Abi::read();
    none(&compare::functions(abi));
    assert_eq!(abi.rust.functions.len(), FUNCTIONS);
}

fn types_are_those_of_the_headers() {
    none(&compare::types(Abi::read()));
}

fn constants_are_those_of_the_headers() {
    none(&compare::constants(Abi::read()));
}

fn inline_functions_are_those_of_the_headers() {
    none(&compare::inline_functions(Abi::read()));
}

fn macros_are_those_of_the_headers() {
    none(&compare::macros(Abi::read()));
}

fn the_compiler_accepts_every_declaration() {
    none(&compare::declarations(Abi::read()));
}

fn one_declaration_is_wrong_in_the_header() {
    let abi = Abi::read();
    let function = abi.rust.function(WRONG_IN_HEADER);
    assert_eq!(function.result, "");
    abi.refuse(
        "wrong_in_header",
        generate::function(&abi.c, function),
        WRONG_IN_HEADER,
    );
    let as_in_header = Function {
        result: "*mut wasmtime_error_t".to_owned(),
        ..function.clone()
    };
    abi.accept("as_in_header", &[generate::function(&abi.c, &as_in_header)]);
}

crate::tests![
    functions_are_those_of_the_headers,
    types_are_those_of_the_headers,
    constants_are_those_of_the_headers,
    inline_functions_are_those_of_the_headers,
    macros_are_those_of_the_headers,
    the_compiler_accepts_every_declaration,
    one_declaration_is_wrong_in_the_header,
];
