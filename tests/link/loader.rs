//! The directory in which the system's loader finds the library while Cargo runs the
//! program. The module `linked` has programs that Cargo runs in this way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::Cargo;
use crate::harness::{Need, leave_out};
use crate::platform::{MACOS, MINGW, MSVC};
use crate::prefix::Prefix;
use crate::script::{Output, Script};

/// Returns the one link in the directory and its target; `None` if there is no directory.
fn link(output: &Output) -> Option<(String, PathBuf)> {
    let directories = output.directories();
    let [_, directory] = directories[..] else {
        assert_eq!(directories.len(), 1, "{directories:?}");
        return None;
    };
    let directory = directory.strip_prefix("native=").unwrap();
    let mut files = fs::read_dir(directory).unwrap();
    let file = files.next().unwrap().unwrap();
    assert!(files.next().is_none(), "more than one file in {directory}");
    let name = file.file_name().into_string().unwrap();
    // It is a copy on systems without links.
    Some((name, fs::read_link(file.path()).unwrap_or(file.path())))
}

#[track_caller]
fn assert_links(output: &Output, name: &str, to: &str) {
    let (found, target) = link(output).expect("there is a link");
    assert_eq!(found, name);
    if cfg!(unix) {
        assert_eq!(target, Path::new(to));
    }
}

fn a_library_without_a_name_is_asked_for_by_the_files() {
    let prefix = Prefix::installed("loader with spaces", "libwasmtime.so");
    let output = Script::new(&["dynamic"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_links(
        &output,
        "libwasmtime.so",
        &prefix.path("lib/libwasmtime.so"),
    );
}

fn an_archive_has_none() {
    let prefix = Prefix::installed("loader_archive", "libwasmtime.a");
    let output = Script::new(&["static"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(link(&output), None);
}

/// Creates a library that contains a name. A distribution's has the version in its name,
/// and a link of that name need not be beside it.
fn named(prefix: &Prefix, name: &str) -> String {
    let file = prefix.path("lib/libwasmtime.so");
    let source = prefix.path("lib/empty.c");
    fs::write(&source, "").unwrap();
    let compiled = Command::new("cc")
        .arg(format!("-Wl,-soname,{name}"))
        .args(["-shared", "-o", &file, &source])
        .status();
    assert!(compiled.unwrap().success());
    file
}

fn a_library_is_asked_for_by_the_name_in_it() {
    if !cfg!(target_os = "linux") {
        leave_out(Need::Linux, "the compiler makes no ELF files");
    }
    let prefix = Prefix::installed("loader_soname", "libwasmtime.so");
    let file = named(&prefix, "libwasmtime.so.48");
    let output = Script::new(&["dynamic"])
        .native()
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_links(&output, "libwasmtime.so.48", &file);
}

fn the_link_is_made_anew_when_the_library_changes() {
    if !cfg!(target_os = "linux") {
        leave_out(Need::Linux, "the compiler makes no ELF files");
    }
    let prefix = Prefix::installed("loader_again", "libwasmtime.so");
    for name in ["libwasmtime.so.48", "libwasmtime.so.48.0"] {
        let file = named(&prefix, name);
        let check = Cargo::new("check")
            .set("LIBWASMTIME_LINK", "dynamic")
            .set("WASMTIME_DIR", &prefix.root())
            .run();
        check.assert_success();
        let mut texts = check.executed().split('"');
        let directory =
            texts.find_map(|text| text.strip_prefix("native=")?.strip_suffix("/loader"));
        let directory = Path::new(directory.expect("there is a directory")).join("loader");
        let links = fs::read_dir(&directory).unwrap();
        let links: Vec<_> = links.map(|link| link.unwrap().file_name()).collect();
        assert_eq!(links, [name]);
        assert_eq!(
            fs::read_link(directory.join(name)).unwrap(),
            Path::new(&file)
        );
    }
}

/// Returns a library of Apple's systems, with a command before the one that has its name.
fn dylib(install_name: &str) -> Vec<u8> {
    let mut name = install_name.as_bytes().to_vec();
    name.resize(name.len() / 8 * 8 + 8, 0);
    let mut words = vec![0xfeed_facf, 0x0100_000c, 0, 6, 2, 0, 0, 0];
    words.extend([0x1b_u32, 24, 0, 0, 0, 0]);
    words.extend([0xd, 24 + name.len() as u32, 24, 0, 0, 0]);
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    bytes.extend(name);
    bytes
}

/// Returns the same for several processors.
fn universal(dylib: &[u8]) -> Vec<u8> {
    let words = [
        0xcafe_babe_u32,
        1,
        0x0100_000c,
        0,
        28,
        dylib.len() as u32,
        0,
    ];
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
    bytes.extend(dylib);
    bytes
}

fn on_macos_it_is_asked_for_by_the_end_of_its_install_name() {
    let run = |bytes: &[u8]| {
        let prefix = Prefix::installed("loader_macos", "libwasmtime.dylib");
        let file = prefix.path("lib/libwasmtime.dylib");
        fs::write(&file, bytes).unwrap();
        (MACOS.script("dynamic", &prefix).run(), file)
    };
    let versioned = dylib("@rpath/libwasmtime.48.dylib");
    for bytes in [versioned.clone(), universal(&versioned)] {
        let (output, file) = run(&bytes);
        assert_links(&output, "libwasmtime.48.dylib", &file);
    }
    // If any part is missing, the file's own name is used.
    for length in (0..versioned.len() - 8).step_by(12) {
        let (output, file) = run(&versioned[..length]);
        assert_links(&output, "libwasmtime.dylib", &file);
    }
}

fn on_windows_it_is_the_dll_of_an_import_library() {
    for (platform, file) in [
        (&MSVC, "wasmtime.dll.lib"),
        (&MINGW, "libwasmtime.dll.a"),
        (&MINGW, "wasmtime.dll"),
    ] {
        for directory in ["lib", "bin"] {
            let dll = format!("{directory}/wasmtime.dll");
            let name = format!("loader_{directory}_{file}");
            let prefix = Prefix::installed(&name, file).file(&dll, "");
            let output = platform.script("dynamic", &prefix).run();
            let (name, _) = link(&output).expect("there is a copy");
            assert_eq!(name, "wasmtime.dll");
        }
    }
    let prefix = Prefix::installed("loader_no_dll", "wasmtime.dll.lib");
    assert_eq!(link(&MSVC.script("dynamic", &prefix).run()), None);
}

crate::tests![
    a_library_without_a_name_is_asked_for_by_the_files,
    an_archive_has_none,
    a_library_is_asked_for_by_the_name_in_it,
    the_link_is_made_anew_when_the_library_changes,
    on_macos_it_is_asked_for_by_the_end_of_its_install_name,
    on_windows_it_is_the_dll_of_an_import_library,
];
