use super::*;
use libwasmtime::Config;
use libwasmtime::vec::ByteVec;
use std::thread;

const ADD: &str = r#"
    (module
        (func (export "add") (param i32 i32) (result i32)
            (i32.add (local.get 0) (local.get 1))))
"#;

fn add(store: &mut Store, module: &Module, a: i32, b: i32) -> Option<i32> {
    let instance = Instance::new(&mut *store, module, &[]).unwrap();
    func(&instance, "add")
        .call(store, &[a.into(), b.into()])
        .unwrap()[0]
        .i32()
}

#[test]
fn bytes_and_byte_vectors_are_modules() {
    let store = Store::default();
    let binary: ByteVec = wat2wasm(ADD).unwrap();
    let bytes: &[u8] = &binary;
    assert_eq!(Module::new(&store, &binary).unwrap().exports().len(), 1);
    assert_eq!(Module::new(&store, bytes).unwrap().exports().len(), 1);
    Module::validate(&store, &binary).unwrap();
}

#[test]
fn what_is_no_module_says_why() {
    let store = Store::default();
    for (binary, why) in [
        (&b""[..], "unexpected end"),
        (b"(module)", "magic header"),
        (
            b"\0asm\x01\0\0\0\x0a\x04\x01\x02\0\x0b",
            "function section is absent",
        ),
    ] {
        for error in [
            Module::new(&store, binary).unwrap_err(),
            Module::validate(&store, binary).unwrap_err(),
        ] {
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}

#[test]
fn imports_and_exports_are_listed_in_order() {
    let store = Store::default();
    let module = compile(
        &store,
        r#"
            (module
                (import "a" "f" (func (param i32 v128) (result externref)))
                (import "a" "g" (global (mut i64)))
                (import "b" "" (memory i64 1 0x1_0000_0001))
                (import "b" "t" (table i64 0x1_0000_0001 externref))
                (export "t" (table 0))
                (export "g" (global 0))
                (func (export "f") (param f64)))
        "#,
    );
    let imports: Vec<_> = module.imports().collect();
    let names: Vec<_> = imports.iter().map(|i| (i.module(), i.name())).collect();
    assert_eq!(names, [("a", "f"), ("a", "g"), ("b", ""), ("b", "t")]);
    let ty = imports[0].ty();
    assert!(ty.unwrap_func().param(1).unwrap().is_v128());
    assert!(ty.unwrap_func().result(0).unwrap().is_externref());
    assert!(imports[1].ty().unwrap_global().mutability().is_var());
    assert_eq!(
        imports[2].ty().unwrap_memory().maximum(),
        Some(0x1_0000_0001)
    );
    assert_eq!(imports[3].ty().unwrap_table().minimum(), 0x1_0000_0001);

    let exports: Vec<_> = module.exports().collect();
    let names: Vec<_> = exports.iter().map(ExportType::name).collect();
    assert_eq!(names, ["t", "g", "f"]);
    assert!(exports[0].ty().unwrap_table().is_64());
    assert!(exports[1].ty().unwrap_global().content().is_i64());
    assert!(exports[2].ty().unwrap_func().param(0).unwrap().is_f64());
}

#[test]
fn serialized_module_comes_back() {
    let mut store = Store::default();
    let code = compile(&store, ADD).serialize().unwrap();
    // SAFETY: the code was just made.
    let module = unsafe { Module::deserialize(&store, &code) }.unwrap();
    assert_eq!(module.exports().next().unwrap().name(), "add");
    assert_eq!(add(&mut store, &module, 1, 2), Some(3));

    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    // SAFETY: the code was compiled for another engine, and is refused.
    let error = unsafe { Module::deserialize(Store::new(&engine), &code) }.unwrap_err();
    assert!(format!("{error:#}").contains("fuel"), "{error:#}");
    // SAFETY: this is no code, and refused.
    let error = unsafe { Module::deserialize(&store, b"no code") }.unwrap_err();
    assert!(!format!("{error:#}").is_empty());
}

#[test]
fn shared_module_is_obtained_by_other_threads() {
    let mut store = Store::default();
    let shared = compile(&store, ADD).share();
    thread::scope(|scope| {
        for i in 0..4 {
            let (shared, engine) = (&shared, store.engine().clone());
            scope.spawn(move || {
                let mut store = Store::new(&engine);
                let module = Module::obtain(&mut store, shared).unwrap();
                assert_eq!(module.exports().next().unwrap().name(), "add");
                assert_eq!(add(&mut store, &module, i, i), Some(2 * i));
            });
        }
    });
    let error = Module::obtain(Store::default(), &shared).unwrap_err();
    assert!(error.to_string().contains("another engine"), "{error:#}");
    let module = Module::obtain(&mut store, &shared).unwrap();
    drop(shared);
    assert_eq!(add(&mut store, &module, 2, 3), Some(5));
}

#[test]
fn module_outlives_its_store() {
    let store = Store::default();
    let engine = store.engine().clone();
    let module = compile(&store, ADD);
    drop(store);
    let clone = module.clone();
    drop(module);
    let mut store = Store::new(&engine);
    assert_eq!(
        thread::spawn(move || add(&mut store, &clone, 3, 4))
            .join()
            .unwrap(),
        Some(7)
    );
}
