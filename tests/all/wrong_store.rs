//! Objects of one store that are used with another. Using such a handle panics, and passing
//! such a value or import is an error; nothing else has happened then.

use crate::guest::{assert_not_taken, instantiate, panic_text};
use crate::kinds::Kind;
use libwasmtime::*;
use std::hash::DefaultHasher;

const WAT: &str = r#"(module
    (type $t (func (result i32)))
    (func $seven (export "seven") (type $t) (i32.const 7))
    (func (export "func") (param funcref))
    (func (export "exact") (param (ref null $t)))
    (func (export "extern") (param externref) (result externref) (local.get 0))
    (memory (export "memory") 1)
    (global (export "global") (mut funcref) (ref.null func))
    (global (export "number") (mut i32) (i32.const 1))
    (table (export "table") 2 funcref))"#;

/// A store with one object of each kind.
struct World {
    store: Store<()>,
    instance: Instance,
    seven: TypedFunc<(), i32>,
    memory: Memory,
    global: Global,
    table: Table,
}

impl World {
    fn new(engine: &Engine) -> World {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, WAT, &[]);
        World {
            seven: instance.get_typed_func(&mut store, "seven").unwrap(),
            memory: instance.get_memory(&mut store, "memory").unwrap(),
            global: instance.get_global(&mut store, "global").unwrap(),
            table: instance.get_table(&mut store, "table").unwrap(),
            store,
            instance,
        }
    }

    fn func(&mut self, name: &str) -> Func {
        self.instance.get_func(&mut self.store, name).unwrap()
    }

    /// Asserts that everything still works.
    fn check(&mut self) {
        let seven = *self.seven.func();
        let store = &mut self.store;
        assert_eq!(self.seven.call(&mut *store, ()).unwrap(), 7);
        self.memory.write(&mut *store, 0, b"x").unwrap();
        self.global.set(&mut *store, seven.into()).unwrap();
        self.table.set(&mut *store, 0, seven.into()).unwrap();
        assert!(self.table.get(&mut *store, 0).unwrap().is_non_null());
        let func = self.func("func");
        func.call(&mut self.store, &[seven.into()], &mut [])
            .unwrap();
    }
}

/// Asserts that `f` panics because of a wrong store.
#[track_caller]
fn refused<R>(f: impl FnOnce() -> R) {
    let text = panic_text(f);
    assert!(text.contains("wrong store"), "{text}");
}

/// Runs a test with a store of another engine, of the same one, and with one
/// that has handed out nothing yet.
fn each_pair(test: impl Fn(&mut World, &mut Store<()>)) {
    let engine = || {
        let mut config = Config::new();
        config.wasm_gc(true).wasm_exceptions(true);
        Engine::new(&config).unwrap()
    };
    let another = engine();
    let engine = engine();
    let mut world = World::new(&engine);
    let mut other = World::new(&engine);
    test(&mut world, &mut other.store);
    other.check();
    world.check();

    let mut other = World::new(&another);
    test(&mut world, &mut other.store);
    other.check();
    world.check();

    let mut other = Store::new(&engine, ());
    test(&mut world, &mut other);
    let instance = instantiate(&mut other, WAT, &[]);
    let f = instance
        .get_typed_func::<(), i32>(&mut other, "seven")
        .unwrap();
    assert_eq!(f.call(&mut other, ()).unwrap(), 7);
    world.check();
}

#[test]
fn functions() {
    each_pair(|world, other| {
        let seven = world.seven;
        let func = *seven.func();
        refused(|| seven.call(&mut *other, ()));
        refused(|| func.call(&mut *other, &[], &mut [Val::I32(0)]));
        refused(|| func.ty(&*other));
        refused(|| func.typed::<(), i32>(&*other));
        refused(|| func.to_raw(&mut *other));
        let ty = FuncType::new(other.engine(), [], []);
        refused(|| func.matches_ty(&*other, &ty));
        // SAFETY: it panics before it looks at the values.
        refused(|| unsafe { func.call_unchecked(&mut *other, &mut [ValRaw::null()]) });
        // SAFETY: it panics.
        refused(|| unsafe { TypedFunc::<(), i32>::new_unchecked(&*other, func) });
    });
}

