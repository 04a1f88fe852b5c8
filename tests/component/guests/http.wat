;; Sends a request and returns the status of the response: the world `client` of `http.wit`.
(module
  (import "wasi:http/types@0.2.12" "[constructor]fields" (func $fields (result i32)))
  (import "wasi:http/types@0.2.12" "[constructor]outgoing-request"
    (func $request (param i32) (result i32)))
  (import "wasi:http/types@0.2.12" "[method]outgoing-request.set-scheme"
    (func $set_scheme (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.12" "[method]outgoing-request.set-path-with-query"
    (func $set_path (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.12" "[method]outgoing-request.set-authority"
    (func $set_authority (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.12" "[constructor]request-options" (func $options (result i32)))
  (import "wasi:http/types@0.2.12" "[method]request-options.set-between-bytes-timeout"
    (func $set_between_bytes (param i32 i32 i64) (result i32)))
  (import "wasi:http/outgoing-handler@0.2.12" "handle" (func $handle (param i32 i32 i32 i32)))
  (import "wasi:http/types@0.2.12" "[method]future-incoming-response.subscribe"
    (func $subscribe (param i32) (result i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:http/types@0.2.12" "[method]future-incoming-response.get"
    (func $get (param i32 i32)))
  (import "wasi:http/types@0.2.12" "[method]incoming-response.status"
    (func $status (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 32) "/path")
  (global $next (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.set $next (i32.add (local.get $at) (local.get 3)))
    (local.get $at))
  (func (export "fetch")
    (param $authority i32) (param $len i32) (param $has_timeout i32) (param $timeout i64)
    (result i32)
    (local $request i32) (local $options i32) (local $response i32)
    (local.set $request (call $request (call $fields)))
    (drop (call $set_scheme (local.get $request)
      (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
    (drop (call $set_path (local.get $request)
      (i32.const 1) (i32.const 32) (i32.const 5)))
    (drop (call $set_authority (local.get $request)
      (i32.const 1) (local.get $authority) (local.get $len)))
    (local.set $options (call $options))
    (drop (call $set_between_bytes
      (local.get $options) (local.get $has_timeout) (local.get $timeout)))
    (call $handle (local.get $request) (i32.const 1) (local.get $options) (i32.const 64))
    ;; The request wasn't sent.
    (if (i32.load8_u (i32.const 64)) (then (return (i32.const 1))))
    (local.set $response (i32.load (i32.const 72)))
    (call $block (call $subscribe (local.get $response)))
    (call $get (local.get $response) (i32.const 128))
    ;; There is no response.
    (if (i32.load8_u (i32.const 144)) (then (return (i32.const 2))))
    (call $status (i32.load (i32.const 152)))))
