//! Invalid DWARF in modules.

use crate::alone;
use libwasmtime::*;

/// A unit without children: its line table, and its addresses.
const ABBREV: &[u8] = &[1, 0x11, 0, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, 0];

/// Returns the unit.
fn info() -> Vec<u8> {
    let mut info = vec![20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
    info.extend(2u32.to_le_bytes());
    info.extend(6u32.to_le_bytes());
    info
}

/// The offset of `line_range` in the table.
const LINE_RANGE: usize = 14;

/// Returns a table with one file and one line.
fn line() -> Vec<u8> {
    let mut line = vec![42, 0, 0, 0, 4, 0, 25, 0, 0, 0, 1, 1, 1, 0xfb, 14, 13];
    line.extend([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);
    line.extend([0, b'a', 0, 0, 0, 0, 0]);
    line.extend([0, 5, 2, 4, 0, 0, 0, 1, 0, 1, 1]);
    line
}

/// Returns a module with custom sections.
fn module(sections: &[(&str, &[u8])]) -> String {
    let mut wat = "(module (func (export \"f\") (result i32) (i32.const 42))".to_owned();
    for (name, bytes) in sections {
        let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        wat += &format!("(@custom \"{name}\" \"{bytes}\")");
    }
    wat + ")"
}

#[test]
fn line_tables() {
    alone("dwarf::line_tables", || {
        let engine = Engine::new(Config::new().debug_info(true)).unwrap();
        let (info, line) = (info(), line());
        let compile = |engine: &Engine, line: &[u8]| {
            let sections = [
                (".debug_abbrev", ABBREV),
                (".debug_info", &info[..]),
                (".debug_line", line),
            ];
            Module::new(engine, module(&sections)).map(drop)
        };
        compile(&engine, &line).unwrap();
        let mut refused = 0;
        for at in 0..line.len() {
            for value in [0, 1, 2, 3, 4, 5, 6, 100, 127, 128, 132, 133, 200, 251, 255] {
                let mut wrong = line.clone();
                wrong[at] = value;
                println!("{at}: {value}");
                let outcome = compile(&engine, &wrong);
                refused += usize::from(outcome.is_err());
                // It isn't read then.
                compile(&Engine::default(), &wrong).unwrap();
            }
        }
        assert!(refused > 4, "{refused}");
        let mut wrong = line.clone();
        wrong[LINE_RANGE] = 5;
        let error = compile(&engine, &[line, wrong].concat()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("offset 46") && text.contains("`line_range` 5"),
            "{text}"
        );
        assert!(text.contains("debug_info"), "{text}");
    });
}
