// The examples need these features.
#![cfg_attr(
    all(feature = "cranelift", feature = "pooling-allocator", feature = "wat"),
    doc = include_str!("../docs/async.md")
)]
#![cfg_attr(
    not(all(feature = "cranelift", feature = "pooling-allocator", feature = "wat")),
    doc = "Asynchronous calls and host functions: how they work, and how to use them; see \
           `docs/async.md` in the package."
)]
