//! The most extreme types that a valid module can declare: a host creates what a module
//! imports before anything tells that it is too large.

use crate::alone;
use libwasmtime::*;
use std::result::Result::Ok;

/// Numbers of pages and elements: the smallest, and those around limits.
const COUNTS: [u64; 15] = [
    0,
    1,
    (1 << 16) - 1,
    1 << 16,
    10_000_000,
    u32::MAX as u64 - 1,
    u32::MAX as u64,
    1 << 32,
    1 << 44,
    1 << 47,
    (1 << 48) - 1,
    1 << 48,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

const REFERENCES: [&str; 22] = [
    "funcref",
    "externref",
    "anyref",
    "eqref",
    "i31ref",
    "structref",
    "arrayref",
    "exnref",
    "nullref",
    "nullfuncref",
    "nullexternref",
    "nullexnref",
    "(ref func)",
    "(ref extern)",
    "(ref any)",
    "(ref none)",
    "(ref exn)",
    "(ref $func)",
    "(ref null $func)",
    "(ref null $struct)",
    "(ref $array)",
    "(ref null $rec)",
];

const TYPES: &str = "
    (type $func (func (param i32 v128) (result externref)))
    (type $struct (sub (struct (field (mut i8)) (field (ref null $func)))))
    (type $array (array (mut i64)))
    (rec (type $rec (func (param (ref null $rec) (ref $other)))) (type $other (struct)))";

/// Returns import declarations, valid and invalid.
fn imports() -> Vec<String> {
    let mut imports = Vec::new();
    let maximums = || COUNTS.map(Some).into_iter().chain([None]);
    for minimum in COUNTS {
        for maximum in maximums().filter(|maximum| maximum.is_none_or(|max| max >= minimum)) {
            let limits = match maximum {
                Some(maximum) => format!("{minimum} {maximum}"),
                None => minimum.to_string(),
            };
            for index in ["i32", "i64"] {
                for rest in ["", " shared", " (pagesize 1)", " shared (pagesize 1)"] {
                    imports.push(format!("(memory {index} {limits}{rest})"));
                }
                imports.push(format!("(table {index} {limits} funcref)"));
            }
        }
    }
    for reference in REFERENCES {
        for limits in ["0", "1 4294967295", "i64 1", "i64 1 18446744073709551615"] {
            imports.push(format!("(table {limits} {reference})"));
        }
        imports.push(format!("(global {reference})"));
        imports.push(format!("(global (mut {reference}))"));
        imports.push(format!("(func (param {reference}) (result {reference}))"));
        imports.push(format!("(tag (param {reference}))"));
    }
    for number in ["i32", "i64", "f32", "f64", "v128"] {
        let many = [number; 1000].join(" ");
        imports.push(format!("(global {number})"));
        imports.push(format!("(func (param {many}) (result {many}))"));
        imports.push(format!("(tag (param {many}))"));
    }
    imports
}

/// Returns a reference of each kind, null or not.
fn references(store: &mut Store<()>) -> Vec<Ref> {
    let func = Func::wrap(&mut *store, || {});
    let external = ExternRef::new(&mut *store, 1).unwrap();
    vec![
        Ref::Func(None),
        Ref::Func(Some(func)),
        Ref::Extern(None),
        Ref::Extern(Some(external)),
        Ref::Any(None),
        Ref::Exn(None),
    ]
}

/// Creates every kind of item of an import's type: some are an error, and none a panic.
fn make(module: &Module) {
    let engine = module.engine();
    let ty = module.imports().next().unwrap().ty();
    println!("{ty:?}");
    let mut store = Store::new(engine, ());
    let huge = match &ty {
        ExternType::Memory(ty) => ty.minimum().saturating_mul(ty.page_size()) >= 1 << 47,
        ExternType::Table(ty) => ty.minimum() >= 1 << 44,
        ExternType::Func(_) | ExternType::Global(_) | ExternType::Tag(_) => false,
    };
    if !huge {
        // Sizes that are large and yet possible take a while.
        let limits = StoreLimitsBuilder::new().memory_size(1 << 24);
        let limits = limits.table_elements(1 << 10).build();
        store.limiter(move |()| Box::leak(Box::new(limits.clone())));
    }
    let default = ty.default_value(&mut store);
    assert!(!huge || default.is_err(), "{ty:?}");
    let mut linker = Linker::new(engine);
    drop(linker.define_unknown_imports_as_traps(module));
    let defined = linker.define_unknown_imports_as_default_values(&mut store, module);
    assert!(!huge || defined.is_err(), "{ty:?}");
    match &ty {
        ExternType::Memory(ty) => {
            if let Ok(memory) = Memory::new(&mut store, ty.clone()) {
                assert_eq!(&memory.ty(&store), ty);
                assert!(!huge && !ty.is_shared());
            }
            #[cfg(feature = "threads")]
            if ty.minimum() < 100 || huge {
                if let Ok(memory) = SharedMemory::new(engine, ty.clone()) {
                    assert_eq!(&memory.ty(), ty);
                    assert!(!huge && ty.is_shared());
                }
            }
        }
        ExternType::Table(ty) => {
            for init in references(&mut store) {
                if let Ok(table) = Table::new(&mut store, ty.clone(), init) {
                    assert!(!huge);
                    _ = table.ty(&store);
                }
            }
        }
        ExternType::Global(ty) => {
            let references = references(&mut store).into_iter().map(Val::from);
            let numbers = [
                Val::I32(1),
                Val::I64(1),
                Val::F32(1),
                Val::F64(1),
                Val::V128(1.into()),
            ];
            for value in references.chain(numbers) {
                drop(Global::new(&mut store, ty.clone(), value));
            }
        }
        ExternType::Func(ty) => {
            Func::new(&mut store, ty.clone(), |_, _, _| Ok(()));
            let mut linker = Linker::<()>::new(engine);
            let defined = linker.func_new("", "", ty.clone(), |_, _, _| Ok(()));
            drop(defined.unwrap().instantiate_pre(module));
        }
        ExternType::Tag(ty) => drop(Tag::new(&mut store, ty)),
    }
    #[cfg(feature = "standard")]
    make_standard(engine, &ty, huge);
}

#[cfg(feature = "standard")]
fn make_standard(engine: &Engine, ty: &ExternType, huge: bool) {
    use libwasmtime::standard::{Func, Global, Memory, Store, Table, Val};
    let mut store = Store::new(engine);
    match ty {
        ExternType::Memory(ty) if ty.minimum() < 100 || huge => {
            let made = Memory::new(&mut store, ty);
            assert!(!huge || made.is_err());
        }
        ExternType::Memory(_) => {}
        ExternType::Table(ty) if ty.minimum() < 100 || huge => {
            let made = Table::new(&mut store, ty, None);
            assert!(!huge || made.is_err());
        }
        ExternType::Table(_) => {}
        ExternType::Global(ty) => {
            for value in [Val::I32(1), Val::I64(1), Val::FuncRef(None)] {
                drop(Global::new(&mut store, ty, &value));
            }
        }
        ExternType::Func(ty) => drop(Func::new(&mut store, ty, |_, _, _| Ok(()))),
        ExternType::Tag(_) => {}
    }
}

#[test]
fn of_imports_at_their_extremes() {
    alone("types::of_imports_at_their_extremes", || {
        let mut config = Config::new();
        config.wasm_memory64(true).wasm_custom_page_sizes(true);
        config.wasm_gc(true).wasm_exceptions(true);
        config.wasm_function_references(true).shared_memory(true);
        config.parallel_compilation(false);
        let engine = Engine::new(&config).unwrap();
        let mut valid = 0;
        let mut widest = false;
        for import in imports() {
            println!("{import}");
            let text = format!(r#"(module {TYPES} (import "" "" {import}))"#);
            // libwasmtime decides which ones are valid.
            let Ok(module) = Module::new(&engine, text) else {
                continue;
            };
            valid += 1;
            widest |= import == "(memory i64 281474976710656)";
            make(&module);
        }
        assert!(valid > 600, "{valid}");
        assert!(widest);
    });
}
