;; Calls the host while it is instantiated.
(module $start
  (import "host" "number" (func $number (param i32) (result i32)))
  (start $start)
  (func $start
    (drop (call $number (i32.const 7))))
  (func (export "one") (result i32)
    (i32.const 1)))
