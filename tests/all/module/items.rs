//! All kinds of imports and exports of modules.

use libwasmtime::{
    Config, Engine, ExternType, Module, Mutability, RefType, Result, ValType, wat2wasm,
};

#[test]
fn imports_and_exports_are_listed_in_order() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "b" "func" (func (param i32 f64) (result i64)))
            (import "a" "memory" (memory 1 2))
            (import "a" "" (global (mut f32)))
            (import "b" "func" (table 3 4 funcref))
            (import "é" "global" (global v128))
            (func (export "z") (param externref))
            (memory (export "m") 5)
            (global (export "y") i32 (i32.const 0))
            (table (export "") 1 externref)
            (export "again" (memory 0)))"#,
    )?;
    let imports = module.imports();
    assert_eq!(imports.len(), 5);
    let names: Vec<_> = imports
        .map(|import| (import.module(), import.name()))
        .collect();
    assert_eq!(
        names,
        [
            ("b", "func"),
            ("a", "memory"),
            ("a", ""),
            ("b", "func"),
            ("é", "global")
        ]
    );
    let types: Vec<_> = module.imports().map(|import| import.ty()).collect();
    let ExternType::Func(func) = &types[0] else {
        panic!("{types:?}")
    };
    assert_eq!(
        func.to_string(),
        "(type (func (param i32 f64) (result i64)))"
    );
    let memory = types[1].unwrap_memory();
    assert_eq!((memory.minimum(), memory.maximum()), (1, Some(2)));
    let global = types[2].unwrap_global();
    assert!(matches!(global.content(), ValType::F32));
    assert_eq!(global.mutability(), Mutability::Var);
    let table = types[3].unwrap_table();
    assert_eq!((table.minimum(), table.maximum()), (3, Some(4)));
    assert!(RefType::eq(table.element(), &RefType::FUNCREF));
    assert!(types[4].unwrap_global().content().is_v128());

    let exports = module.exports();
    assert_eq!(exports.len(), 5);
    let names: Vec<_> = exports.map(|export| export.name()).collect();
    assert_eq!(names, ["z", "m", "y", "", "again"]);
    assert_eq!(module.get_export("m").unwrap().unwrap_memory().minimum(), 5);
    assert_eq!(
        module
            .get_export("again")
            .unwrap()
            .unwrap_memory()
            .minimum(),
        1
    );
    let table = module.get_export("").unwrap();
    assert!(RefType::eq(
        table.unwrap_table().element(),
        &RefType::EXTERNREF
    ));
    assert!(module.get_export("nothing").is_none());
    assert!(module.get_export_index("nothing").is_none());
    assert!(module.get_export_index("y").is_some());
    Ok(())
}

/// Modules with everything that is read from a binary.
const INTRICATE: &[&str] = &[
    "(module $name (memory i64 1) (table i64 3 0x1_0000_0000 externref))",
    r#"(module $m
        (type $t (func (param i32)))
        (import "a" "f" (func (type $t)))
        (import "a" "t" (table $imported i64 1 0x1_0000_0000_0000 funcref))
        (import "a" "u" (table 2 (ref null $t)))
        (import "a" "m" (memory i64 1 0x1_0000))
        (import "a" "g" (global $g (mut (ref null $t))))
        (import "a" "e" (tag (param i64)))
        (import "a" "h" (global $fun (ref $t)))
        (table $a i64 5 (ref $t) (ref.func 0))
        (table $b 1 2 (ref null func) (ref.null func))
        (table $c i64 0 9 (ref $t) (global.get $fun))
        (table $d 4 (ref null i31) (ref.i31 (i32.add (i32.const 1) (i32.const 2))))
        (export "a" (table $a))
        (export "g" (global $g))
        (export "imported" (table $imported))
        (export "c" (table $c))
        (export "d" (table $d))
        (export "f" (func 0))
        (data (memory 0) (offset (i64.const 0)) "some data"))"#,
];

#[test]
fn a_module_cut_short_is_an_error_and_nothing_worse() -> Result<()> {
    let mut config = Config::new();
    config
        .wasm_memory64(true)
        .wasm_gc(true)
        .wasm_function_references(true)
        .wasm_exceptions(true);
    let engine = Engine::new(&config)?;
    for text in INTRICATE {
        let binary = wat2wasm(text)?;
        let whole = Module::new(&engine, &binary)?;
        let shown = |module: &Module| {
            let imports: Vec<_> = module.imports().collect();
            let exports: Vec<_> = module.exports().collect();
            format!("{:?} {imports:?} {exports:?}", module.name())
        };
        let all = shown(&whole);
        for len in 0..binary.len() {
            // Most are invalid; one that ends with a section may be valid.
            if let Ok(module) = Module::new(&engine, &binary[..len]) {
                shown(&module);
            }
        }
        // One byte changed, of each.
        for place in 8..binary.len() {
            let mut changed = binary.to_vec();
            for value in [0x00, 0x01, 0x7f, 0x80, 0xff, changed[place] ^ 0x04] {
                changed[place] = value;
                if let Ok(module) = Module::new(&engine, &changed) {
                    shown(&module);
                }
            }
        }
        assert_eq!(shown(&Module::new(&engine, &binary)?), all);
    }
    Ok(())
}

#[test]
fn limits_of_tables_are_those_of_the_module() -> Result<()> {
    let mut config = Config::new();
    config
        .wasm_memory64(true)
        .wasm_gc(true)
        .wasm_function_references(true)
        .wasm_exceptions(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, INTRICATE[1])?;
    let import = |name| {
        module
            .imports()
            .find(|import| import.name() == name)
            .expect("the module has this import")
            .ty()
    };
    let limits = |ty: ExternType| {
        let table = ty.unwrap_table();
        (table.is_64(), table.minimum(), table.maximum())
    };
    assert_eq!(limits(import("t")), (true, 1, Some(1 << 48)));
    assert_eq!(limits(import("u")), (false, 2, None));
    let export = |name| module.get_export(name).expect("the module has this export");
    assert_eq!(limits(export("imported")), (true, 1, Some(1 << 48)));
    assert_eq!(limits(export("a")), (true, 5, None));
    assert_eq!(limits(export("c")), (true, 0, Some(9)));
    assert_eq!(limits(export("d")), (false, 4, None));
    assert!(import("e").tag().is_some());
    let memory = import("m");
    let memory = memory.unwrap_memory();
    assert_eq!(
        (memory.is_64(), memory.minimum(), memory.maximum()),
        (true, 1, Some(0x1_0000))
    );
    Ok(())
}
