//! Options are known ones, with values of their form, and each is there once.

use libwasmtime::component::bindgen;

bindgen!({
    inline: "package a:b; world w {}",
    files: "wit",
});

bindgen!({
    inline: "package a:b; world w {}",
    async: true,
});

bindgen!({
    inline: "package a:b; world w {}",
    trappable_imports: true,
});

bindgen!({
    inline: "package a:b; world w {}",
    world: w,
});

bindgen!({
    inline: "package a:b; world w {}",
    stringify: "yes",
});

bindgen!({
    inline: "package a:b; world w {}",
    inline: "package a:b; world w {}",
});

bindgen!({
    inline: "package a:b; world w {}",
    interfaces: "import c: func();",
});

bindgen!({
    world: "w",
    interfaces: "import c: func();",
});

bindgen!({
    inline = "package a:b; world w {}",
});

bindgen!({
    inline
});

bindgen!({
    inline: "package a:b; world w {}"
    world: "w"
});

bindgen!(w);

bindgen!("w" "wit");

bindgen!("w" in wit);

bindgen!({ path: 1 });

bindgen!({
    inline: "package a:b; world w {}",
    wasmtime_crate: "libwasmtime",
});

bindgen!({
    inline: "package a:b; world w {}",
    ownership: Borrowed,
});

bindgen!({
    inline: "package a:b; world w {}",
    ownership: Borrowing,
});

bindgen!({
    inline: "package a:b; world w {}",
    ownership: Borrowing { duplicate: true },
});

bindgen!({
    inline: "package a:b; world w {}",
    additional_derives: PartialEq,
});

bindgen!({
    inline: "package a:b; world w {}",
    include_generated_code_from_file: true,
});

bindgen!({
    inline: "package a:b; world w {}",
    trappable_error_type: { "a:b/c.e": Error },
});

bindgen!({
    inline: "package a:b; world w {}",
    with: { a: b },
});

bindgen!({
    inline: "package a:b; world w {}",
    with: { "a:b/c": Vec<u8> },
});

fn main() {}
