;; A plugin that counts words: those of its input, and those of all inputs in a store of the host.
(component
  (import "example:plugins/storage" (instance $storage
    (export "store" (type $store (sub resource)))
    (export "[constructor]store" (func (param "name" string) (result (own $store))))
    (export "[method]store.get" (func
      (param "self" (borrow $store)) (param "key" string) (result (option string))))
    (export "[method]store.set" (func
      (param "self" (borrow $store)) (param "key" string) (param "value" string)))))
  (alias export $storage "store" (type $store))
  (import "log" (func $log (param "message" string)))

  ;; Hands out one piece of memory after the other, behind the first KiB, until `reset` takes all
  ;; back.
  (core module $memory
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $new i32)
      (local $missing i32)
      (local.set $new (global.get $end))
      (global.set $end (i32.add (local.get $new) (local.get $size)))
      ;; In pages of 64 KiB.
      (local.set $missing
        (i32.sub
          (i32.shr_u (i32.add (global.get $end) (i32.const 65535)) (i32.const 16))
          (memory.size)))
      (if (i32.gt_s (local.get $missing) (i32.const 0))
        (then
          (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
            (then (unreachable)))))
      (local.get $new))
    (func (export "reset") (param i32)
      (global.set $end (i32.const 1024))))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $memory))
  (alias core export $memory "realloc" (core func $realloc))
  (alias core export $memory "reset" (core func $reset))

  (core func $open (canon lower (func $storage "[constructor]store") (memory $memory)))
  (core func $get (canon lower (func $storage "[method]store.get")
    (memory $memory) (realloc $realloc)))
  (core func $set (canon lower (func $storage "[method]store.set") (memory $memory)))
  (core func $close (canon resource.drop $store))
  (core func $log (canon lower (func $log) (memory $memory)))

  ;; Results are at address 16: of `name` an address and a length; of `run` 0 for success or 1 for
  ;; an error, and then an address and a length; of the host's `get` 0 for none or 1, and then an
  ;; address and a length.
  (core module $plugin
    (import "memory" "memory" (memory 1))
    (import "host" "open" (func $open (param i32 i32) (result i32)))
    (import "host" "get" (func $get (param i32 i32 i32 i32)))
    (import "host" "set" (func $set (param i32 i32 i32 i32 i32)))
    (import "host" "close" (func $close (param i32)))
    (import "host" "log" (func $log (param i32 i32)))
    (data (i32.const 64) "count")
    (data (i32.const 96) "there are no words")
    (data (i32.const 128) " words, ")
    (data (i32.const 160) " in total")

    ;; Where the next byte of the text goes that is being written, at 256.
    (global $end (mut i32) (i32.const 256))

    (func (export "name") (result i32)
      (i32.store offset=0 (i32.const 16) (i32.const 64))
      (i32.store offset=4 (i32.const 16) (i32.const 5))
      (i32.const 16))

    (func (export "run") (param $input i32) (param $length i32) (result i32)
      (local $words i32)
      (local $total i32)
      (local $total-at i32)
      (local $store i32)
      (local.set $words
        (call $words (local.get $input) (i32.add (local.get $input) (local.get $length))))
      (if (i32.eqz (local.get $words))
        (then
          (i32.store offset=0 (i32.const 16) (i32.const 1))
          (i32.store offset=4 (i32.const 16) (i32.const 96))
          (i32.store offset=8 (i32.const 16) (i32.const 18))
          (return (i32.const 16))))

      ;; The store has the name of the plugin, and "words" is the key.
      (local.set $store (call $open (i32.const 64) (i32.const 5)))
      (call $get (local.get $store) (i32.const 129) (i32.const 5) (i32.const 16))
      (if (i32.load8_u offset=0 (i32.const 16))
        (then
          (local.set $total
            (call $parse
              (i32.load offset=4 (i32.const 16))
              (i32.load offset=8 (i32.const 16))))))
      (local.set $total (i32.add (local.get $total) (local.get $words)))

      (global.set $end (i32.const 256))
      (call $write-number (local.get $words))
      (call $write (i32.const 128) (i32.const 8))
      (local.set $total-at (global.get $end))
      (call $write-number (local.get $total))
      (call $set
        (local.get $store) (i32.const 129) (i32.const 5)
        (local.get $total-at) (i32.sub (global.get $end) (local.get $total-at)))
      (call $close (local.get $store))
      (call $write (i32.const 160) (i32.const 9))

      (call $log (i32.const 256) (i32.sub (global.get $end) (i32.const 256)))
      (i32.store offset=0 (i32.const 16) (i32.const 0))
      (i32.store offset=4 (i32.const 16) (i32.const 256))
      (i32.store offset=8 (i32.const 16) (i32.sub (global.get $end) (i32.const 256)))
      (i32.const 16))

    ;; Returns the number of words between two addresses.
    (func $words (param $at i32) (param $end i32) (result i32)
      (local $words i32)
      (local $in-word i32)
      (local $was-in-word i32)
      (block $done
        (loop $next
          (br_if $done (i32.eq (local.get $at) (local.get $end)))
          (local.set $was-in-word (local.get $in-word))
          (local.set $in-word (i32.gt_u (i32.load8_u (local.get $at)) (i32.const 32)))
          (local.set $words
            (i32.add
              (local.get $words)
              (i32.gt_u (local.get $in-word) (local.get $was-in-word))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next)))
      (local.get $words))

    ;; Returns the number that decimal digits stand for.
    (func $parse (param $at i32) (param $length i32) (result i32)
      (local $number i32)
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $length)))
          (local.set $number
            (i32.add
              (i32.mul (local.get $number) (i32.const 10))
              (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next)))
      (local.get $number))

    (func $write-number (param $number i32)
      (if (i32.ge_u (local.get $number) (i32.const 10))
        (then (call $write-number (i32.div_u (local.get $number) (i32.const 10)))))
      (i32.store8 (global.get $end)
        (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (global.set $end (i32.add (global.get $end) (i32.const 1))))

    (func $write (param $text i32) (param $length i32)
      (memory.copy (global.get $end) (local.get $text) (local.get $length))
      (global.set $end (i32.add (global.get $end) (local.get $length)))))
  (core instance $plugin (instantiate $plugin
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "open" (func $open))
      (export "get" (func $get))
      (export "set" (func $set))
      (export "close" (func $close))
      (export "log" (func $log))))))

  (func (export "name") (result string)
    (canon lift (core func $plugin "name") (memory $memory)))
  (func (export "run") (param "input" string) (result (result string (error string)))
    (canon lift (core func $plugin "run")
      (memory $memory) (realloc $realloc) (post-return $reset))))
