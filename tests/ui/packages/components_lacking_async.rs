//! A crate whose functions are asynchronous, without the feature that they need.

mod imports {
    libwasmtime::component::bindgen!({
        inline: "package example:imports; world plugin { import run: func(); }",
        imports: { "run": async },
    });
}

mod resources {
    libwasmtime::component::bindgen!({
        inline: "
            package example:resources;
            interface files { resource file; }
            world plugin { import files; }
        ",
        imports: { default: async },
    });
}

mod exports {
    libwasmtime::component::bindgen!({
        inline: "package example:exports; world plugin { export run: func(); }",
        exports: { default: async },
    });
}
