;; A guest that calls the host in the middle of its functions, and one that traps.
;;
;; The host may try to call the guest again meanwhile, which is an error: an instance can't be
;; entered while it runs, nor after it has trapped. And the instance can't call the host while its
;; memory is being allocated or freed for a call: `call-in-realloc` and `call-in-post-return` trap.
(component
  (import "host" (instance $host
    (export "call" (func))
    (export "echo" (func (param "text" string) (result string)))))

  (core module $allocator
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))
    ;; Strings are the only values, and have no alignment.
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (global.get $end)
      (global.set $end (i32.add (global.get $end) (local.get $size))))
    (func (export "reset") (param i32)
      (global.set $end (i32.const 1024))))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (alias core export $allocator "realloc" (core func $realloc))
  (alias core export $allocator "reset" (core func $reset))

  (core func $call (canon lower (func $host "call")))
  (core func $echo (canon lower (func $host "echo") (memory $memory) (realloc $realloc)))

  (core module $guest
    (import "host" "call" (func $call))
    (import "host" "echo" (func $echo (param i32 i32 i32)))
    (global $calls (mut i32) (i32.const 0))

    (func (export "call") (call $call))
    (func (export "echo") (param i32 i32) (result i32)
      (call $echo (local.get 0) (local.get 1) (i32.const 16))
      (i32.const 16))

    (func (export "count") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.get $calls))

    (func (export "trap") (unreachable))
    (func (export "divide") (param i32 i32) (result i32)
      (i32.div_u (local.get 0) (local.get 1)))
    (func $recurse (export "recurse") (call $recurse))
    (func (export "call-and-trap") (call $call) (unreachable))

    (func (export "length") (param i32 i32) (result i32) (local.get 1))
    (func (export "call-in-realloc") (param i32 i32 i32 i32) (result i32)
      (call $call)
      (i32.const 1024))
    (func (export "call-in-post-return") (param i32) (call $call)))
  (core instance $guest (instantiate $guest
    (with "host" (instance
      (export "call" (func $call))
      (export "echo" (func $echo))))))

  (func (export "call")
    (canon lift (core func $guest "call")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $guest "echo")
      (memory $memory) (realloc $realloc) (post-return $reset)))
  ;; The number of calls of this function.
  (func (export "count") (result u32)
    (canon lift (core func $guest "count")))

  (func (export "trap")
    (canon lift (core func $guest "trap")))
  (func (export "divide") (param "a" u32) (param "b" u32) (result u32)
    (canon lift (core func $guest "divide")))
  ;; Never ends, but for its stack.
  (func (export "recurse")
    (canon lift (core func $guest "recurse")))
  (func (export "call-and-trap")
    (canon lift (core func $guest "call-and-trap")))

  (func (export "call-in-realloc") (param "text" string) (result u32)
    (canon lift (core func $guest "length")
      (memory $memory) (realloc (core func $guest "call-in-realloc"))))
  (func (export "call-in-post-return") (result u32)
    (canon lift (core func $guest "count")
      (post-return (core func $guest "call-in-post-return")))))