#[test]
fn function_references_among_the_arguments() {
    each_pair(|world, other| {
        let seven = *world.seven.func();
        let instance = instantiate(other, WAT, &[]);
        let func = instance.get_func(&mut *other, "func").unwrap();
        assert_not_taken(func.call(&mut *other, &[seven.into()], &mut []));
        let exact = instance.get_func(&mut *other, "exact").unwrap();
        assert_not_taken(exact.call(&mut *other, &[seven.into()], &mut []));
        let func = func.typed::<Option<Func>, ()>(&*other).unwrap();
        assert_not_taken(func.call(&mut *other, Some(seven)));
        let func = func.func().typed::<Func, ()>(&*other).unwrap();
        assert_not_taken(func.call(&mut *other, seven));
        let exact = exact.typed::<Func, ()>(&*other).unwrap();
        assert_not_taken(exact.call(&mut *other, seven));
        func.call(&mut *other, *func.func()).unwrap();
    });
}

#[test]
fn results_of_host_functions() {
    each_pair(|world, other| {
        let seven = *world.seven.func();
        let typed = Func::wrap(&mut *other, move || seven);
        let ty = FuncType::new(other.engine(), [], [ValType::FUNCREF]);
        let untyped = Func::new(&mut *other, ty, move |_, _, results| {
            results[0] = seven.into();
            Ok(())
        });
        assert_not_taken(typed.call(&mut *other, &[], &mut [Val::I32(0)]));
        assert_not_taken(untyped.call(&mut *other, &[], &mut [Val::I32(0)]));
        for (host, ty) in [(typed, "(ref func)"), (untyped, "funcref")] {
            let wat = format!(
                r#"(module (import "" "" (func $host (result {ty})))
                    (func (export "f") (drop (call $host))))"#
            );
            let instance = instantiate(other, &wat, &[host.into()]);
            let f = instance.get_typed_func::<(), ()>(&mut *other, "f").unwrap();
            assert_not_taken(f.call(&mut *other, ()));
        }
    });
}

#[test]
fn values() {
    each_pair(|world, other| {
        let val = Val::from(*world.seven.func());
        let reference = val.ref_().unwrap();
        refused(|| val.ty(&*other));
        refused(|| val.matches_ty(&*other, &ValType::FUNCREF));
        refused(|| reference.ty(&*other));
        let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
        assert_not_taken(Global::new(&mut *other, ty, val));
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        assert_not_taken(Table::new(&mut *other, ty, reference));
        let instance = instantiate(other, WAT, &[]);
        let global = instance.get_global(&mut *other, "global").unwrap();
        assert_not_taken(global.set(&mut *other, val));
        let table = instance.get_table(&mut *other, "table").unwrap();
        assert_not_taken(table.set(&mut *other, 0, reference));
        assert_not_taken(table.grow(&mut *other, 1, reference));
        assert_not_taken(table.fill(&mut *other, 0, reference, 1));
        assert_eq!(table.size(&*other), 2);
    });
}

/// Each kind of value of a store, wherever values are passed.
#[test]
fn values_of_each_kind() {
    each_pair(|world, other| {
        for kind in Kind::ALL {
            for val in kind.owned(&mut world.store).unwrap() {
                assert_eq!(Kind::of(&val), *kind);
                is_not_taken(other, *kind, val);
            }
        }
    });
}

