(module $endless
  (func (export "spin")
    (loop $again
      (br $again))))
