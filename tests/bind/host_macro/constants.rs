//! Constants, which are globals.

use crate::run;
use libwasmtime::{Engine, Linker, Result, Store};

struct Limits;

#[libwasmtime::host(module = "limits", rename_all = "kebab-case")]
impl Limits {
    /// The most lines.
    const MAX_LINES: i32 = 7;

    #[host(name = "factor")]
    const FACTOR: i64 = 1 << 33;

    #[host(skip)]
    const NAME: &str = "limits";

    #[cfg(any())]
    const OF_ANOTHER_PLATFORM: Missing = Missing;

    fn name_len() -> u32 {
        u32::try_from(Self::NAME.len()).unwrap_or(u32::MAX)
    }
}

#[test]
fn constants_are_globals() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<Limits>()?;
    let mut store = Store::new(&engine, ());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "limits" "max-lines" (global $max_lines i32))
            (import "limits" "factor" (global $factor i64))
            (import "limits" "name-len" (func $len (result i32)))
            (func (export "run") (result i32)
                (i32.add
                    (i32.add (global.get $max_lines) (call $len))
                    (i32.wrap_i64 (i64.shr_u (global.get $factor) (i64.const 30))))))"#,
    )?;
    assert_eq!(result, 7 + 6 + 8);
    Ok(())
}
