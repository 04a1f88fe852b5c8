;; A WASI program. Its functions return 0, or the number of the step that failed.
(module
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock_time_get (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_readdir"
        (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek"
        (func $fd_seek (param i32 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get"
        (func $random_get (param i32 i32) (result i32)))
    (import "host" "call" (func $host))
    (memory (export "memory") 1)
    ;; A buffer: its address and its length. Its text, and the name of a file.
    (data (i32.const 0) "\10\00\00\00\06\00\00\00")
    (data (i32.const 16) "hello\n")
    (data (i32.const 32) "file")
    ;; A buffer to read into. Numbers are returned at 64 and 72.
    (data (i32.const 48) "\00\01\00\00\00\01\00\00")

    (func (export "host") (call $host))

    ;; Opens a file, created and empty, with the rights to read, seek and write.
    (func $open (export "open") (result i32)
        (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
            (i32.const 9) (i64.const 0x46) (i64.const 0) (i32.const 0) (i32.const 64)))

    ;; Waits for the first of two times, in nanoseconds from now.
    (func $wait (export "wait") (param $nanoseconds i64) (result i32)
        (i32.store (i32.const 2064) (i32.const 1))
        (i64.store (i32.const 2072) (local.get $nanoseconds))
        (i32.store (i32.const 2112) (i32.const 1))
        (i64.store (i32.const 2120) (i64.mul (local.get $nanoseconds) (i64.const 2)))
        (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const 2) (i32.const 64)))

    ;; Uses WASI and the host in many ways. There must be more to read from the standard
    ;; input.
    (func (export "run") (result i32)
        (local $file i32)
        (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64))
            (then (return (i32.const 1))))
        (if (call $fd_read (i32.const 0) (i32.const 48) (i32.const 1) (i32.const 64))
            (then (return (i32.const 12))))
        (if (i32.eqz (i32.load (i32.const 64))) (then (return (i32.const 13))))
        (if (call $open) (then (return (i32.const 2))))
        (local.set $file (i32.load (i32.const 64)))
        (call $host)
        (if (call $fd_write (local.get $file) (i32.const 0) (i32.const 1) (i32.const 64))
            (then (return (i32.const 3))))
        (if (call $fd_seek (local.get $file) (i64.const 0) (i32.const 0) (i32.const 72))
            (then (return (i32.const 4))))
        (if (call $fd_read (local.get $file) (i32.const 48) (i32.const 1) (i32.const 64))
            (then (return (i32.const 5))))
        (if (i32.ne (i32.load (i32.const 64)) (i32.const 6))
            (then (return (i32.const 6))))
        (if (call $fd_close (local.get $file)) (then (return (i32.const 7))))
        (if (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 512) (i64.const 0)
                (i32.const 64))
            (then (return (i32.const 8))))
        (if (call $random_get (i32.const 1024) (i32.const 16)) (then (return (i32.const 9))))
        (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 72))
            (then (return (i32.const 10))))
        (if (call $wait (i64.const 1000000)) (then (return (i32.const 11))))
        (call $host)
        (i32.const 0)))
