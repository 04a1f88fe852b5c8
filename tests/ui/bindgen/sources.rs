//! The WIT is there and right, and has the world.

use libwasmtime::component::bindgen;

bindgen!();

bindgen!({
    inline: "package a:b; world w {}",
    world: "v",
});

bindgen!({
    inline: "package a:b; world w {} world v {}",
});

bindgen!({
    inline: "package a:b; world w {}",
    world: "no world",
});

bindgen!({
    inline: "package a:b; interface c {}",
});

bindgen!({
    inline: "package a:b; world w {}",
    world: "a:c/w",
});

bindgen!({
    inline: "
        package a:b;

        world w {
            import f: func(n: int);
        }
    ",
});

bindgen!({
    inline: "
        package a:b;

        world w {
            import f: function();
        }
    ",
});

bindgen!({
    inline: "package a:b; world w { import c:d/e; }",
});

bindgen!({
    interfaces: "import c; ",
});

fn main() {}
