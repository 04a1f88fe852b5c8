//! A crate whose WIT isn't where `bindgen!` looks for it, or isn't right.

mod missing {
    libwasmtime::component::bindgen!({ path: "nowhere", world: "plugin" });
}

mod short {
    libwasmtime::component::bindgen!("plugin" in "src/nowhere.wit");
}

mod wrong {
    libwasmtime::component::bindgen!({ path: "src/lib.rs" });
}
