//! Proves `libwasmtime::sys` against the C headers, with a C compiler.
//!
//! Three things are compared. By name, what the headers declare and what `sys`
//! declares: neither may have anything the other lacks. By type, what `sys`
//! says of each: it is translated to C and the compiler has to accept it beside
//! the headers. And the library that came with the headers, if there is one,
//! has to have all the functions.
//!
//! The headers are those that the build script's variables name (`WASMTIME_DIR`,
//! `WASMTIME_LIB_DIR`, `WASMTIME_INCLUDE_DIR`), or else the ones in libwasmtime's
//! source, where Cargo has it. This takes a C compiler that knows `__typeof__`,
//! as gcc and clang do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

mod altered;
mod c;
mod compiler;
mod declared;
mod generate;
mod headers;
mod inline;
mod layout;
mod library;
mod rust;
mod tokens;

use c::{Declarations, HeaderName, Value};
use compiler::Compiler;
use declared::{Constant, Declared, Function, Named};
use generate::Check;
use headers::Headers;

/// The functions of the C API.
const FUNCTIONS: usize = 758;

/// The header says that this function returns an error. It returns nothing, and
/// a caller who looked would find garbage.
const WRONG_IN_HEADER: &str = "wasmtime_context_epoch_deadline_async_yield_and_update";

/// Both sides.
struct Abi {
    compiler: Compiler,
    headers: Headers,
    /// Where the headers' configuration is: all features.
    configuration: PathBuf,
    c: Declarations,
    rust: Declared,
}

impl Abi {
    /// Reads both sides, once.
    fn read() -> &'static Abi {
        static ABI: LazyLock<Abi> = LazyLock::new(|| {
            let compiler = Compiler::find();
            let headers = Headers::find();
            let configuration = headers.configure("all", None);
            let c = declarations(&compiler, &headers, &configuration, "all");
            Abi {
                compiler,
                headers,
                configuration,
                c,
                rust: Declared::read(),
            }
        });
        &ABI
    }

    /// Compiles the checks.
    fn check(&self, name: &str, checks: &[Check]) -> Result<(), String> {
        let include = [&*self.configuration, &*self.headers.include];
        let code = generate::file(&self.headers.includes(), checks);
        self.compiler.check(&include, name, &code)
    }

    /// Compiles the checks, and panics with what the compiler has to say.
    fn accept(&self, name: &str, checks: &[Check]) {
        if let Err(refusal) = self.check(name, checks) {
            panic!("the C compiler doesn't agree with `sys`:\n{refusal}");
        }
    }

    /// Compiles the check, and panics if the compiler has nothing against it.
    fn refuse(&self, name: &str, check: Check, complaint: &str) {
        match self.check(name, &[check]) {
            Ok(()) => panic!("the C compiler accepts {name}"),
            Err(refusal) => assert!(
                refusal.contains(complaint),
                "{name} should be refused for `{complaint}`, but is for:\n{refusal}"
            ),
        }
    }

    /// The version that the headers are of.
    fn version(&self) -> &str {
        match &self.c.constants.get("WASMTIME_VERSION") {
            Some((_, Value::Macro(version))) => version.trim_matches('"'),
            other => panic!("WASMTIME_VERSION isn't a string but {other:?}"),
        }
    }

    /// The constants of `sys` that have to be the headers' own: all, unless the
    /// headers are of another patch release.
    fn constants(&self) -> impl Iterator<Item = &Constant> {
        let same = self.version() == libwasmtime::sys::WASMTIME_VERSION;
        self.rust.constants.iter().filter(move |constant| {
            same || !["WASMTIME_VERSION", "WASMTIME_VERSION_PATCH"]
                .contains(&constant.is.name.as_str())
        })
    }
}

/// What the headers declare under a configuration.
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

