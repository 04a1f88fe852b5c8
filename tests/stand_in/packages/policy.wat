;; A policy as `opa build` compiles it, version 1.2 of the ABI, but written by hand: a value is
;; the address of its JSON text, which ends with a zero, and nothing is freed before the next
;; evaluation.
(module
  (import "env" "memory" (memory 1))
  (import "env" "opa_abort" (func (param i32)))
  (import "env" "opa_println" (func (param i32)))
  (import "env" "opa_builtin0" (func (param i32 i32) (result i32)))
  (import "env" "opa_builtin1" (func $call (param i32 i32 i32) (result i32)))
  (import "env" "opa_builtin2" (func (param i32 i32 i32 i32) (result i32)))
  (import "env" "opa_builtin3" (func (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "opa_builtin4" (func (param i32 i32 i32 i32 i32 i32) (result i32)))
  (global (export "opa_wasm_abi_version") i32 (i32.const 1))
  (global (export "opa_wasm_abi_minor_version") i32 (i32.const 2))
  (data (i32.const 16) "{\"hex.decode\":0}\00")
  (data (i32.const 48) "{\"decode\":0}\00")
  (func (export "builtins") (result i32) (i32.const 16))
  (func (export "entrypoints") (result i32) (i32.const 48))

  ;; The next free address.
  (global $heap (mut i32) (i32.const 1024))
  (func (export "opa_heap_ptr_get") (result i32)
    (global.get $heap))
  (func (export "opa_heap_ptr_set") (param i32)
    (global.set $heap (local.get 0)))
  (func $malloc (export "opa_malloc") (param $size i32) (result i32)
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap) (local.get $size)))
    (block $enough
      (br_if $enough
        (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
      (br_if $enough
        (i32.ne
          (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1)))
          (i32.const -1)))
      unreachable))
  (func (export "opa_free") (param i32))

  (func $parse (export "opa_json_parse") (param $text i32) (param $len i32) (result i32)
    (local $value i32)
    (local.set $value (call $malloc (i32.add (local.get $len) (i32.const 1))))
    (memory.copy (local.get $value) (local.get $text) (local.get $len))
    (i32.store8 (i32.add (local.get $value) (local.get $len)) (i32.const 0))
    (local.get $value))
  (func (export "opa_json_dump") (param i32) (result i32)
    (local.get 0))

  ;; Decodes the input.
  (func (export "opa_eval")
    (param i32 i32 i32) (param $input i32) (param $len i32) (param $heap i32) (param i32)
    (result i32)
    (global.set $heap (local.get $heap))
    (call $call (i32.const 0) (i32.const 0) (call $parse (local.get $input) (local.get $len))))

  ;; What only earlier versions need.
  (func (export "eval") (param i32) (result i32) unreachable)
  (func (export "opa_eval_ctx_new") (result i32) unreachable)
  (func (export "opa_eval_ctx_set_input") (param i32 i32) unreachable)
  (func (export "opa_eval_ctx_set_data") (param i32 i32) unreachable)
  (func (export "opa_eval_ctx_set_entrypoint") (param i32 i32) unreachable)
  (func (export "opa_eval_ctx_get_result") (param i32) (result i32) unreachable))
