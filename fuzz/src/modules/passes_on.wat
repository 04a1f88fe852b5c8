;; Exports what it imports.
(module $passes_on
  (import "host" "number" (func (param i32) (result i32)))
  (import "host" "memory" (memory 1))
  (import "host" "functions" (table 1 funcref))
  (import "host" "count" (global (mut i32)))
  (export "number" (func 0))
  (export "memory" (memory 0))
  (export "functions" (table 0))
  (export "count" (global 0)))
