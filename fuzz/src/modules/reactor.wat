;; A linker instantiates it once and initialises it.
(module $reactor
  (import "host" "number" (func $number (param i32) (result i32)))
  (global $state (export "state") (mut i32) (i32.const 0))
  (func (export "_initialize")
    (global.set $state (call $number (i32.const 1))))
  (func (export "number") (param i32) (result i32)
    (i32.add (global.get $state) (local.get 0))))
