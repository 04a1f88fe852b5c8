;; Memories and tables with 64-bit indices, several of each, and functions of
;; many values.
(module $wide
  (memory (export "wide") i64 1 4)
  (memory (export "narrow") 1)
  (table (export "wide table") i64 3 20 funcref)
  (table (export "narrow table") 3 externref)
  (func (export "grow") (param i64) (result i64)
    (memory.grow (local.get 0)))
  (func (export "many")
    (param i32 i64 f32 f64 v128 i32 i64 f32 f64 v128 i32 i64 f32 f64 v128 i32 i64 f32)
    (result f32 i64 i32 v128 f64 f32 i64 i32 v128 f64 f32 i64 i32 v128 f64 f32 i64 i32)
    (local.get 17) (local.get 16) (local.get 15) (local.get 14) (local.get 13)
    (local.get 12) (local.get 11) (local.get 10) (local.get 9) (local.get 8)
    (local.get 7) (local.get 6) (local.get 5) (local.get 4) (local.get 3)
    (local.get 2) (local.get 1) (local.get 0)))
