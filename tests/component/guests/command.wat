;; A WASI preview 1 program, which the adapter makes a component of WASI 2. The first letter of its
;; first argument says what it does.
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 900) "in.txtout.txt\n")

  ;; Copies one descriptor to another, until the end.
  (func $copy (param $from i32) (param $to i32)
    (loop $next
      (i32.store (i32.const 1024) (i32.const 2048))
      (i32.store (i32.const 1028) (i32.const 4096))
      (call $check (call $fd_read
        (local.get $from) (i32.const 1024) (i32.const 1) (i32.const 1032)))
      (if (i32.load (i32.const 1032))
        (then
          (call $write (local.get $to) (i32.const 2048) (i32.load (i32.const 1032)))
          (br $next)))))

  (func $write (param $to i32) (param $at i32) (param $len i32)
    (i32.store (i32.const 1040) (local.get $at))
    (i32.store (i32.const 1044) (local.get $len))
    (call $check (call $fd_write
      (local.get $to) (i32.const 1040) (i32.const 1) (i32.const 1048))))

  ;; Exits if there is an error.
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  ;; Opens a file in the first directory.
  (func $open (param $at i32) (param $len i32) (param $flags i32) (param $rights i64) (result i32)
    (call $check (call $path_open (i32.const 3) (i32.const 0) (local.get $at) (local.get $len)
      (local.get $flags) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 1060)))
    (i32.load (i32.const 1060)))

  ;; Waits for a clock.
  (func $sleep (param $milliseconds i64)
    (i32.store (i32.const 1116) (i32.const 1))
    (i64.store (i32.const 1124) (i64.mul (local.get $milliseconds) (i64.const 1_000_000)))
    (call $check (call $poll_oneoff
      (i32.const 1100) (i32.const 1200) (i32.const 1) (i32.const 1300))))

  (func (export "_start") (local $action i32)
    (call $check (call $args_get (i32.const 0) (i32.const 256)))
    (local.set $action (i32.load8_u (i32.load (i32.const 4))))
    (if (i32.eq (local.get $action) (i32.const 0x63)) ;; copy
      (then (call $copy (i32.const 0) (i32.const 1))))
    (if (i32.eq (local.get $action) (i32.const 0x72)) ;; read
      (then (call $copy
        (call $open (i32.const 900) (i32.const 6) (i32.const 0) (i64.const 0x2))
        (i32.const 1))))
    (if (i32.eq (local.get $action) (i32.const 0x77)) ;; write
      (then (call $copy
        (i32.const 0)
        (call $open (i32.const 906) (i32.const 7) (i32.const 9) (i64.const 0x40)))))
    (if (i32.eq (local.get $action) (i32.const 0x73)) ;; sleep, ten times
      (then (loop $again
        (call $sleep (i64.const 5))
        (i32.store8 (i32.const 800) (i32.add (i32.load8_u (i32.const 800)) (i32.const 1)))
        (br_if $again (i32.lt_u (i32.load8_u (i32.const 800)) (i32.const 10))))))
    (if (i32.eq (local.get $action) (i32.const 0x65)) ;; environment
      (then
        (call $check (call $environ_get (i32.const 3000) (i32.const 3200)))
        (call $write (i32.const 2) (i32.const 3200) (i32.const 9))))
    (if (i32.eq (local.get $action) (i32.const 0x6e)) ;; number
      (then
        (call $check (call $random_get (i32.const 3300) (i32.const 8)))
        (call $write (i32.const 1) (i32.const 3300) (i32.const 8))))
    (if (i32.eq (local.get $action) (i32.const 0x66)) ;; fail
      (then (call $proc_exit (i32.const 7)) unreachable))))
