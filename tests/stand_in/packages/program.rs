//! A program with the patch. It calls the dependent, and uses items that only libwasmtime
//! has.

use dependent::{Plugin, Refused};
use wasmtime::Trap;

fn main() -> wasmtime::Result<()> {
    wasmtime::load()?;

    let mut plugin = Plugin::new()?;
    assert_eq!(plugin.greet("you")?, (3, vec!["you".to_owned()]));
    assert_eq!(plugin.check(21)?, 42);
    let error = plugin.check(-1).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(-1)));
    assert_eq!(plugin.grow()?, -1);
    assert_eq!(
        plugin.same("a value of the host's")?,
        "a value of the host's"
    );
    assert_eq!(plugin.trap("loop")?, Trap::OutOfFuel);
    assert_eq!(plugin.trap("trap")?, Trap::UnreachableCodeReached);
    assert_eq!(dependent::table()?, 42);
    assert_eq!(
        dependent::precompiled()?,
        ["m: memory, true", "f: 1 parameter"]
    );

    println!("{}", wasmtime::loaded().unwrap());
    Ok(())
}
