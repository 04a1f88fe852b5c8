//! The C compiler.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The system libraries that an archive of libwasmtime needs.
const NATIVE: &[&str] = if cfg!(target_vendor = "apple") {
    &["-framework", "CoreFoundation"]
} else if cfg!(unix) {
    &["-lpthread", "-ldl", "-lm"]
} else {
    &[]
};

/// A C compiler for the machine that this test was built for.
pub struct Compiler {
    program: String,
    arguments: Vec<String>,
}

impl Compiler {
    /// Returns the first of `$CC`, `cc`, `gcc` and `clang` that works.
    ///
    /// # Panics
    ///
    /// Panics if none does: then nothing would be proven.
    pub fn find() -> Compiler {
        let own = env::var("CC").ok();
        own.iter()
            .map(String::as_str)
            .chain(["cc", "gcc", "clang"])
            .filter_map(|command| {
                let mut words = command.split_whitespace().map(str::to_owned);
                Some(Compiler {
                    program: words.next()?,
                    arguments: words.collect(),
                })
            })
            .find(Compiler::works)
            .expect("a C compiler for this machine: cc, gcc, clang, or what CC says")
    }

    /// Reports whether it runs and compiles for this machine; for another machine, every
    /// size would differ.
    fn works(&self) -> bool {
        let code = format!(
            "_Static_assert(sizeof(void *) == {}, \"size of a pointer\");\n",
            size_of::<*const u8>()
        );
        let file = write(
            &format!("works-{}", self.program.replace(['/', '\\', ':'], "_")),
            &code,
        );
        self.command()
            .arg("-fsyntax-only")
            .arg(file)
            .output()
            .is_ok_and(|output| output.status.success())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("-std=c11");
        // Otherwise these say `dllimport` on Windows, which a declaration that
        // doesn't repeat it conflicts with.
        command.args(["-DWASM_API_EXTERN=", "-DWASI_API_EXTERN="]);
        command
    }

    /// Looks for headers in these directories first.
    fn including(&self, directories: &[&Path]) -> Command {
        let mut command = self.command();
        for directory in directories {
            command.arg("-I").arg(directory);
        }
        command
    }

    fn run(&self, command: &mut Command) -> Output {
        command
            .output()
            .unwrap_or_else(|error| panic!("can't run {}: {error}", self.program))
    }

    /// Returns the output of the preprocessor, which leaves macro definitions in. `name` is
    /// one that no other thread uses.
    pub fn preprocess(&self, include: &[&Path], name: &str, code: &str) -> String {
        let mut command = self.including(include);
        command.args(["-E", "-dD"]).arg(write(name, code));
        let output = self.run(&mut command);
        assert!(
            output.status.success(),
            "the C preprocessor refuses the headers:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("the headers are UTF-8")
    }

    /// Compiles `code`, which is written to a file named after `name`.
    ///
    /// # Errors
    ///
    /// Returns the compiler's messages.
    pub fn check(&self, include: &[&Path], name: &str, code: &str) -> Result<(), String> {
        let mut command = self.including(include);
        // A contradiction between declarations is an error; warnings concern style.
        command.args(["-fsyntax-only", "-w"]);
        refusal(self.run(command.arg(write(name, code))))
    }

    /// Links a program of the one file `code` with `library`.
    ///
    /// # Errors
    ///
    /// Returns the linker's messages.
    pub fn link(&self, library: &Path, code: &str) -> Result<(), String> {
        let file = write("link", code);
        let program = file.with_extension("out");
        let mut command = self.command();
        command.arg(file).arg(library).args(NATIVE);
        command.arg("-o").arg(program);
        refusal(self.run(&mut command))
    }
}

fn refusal(output: Output) -> Result<(), String> {
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Writes a C file into the test's directory, where it stays for inspection.
fn write(name: &str, text: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("abi");
    let file = directory.join(format!("{name}.c"));
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&file, text))
        .unwrap_or_else(|error| panic!("can't write {}: {error}", file.display()));
    file
}
