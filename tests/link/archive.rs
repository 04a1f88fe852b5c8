//! Archives that contain Rust code: each is linked into a Rust program, through an rlib as
//! Cargo does. The build script makes a copy for that, without the definitions of the
//! program's own standard library. (The tests in `copy` are about where the copy is and which
//! builds share it.)

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Need, leave_out};
use crate::prefix::Prefix;
use crate::script::{MAJOR, Output, Script, host};

/// A substitute for libwasmtime: it allocates, panics and catches, so it needs much of the
/// standard library.
const LIBRARY: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn set_vmctx_memory_48_0_8() {}

#[unsafe(no_mangle)]
pub extern "C" fn wasmtime_sum(count: u32) -> u32 {
    std::hint::black_box(set_vmctx_memory_48_0_8 as extern "C" fn())();
    let numbers: Vec<u32> = (1..=count).collect();
    std::env::args().count() as u32 * 0 + numbers.iter().sum::<u32>()
}

#[unsafe(no_mangle)]
pub extern "C" fn wasmtime_call(callback: extern "C" fn()) {
    let name = std::thread::current().name().unwrap_or("").to_owned();
    if name == "none" {
        panic!("{name}");
    }
    callback();
}
"#;

/// A substitute for the crate: its declarations, with the names that the build script has
/// given the functions.
const BINDING: &str = r#"
unsafe extern "C" {
    #[link_name = link_name!(wasmtime_sum)]
    pub fn wasmtime_sum(count: u32) -> u32;
    #[link_name = link_name!(wasmtime_call)]
    pub fn wasmtime_call(callback: extern "C" fn());
}
"#;

/// The names of the functions in an archive that is linked unchanged.
const NAMES_OF_C: &str = "macro_rules! link_name { ($name:ident) => { stringify!($name) } }";

/// A program that uses it, and whose own panics unwind. Like the `wasmtime` crate of the
/// same version, it has a function for debuggers; and it has one of the C API.
const PROGRAM: &str = r#"
use binding::wasmtime_call;

#[unsafe(no_mangle)]
pub extern "C" fn set_vmctx_memory_48_0_8() {}

#[unsafe(no_mangle)]
pub extern "C" fn wasmtime_sum(_: u32) -> u32 {
    0
}

extern "C" fn callback() {
    let caught = std::panic::catch_unwind(|| panic!("in the callback"));
    assert!(caught.is_err());
}

fn main() {
    unsafe { wasmtime_call(callback) };
    assert!(std::thread::spawn(|| panic!("in a thread")).join().is_err());
    println!("{} {}", unsafe { binding::wasmtime_sum(4) }, wasmtime_sum(4));
}
"#;

/// Leaves the test out unless archives have the format in which the build script renames
/// functions.
pub fn needs_elf() {
    if !cfg!(target_os = "linux") {
        leave_out(Need::Linux, "only ELF archives are renamed");
    }
}

/// Compiles the archive with a rustc, and returns its installation.
pub fn archive(name: &str, rustc: &mut Command, options: &[&str]) -> Prefix {
    archive_of(LIBRARY, name, rustc, options)
}

fn archive_of(source: &str, name: &str, rustc: &mut Command, options: &[&str]) -> Prefix {
    let prefix = Prefix::installed(name, "libwasmtime.a").file("library.rs", source);
    compile(
        rustc
            .args(["--crate-type", "staticlib", "-O"])
            .args(options)
            .args([
                "-o",
                &prefix.path("lib/libwasmtime.a"),
                &prefix.path("library.rs"),
            ]),
    )
    .unwrap();
    prefix
}

