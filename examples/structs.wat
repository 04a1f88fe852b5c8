;; Expressions as trees: `structs.rs` walks and builds them, too.
(module
  (rec
    ;; An operator, the number of a constant, and the arguments of a sum or product.
    (type $node (struct (field $op i32) (field $number f64) (field $args (ref null $nodes))))
    (type $nodes (array (mut (ref $node)))))

  (global $constant i32 (i32.const 0))
  (global $variable i32 (i32.const 1))
  (global $sum i32 (i32.const 2))
  (global $product i32 (i32.const 3))

  (func $number (param f64) (result (ref $node))
    (struct.new $node (global.get $constant) (local.get 0) (ref.null $nodes)))
  (func $x (result (ref $node))
    (struct.new $node (global.get $variable) (f64.const 0) (ref.null $nodes)))
  (func $binary (param $op i32) (param $a (ref $node)) (param $b (ref $node)) (result (ref $node))
    (struct.new $node (local.get $op) (f64.const 0)
      (array.new_fixed $nodes 2 (local.get $a) (local.get $b))))

  ;; 2 * 3 + x * (1 + 4)
  (func (export "expression") (result (ref $node))
    (call $binary (global.get $sum)
      (call $binary (global.get $product)
        (call $number (f64.const 2)) (call $number (f64.const 3)))
      (call $binary (global.get $product)
        (call $x)
        (call $binary (global.get $sum)
          (call $number (f64.const 1)) (call $number (f64.const 4))))))

  (func $evaluate (export "evaluate") (param $node (ref $node)) (param $x f64) (result f64)
    (local $args (ref null $nodes)) (local $i i32) (local $result f64)
    (if (i32.eq (struct.get $node $op (local.get $node)) (global.get $constant))
      (then (return (struct.get $node $number (local.get $node)))))
    (if (i32.eq (struct.get $node $op (local.get $node)) (global.get $variable))
      (then (return (local.get $x))))
    (local.set $args (struct.get $node $args (local.get $node)))
    (local.set $result (f64.convert_i32_s
      (i32.eq (struct.get $node $op (local.get $node)) (global.get $product))))
    (loop $next
      (if (i32.eq (struct.get $node $op (local.get $node)) (global.get $product))
        (then (local.set $result (f64.mul (local.get $result)
          (call $evaluate (array.get $nodes (local.get $args) (local.get $i)) (local.get $x)))))
        (else (local.set $result (f64.add (local.get $result)
          (call $evaluate (array.get $nodes (local.get $args) (local.get $i)) (local.get $x))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $args)))))
    (local.get $result)))
