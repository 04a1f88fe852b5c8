;; Values that aren't valid: the host chooses what the guest returns and passes.
;;
;; `write` puts bytes into the guest's memory. Each function `give-…` returns what is at an address,
;; in a number of elements, or what a number stands for. Each function `pass-…` passes the same to
;; a function of the host. Whatever isn't valid is a trap, after which the instance can't be used.
(component
  (type $color' (enum "red" "green" "blue"))
  (export $color "color" (type $color'))
  (type $access' (flags "read" "write" "execute"))
  (export $access "access" (type $access'))
  (type $shape' (variant (case "empty") (case "circle" f32)))
  (export $shape "shape" (type $shape'))

  (import "host" (instance $host
    (export "take-string" (func (param "value" string)))
    (export "take-bytes" (func (param "value" (list u8))))
    (export "take-longs" (func (param "value" (list u64))))
    (export "take-strings" (func (param "value" (list string))))
    (export "take-char" (func (param "value" char)))
    (export "take-option" (func (param "value" (option u32))))
    (export "give-string" (func (result string)))))

  ;; One page of memory that nothing is allocated in: where the host's values go is set by
  ;; `allocate-at`.
  (core module $memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next))
    (func (export "allocate-at") (param i32)
      (global.set $next (local.get 0))))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $memory))
  (alias core export $memory "realloc" (core func $realloc))

  (core func $string-utf8 (canon lower (func $host "take-string")
    string-encoding=utf8 (memory $memory)))
  (core func $string-utf16 (canon lower (func $host "take-string")
    string-encoding=utf16 (memory $memory)))
  (core func $string-latin1-utf16 (canon lower (func $host "take-string")
    string-encoding=latin1+utf16 (memory $memory)))
  (core func $bytes (canon lower (func $host "take-bytes") (memory $memory)))
  (core func $longs (canon lower (func $host "take-longs") (memory $memory)))
  (core func $strings (canon lower (func $host "take-strings") (memory $memory)))
  (core func $char (canon lower (func $host "take-char")))
  (core func $option (canon lower (func $host "take-option")))
  (core func $result (canon lower (func $host "give-string")
    (memory $memory) (realloc $realloc)))

  (core module $guest
    (import "memory" "memory" (memory 1))
    (import "host" "result" (func $result (param i32)))

    (func (export "write") (param $address i32) (param $bytes i32) (param $length i32)
      (memory.copy (local.get $address) (local.get $bytes) (local.get $length)))

    (func (export "one") (param i32) (result i32) (local.get 0))
    ;; Results of two values are at an address, which is 16.
    (func (export "two") (param i32 i32) (result i32)
      (i32.store offset=0 (i32.const 16) (local.get 0))
      (i32.store offset=4 (i32.const 16) (local.get 1))
      (i32.const 16))
    (func (export "length") (param i32 i32) (result i32) (local.get 1))

    (func (export "call-for-result") (param i32)
      (call $result (local.get 0))))
  (core instance $guest (instantiate $guest
    (with "memory" (instance $memory))
    (with "host" (instance (export "result" (func $result))))))

  (func (export "write") (param "address" u32) (param "bytes" (list u8))
    (canon lift (core func $guest "write") (memory $memory) (realloc $realloc)))
  (func (export "allocate-at") (param "address" u32)
    (canon lift (core func $memory "allocate-at")))

  (func (export "give-utf8") (param "address" u32) (param "length" u32) (result string)
    (canon lift (core func $guest "two") string-encoding=utf8 (memory $memory)))
  (func (export "give-utf16") (param "address" u32) (param "length" u32) (result string)
    (canon lift (core func $guest "two") string-encoding=utf16 (memory $memory)))
  (func (export "give-latin1-utf16") (param "address" u32) (param "length" u32) (result string)
    (canon lift (core func $guest "two") string-encoding=latin1+utf16 (memory $memory)))
  (func (export "give-bytes") (param "address" u32) (param "length" u32) (result (list u8))
    (canon lift (core func $guest "two") (memory $memory)))
  (func (export "give-longs") (param "address" u32) (param "length" u32) (result (list u64))
    (canon lift (core func $guest "two") (memory $memory)))
  (func (export "give-strings") (param "address" u32) (param "length" u32) (result (list string))
    (canon lift (core func $guest "two") (memory $memory)))
  (func (export "give-option") (param "case" u32) (param "value" u32) (result (option u32))
    (canon lift (core func $guest "two") (memory $memory)))
  (func (export "give-shape") (param "case" u32) (param "value" u32) (result $shape)
    (canon lift (core func $guest "two") (memory $memory)))
  ;; The result itself is at any address.
  (func (export "give-at") (param "address" u32) (result string)
    (canon lift (core func $guest "one") (memory $memory)))

  (func (export "give-bool") (param "value" u32) (result bool)
    (canon lift (core func $guest "one")))
  (func (export "give-u8") (param "value" u32) (result u8)
    (canon lift (core func $guest "one")))
  (func (export "give-s16") (param "value" u32) (result s16)
    (canon lift (core func $guest "one")))
  (func (export "give-char") (param "value" u32) (result char)
    (canon lift (core func $guest "one")))
  (func (export "give-color") (param "value" u32) (result $color)
    (canon lift (core func $guest "one")))
  (func (export "give-access") (param "value" u32) (result $access)
    (canon lift (core func $guest "one")))

  (func (export "pass-utf8") (param "address" u32) (param "length" u32)
    (canon lift (core func $string-utf8)))
  (func (export "pass-utf16") (param "address" u32) (param "length" u32)
    (canon lift (core func $string-utf16)))
  (func (export "pass-latin1-utf16") (param "address" u32) (param "length" u32)
    (canon lift (core func $string-latin1-utf16)))
  (func (export "pass-bytes") (param "address" u32) (param "length" u32)
    (canon lift (core func $bytes)))
  (func (export "pass-longs") (param "address" u32) (param "length" u32)
    (canon lift (core func $longs)))
  (func (export "pass-strings") (param "address" u32) (param "length" u32)
    (canon lift (core func $strings)))
  (func (export "pass-char") (param "value" u32)
    (canon lift (core func $char)))
  (func (export "pass-option") (param "case" u32) (param "value" u32)
    (canon lift (core func $option)))

  ;; Strings of the host, which go to where `allocate-at` said: as a parameter, whose length is
  ;; returned, and as a result of a function of the host, which is written to an address.
  (func (export "take-utf8") (param "text" string) (result u32)
    (canon lift (core func $guest "length")
      string-encoding=utf8 (memory $memory) (realloc $realloc)))
  (func (export "take-utf16") (param "text" string) (result u32)
    (canon lift (core func $guest "length")
      string-encoding=utf16 (memory $memory) (realloc $realloc)))
  (func (export "take-longs") (param "values" (list u64)) (result u32)
    (canon lift (core func $guest "length") (memory $memory) (realloc $realloc)))
  (func (export "call-for-result") (param "address" u32)
    (canon lift (core func $guest "call-for-result"))))
