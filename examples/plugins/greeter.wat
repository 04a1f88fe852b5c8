;; A plugin of the example `plugins`: two commands that work and one that doesn't.
(module
    (import "editor" "register-command" (func $register (param i32 i32 funcref)))
    (import "editor" "insert" (func $insert (param i32 i32 i32)))
    (import "editor" "text" (func $text (result i32 i32)))
    (import "editor" "keep" (func $keep (param externref)))
    (import "mark" "new" (func $mark (param i32) (result externref)))
    (import "mark" "advance" (func $advance (param externref i32)))
    (import "mark" "position" (func $position (param externref) (result i32)))

    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))
    (data (i32.const 0) "a-greetb-appendc-break")
    (data (i32.const 32) ", dear")
    (data (i32.const 48) "!")
    (elem declare func $greet $append $break)

    ;; Memory for what the editor returns. This plugin never frees any.
    (func (export "alloc") (param $size i32) (result i32)
        (global.get $end)
        (global.set $end (i32.add (global.get $end) (local.get $size))))

    (func (export "init")
        (call $register (i32.const 0) (i32.const 7) (ref.func $greet))
        (call $register (i32.const 7) (i32.const 8) (ref.func $append))
        (call $register (i32.const 15) (i32.const 7) (ref.func $break)))

    ;; Inserts a word at a mark after the first one, and keeps the mark behind it.
    (func $greet (local $mark externref)
        (local.set $mark (call $mark (i32.const 5)))
        (call $insert (call $position (local.get $mark)) (i32.const 32) (i32.const 6))
        (call $advance (local.get $mark) (i32.const 6))
        (call $keep (local.get $mark)))

    ;; Appends to the text, whose length is that of the string that the editor returns.
    (func $append (local $len i32)
        (call $text)
        (local.set $len)
        (drop)
        (call $insert (local.get $len) (i32.const 48) (i32.const 1)))

    ;; Inserts where the text has no position.
    (func $break
        (call $insert (i32.const 1000) (i32.const 48) (i32.const 1))))
