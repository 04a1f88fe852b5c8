;; A guest that uses a resource type of the host, whose WIT is wit/host-counters.wit.
(component
  (import "test:guests/host-counters" (instance $host
    (export "counter" (type $counter (sub resource)))
    (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))
    (export "[method]counter.add" (func
      (param "self" (borrow $counter)) (param "n" u32) (result u32)))
    (export "[method]counter.value" (func (param "self" (borrow $counter)) (result u32)))
    (export "[static]counter.merge" (func
      (param "a" (own $counter)) (param "b" (borrow $counter)) (result (own $counter))))
    (export "absorb" (func (param "counter" (own $counter)) (result u32)))
    (export "inspect" (func (param "counter" (borrow $counter)) (result u32)))))
  (alias export $host "counter" (type $counter))

  (core func $new (canon lower (func $host "[constructor]counter")))
  (core func $add (canon lower (func $host "[method]counter.add")))
  (core func $value (canon lower (func $host "[method]counter.value")))
  (core func $merge (canon lower (func $host "[static]counter.merge")))
  (core func $absorb (canon lower (func $host "absorb")))
  (core func $inspect (canon lower (func $host "inspect")))
  (core func $drop (canon resource.drop $counter))

  ;; Counters are passed as handles, owned or borrowed. A borrowed handle has to be dropped before the
  ;; function returns. Results that are more than one value are at address 16.
  (core module $guest
    (import "host" "new" (func $new (param i32) (result i32)))
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (import "host" "value" (func $value (param i32) (result i32)))
    (import "host" "merge" (func $merge (param i32 i32) (result i32)))
    (import "host" "absorb" (func $absorb (param i32) (result i32)))
    (import "host" "inspect" (func $inspect (param i32) (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    ;; The handle of the counter that is kept, or 0.
    (global $kept (mut i32) (i32.const 0))

    (func (export "create-and-drop") (param $start i32) (param $n i32) (result i32)
      (local $counter i32)
      (local.set $counter (call $new (local.get $start)))
      (drop (call $add (local.get $counter) (local.get $n)))
      (call $value (local.get $counter))
      (call $drop (local.get $counter)))

    (func (export "create") (param $start i32) (result i32)
      (call $new (local.get $start)))

    (func (export "create-many") (param $count i32) (result i32)
      (local $i i32)
      (block $done
        (loop $next
          (br_if $done (i32.eq (local.get $i) (local.get $count)))
          (i32.store
            (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 4)))
            (call $new (local.get $i)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))
      (i32.store offset=0 (i32.const 16) (i32.const 1024))
      (i32.store offset=4 (i32.const 16) (local.get $count))
      (i32.const 16))

    (func (export "echo") (param $counter i32) (result i32)
      (local.get $counter))

    ;; Both kinds of handles are used in the same way.
    (func (export "add-and-drop") (param $counter i32) (result i32)
      (call $add (local.get $counter) (i32.const 1))
      (call $drop (local.get $counter)))

    (func (export "pass-own") (param $counter i32) (result i32)
      (call $absorb (local.get $counter)))

    (func (export "pass-borrow") (param $counter i32) (result i32)
      (call $inspect (local.get $counter))
      (call $drop (local.get $counter)))

    (func (export "merge") (param $a i32) (param $b i32) (result i32)
      (call $merge (local.get $a) (local.get $b))
      (call $drop (local.get $b)))

    (func (export "keep") (param $counter i32)
      (if (global.get $kept)
        (then (call $drop (global.get $kept))))
      (global.set $kept (local.get $counter)))

    (func (export "kept") (result i32)
      (i32.store offset=0 (i32.const 16) (i32.ne (global.get $kept) (i32.const 0)))
      (i32.store offset=4 (i32.const 16) (global.get $kept))
      (global.set $kept (i32.const 0))
      (i32.const 16))

    (func (export "keep-borrow") (param $counter i32))

    (func (export "drop-twice") (param $counter i32)
      (call $drop (local.get $counter))
      (call $drop (local.get $counter)))

    (func (export "use-after-drop") (param $counter i32) (result i32)
      (call $drop (local.get $counter))
      (call $value (local.get $counter)))

    (func (export "use-after-pass") (param $counter i32) (result i32)
      (drop (call $absorb (local.get $counter)))
      (call $value (local.get $counter)))

    (func (export "merge-with-itself") (param $counter i32) (result i32)
      (call $merge (local.get $counter) (local.get $counter)))

    (func (export "forge") (param $handle i32) (result i32)
      (call $value (local.get $handle))))
  (core instance $guest (instantiate $guest
    (with "host" (instance
      (export "new" (func $new))
      (export "add" (func $add))
      (export "value" (func $value))
      (export "merge" (func $merge))
      (export "absorb" (func $absorb))
      (export "inspect" (func $inspect))
      (export "drop" (func $drop))))))
  (alias core export $guest "memory" (core memory $memory))

  (func (export "create-and-drop") (param "start" u32) (param "n" u32) (result u32)
    (canon lift (core func $guest "create-and-drop")))
  (func (export "create") (param "start" u32) (result (own $counter))
    (canon lift (core func $guest "create")))
  (func (export "create-many") (param "count" u32) (result (list (own $counter)))
    (canon lift (core func $guest "create-many") (memory $memory)))
  (func (export "echo") (param "counter" (own $counter)) (result (own $counter))
    (canon lift (core func $guest "echo")))

  (func (export "add-to-own") (param "counter" (own $counter)) (result u32)
    (canon lift (core func $guest "add-and-drop")))
  (func (export "add-to-borrow") (param "counter" (borrow $counter)) (result u32)
    (canon lift (core func $guest "add-and-drop")))
  (func (export "pass-own") (param "counter" (own $counter)) (result u32)
    (canon lift (core func $guest "pass-own")))
  (func (export "pass-borrow") (param "counter" (borrow $counter)) (result u32)
    (canon lift (core func $guest "pass-borrow")))
  (func (export "merge")
    (param "a" (own $counter)) (param "b" (borrow $counter)) (result (own $counter))
    (canon lift (core func $guest "merge")))

  (func (export "keep") (param "counter" (own $counter))
    (canon lift (core func $guest "keep")))
  (func (export "kept") (result (option (own $counter)))
    (canon lift (core func $guest "kept") (memory $memory)))

  (func (export "keep-borrow") (param "counter" (borrow $counter))
    (canon lift (core func $guest "keep-borrow")))
  (func (export "drop-twice") (param "counter" (own $counter))
    (canon lift (core func $guest "drop-twice")))
  (func (export "use-after-drop") (param "counter" (own $counter)) (result u32)
    (canon lift (core func $guest "use-after-drop")))
  (func (export "use-after-pass") (param "counter" (own $counter)) (result u32)
    (canon lift (core func $guest "use-after-pass")))
  (func (export "own-borrow") (param "counter" (borrow $counter)) (result u32)
    (canon lift (core func $guest "pass-own")))
  (func (export "merge-with-itself") (param "counter" (own $counter)) (result (own $counter))
    (canon lift (core func $guest "merge-with-itself")))
  (func (export "forge") (param "handle" u32) (result u32)
    (canon lift (core func $guest "forge"))))
