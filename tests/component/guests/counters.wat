;; A resource type of a guest, whose WIT is wit/counters.wit.
;;
;; The destructor reports the counter's value to the host, and then traps if it is 4294967295.
(component
  (import "test:guests/log" (instance $log
    (export "dropped" (func (param "value" u32)))))
  (core func $dropped (canon lower (func $log "dropped")))

  ;; The counters, and their destructor. A counter is represented by the address of its value, which
  ;; is in the first page of memory. The host's lists are behind that, and `reset` frees them.
  (core module $cells
    (import "log" "dropped" (func $dropped (param i32)))
    (memory (export "memory") 2)
    (global $alive (export "alive") (mut i32) (i32.const 0))
    ;; The cell that was freed last, which has the address of the one before; 0 for none.
    (global $free (mut i32) (i32.const 0))
    ;; Behind the cells that have ever been used.
    (global $used (mut i32) (i32.const 1024))
    (global $end (mut i32) (i32.const 65536))

    (func (export "create") (param $value i32) (result i32)
      (local $cell i32)
      (local.set $cell (global.get $free))
      (if (local.get $cell)
        (then (global.set $free (i32.load (local.get $cell))))
        (else
          (local.set $cell (global.get $used))
          (if (i32.eq (local.get $cell) (i32.const 65536))
            (then (unreachable)))
          (global.set $used (i32.add (local.get $cell) (i32.const 4)))))
      (i32.store (local.get $cell) (local.get $value))
      (global.set $alive (i32.add (global.get $alive) (i32.const 1)))
      (local.get $cell))

    (func (export "destroy") (param $cell i32)
      (local $value i32)
      (local.set $value (i32.load (local.get $cell)))
      (i32.store (local.get $cell) (global.get $free))
      (global.set $free (local.get $cell))
      (global.set $alive (i32.sub (global.get $alive) (i32.const 1)))
      (call $dropped (local.get $value))
      (if (i32.eq (local.get $value) (i32.const -1))
        (then (unreachable))))

    ;; The alignment is that of a handle, which is 4.
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (global.get $end))
      (global.set $end (i32.add (local.get $new) (local.get $size)))
      (if (i32.gt_u (global.get $end) (i32.const 131072))
        (then (unreachable)))
      (local.get $new))
    (func (export "reset") (param i32)
      (global.set $end (i32.const 65536))))
  (core instance $cells (instantiate $cells
    (with "log" (instance (export "dropped" (func $dropped))))))
  (alias core export $cells "memory" (core memory $memory))
  (alias core export $cells "realloc" (core func $realloc))
  (alias core export $cells "reset" (core func $reset))
  (alias core export $cells "destroy" (core func $destroy))

  (type $counter (resource (rep i32) (dtor (core func $destroy))))
  (core func $new (canon resource.new $counter))
  (core func $rep (canon resource.rep $counter))
  (core func $drop (canon resource.drop $counter))

  ;; An owned counter is passed as a handle, and a borrowed one as its representation, since the
  ;; type is this component's. Results that are more than one value are at address 16.
  (core module $guest
    (import "cells" "memory" (memory 2))
    (import "cells" "alive" (global $alive (mut i32)))
    (import "cells" "create" (func $create (param i32) (result i32)))
    (import "counter" "new" (func $new (param i32) (result i32)))
    (import "counter" "rep" (func $rep (param i32) (result i32)))
    (import "counter" "drop" (func $drop (param i32)))
    ;; The handle of the counter that is kept, or 0.
    (global $kept (mut i32) (i32.const 0))

    (func $constructor (export "constructor") (param $start i32) (result i32)
      (call $new (call $create (local.get $start))))

    (func (export "add") (param $self i32) (param $n i32) (result i32)
      (i32.store (local.get $self)
        (i32.add (i32.load (local.get $self)) (local.get $n)))
      (i32.load (local.get $self)))

    (func (export "value") (param $self i32) (result i32)
      (i32.load (local.get $self)))

    (func (export "sum") (param $a i32) (param $b i32) (result i32)
      (i32.add (i32.load (local.get $a)) (i32.load (local.get $b))))

    (func (export "merge") (param $a i32) (param $b i32) (result i32)
      (local $sum i32)
      (local.set $sum
        (i32.add
          (i32.load (call $rep (local.get $a)))
          (i32.load (call $rep (local.get $b)))))
      (call $drop (local.get $a))
      (call $drop (local.get $b))
      (call $constructor (local.get $sum)))

    ;; The list is where those of the host go otherwise.
    (func (export "many") (param $count i32) (result i32)
      (local $i i32)
      (block $done
        (loop $next
          (br_if $done (i32.eq (local.get $i) (local.get $count)))
          (i32.store
            (i32.add (i32.const 65536) (i32.mul (local.get $i) (i32.const 4)))
            (call $constructor (local.get $i)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))
      (i32.store offset=0 (i32.const 16) (i32.const 65536))
      (i32.store offset=4 (i32.const 16) (local.get $count))
      (i32.const 16))

    (func (export "total") (param $counters i32) (param $count i32) (result i32)
      (local $sum i32)
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $count)))
          (local.set $sum
            (i32.add (local.get $sum) (i32.load (i32.load (local.get $counters)))))
          (local.set $counters (i32.add (local.get $counters) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next)))
      (local.get $sum))

    (func (export "keep") (param $counter i32)
      (if (global.get $kept)
        (then (call $drop (global.get $kept))))
      (global.set $kept (local.get $counter)))

    (func (export "kept") (result i32)
      (i32.store offset=0 (i32.const 16) (i32.ne (global.get $kept) (i32.const 0)))
      (i32.store offset=4 (i32.const 16) (global.get $kept))
      (global.set $kept (i32.const 0))
      (i32.const 16))

    (func (export "alive") (result i32)
      (global.get $alive)))
  (core instance $guest (instantiate $guest
    (with "cells" (instance $cells))
    (with "counter" (instance
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "drop" (func $drop))))))

  (func $constructor (param "start" u32) (result (own $counter))
    (canon lift (core func $guest "constructor")))
  (func $add (param "self" (borrow $counter)) (param "n" u32) (result u32)
    (canon lift (core func $guest "add")))
  (func $value (param "self" (borrow $counter)) (result u32)
    (canon lift (core func $guest "value")))
  (func $sum (param "a" (borrow $counter)) (param "b" (borrow $counter)) (result u32)
    (canon lift (core func $guest "sum")))
  (func $merge (param "a" (own $counter)) (param "b" (own $counter)) (result (own $counter))
    (canon lift (core func $guest "merge")))
  (func $many (param "count" u32) (result (list (own $counter)))
    (canon lift (core func $guest "many") (memory $memory)))
  (func $total (param "counters" (list (borrow $counter))) (result u32)
    (canon lift (core func $guest "total")
      (memory $memory) (realloc $realloc) (post-return $reset)))
  (func $keep (param "counter" (own $counter))
    (canon lift (core func $guest "keep")))
  (func $kept (result (option (own $counter)))
    (canon lift (core func $guest "kept") (memory $memory)))
  (func $alive (result u32)
    (canon lift (core func $guest "alive")))

  ;; Functions with this type get names that depend on it, which needs a component of its own.
  (component $counters
    (import "counter" (type $counter' (sub resource)))
    (import "constructor" (func $constructor (param "start" u32) (result (own $counter'))))
    (import "add" (func $add (param "self" (borrow $counter')) (param "n" u32) (result u32)))
    (import "value" (func $value (param "self" (borrow $counter')) (result u32)))
    (import "sum" (func $sum
      (param "a" (borrow $counter')) (param "b" (borrow $counter')) (result u32)))
    (import "merge" (func $merge
      (param "a" (own $counter')) (param "b" (own $counter')) (result (own $counter'))))
    (import "many" (func $many (param "count" u32) (result (list (own $counter')))))
    (import "total" (func $total
      (param "counters" (list (borrow $counter'))) (result u32)))
    (import "keep" (func $keep (param "counter" (own $counter'))))
    (import "kept" (func $kept (result (option (own $counter')))))
    (import "alive" (func $alive (result u32)))

    (export $counter "counter" (type $counter'))
    (export "[constructor]counter" (func $constructor)
      (func (param "start" u32) (result (own $counter))))
    (export "[method]counter.add" (func $add)
      (func (param "self" (borrow $counter)) (param "n" u32) (result u32)))
    (export "[method]counter.value" (func $value)
      (func (param "self" (borrow $counter)) (result u32)))
    (export "[static]counter.sum" (func $sum)
      (func (param "a" (borrow $counter)) (param "b" (borrow $counter)) (result u32)))
    (export "[static]counter.merge" (func $merge)
      (func (param "a" (own $counter)) (param "b" (own $counter)) (result (own $counter))))
    (export "many" (func $many)
      (func (param "count" u32) (result (list (own $counter)))))
    (export "total" (func $total)
      (func (param "counters" (list (borrow $counter))) (result u32)))
    (export "keep" (func $keep)
      (func (param "counter" (own $counter))))
    (export "kept" (func $kept)
      (func (result (option (own $counter)))))
    (export "alive" (func $alive)
      (func (result u32))))
  (instance $exports (instantiate $counters
    (with "counter" (type $counter))
    (with "constructor" (func $constructor))
    (with "add" (func $add))
    (with "value" (func $value))
    (with "sum" (func $sum))
    (with "merge" (func $merge))
    (with "many" (func $many))
    (with "total" (func $total))
    (with "keep" (func $keep))
    (with "kept" (func $kept))
    (with "alive" (func $alive))))
  (export "test:guests/counters" (instance $exports)))
