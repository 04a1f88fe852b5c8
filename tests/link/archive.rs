//! Archives that Rust code was compiled into: each is linked into a Rust
//! program, through an rlib as with Cargo. The build script makes a copy for
//! that, without the definitions of the program's own standard library.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Need, leave_out};
use crate::prefix::Prefix;
use crate::script::{Script, host};

/// What stands for libwasmtime: it allocates, panics and catches, so that it
/// needs much of the standard library.
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

/// What stands for the crate: its declarations, with the names that the build
/// script has given the functions.
const BINDING: &str = r#"
unsafe extern "C" {
    #[link_name = link_name!(wasmtime_sum)]
    pub fn wasmtime_sum(count: u32) -> u32;
    #[link_name = link_name!(wasmtime_call)]
    pub fn wasmtime_call(callback: extern "C" fn());
}
"#;

/// What stands for the build script's file of names if there is none.
const NAMES_OF_C: &str = "macro_rules! link_name { ($name:ident) => { stringify!($name) } }";

/// A program that uses it, and whose own panics unwind. Like the `wasmtime` crate
/// of the same version, it has a function for debuggers; and one of the C API's.
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

/// Leaves the test out unless archives have the one format in which the build
/// script renames functions.
fn needs_elf() {
    if !cfg!(target_os = "linux") {
        leave_out(Need::Linux, "only ELF archives are renamed");
    }
}

/// Compiles the archive with some rustc, and gives the installation it is in.
fn archive(name: &str, rustc: &mut Command, options: &[&str]) -> Prefix {
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

fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Links the program with the archive in a directory, and runs it.
fn link(
    prefix: &Prefix,
    directory: &str,
    library: &str,
    options: &[&str],
) -> Result<String, String> {
    let prefix = prefix.root();
    let at = |path: &str| Path::new(&prefix).join(path);
    let names = fs::read_to_string(Path::new(directory).join("link_names.rs"));
    let names = names.unwrap_or_else(|_| NAMES_OF_C.to_owned());
    fs::write(at("binding.rs"), names + BINDING).unwrap();
    fs::write(at("program.rs"), PROGRAM).unwrap();
    compile(
        rustc()
            .args(["--crate-type", "rlib", "-L", directory, "-l", library])
            .arg("-o")
            .arg(at("libbinding.rlib"))
            .arg(at("binding.rs")),
    )?;
    compile(
        rustc()
            .args(options)
            .args(["-L", directory, "-L", &prefix, "--extern", "binding", "-o"])
            .arg(at("program"))
            .arg(at("program.rs")),
    )?;
    let output = Command::new(at("program")).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// What the build script has linked, and from which directory.
fn instructed(prefix: &Prefix) -> (String, String) {
    let output = Script::new(&["static"])
        .native()
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(output.mode(), "static");
    let directory = output.directories()[0].strip_prefix("native=").unwrap();
    (directory.to_owned(), output.libraries()[0].to_owned())
}

/// Links programs that are optimised at link time, in either way, or not.
fn links_after_renaming(prefix: &Prefix) {
    let (directory, library) = instructed(prefix);
    assert_ne!(directory, prefix.path("lib"));
    for options in [&[][..], &["-O", "-Clto=thin"], &["-O", "-Clto=fat"]] {
        assert_eq!(
            link(prefix, &directory, &library, options).as_deref(),
            Ok("10 0"),
            "{options:?}"
        );
    }
}

/// Does the same with an archive that can't be linked as it is.
fn links_only_after_renaming(prefix: &Prefix) {
    let (_, library) = instructed(prefix);
    let refusal = link(prefix, &prefix.path("lib"), &library, &[]).unwrap_err();
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
    let error = Script::new(&["static"])
        .native()
        .set("WASMTIME_DIR", &prefix.root())
        .run()
        .error();
    assert!(error.contains("is of version 47.0.1;"), "{error}");
}

/// An assembler may write the two as one text, of which only the whole could change.
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

    let (directory, _) = instructed(&prefix);
    let names = fs::read_to_string(Path::new(&directory).join("link_names.rs")).unwrap();
    assert!(names.contains(r#"(wasmtime_call) => { "Wasmtime_call" }"#));
    assert!(!names.contains("(wasmtime_sum)"), "{names}");
    let archive = fs::read(Path::new(&directory).join("libwasmtime.a")).unwrap();
    let has = |name: &[u8]| archive.windows(name.len()).any(|part| part == name);
    assert!(has(b"my_wasmtime_sum") && !has(b"my_Wasmtime_sum"));
}

crate::tests![
    an_archive_of_the_same_compiler_is_linked,
    an_archive_that_was_optimised_at_link_time_is_linked,
    an_archive_that_aborts_on_panic_leaves_the_programs_panics_alone,
    an_archive_of_another_compiler_is_linked,
    an_archive_of_another_major_is_an_error,
    a_function_whose_name_ends_anothers_keeps_its_name,
];
