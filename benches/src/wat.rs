//! The modules, in the text format.

/// Functions to call.
pub const CALL: &str = r#"(module
    (func (export "nullary"))
    (func (export "mixed") (param i32 i64) (result f32)
        (f32.convert_i32_s (local.get 0))))"#;

/// Calls the functions of the host as often as its argument says.
pub const HOST: &str = r#"(module
    (import "host" "nullary" (func $nullary))
    (import "host" "mixed" (func $mixed (param i32 i64) (result f32)))
    (func (export "nullary") (param $left i32)
        (loop $again
            (call $nullary)
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (local.get $left))))
    (func (export "mixed") (param $left i32)
        (loop $again
            (drop (call $mixed (local.get $left) (i64.const 7)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (local.get $left)))))"#;

/// A small instance with an item of each kind.
pub const INSTANTIATE: &str = r#"(module
    (import "host" "f" (func $f))
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (table 10 funcref)
    (elem (i32.const 0) $f $g)
    (global (mut i32) (i32.const 1))
    (func $g (export "g") (call $f)))"#;

/// The same with a start function.
pub const START: &str = r#"(module
    (import "host" "f" (func $f))
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (table 10 funcref)
    (elem (i32.const 0) $f $g)
    (global (mut i32) (i32.const 1))
    (func $g (export "g") (call $f))
    (start $g))"#;

/// A memory of a page.
pub const MEMORY: &str = r#"(module (memory (export "memory") 1))"#;

/// Returns its argument, a reference, or does nothing with it.
pub const REFERENCE: &str = r#"(module
    (func (export "identity") (param externref) (result externref) (local.get 0))
    (func (export "take") (param externref)))"#;

/// Traps.
pub const FAILURE: &str = r#"(module
    (import "host" "fail" (func $fail))
    (func $inner unreachable)
    (func (export "trap") (call $inner))
    (func (export "host_error") (call $fail)))"#;

/// A module that calls a function of a counter as often as its argument says.
macro_rules! counter {
    ($import:literal, $args:literal) => {
        concat!(
            "(module",
            $import,
            r#"
                (memory (export "memory") 1)
                (data (i32.const 1024)
                    "a text of sixteen bytes at first, and of sixty-four by its end..")
                (elem declare func $identity)
                (func $identity (param i32) (result i32) (local.get 0))
                (func (export "run") (param $object externref) (param $left i32)
                    (loop $again
                        (drop (call $f"#,
            $args,
            r#"))
                        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                        (br_if $again (local.get $left)))))"#
        )
    };
}

/// Passes a number.
pub const ADD: &str = counter!(
    r#"(import "counter" "add" (func $f (param i32) (result i64)))"#,
    "(local.get $left)"
);

/// Passes 64 bytes of its memory.
pub const ADD_BYTES: &str = counter!(
    r#"(import "counter" "add_bytes" (func $f (param i32 i32) (result i64)))"#,
    "(i32.const 1024) (i32.const 64)"
);

/// Passes a text of 64 bytes.
pub const ADD_TEXT: &str = counter!(
    r#"(import "counter" "add_text" (func $f (param i32 i32) (result i64)))"#,
    "(i32.const 1024) (i32.const 64)"
);

/// Passes an object and a number.
pub const ADD_TO_OBJECT: &str = counter!(
    r#"(import "counter" "add" (func $f (param externref i32) (result i64)))"#,
    "(local.get $object) (local.get $left)"
);

/// Passes a function, which is called once.
pub const APPLY: &str = counter!(
    r#"(import "counter" "apply" (func $f (param funcref i32) (result i32)))"#,
    "(ref.func $identity) (local.get $left)"
);

/// A component with functions to call. What it gets, it copies to one address.
pub const COMPONENT: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "nullary"))
        (func (export "mixed") (param i32 f64 i32 i32) (result f64) (local.get 1))
        (func (export "echo") (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.const 16))
        (func (export "length") (param i32 i32) (result i32) (local.get 1)))
    (core instance $i (instantiate $m))
    (alias core export $i "memory" (core memory $memory))
    (alias core export $i "realloc" (core func $realloc))
    (type $pair (record (field "id" u32) (field "value" f64)))
    (export $pair' "pair" (type $pair))
    (func (export "nullary") (canon lift (core func $i "nullary")))
    (func (export "mixed")
        (param "a" u32) (param "b" f64) (param "c" bool) (param "d" char) (result f64)
        (canon lift (core func $i "mixed")))
    (func (export "echo") (param "x" string) (result string)
        (canon lift (core func $i "echo") (memory $memory) (realloc $realloc)))
    (func (export "length") (param "x" (list u8)) (result u32)
        (canon lift (core func $i "length") (memory $memory) (realloc $realloc)))
    (func (export "pairs") (param "x" (list $pair')) (result (list $pair'))
        (canon lift (core func $i "echo") (memory $memory) (realloc $realloc))))"#;

/// A component that calls the functions of the host as often as its argument says.
pub const COMPONENT_HOST: &str = r#"(component
    (import "counter" (type $counter (sub resource)))
    (import "mixed" (func $mixed (param "a" u32) (param "b" u64) (result f32)))
    (import "echo" (func $echo (param "x" string) (result string)))
    (import "make" (func $make (result (own $counter))))
    (import "add" (func $add (param "counter" (borrow $counter)) (param "n" u32) (result u32)))
    (core module $memory
        (memory (export "memory") 1)
        (data (i32.const 64) "a text of twenty byte")
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $memory (instantiate $memory))
    (alias core export $memory "memory" (core memory $memory))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $mixed (canon lower (func $mixed)))
    (core func $echo (canon lower (func $echo) (memory $memory) (realloc $realloc)))
    (core func $make (canon lower (func $make)))
    (core func $add (canon lower (func $add)))
    (core func $drop (canon resource.drop $counter))
    (core module $m
        (import "" "mixed" (func $mixed (param i32 i64) (result f32)))
        (import "" "echo" (func $echo (param i32 i32 i32)))
        (import "" "make" (func $make (result i32)))
        (import "" "add" (func $add (param i32 i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "mixed") (param $left i32)
            (loop $again
                (drop (call $mixed (local.get $left) (i64.const 7)))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $again (local.get $left))))
        (func (export "echo") (param $left i32)
            (loop $again
                (call $echo (i32.const 64) (i32.const 21) (i32.const 16))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $again (local.get $left))))
        (func (export "resource") (param $left i32) (local $counter i32)
            (loop $again
                (local.set $counter (call $make))
                (drop (call $add (local.get $counter) (i32.const 1)))
                (call $drop (local.get $counter))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $again (local.get $left)))))
    (core instance $i (instantiate $m (with "" (instance
        (export "mixed" (func $mixed))
        (export "echo" (func $echo))
        (export "make" (func $make))
        (export "add" (func $add))
        (export "drop" (func $drop))))))
    (func (export "mixed") (param "left" u32) (canon lift (core func $i "mixed")))
    (func (export "echo") (param "left" u32) (canon lift (core func $i "echo")))
    (func (export "resource") (param "left" u32) (canon lift (core func $i "resource"))))"#;

/// The number of functions that [`many_imports`] imports.
pub const IMPORTS: usize = 1000;

/// Returns a module that imports many functions with one parameter, an `i32`.
pub fn many_imports() -> String {
    let imports: String = names()
        .map(|name| format!(r#"(import "host" "{name}" (func (param i32) (result i32)))"#))
        .collect();
    format!("(module {imports})")
}

/// Returns the names of the functions that [`many_imports`] imports.
pub fn names() -> impl Iterator<Item = String> {
    (0..IMPORTS).map(|i| format!("function_{i}"))
}