/// Runs a compiler.
fn compile(rustc: &mut Command) -> Result<(), String> {
    let output = rustc.args(["--edition", "2024"]).output().unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

pub fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Compiles the declarations, as a crate, for the archive in a directory, whose functions
/// have these names.
fn bind(
    prefix: &Prefix,
    name: &str,
    directory: &str,
    names: &str,
    library: &str,
) -> Result<(), String> {
    let source = prefix.path(&format!("{name}.rs"));
    fs::write(&source, names.to_owned() + BINDING).unwrap();
    compile(
        rustc()
            .args(["--crate-type", "rlib", "-L", directory, "-l", library, "-o"])
            .args([&prefix.path(&format!("lib{name}.rlib")), &source]),
    )
}

/// Links a program with such crates, and runs it.
fn run(
    prefix: &Prefix,
    source: &str,
    bindings: &[&str],
    options: &[&str],
) -> Result<String, String> {
    let (program, root) = (prefix.path("program"), prefix.root());
    fs::write(prefix.path("program.rs"), source).unwrap();
    let mut rustc = rustc();
    rustc.args(options).args(["-L", &root, "-o", &program]);
    for binding in bindings {
        rustc.args(["--extern", binding]);
    }
    compile(rustc.arg(prefix.path("program.rs")))?;
    let output = Command::new(program).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// Links the program with the archive in a directory, whose functions have these names, and
/// runs it.
pub fn link(
    prefix: &Prefix,
    directory: &str,
    names: &str,
    library: &str,
    options: &[&str],
) -> Result<String, String> {
    bind(prefix, "binding", directory, names, library)?;
    let options = [&["-L", directory], options].concat();
    run(prefix, PROGRAM, &["binding"], &options)
}

/// What the build script has linked.
pub struct Instructed {
    /// The directory of the archive.
    pub directory: String,
    /// The library, as the linker takes it.
    pub library: String,
    /// The names of the functions in it, as a macro.
    pub names: String,
}

impl Instructed {
    pub fn by(output: &Output) -> Instructed {
        assert_eq!(output.mode(), "static");
        let directory = output.directories()[0].strip_prefix("native=").unwrap();
        Instructed {
            directory: directory.to_owned(),
            library: output.libraries()[0].to_owned(),
            names: fs::read_to_string(output.out.join("link_names.rs")).unwrap(),
        }
    }

    /// Compiles the declarations for it, as a crate.
    fn bind(&self, prefix: &Prefix, name: &str) {
        bind(prefix, name, &self.directory, &self.names, &self.library).unwrap();
    }
}

fn instructed(prefix: &Prefix) -> Instructed {
    Instructed::by(&script(prefix).run())
}

/// Returns the build script, for the archive of an installation.
pub fn script(prefix: &Prefix) -> Script {
    for_archive(Script::new(&["static"]), prefix)
}

fn for_archive(script: Script, prefix: &Prefix) -> Script {
    script.native().set("WASMTIME_DIR", &prefix.root())
}

/// Links programs with and without link-time optimisation.
fn links_after_renaming(prefix: &Prefix) {
    let Instructed {
        directory,
        library,
        names,
    } = instructed(prefix);
    assert_ne!(directory, prefix.path("lib"));
    for options in [&[][..], &["-O", "-Clto=thin"], &["-O", "-Clto=fat"]] {
        assert_eq!(
            link(prefix, &directory, &names, &library, options).as_deref(),
            Ok("10 0"),
            "{options:?}"
        );
    }
}

/// Does the same with an archive that can't be linked unchanged.
fn links_only_after_renaming(prefix: &Prefix) {
    let library = "static:-bundle=wasmtime";
    let refusal = link(prefix, &prefix.path("lib"), NAMES_OF_C, library, &[]).unwrap_err();
    assert!(refusal.contains("rust_eh_personality"), "{refusal}");
    links_after_renaming(prefix);
}

fn an_archive_of_the_same_compiler_is_linked() {
    needs_elf();
    links_after_renaming(&archive("archive_same", &mut rustc(), &[]));
}

fn an_archive_that_was_optimised_at_link_time_is_linked() {
    needs_elf();
    links_only_after_renaming(&archive("archive_lto", &mut rustc(), &["-Clto=fat"]));
}

fn an_archive_that_aborts_on_panic_leaves_the_programs_panics_alone() {
    needs_elf();
    for (name, options) in [
        ("archive_abort", &["-Cpanic=abort"][..]),
        ("archive_abort_lto", &["-Cpanic=abort", "-Clto=fat"]),
    ] {
        links_after_renaming(&archive(name, &mut rustc(), options));
    }
}

fn an_archive_of_another_compiler_is_linked() {
    needs_elf();
    let nightly = || {
        let mut command = Command::new("rustup");
        command.args(["run", "nightly", "rustc"]);
        command
    };
    let version = nightly().arg("-vV").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.is_ok_and(|version| version.contains(&format!("host: {}", host()))) {
        leave_out(
            Need::Nightly,
            "there is no nightly toolchain beside this one",
        );
    }
    for (name, options) in [
        ("archive_nightly", &[][..]),
        ("archive_nightly_abort", &["-Cpanic=abort"]),
        ("archive_nightly_lto", &["-Clto=fat"]),
        ("archive_nightly_abort_lto", &["-Cpanic=abort", "-Clto=fat"]),
    ] {
        links_only_after_renaming(&archive(name, &mut nightly(), options));
    }
}

fn an_archive_of_another_major_is_an_error() {
    let source = LIBRARY.replace("48_0_8", "47_0_1");
    let prefix = archive_of(&source, "archive_major", &mut rustc(), &[]);
    let error = script(&prefix).run().error();
    assert!(error.contains("is of version 47.0.1;"), "{error}");
}

/// Two major versions of this crate, each with its own archive.
fn two_majors_are_kept_apart() {
    needs_elf();
    let own = archive("archive_own_major", &mut rustc(), &["-Clto=fat"]);
    let next = (MAJOR + 1).to_string();
    let source = LIBRARY
        .replace(&format!("_{MAJOR}_"), &format!("_{next}_"))
        .replace("numbers.iter().sum::<u32>()", "1000");
    let other = archive_of(&source, "archive_next_major", &mut rustc(), &["-Clto=fat"]).headers(
        "include",
        &format!("{next}.0.0"),
        &[],
    );
    let first = instructed(&own);
    first.bind(&own, "first");
    let script = Script::of_major(&next, &["static"]);
    let second = Instructed::by(&for_archive(script, &other).run());
    second.bind(&own, "second");

    let program = "fn main() {
        println!(\"{} {}\", unsafe { first::wasmtime_sum(4) }, unsafe { second::wasmtime_sum(4) })
    }";
    for archives in [[&first, &second], [&second, &first]] {
        let [one, two] = archives.map(|archive| archive.directory.as_str());
        let printed = run(&own, program, &["first", "second"], &["-L", one, "-L", two]);
        assert_eq!(printed.as_deref(), Ok("10 1000"));
    }
}

/// An assembler may store one name as the end of the other, so that they can only change
/// together.
fn a_function_whose_name_ends_anothers_keeps_its_name() {
    needs_elf();
    let functions = ["my_wasmtime_sum", "wasmtime_sum", "wasmtime_call"];
    let mut source = String::new();
    for name in functions {
        source += &format!("\t.globl {name}\n{name}:\n\t.byte 0\n");
    }
    let prefix = Prefix::installed("archive_ends", "libwasmtime.a").file("functions.s", &source);
    let at = |path: &str| prefix.path(path);
    fs::remove_file(at("lib/libwasmtime.a")).unwrap();
    let object = at("functions.o");
    let run = |tool: &str, arguments: &[&str]| {
        let status = Command::new(tool).args(arguments).status();
        status.is_ok_and(|status| status.success())
    };
    if !run("as", &["-o", &object, &at("functions.s")])
        || !run("ar", &["rcs", &at("lib/libwasmtime.a"), &object])
    {
        leave_out(
            Need::Binutils,
            "there is no `as` for this machine, or no `ar`",
        );
    }
    let text = fs::read(&object).unwrap();
    let count = text.windows(12).filter(|part| part == b"wasmtime_sum");
    if count.count() != 1 {
        leave_out(Need::Binutils, "this `as` writes each name once more");
    }

    let Instructed {
        directory,
        library,
        names,
    } = instructed(&prefix);
    assert!(names.contains(r#"(wasmtime_call) => { ""#), "{names}");
    assert!(!names.contains("(wasmtime_sum)"), "{names}");
    let file = library.replace("static:-bundle=", "lib") + ".a";
    let archive = fs::read(Path::new(&directory).join(file)).unwrap();
    let has = |name: &[u8]| archive.windows(name.len()).any(|part| part == name);
    assert!(has(b"my_wasmtime_sum") && !has(b"my_Wasmtime_sum"));
}

crate::tests![
    an_archive_of_the_same_compiler_is_linked,
    an_archive_that_was_optimised_at_link_time_is_linked,
    an_archive_that_aborts_on_panic_leaves_the_programs_panics_alone,
    an_archive_of_another_compiler_is_linked,
    an_archive_of_another_major_is_an_error,
    two_majors_are_kept_apart,
    a_function_whose_name_ends_anothers_keeps_its_name,
];