/// Asserts that a value of another store is refused everywhere.
#[track_caller]
fn is_not_taken(store: &mut Store<()>, kind: Kind, val: Val) {
    let ty = kind.ty();
    refused(|| val.ty(&*store));
    refused(|| val.matches_ty(&*store, &ty));
    refused(|| val.to_raw(&mut *store));

    let engine = store.engine().clone();
    let mut out = [Val::I32(0)];
    let same = FuncType::new(&engine, [ty.clone()], [ty.clone()]);
    let same = Func::new(&mut *store, same, |_, params, results| {
        results.copy_from_slice(params);
        Ok(())
    });
    assert_not_taken(same.call(&mut *store, &[val], &mut out));
    let returns = FuncType::new(&engine, [], [ty.clone()]);
    let returns = Func::new(&mut *store, returns, move |_, _, results| {
        results[0] = val;
        Ok(())
    });
    assert_not_taken(returns.call(&mut *store, &[], &mut out));
    let wat = format!(
        r#"(module
            (import "" "" (func $host (result {ty})))
            (func (export "drop") (drop (call $host)))
            (func (export "same") (param {ty}) (result {ty}) (local.get 0)))"#
    );
    let instance = instantiate(store, &wat, &[returns.into()]);
    let drops = instance.get_func(&mut *store, "drop").unwrap();
    assert_not_taken(drops.call(&mut *store, &[], &mut []));
    let same = instance.get_func(&mut *store, "same").unwrap();
    assert_not_taken(same.call(&mut *store, &[val], &mut out));

    let exn = ExnType::new(&engine, [ty.clone()]).unwrap();
    let tag = Tag::new(&mut *store, &exn.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut *store, exn);
    assert_not_taken(ExnRef::new(&mut *store, &pre, &tag, &[val]));

    let null = Val::default_for_ty(&ty).unwrap();
    let field = FieldType::new(Mutability::Var, ty.clone().into());
    let object = StructType::new(&engine, [field.clone()]).unwrap();
    let pre = StructRefPre::new(&mut *store, object);
    assert_not_taken(StructRef::new(&mut *store, &pre, &[val]));
    let object = StructRef::new(&mut *store, &pre, &[null]).unwrap();
    assert_not_taken(object.set_field(&mut *store, 0, val));
    let pre = ArrayRefPre::new(&mut *store, ArrayType::new(&engine, field));
    assert_not_taken(ArrayRef::new(&mut *store, &pre, &val, 1));
    assert_not_taken(ArrayRef::new_fixed(&mut *store, &pre, &[null, val]));
    let array = ArrayRef::new(&mut *store, &pre, &null, 1).unwrap();
    assert_not_taken(array.set(&mut *store, 0, val));

    let global = GlobalType::new(ty.clone(), Mutability::Var);
    assert_not_taken(Global::new(&mut *store, global.clone(), val));
    let global = Global::new(&mut *store, global, null).unwrap();
    assert_not_taken(global.set(&mut *store, val));

    let (reference, null) = (val.ref_().unwrap(), null.ref_().unwrap());
    refused(|| reference.ty(&*store));
    refused(|| reference.matches_ty(&*store, ty.unwrap_ref()));
    let table = TableType::new(ty.unwrap_ref().clone(), 1, None);
    assert_not_taken(Table::new(&mut *store, table.clone(), reference));
    let table = Table::new(&mut *store, table, null).unwrap();
    assert_not_taken(table.set(&mut *store, 0, reference));
    assert_not_taken(table.fill(&mut *store, 0, reference, 1));
    assert_not_taken(table.grow(&mut *store, 1, reference));
    assert_eq!(table.size(&*store), 1);

    match reference {
        Ref::Func(func) => is_not_taken_typed(store, func.unwrap()),
        Ref::Extern(reference) => is_not_taken_typed(store, reference.unwrap()),
        Ref::Any(reference) => is_not_taken_typed(store, reference.unwrap()),
        Ref::Exn(reference) => is_not_taken_typed(store, reference.unwrap()),
    }
}

/// The same by its Rust type.
fn is_not_taken_typed<R>(store: &mut Store<()>, reference: R)
where
    R: WasmTy + Copy + Sync + 'static,
{
    let returns = Func::wrap(&mut *store, move || reference);
    let typed = returns.typed::<(), R>(&*store).unwrap();
    assert_not_taken(typed.call(&mut *store, ()));
    assert_not_taken(returns.call(&mut *store, &[], &mut [Val::I32(0)]));
    let takes = Func::wrap(&mut *store, |_: R| {});
    let typed = takes.typed::<R, ()>(&*store).unwrap();
    assert_not_taken(typed.call(&mut *store, reference));
}

#[test]
fn memories_globals_and_tables() {
    each_pair(|world, other| {
        let (memory, global, table) = (world.memory, world.global, world.table);
        refused(|| memory.ty(&*other));
        refused(|| memory.size(&*other));
        refused(|| memory.data(&*other).len());
        refused(|| memory.data_mut(&mut *other).len());
        refused(|| memory.read(&*other, 0, &mut [0]));
        refused(|| memory.write(&mut *other, 0, &[0]));
        refused(|| memory.grow(&mut *other, 1));
        refused(|| global.ty(&*other));
        refused(|| global.get(&mut *other));
        refused(|| global.set(&mut *other, Val::null_func_ref()));
        refused(|| table.ty(&*other));
        refused(|| table.size(&*other));
        refused(|| table.get(&mut *other, 0));
        refused(|| table.set(&mut *other, 0, Ref::Func(None)));
        refused(|| table.grow(&mut *other, 1, Ref::Func(None)));
        refused(|| Table::copy(&mut *other, &table, 0, &table, 1, 1));
    });
}

