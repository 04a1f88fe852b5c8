//! What the C API can't pass or run is refused, by name.

use libwasmtime::component::bindgen;

bindgen!({
    inline: "package a:b; world w { import fetch: async func(); }",
});

bindgen!({
    inline: "package a:b; world w { export fetch: async func(); }",
});

bindgen!({
    inline: "
        package a:b;
        interface c { resource d { read: async func(); } }
        world w { import c; }
    ",
});

bindgen!({
    inline: "package a:b; world w { export read: func() -> stream<u8>; }",
});

bindgen!({
    inline: "package a:b; world w { import wait: func(f: option<future<u32>>); }",
});

bindgen!({
    inline: "package a:b; world w { import wait: func(f: list<future>); }",
});

bindgen!({
    inline: "
        package a:b;
        interface c { record r { body: stream<u8> } f: func(r: r); }
        world w { export c; }
    ",
});

bindgen!({
    inline: "package a:b; world w { import fail: func(e: error-context); }",
});

bindgen!({
    inline: "package a:b; world w { import f: func(bytes: list<u8, 4>); }",
});

bindgen!({
    inline: "package a:b; world w { import f: func(m: map<string, list<stream>>); }",
});

bindgen!({
    inline: "
        package a:b;
        interface c { resource d; }
        world w { import c; }
    ",
    imports: { default: async | store },
});

bindgen!({
    inline: "package a:b; world w { export f: func(); }",
    exports: { default: async | store },
});

fn main() {}
