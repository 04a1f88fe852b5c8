;; Strings in each of the three encodings that a guest may have in its memory.
;;
;; For each encoding the component exports three functions: `echo-…` returns its parameter,
;; `host-echo-…` returns what the imported function returns for it, and `length-…` returns the
;; number of code units that the guest got. In `latin1+utf16`, that number has its highest bit set
;; if the string is UTF-16.
(component
  (import "host" (instance $host
    (export "echo" (func (param "text" string) (result string)))))

  ;; Hands out one piece of memory after the other, behind the first KiB. A function whose call is
  ;; over needs none of them any more, so `reset` takes all back.
  (core module $allocator
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))

    (func (export "realloc")
      (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
      (result i32)
      (local $new i32)
      (if (i32.le_u (local.get $size) (local.get $old-size))
        (then (return (local.get $old))))
      ;; The next address that is a multiple of the alignment.
      (local.set $new
        (i32.and
          (i32.add (global.get $end) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.set $end (i32.add (local.get $new) (local.get $size)))
      (if (i32.lt_u (global.get $end) (local.get $new))
        (then (unreachable)))
      (block $enough
        (br_if $enough
          (i64.le_u
            (i64.extend_i32_u (global.get $end))
            (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))))
        (br_if $enough
          (i32.ne
            (memory.grow
              (i32.sub
                (i32.add (i32.shr_u (global.get $end) (i32.const 16)) (i32.const 1))
                (memory.size)))
            (i32.const -1)))
        (unreachable))
      (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
      (local.get $new))

    (func (export "reset") (param i32)
      (global.set $end (i32.const 1024))))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (alias core export $allocator "realloc" (core func $realloc))
  (alias core export $allocator "reset" (core func $reset))

  ;; The imported function, which writes the address and the length of its result to an address.
  (core func $echo-utf8 (canon lower (func $host "echo")
    string-encoding=utf8 (memory $memory) (realloc $realloc)))
  (core func $echo-utf16 (canon lower (func $host "echo")
    string-encoding=utf16 (memory $memory) (realloc $realloc)))
  (core func $echo-latin1-utf16 (canon lower (func $host "echo")
    string-encoding=latin1+utf16 (memory $memory) (realloc $realloc)))

  ;; A string is an address and a number of code units, whatever the encoding is. As a result, both
  ;; are at an address, which is 16 here.
  (core module $guest
    (import "allocator" "memory" (memory 1))
    (import "host" "utf8" (func $echo-utf8 (param i32 i32 i32)))
    (import "host" "utf16" (func $echo-utf16 (param i32 i32 i32)))
    (import "host" "latin1-utf16" (func $echo-latin1-utf16 (param i32 i32 i32)))

    (func (export "echo") (param $address i32) (param $length i32) (result i32)
      (i32.store offset=0 (i32.const 16) (local.get $address))
      (i32.store offset=4 (i32.const 16) (local.get $length))
      (i32.const 16))

    (func (export "length") (param $address i32) (param $length i32) (result i32)
      (local.get $length))

    (func (export "utf8") (param $address i32) (param $length i32) (result i32)
      (call $echo-utf8 (local.get $address) (local.get $length) (i32.const 16))
      (i32.const 16))
    (func (export "utf16") (param $address i32) (param $length i32) (result i32)
      (call $echo-utf16 (local.get $address) (local.get $length) (i32.const 16))
      (i32.const 16))
    (func (export "latin1-utf16") (param $address i32) (param $length i32) (result i32)
      (call $echo-latin1-utf16 (local.get $address) (local.get $length) (i32.const 16))
      (i32.const 16)))
  (core instance $guest (instantiate $guest
    (with "allocator" (instance $allocator))
    (with "host" (instance
      (export "utf8" (func $echo-utf8))
      (export "utf16" (func $echo-utf16))
      (export "latin1-utf16" (func $echo-latin1-utf16))))))

  (func (export "echo-utf8") (param "text" string) (result string)
    (canon lift (core func $guest "echo") string-encoding=utf8
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "echo-utf16") (param "text" string) (result string)
    (canon lift (core func $guest "echo") string-encoding=utf16
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "echo-latin1-utf16") (param "text" string) (result string)
    (canon lift (core func $guest "echo") string-encoding=latin1+utf16
      (memory $memory) (realloc $realloc) (post-return $reset)))

  (func (export "host-echo-utf8") (param "text" string) (result string)
    (canon lift (core func $guest "utf8") string-encoding=utf8
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "host-echo-utf16") (param "text" string) (result string)
    (canon lift (core func $guest "utf16") string-encoding=utf16
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "host-echo-latin1-utf16") (param "text" string) (result string)
    (canon lift (core func $guest "latin1-utf16") string-encoding=latin1+utf16
      (memory $memory) (realloc $realloc) (post-return $reset)))

  (func (export "length-utf8") (param "text" string) (result u32)
    (canon lift (core func $guest "length") string-encoding=utf8
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "length-utf16") (param "text" string) (result u32)
    (canon lift (core func $guest "length") string-encoding=utf16
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func (export "length-latin1-utf16") (param "text" string) (result u32)
    (canon lift (core func $guest "length") string-encoding=latin1+utf16
      (memory $memory) (realloc $realloc) (post-return $reset))))
