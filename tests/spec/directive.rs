//! Runs each directive.

use crate::message::{expect_exception, expect_link_error, expect_trap};
use crate::runner::Runner;
use crate::value::expect_values;
use json_from_wast::Command;
use libwasmtime::{Result, bail, ensure};

/// Runs a directive.
///
/// # Errors
///
/// Returns an error if the directive doesn't hold.
pub fn run(runner: &mut Runner<'_>, directive: &Command<'_>) -> Result<()> {
    match directive {
        Command::Module { name, file, .. } => {
            let module = runner.compile(file)?;
            runner.instantiate(name.as_deref(), &module)
        }
        Command::ModuleDefinition { name, file, .. } => {
            let module = runner.compile(file)?;
            runner.define(name.as_deref(), module);
            Ok(())
        }
        Command::ModuleInstance {
            instance, module, ..
        } => {
            let module = runner.definition(module.as_deref())?;
            runner.instantiate(instance.as_deref(), &module)
        }
        Command::Register { name, as_, .. } => runner.register(name.as_deref(), as_),
        Command::Action { action, .. } => runner.perform(action).map(drop),

        Command::AssertReturn {
            action, expected, ..
        } => {
            let values = runner.perform(action)?;
            expect_values(runner.store(), &values, expected)
        }
        Command::AssertTrap { action, text, .. }
        | Command::AssertExhaustion { action, text, .. } => {
            expect_trap(runner.perform(action), text)
        }
        Command::AssertException { action, .. } => expect_exception(runner.perform(action)),
        Command::AssertUninstantiable { file, text, .. } => {
            let module = runner.compile(file)?;
            expect_trap(runner.instantiate(None, &module), text)
        }
        Command::AssertUnlinkable { file, text, .. } => {
            let module = runner.compile(file)?;
            expect_link_error(runner.instantiate(None, &module), text)
        }
        Command::AssertInvalid { file, text, .. } | Command::AssertMalformed { file, text, .. } => {
            ensure!(
                runner.validate(file).is_err(),
                "the module is taken for valid; expected: {text}"
            );
            Ok(())
        }

        Command::AssertInvalidCustom { .. }
        | Command::AssertMalformedCustom { .. }
        | Command::AssertSuspension { .. }
        | Command::Thread { .. }
        | Command::Wait { .. } => bail!("a directive that no group has"),
    }
}
