//! `cargo xtask install --no-backtrace`: a static archive without the code that prints
//! backtraces of libwasmtime's own panics (see `vendor/src/no_backtrace.rs`), and without the
//! unwind tables with which others walk through libwasmtime.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::platform;

/// The `cfg` that the archive is compiled with.
pub const CFG: &str = "libwasmtime_no_backtrace";

/// The name of the function that walks the stack, in object files and in the index of an
/// archive.
const NAME: &[u8] = b"_Unwind_Backtrace\0";

/// Its name in an archive without backtraces, of the same length, so that nothing moves.
const STAND_IN: &[u8; NAME.len()] = b"libwasmtime_trace\0";

/// # Errors
///
/// Returns an error if this system's archives have another format, or if a tool is missing.
pub fn check_platform() -> Result<()> {
    ensure!(
        platform::has_elf_files(),
        "`--no-backtrace` is for ELF archives, which this system doesn't have"
    );
    objcopy(["--version".as_ref()])
}

/// Renames the function that walks no stack in an archive that was compiled with [`CFG`],
/// and all references to it there. A program that is linked with the archive has the real
/// one.
///
/// # Errors
///
/// Returns an error if there is no such function.
pub fn keep_to_itself(archive: &mut [u8]) -> Result<()> {
    let places: Vec<usize> = archive
        .windows(NAME.len())
        .enumerate()
        .filter_map(|(place, bytes)| (bytes == NAME).then_some(place))
        .collect();
    ensure!(
        !places.is_empty(),
        "the archive that cargo built has no `_Unwind_Backtrace` to rename"
    );
    for place in places {
        archive[place..][..NAME.len()].copy_from_slice(STAND_IN);
    }
    Ok(())
}

/// Removes the unwind tables from the files of an archive that aborts on a panic, and so
/// doesn't need them.
///
/// The compiler has an option against them, but generates them nevertheless if it optimises
/// the archive together with its copy of the standard library.
///
/// # Errors
///
/// Returns an error if the archive can't be changed.
pub fn drop_unwind_tables(archive: &Path) -> Result<()> {
    objcopy(["--remove-section=.eh_frame".as_ref(), archive.as_os_str()])
}

/// Runs `objcopy`, or the program that the variable `OBJCOPY` names.
fn objcopy<const N: usize>(arguments: [&OsStr; N]) -> Result<()> {
    let program = env::var_os("OBJCOPY").unwrap_or_else(|| OsString::from("objcopy"));
    let output = Command::new(&program).args(arguments).output();
    let output = output.with_context(|| {
        format!(
            "`--no-backtrace` needs `{}` of the binutils, which can't be run; \
             the variable OBJCOPY may name another",
            program.display()
        )
    })?;
    ensure!(
        output.status.success(),
        "`{} {}` failed: {}",
        program.display(),
        arguments.join(OsStr::new(" ")).display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;
    use std::process::Output;

    /// A substitute for libwasmtime.
    const LIBRARY: &str = r#"
        #[cfg(libwasmtime_no_backtrace)]
        #[path = "SOURCE"]
        mod no_backtrace;

        #[unsafe(no_mangle)]
        pub extern "C" fn panics() {
            panic!("a panic of the library's own");
        }
    "#;

    /// A program that walks its own stack before the library panics.
    const PROGRAM: &str = r#"
        #include <stdio.h>
        #include <unwind.h>

        void panics(void);

        static _Unwind_Reason_Code count(struct _Unwind_Context *frame, void *frames) {
            ++*(int *)frames;
            return _URC_NO_REASON;
        }

        int main(void) {
            int frames = 0;
            _Unwind_Backtrace(count, &frames);
            puts(frames > 0 ? "a stack" : "no stack");
            fflush(stdout);
            panics();
        }
    "#;

    fn succeed(command: &mut Command) -> Output {
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// Returns a program with an archive as `install` builds it, with a cfg.
    fn program(directory: &Path, cfg: &str) -> PathBuf {
        let at = |name: &str| directory.join(name);
        fs::create_dir_all(directory).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vendor/src/no_backtrace.rs");
        let library = LIBRARY.replace("SOURCE", source.to_str().unwrap());
        fs::write(at("library.rs"), library).unwrap();
        fs::write(at("program.c"), PROGRAM).unwrap();
        succeed(
            Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
                .args(["--edition", "2024", "--crate-type", "staticlib"])
                .args(["-Copt-level=s", "-Clto=fat", "-Cpanic=abort", "--cfg", cfg])
                .arg("-o")
                .args([at("liblibrary.a"), at("library.rs")]),
        );
        if cfg == CFG {
            let mut archive = fs::read(at("liblibrary.a")).unwrap();
            keep_to_itself(&mut archive).unwrap();
            fs::write(at("liblibrary.a"), archive).unwrap();
            drop_unwind_tables(&at("liblibrary.a")).unwrap();
        }
        succeed(
            Command::new("cc")
                .args(["-Wl,--gc-sections", "-o"])
                .args([at("program"), at("program.c"), at("liblibrary.a")])
                .args(platform::libraries_of_the_static_archive().split(' ')),
        );
        at("program")
    }

    #[test]
    #[cfg_attr(
        any(windows, target_os = "macos"),
        ignore = "only ELF archives are made so"
    )]
    fn a_panic_has_its_message_alone_and_the_program_its_stack() {
        check_platform().unwrap();
        let directory = std::env::temp_dir().join(format!("libwasmtime-{}", std::process::id()));
        let whole = program(&directory.join("whole"), "whole");
        let smaller = program(&directory.join("smaller"), CFG);

        for (program, has_frames) in [(&whole, true), (&smaller, false)] {
            let output = Command::new(program)
                .env("RUST_BACKTRACE", "1")
                .output()
                .unwrap();
            let (told, error) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            assert!(!output.status.success());
            assert_eq!(told, "a stack\n");
            assert!(error.contains("a panic of the library's own"), "{error}");
            assert_eq!(error.contains("rust_begin_unwind"), has_frames, "{error}");
        }
        let has_tables = |program: &Path| {
            let archive = fs::read(program.with_file_name("liblibrary.a")).unwrap();
            archive.windows(9).any(|bytes| bytes == b".eh_frame")
        };
        assert!(has_tables(&whole) && !has_tables(&smaller));
        let size = |program| fs::metadata(program).unwrap().len();
        let (whole, smaller) = (size(&whole), size(&smaller));
        assert!(smaller * 2 < whole, "{smaller} of {whole} bytes");
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn an_archive_that_was_not_compiled_so_is_refused() {
        let error = keep_to_itself(&mut b"!<arch>\n".to_vec()).unwrap_err();
        assert!(error.to_string().contains("_Unwind_Backtrace"), "{error}");
    }
}
