;; A plugin that returns its input in capital letters. It needs nothing but the log.
(component
  (import "log" (func $log (param "message" string)))

  ;; The input is put behind the first KiB, and the output in its place. Both stay there until the
  ;; plugin runs the next time.
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $missing i32)
      ;; In pages of 64 KiB.
      (local.set $missing
        (i32.sub
          (i32.shr_u (i32.add (local.get $size) (i32.const 66559)) (i32.const 16))
          (memory.size)))
      (if (i32.gt_s (local.get $missing) (i32.const 0))
        (then
          (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
            (then (unreachable)))))
      (i32.const 1024)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $memory))
  (alias core export $memory "realloc" (core func $realloc))

  (core func $log (canon lower (func $log) (memory $memory)))

  ;; Results are at address 16: of `name` an address and a length; of `run` 0 for success or 1 for
  ;; an error, and then an address and a length.
  (core module $plugin
    (import "memory" "memory" (memory 1))
    (import "host" "log" (func $log (param i32 i32)))
    (data (i32.const 64) "shout")
    (data (i32.const 96) "there is nothing to shout")
    (data (i32.const 128) "shouting")

    (func (export "name") (result i32)
      (i32.store offset=0 (i32.const 16) (i32.const 64))
      (i32.store offset=4 (i32.const 16) (i32.const 5))
      (i32.const 16))

    (func (export "run") (param $input i32) (param $length i32) (result i32)
      (if (i32.eqz (local.get $length))
        (then
          (i32.store offset=0 (i32.const 16) (i32.const 1))
          (i32.store offset=4 (i32.const 16) (i32.const 96))
          (i32.store offset=8 (i32.const 16) (i32.const 25))
          (return (i32.const 16))))
      (call $log (i32.const 128) (i32.const 8))
      (call $capitalize (local.get $input) (i32.add (local.get $input) (local.get $length)))
      (i32.store offset=0 (i32.const 16) (i32.const 0))
      (i32.store offset=4 (i32.const 16) (local.get $input))
      (i32.store offset=8 (i32.const 16) (local.get $length))
      (i32.const 16))

    ;; Replaces the letters from a to z between two addresses.
    (func $capitalize (param $at i32) (param $end i32)
      (local $letter i32)
      (loop $next
        (local.set $letter (i32.load8_u (local.get $at)))
        (if (i32.lt_u (i32.sub (local.get $letter) (i32.const 97)) (i32.const 26))
          (then
            (i32.store8 (local.get $at) (i32.sub (local.get $letter) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end))))))
  (core instance $plugin (instantiate $plugin
    (with "memory" (instance $memory))
    (with "host" (instance (export "log" (func $log))))))

  (func (export "name") (result string)
    (canon lift (core func $plugin "name") (memory $memory)))
  (func (export "run") (param "input" string) (result (result string (error string)))
    (canon lift (core func $plugin "run") (memory $memory) (realloc $realloc))))
