;; A linker makes a new instance of it for each call.
(module $command
  (import "host" "number" (func $number (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $number (i32.const 1))))
  (func (export "number") (param i32) (result i32)
    (call $number (local.get 0))))