#[test]
fn instances() {
    each_pair(|world, other| {
        let instance = world.instance;
        refused(|| instance.module(&*other));
        refused(|| instance.exports(&mut *other).len());
        refused(|| instance.get_export(&mut *other, "seven"));
        refused(|| {
            instance
                .get_typed_func::<(), i32>(&mut *other, "seven")
                .is_ok()
        });
        let module = Module::new(other.engine(), r#"(module (import "" "" (func)))"#).unwrap();
        let seven = Extern::from(*world.seven.func());
        assert_not_taken(Instance::new(
            &mut *other,
            &module,
            std::slice::from_ref(&seven),
        ));
        refused(|| seven.ty(&*other));
    });
}

#[test]
fn linkers() {
    let engine = Engine::default();
    let importing = Module::new(
        &engine,
        r#"(module (import "m" "seven" (func (result i32))))"#,
    )
    .unwrap();
    let exporting = Module::new(&engine, WAT).unwrap();
    let mut world = World::new(&engine);
    let mut other = Store::new(&engine, ());

    let mut linker = Linker::new(&engine);
    let seven = *world.seven.func();
    refused(|| linker.define(&other, "m", "seven", seven).is_ok());
    refused(|| linker.instance(&mut other, "m", world.instance).is_ok());
    linker.define(&world.store, "m", "seven", seven).unwrap();
    assert_not_taken(linker.instantiate(&mut other, &importing));
    refused(|| linker.get(&mut other, "m", "seven").is_ok());
    let pre = linker.instantiate_pre(&importing).unwrap();
    assert_not_taken(pre.instantiate(&mut other));
    linker.instantiate(&mut world.store, &importing).unwrap();

    // A module's exports belong to the store in which it was instantiated, even if that
    // store has handed out nothing yet.
    let mut linker = Linker::new(&engine);
    let mut fresh = Store::new(&engine, ());
    linker.module(&mut fresh, "m", &exporting).unwrap();
    assert_not_taken(linker.instantiate(&mut world.store, &importing));
    assert_not_taken(linker.instantiate(&mut other, &importing));
    refused(|| linker.get(&mut other, "m", "seven").is_ok());
    linker.instantiate(&mut fresh, &importing).unwrap();
    world.check();
}

#[test]
fn host_references() {
    each_pair(|world, other| {
        let reference = ExternRef::new(&mut world.store, 1).unwrap();
        let owned = reference.to_owned_rooted(&mut world.store).unwrap();
        refused(|| reference.data(&*other).is_ok());
        refused(|| reference.data_mut(&mut *other).is_ok());
        refused(|| reference.to_owned_rooted(&mut *other));
        refused(|| owned.data(&*other).is_ok());
        refused(|| owned.data_mut(&mut *other).is_ok());
        refused(|| owned.to_rooted(&mut *other));
        let mut state = DefaultHasher::new();
        refused(|| reference.ref_hash(&*other, &mut state).is_ok());
        refused(|| owned.ref_hash(&*other, &mut state));
        let clone: ExternRef = (*owned).clone();
        refused(|| clone.data(&*other).is_ok());
        refused(|| Rooted::ref_eq(&*other, &reference, &owned));
        refused(|| Val::from(reference).ty(&*other));

        let instance = instantiate(other, WAT, &[]);
        let f = instance.get_func(&mut *other, "extern").unwrap();
        assert_not_taken(f.call(&mut *other, &[reference.into()], &mut [Val::I32(0)]));
        type Nullable = Option<Rooted<ExternRef>>;
        let f = f.typed::<Nullable, Nullable>(&*other).unwrap();
        assert_not_taken(f.call(&mut *other, Some(reference)));
        let host = Func::wrap(&mut *other, move || reference);
        assert_not_taken(host.call(&mut *other, &[], &mut [Val::I32(0)]));
        f.call(&mut *other, None).unwrap();
        assert!(reference.data(&world.store).unwrap().is_some());
    });
}

#[test]
fn from_within_a_host_function() {
    each_pair(|world, other| {
        let seven = world.seven;
        let host = Func::wrap(&mut *other, move |caller: Caller<'_, ()>| {
            seven.call(caller, ())
        });
        let instance = instantiate(
            other,
            r#"(module (import "" "" (func $host (result i32)))
                (func (export "f") (result i32) (call $host)))"#,
            &[host.into()],
        );
        let f = instance
            .get_typed_func::<(), i32>(&mut *other, "f")
            .unwrap();
        refused(|| f.call(&mut *other, ()));
        refused(|| f.call(&mut *other, ()));
    });
}
