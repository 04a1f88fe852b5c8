//! `wasmtime/component/types/resource.h`. Types of resources.

capi! {
    header "wasmtime/component/types/resource.h";

    opaque {
        wasmtime_component_resource_type_t,
    }

    functions(ComponentModel) {
        fn wasmtime_component_resource_type_new_host(
            ty: u32,
        ) -> *mut wasmtime_component_resource_type_t;
        fn wasmtime_component_resource_type_clone(
            ty: *const wasmtime_component_resource_type_t,
        ) -> *mut wasmtime_component_resource_type_t;
        fn wasmtime_component_resource_type_equal(
            a: *const wasmtime_component_resource_type_t,
            b: *const wasmtime_component_resource_type_t,
        ) -> bool;
        fn wasmtime_component_resource_type_delete(
            resource: *mut wasmtime_component_resource_type_t,
        );
    }
}
