//! `with` and `trappable_error_type` name what the world has, and types that exist.

use libwasmtime::component::bindgen;

bindgen!({
    inline: "
        package a:b;
        interface files { resource file; open: func() -> file; }
        world w { import files; }
    ",
    with: { "a:b/file.file": MyFile },
});

mod misspelt {
    libwasmtime::component::bindgen!({
        inline: "
            package a:b;
            interface files { resource file; open: func() -> file; }
            world w { import files; }
        ",
        with: { "a:b/files.file": MyFile },
    });
}

bindgen!({
    inline: "
        package a:b;
        interface files { enum error { missing } open: func() -> result<_, error>; }
        world w { import files; }
    ",
    imports: { default: trappable },
    trappable_error_type: { "a:b/files.failure" => MyError },
});

mod missing {
    libwasmtime::component::bindgen!({
        inline: "
            package a:b;
            interface files { enum error { missing } open: func() -> result<_, error>; }
            world w { import files; }
        ",
        imports: { default: trappable },
        trappable_error_type: { "a:b/files.error" => MyError },
    });
}

bindgen!({
    inline: "
        package a:b;
        interface files { open: func(); }
        world w { import files; }
    ",
    named_imports: { "a:b/file": MyFile },
});

struct MyFile;

struct MyError;

fn main() {}
