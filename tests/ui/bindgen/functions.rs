//! `imports` and `exports` say in known ways how functions are generated, by names that exist.

use libwasmtime::component::bindgen;

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: async,
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: { default: trap },
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: { f: async },
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: { "g": async },
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: { "f" async },
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    imports: { default: async trappable },
});

bindgen!({
    inline: "package a:b; world w { import f: func(); }",
    exports: { "f": async },
});

fn main() {}