/// How the names, and the headers they are in, differ between the two sides.
fn differences<'a>(
    c: &BTreeMap<String, HeaderName>,
    rust: impl IntoIterator<Item = &'a Named>,
) -> Vec<String> {
    let c: BTreeSet<_> = c
        .iter()
        .map(|(name, header)| (&**name, &**header))
        .collect();
    let mut once = BTreeSet::new();
    let mut differences = Vec::new();
    for Named { name, header } in rust {
        if !once.insert((&**name, &**header)) {
            differences.push(format!("`{name}` of <{header}> is declared in `sys` twice"));
        }
    }
    for (from, other, why) in [
        (&c, &once, "isn't declared in `sys`"),
        (&once, &c, "is declared in `sys` only"),
    ] {
        let missing = from.difference(other);
        differences.extend(missing.map(|(name, header)| format!("`{name}` of <{header}> {why}")));
    }
    differences
}

/// Panics if there are differences.
fn report(what: &str, differences: &[String]) {
    assert!(
        differences.is_empty(),
        "the {what} of `sys` aren't those of the headers:\n{}",
        differences.join("\n")
    );
}

#[test]
fn functions_are_those_of_the_headers() {
    let abi = Abi::read();
    let functions = &abi.rust.functions;
    let names = functions.iter().map(|function| &function.is);
    report("functions", &differences(&abi.c.functions, names));
    assert_eq!(functions.len(), FUNCTIONS);
}

#[test]
fn types_are_those_of_the_headers() {
    let abi = Abi::read();
    let opaque = differences(&abi.c.opaque, &abi.rust.opaque);
    report("opaque types", &opaque);
    let aliases = abi.rust.aliases.iter().map(|alias| &alias.is);
    report("type aliases", &differences(&abi.c.aliases, aliases));
    let (_, differences) = layout::layouts(&abi.c, &abi.rust);
    report("structs and unions", &differences);
}

#[test]
fn constants_are_those_of_the_headers() {
    let abi = Abi::read();
    let constants = abi.c.constants.iter();
    let c = constants.map(|(name, (header, _))| (name.clone(), header.clone()));
    let rust = abi.rust.constants.iter().map(|constant| &constant.is);
    report("constants", &differences(&c.collect(), rust));
}

#[test]
fn inline_functions_are_those_of_the_headers() {
    let abi = Abi::read();
    let c: BTreeSet<_> = abi.c.inline_functions.keys().map(String::as_str).collect();
    let rust = inline::functions()
        .into_iter()
        .map(|function| function.name);
    assert_eq!(c, rust.chain(inline::ASSERTIONS).collect());
}

#[test]
fn macros_are_those_of_the_headers() {
    let abi = Abi::read();
    let is_function = |name: &str| abi.c.functions.contains_key(name);
    let (names, others): (BTreeMap<_, _>, BTreeMap<_, _>) = abi
        .c
        .macros
        .iter()
        .map(|(name, replacement)| (name.as_str(), replacement.as_str()))
        .partition(|(_, replacement)| is_function(replacement));
    let names: BTreeSet<_> = names.into_keys().collect();
    assert_eq!(names, inline::function_names().into_iter().collect());
    let others: BTreeSet<_> = others.into_keys().collect();
    let rust = inline::values().into_iter().chain(inline::ONLY_C);
    assert_eq!(others, rust.collect());
}

#[test]
fn the_compiler_accepts_every_declaration() {
    let abi = Abi::read();
    let (layouts, _) = layout::layouts(&abi.c, &abi.rust);
    let mut checks: Vec<_> = layouts.iter().map(generate::record).collect();
    checks.extend(abi.rust.aliases.iter().map(generate::alias));
    checks.extend(
        abi.constants()
            .map(|constant| generate::constant(&abi.c, constant)),
    );
    let functions = abi.rust.functions.iter();
    checks.extend(
        functions
            .filter(|function| function.is.name != WRONG_IN_HEADER)
            .map(|function| generate::function(&abi.c, function)),
    );
    checks.extend(inline::functions().iter().map(generate::inline));
    abi.accept("declarations", &checks);
}

#[test]
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
