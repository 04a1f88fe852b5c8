;; Splits a text into words, and hands each to the host.
(module
  (import "host" "word" (func $word (param $start i32) (param $len i32)))
  (memory (export "memory") 1)

  ;; The text is the first `len` bytes of the memory; it has no control
  ;; characters. Returns how many words there were.
  (func (export "split") (param $len i32) (result i32)
    (local $at i32)
    (local $start i32)
    (local $byte i32)
    (local $words i32)
    (loop $next
      ;; Behind the text it is as if there were one more space.
      (local.set $byte (i32.const 32))
      (if (i32.lt_u (local.get $at) (local.get $len))
        (then (local.set $byte (i32.load8_u (local.get $at)))))
      (if (i32.lt_u (local.get $byte) (i32.const 32))
        (then unreachable))
      (if (i32.eq (local.get $byte) (i32.const 32))
        (then
          (if (i32.gt_u (local.get $at) (local.get $start))
            (then
              (call $word
                (local.get $start)
                (i32.sub (local.get $at) (local.get $start)))
              (local.set $words (i32.add (local.get $words) (i32.const 1)))))
          (local.set $start (i32.add (local.get $at) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.le_u (local.get $at) (local.get $len))))
    (local.get $words)))
