//! A crate that uses the macros for components, without the features that they need.

libwasmtime::component::bindgen!({
    inline: "package example:lacking; world plugin { export run: func(); }",
});

libwasmtime::component::flags! {
    Access {
        const READ;
    }
}
