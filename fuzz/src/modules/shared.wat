;; A memory that threads share, of the host's and of its own.
(module $shared
  (import "host" "shared" (memory 1 2 shared))
  (memory (export "own") 1 2 shared)
  (export "host's" (memory 0))
  (func (export "add") (param i32) (result i32)
    (i32.atomic.rmw.add (i32.const 0) (local.get 0)))
  (func (export "load") (param i32) (result i32)
    (i32.load (local.get 0)))
  (func (export "load own") (param i32) (result i32)
    (i32.load 1 offset=0x10000 (local.get 0)))
  (func (export "notify") (result i32)
    (memory.atomic.notify 1 (i32.const 0) (i32.const 1))))
