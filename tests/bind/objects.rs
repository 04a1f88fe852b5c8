//! Rust objects that a guest holds in externrefs.

use crate::collector::{freed, frees};
use crate::run;
#[cfg(feature = "async")]
use crate::run_async;
use libwasmtime::bind::{Abi, Bind, Held, Object, ObjectBorrowError, ObjectRef, ReceiverMut};
use libwasmtime::{
    AnyRef, Caller, Engine, ExternRef, Linker, Module, Result, RootScope, Rooted, Store, bail,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What the attribute `host` would define methods of.
struct Shape {
    area: i32,
    dropped: Arc<AtomicUsize>,
}

impl Shape {
    fn new(area: i32) -> Shape {
        Shape {
            area,
            dropped: Arc::default(),
        }
    }
}

impl Drop for Shape {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

libwasmtime::__object!(Shape);

#[derive(Default)]
struct State {
    dropped: Arc<AtomicUsize>,
    kept: Option<ObjectRef<Shape>>,
}

impl<V: ReceiverMut<State, Target = Shape>> Bind<State, V> for Shape {
    fn bind(linker: &mut Linker<State>, receiver: V) -> Result<()> {
        linker
            .host_module("shape", receiver)
            .func::<(Caller<'_, State>, i32), _>("new", |(caller, area)| Shape {
                area,
                dropped: caller.data().dropped.clone(),
            })?
            .func::<(i32,), _>("try_new", |(area,)| {
                if area < 0 {
                    bail!("expected an area, found {area}");
                }
                Ok(Shape::new(area))
            })?
            .func::<(i32,), _>("find", |(area,)| {
                (area > 0).then(|| Object::new(Shape::new(area)))
            })?
            .func::<(Option<&Shape>,), _>("area_or_0", |(shape,)| {
                shape.map_or(0, |shape| shape.area)
            })?
            .func::<(Object<Shape>,), _>("same", |(shape,)| shape)?
            .method::<(), _>("area", |shape, ()| shape.area)?
            .method_mut::<(i32,), _>("grow", |shape, (by,)| shape.area += by)?
            .method::<(&Shape,), _>("overlaps", |shape, (other,)| {
                i32::from(shape.area == other.area)
            })?
            .method::<(&mut Shape,), _>("pour", |shape, (other,)| other.area += shape.area)?
            .func::<(&mut Shape, &mut Shape), _>("swap", |(a, b)| {
                std::mem::swap(&mut a.area, &mut b.area);
            })?
            .method_mut::<(Caller<'_, State>,), _>("reenter", |shape, (mut caller,)| {
                shape.area += 1;
                reenter(&mut caller)
            })?
            .method::<(Caller<'_, State>,), _>("reenter_shared", |_, (mut caller,)| {
                reenter(&mut caller)
            })?
            .method_mut::<(Caller<'_, State>,), _>("collect", |shape, (mut caller,)| {
                caller.gc(None)?;
                shape.area += 1;
                Ok(shape.area)
            })?
            .method_mut::<(), ()>("panic", |_, ()| panic!("of the method"))?
            .method_mut::<(), Result<()>>("fail", |_, ()| bail!("of the method"))?
            .func::<(Caller<'_, State>, ObjectRef<Shape>), _>("keep", |(mut caller, shape)| {
                caller.data_mut().kept = Some(shape);
            })?
            .func::<(Caller<'_, State>,), _>("kept", |(caller,)| caller.data().kept.clone())?;
        Ok(())
    }
}

/// Calls the guest's function `again`.
fn reenter(caller: &mut Caller<'_, State>) -> Result<i32> {
    let again = caller.get_export("again").and_then(|it| it.into_func());
    let again = again.expect("the guest exports it");
    again.typed::<(), i32>(&mut *caller)?.call(caller, ())
}

const IMPORTS: &str = r#"
    (import "shape" "new" (func $new (param i32) (result externref)))
    (import "shape" "try_new" (func $try_new (param i32) (result externref)))
    (import "shape" "find" (func $find (param i32) (result externref)))
    (import "shape" "area_or_0" (func $area_or_0 (param externref) (result i32)))
    (import "shape" "same" (func $same (param externref) (result externref)))
    (import "shape" "area" (func $area (param externref) (result i32)))
    (import "shape" "grow" (func $grow (param externref i32)))
    (import "shape" "overlaps" (func $overlaps (param externref externref) (result i32)))
    (import "shape" "pour" (func $pour (param externref externref)))
    (import "shape" "swap" (func $swap (param externref externref)))
    (import "shape" "reenter" (func $reenter (param externref) (result i32)))
    (import "shape" "reenter_shared" (func $reenter_shared (param externref) (result i32)))
    (import "shape" "collect" (func $collect (param externref) (result i32)))
    (import "shape" "panic" (func $panic (param externref)))
    (import "shape" "fail" (func $fail (param externref)))
    (import "shape" "keep" (func $keep (param externref)))
    (import "shape" "kept" (func $kept (result externref)))
    (global $a (mut externref) (ref.null extern))
    (global $b (mut externref) (ref.null extern))
    (func (export "set") (param externref) (global.set $a (local.get 0)))
    (func (export "area") (result i32) (call $area (global.get $a)))
    (func (export "forget") (global.set $a (ref.null extern)))
    (func (export "panic") (call $panic (global.get $a)))
    (func (export "fail") (call $fail (global.get $a)))
"#;

fn setup() -> Result<(Linker<State>, Store<State>)> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host_objects::<Shape>()?;
    let store = Store::new(&engine, State::default());
    Ok((linker, store))
}

/// Returns a guest whose function `run` has this body.
fn guest(body: &str) -> String {
    format!("(module {IMPORTS} (func (export \"run\") (result i32) {body}))")
}

fn result(body: &str) -> Result<i32> {
    let (linker, mut store) = setup()?;
    run(&linker, &mut store, &guest(body))
}

#[track_caller]
fn assert_fails(body: &str, messages: &[&str]) {
    let error = result(body).unwrap_err();
    let text = format!("{error:#}");
    for message in messages {
        assert!(text.contains(message), "`{message}` isn't in: {text}");
    }
}

const NEW_A: &str = "(global.set $a (call $new (i32.const 5)))";

#[test]
fn a_guest_creates_an_object_and_calls_its_methods() -> Result<()> {
    let body =
        format!("{NEW_A} (call $grow (global.get $a) (i32.const 2)) (call $area (global.get $a))");
    assert_eq!(result(&body)?, 7);
    Ok(())
}

#[test]
fn objects_are_arguments_and_results() -> Result<()> {
    let body = format!(
        "{NEW_A} (global.set $b (call $try_new (i32.const 8)))
        (call $pour (global.get $a) (global.get $b))
        (call $swap (global.get $a) (call $same (global.get $b)))
        (i32.add
            (i32.mul (i32.const 100) (call $overlaps (global.get $a) (global.get $a)))
            (i32.add
                (call $area_or_0 (ref.null extern))
                (call $area_or_0 (global.get $a))))"
    );
    assert_eq!(result(&body)?, 113);
    assert_eq!(result("(ref.is_null (call $find (i32.const 0)))")?, 1);
    assert_eq!(result("(call $area (call $find (i32.const 3)))")?, 3);
    Ok(())
}

#[test]
fn a_constructor_that_fails_has_its_own_error() {
    let error = result("(drop (call $try_new (i32.const -1))) (i32.const 0)").unwrap_err();
    assert!(
        format!("{error:#}").ends_with("expected an area, found -1"),
        "{error:#}"
    );
}

#[test]
fn null_is_an_error_that_names_the_receiver_or_the_argument() {
    assert_fails(
        "(call $area (ref.null extern))",
        &[
            "`shape`.`area`: the receiver: expected an object of type `bind::objects::Shape`, found a null reference",
        ],
    );
    assert_fails(
        &format!("{NEW_A} (call $overlaps (global.get $a) (ref.null extern))"),
        &[
            "`shape`.`overlaps`: argument 1: expected an object",
            "found a null reference",
        ],
    );
}

/// Calls `area` with a reference of the host's making.
fn area_of(make: impl FnOnce(&mut Store<State>) -> Result<Rooted<ExternRef>>) -> Result<i32> {
    let (linker, mut store) = setup()?;
    let module = Module::new(linker.engine(), guest("(i32.const 0)"))?;
    let instance = linker.instantiate(&mut store, &module)?;
    let set = instance.get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "set")?;
    let reference = make(&mut store)?;
    set.call(&mut store, Some(reference))?;
    let area = instance.get_typed_func::<(), i32>(&mut store, "area")?;
    area.call(&mut store, ())
}

#[test]
fn an_object_of_the_host_is_passed_to_a_guest() -> Result<()> {
    let object = Object::new(Shape::new(4));
    assert_eq!(area_of(|store| object.to_externref(store))?, 4);
    Ok(())
}

#[test]
fn an_object_of_another_type_is_an_error_that_names_both() {
    let error = area_of(|store| Object::new(String::new()).to_externref(store)).unwrap_err();
    let text = format!("{error:#}");
    let expected = "expected an object of type `bind::objects::Shape`, found one of type \
                    `alloc::string::String`";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn an_externref_without_an_object_is_an_error() {
    // Not even one that holds the type itself.
    let error = area_of(|store| ExternRef::new(store, Shape::new(4))).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("found a value of the host that isn't an `Object`"),
        "{text}"
    );
}

#[test]
fn a_converted_number_is_an_error() {
    let error = area_of(|store| {
        let number = AnyRef::from_i31(&mut *store, libwasmtime::I31::wrapping_u32(4));
        ExternRef::convert_any(store, number)
    })
    .unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("found an object of WebAssembly"), "{text}");
}

#[test]
fn reentering_a_method_that_changes_the_object_is_an_error() -> Result<()> {
    for again in [
        "(call $area (global.get $a))",
        "(call $grow (global.get $a) (i32.const 1)) (i32.const 0)",
    ] {
        let (linker, mut store) = setup()?;
        let wat = format!(
            "(module {IMPORTS}
                (func (export \"again\") (result i32) {again})
                (func (export \"run\") (result i32)
                    {NEW_A} (call $reenter (global.get $a))))"
        );
        let module = Module::new(linker.engine(), wat)?;
        let instance = linker.instantiate(&mut store, &module)?;
        let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
        let error = run.call(&mut store, ()).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("can be borrowed, found one that is borrowed exclusively, by a method with `&mut self`"),
            "{text}"
        );
        assert!(
            error.downcast_ref::<ObjectBorrowError>().is_some(),
            "{text}"
        );
        // The borrow has ended.
        let area = instance.get_typed_func::<(), i32>(&mut store, "area")?;
        assert_eq!(area.call(&mut store, ())?, 6);
    }
    Ok(())
}

#[test]
fn reentering_a_method_that_reads_the_object_may_read_it_only() -> Result<()> {
    let run = |again: &str| {
        let (linker, mut store) = setup()?;
        let wat = format!(
            "(module {IMPORTS}
                (func (export \"again\") (result i32) {again})
                (func (export \"run\") (result i32)
                    {NEW_A} (call $reenter_shared (global.get $a))))"
        );
        run(&linker, &mut store, &wat)
    };
    assert_eq!(run("(call $area (global.get $a))")?, 5);
    let error = run("(call $grow (global.get $a) (i32.const 1)) (i32.const 0)").unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains(
            "can be borrowed exclusively, found one that is borrowed, by a method with `&self`"
        ),
        "{text}"
    );
    Ok(())
}

#[test]
fn an_object_that_is_passed_twice_can_not_be_changed() {
    for call in [
        "(call $pour (global.get $a) (global.get $a))",
        "(call $swap (global.get $a) (call $same (global.get $a)))",
    ] {
        assert_fails(
            &format!("{NEW_A} {call} (i32.const 0)"),
            &[
                "that is borrowed exclusively",
                "by another argument of this call",
            ],
        );
    }
}

#[test]
fn a_method_that_fails_or_panics_releases_the_object() -> Result<()> {
    let (linker, mut store) = setup()?;
    let module = Module::new(linker.engine(), guest(&format!("{NEW_A} (i32.const 0)")))?;
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    run.call(&mut store, ())?;
    let area = instance.get_typed_func::<(), i32>(&mut store, "area")?;
    let panic = instance.get_typed_func::<(), ()>(&mut store, "panic")?;
    let fail = instance.get_typed_func::<(), ()>(&mut store, "fail")?;
    catch_unwind(AssertUnwindSafe(|| panic.call(&mut store, ()))).unwrap_err();
    assert_eq!(area.call(&mut store, ())?, 5);
    let error = fail.call(&mut store, ()).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "of the method");
    assert_eq!(area.call(&mut store, ())?, 5);
    Ok(())
}

#[test]
fn the_collector_leaves_an_object_whose_method_is_running() -> Result<()> {
    let (linker, mut store) = setup()?;
    let body = "(call $collect (call $new (i32.const 5)))";
    assert_eq!(run(&linker, &mut store, &guest(body))?, 6);
    store.gc(None)?;
    assert_eq!(store.data().dropped.load(Ordering::Relaxed), freed(1));
    Ok(())
}

#[test]
fn a_borrow_outlives_the_reference_and_the_store() -> Result<()> {
    let (_, mut store) = setup()?;
    let shape = Shape::new(5);
    let dropped = shape.dropped.clone();
    let reference = Object::new(shape).to_externref(&mut store)?;
    let mut borrow = Object::<Shape>::from_externref(&store, &reference)?.try_borrow_mut()?;
    drop(store);
    borrow.area += 1;
    assert_eq!(borrow.area, 6);
    assert_eq!(dropped.load(Ordering::Relaxed), 0);
    drop(borrow);
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    Ok(())
}

#[test]
fn an_object_can_be_borrowed_on_several_threads() {
    let object = Object::new(Shape::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    while let Err(error) = object.try_borrow_mut().map(|mut it| it.area += 1) {
                        assert!(error.to_string().contains("is borrowed"), "{error}");
                    }
                    drop(object.try_borrow());
                }
            });
        }
    });
    assert_eq!(object.try_borrow().unwrap().area, 4000);
}

#[test]
fn each_object_is_dropped_once() -> Result<()> {
    let (linker, mut store) = setup()?;
    let dropped = store.data().dropped.clone();
    let body = "(local $i i32)
        (loop $next
            (global.set $a (call $new (local.get $i)))
            (call $grow (global.get $a) (i32.const 1))
            (br_if $next (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                (i32.const 10000))))
        (call $area (global.get $a))";
    assert_eq!(run(&linker, &mut store, &guest(body))?, 10_000);
    store.gc(None)?;
    assert_eq!(dropped.load(Ordering::Relaxed), freed(9_999));
    drop(store);
    assert_eq!(dropped.load(Ordering::Relaxed), 10_000);
    Ok(())
}

#[test]
fn an_object_is_kept_beyond_the_call_and_passed_back() -> Result<()> {
    let (linker, mut store) = setup()?;
    let keep = format!("{NEW_A} (call $keep (global.get $a)) (i32.const 0)");
    run(&linker, &mut store, &guest(&keep))?;
    store.gc(None)?;
    let kept = store.data().kept.clone().expect("it was kept");
    kept.get(&store).try_borrow_mut()?.area += 1;
    // Another instance gets it.
    let back = "(call $area (call $kept))";
    assert_eq!(run(&linker, &mut store, &guest(back))?, 6);
    // It is the same reference again.
    let module = Module::new(linker.engine(), guest("(i32.const 0)"))?;
    let instance = linker.instantiate(&mut store, &module)?;
    let set = instance.get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "set")?;
    let rooted = kept.externref().to_rooted(&mut store);
    set.call(&mut store, Some(rooted))?;
    let object = kept.get(&store);
    let again = ObjectRef::new(&mut store, object.clone())?;
    assert!(Object::ptr_eq(&again.get(&store), &object));
    assert!(!Rooted::ref_eq(
        &store,
        again.externref(),
        kept.externref()
    )?);
    Ok(())
}

#[test]
fn a_kept_object_of_another_store_is_not_passed() -> Result<()> {
    let (linker, mut store) = setup()?;
    let mut other = Store::new(linker.engine(), State::default());
    let foreign = ObjectRef::new(&mut other, Object::new(Shape::new(1)))?;
    store.data_mut().kept = Some(foreign.clone());
    let error = run(&linker, &mut store, &guest("(call $area (call $kept))")).unwrap_err();
    assert!(format!("{error:#}").contains("store"), "{error:#}");
    catch_unwind(AssertUnwindSafe(|| foreign.get(&store))).unwrap_err();
    // The object without its reference belongs to no store.
    let object = foreign.get(&other);
    store.data_mut().kept = None;
    let kept = ObjectRef::new(&mut store, object)?;
    store.data_mut().kept = Some(kept);
    assert_eq!(
        run(&linker, &mut store, &guest("(call $area (call $kept))"))?,
        1
    );
    Ok(())
}

/// An object that keeps references to others, or itself.
struct Node {
    next: Option<ObjectRef<Node>>,
    shape: Option<ObjectRef<Shape>>,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn an_object_that_keeps_itself_is_dropped_with_the_store() -> Result<()> {
    let (linker, mut store) = setup()?;
    let dropped = Arc::new(AtomicUsize::new(0));
    {
        let mut scope = RootScope::new(&mut store);
        let shape = ObjectRef::new(&mut scope, Object::new(Shape::new(1)))?;
        let node = Object::new(Node {
            next: None,
            shape: Some(shape),
            dropped: dropped.clone(),
        });
        let reference = ObjectRef::new(&mut scope, node.clone())?;
        node.try_borrow_mut()?.next = Some(reference);
        assert!(node.try_borrow()?.shape.is_some());
    }
    store.gc(None)?;
    assert_eq!(dropped.load(Ordering::Relaxed), 0);
    drop((store, linker));
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    Ok(())
}

/// Calls a function when it is dropped.
struct OnDrop(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl OnDrop {
    fn new(call: impl FnOnce() + Send + 'static) -> OnDrop {
        OnDrop(Mutex::new(Some(Box::new(call))))
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(call) = self.0.get_mut().unwrap().take() {
            call();
        }
    }
}

#[test]
fn a_panic_in_drop_ends_in_the_collector() -> Result<()> {
    let (_, mut store) = setup()?;
    {
        let mut scope = RootScope::new(&mut store);
        Object::new(OnDrop::new(|| panic!("of a drop"))).to_externref(&mut scope)?;
    }
    store.gc(None)?;
    Ok(())
}

#[test]
fn a_panic_in_drop_while_the_host_panics_does_not_end_the_process() {
    let object = Object::new(OnDrop::new(|| panic!("of a drop")));
    let borrow = object.try_borrow().unwrap();
    drop(object);
    let call = || {
        let _borrow = borrow;
        panic!("of a method")
    };
    let payload = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"of a method"));
}

#[test]
fn a_drop_that_borrows_another_object_gets_an_error_if_that_is_borrowed() -> Result<()> {
    let (linker, mut store) = setup()?;
    let shape = Object::new(Shape::new(5));
    let found = Arc::new(Mutex::new(None));
    {
        let mut scope = RootScope::new(&mut store);
        let (shape, found) = (shape.clone(), found.clone());
        let object = Object::new(OnDrop::new(move || {
            *found.lock().unwrap() = Some(shape.try_borrow_mut().is_err());
        }));
        object.to_externref(&mut scope)?;
    }
    // The method `collect` collects that object while it borrows the shape.
    store.data_mut().kept = Some(ObjectRef::new(&mut store, shape)?);
    assert_eq!(
        run(&linker, &mut store, &guest("(call $collect (call $kept))"))?,
        6
    );
    // Without frees, it is collected with the store.
    assert_eq!(*found.lock().unwrap(), frees().then_some(true));
    Ok(())
}

trait Animal: Send + Sync {
    fn legs(&self) -> i32;
    fn lose(&mut self) {}
}

struct Bird;

impl Animal for Bird {
    fn legs(&self) -> i32 {
        2
    }
}

struct Dog(i32);

impl Animal for Dog {
    fn legs(&self) -> i32 {
        self.0
    }

    fn lose(&mut self) {
        self.0 -= 1;
    }
}

libwasmtime::__object!(dyn Animal);

#[test]
fn objects_can_be_trait_objects() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("animal", Held::<dyn Animal>::new())
        .func::<(i32,), _>("new", |(is_dog,)| -> Box<dyn Animal> {
            match is_dog {
                0 => Box::new(Bird),
                _ => Box::new(Dog(4)),
            }
        })?
        .method::<(), _>("legs", |animal, ()| animal.legs())?
        .method_mut::<(&mut dyn Animal,), _>("fight", |animal, (other,)| {
            animal.lose();
            other.lose();
        })?;
    let wat = r#"(module
        (import "animal" "new" (func $new (param i32) (result externref)))
        (import "animal" "legs" (func $legs (param externref) (result i32)))
        (import "animal" "fight" (func $fight (param externref externref)))
        (func (export "run") (result i32)
            (local $a externref) (local $b externref)
            (local.set $a (call $new (i32.const 0)))
            (local.set $b (call $new (i32.const 1)))
            (call $fight (local.get $a) (local.get $b))
            (i32.add (call $legs (local.get $a)) (call $legs (local.get $b)))))"#;
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), wat)?, 5);
    Ok(())
}

struct Stack<A>(Vec<A>);

libwasmtime::__object!({A: Send + Sync,} Stack<A> {A: 'static,} {Stack<A>: libwasmtime::bind::GuestHeld,});

#[test]
fn objects_can_be_generic() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("stack", Held::<Stack<i32>>::new())
        .func::<(), _>("new", |()| Stack::<i32>(Vec::new()))?
        .method_mut::<(i32,), _>("push", |stack, (value,)| stack.0.push(value))?
        .func::<(&Stack<i32>,), _>("len", |(stack,)| stack.0.len() as u32)?;
    let wat = r#"(module
        (import "stack" "new" (func $new (result externref)))
        (import "stack" "push" (func $push (param externref i32)))
        (import "stack" "len" (func $len (param externref) (result i32)))
        (func (export "run") (result i32)
            (local $a externref)
            (local.set $a (call $new))
            (call $push (local.get $a) (i32.const 1))
            (call $len (local.get $a))))"#;
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), wat)?, 1);
    Ok(())
}

#[cfg(feature = "async")]
#[test]
fn an_asynchronous_method_borrows_its_object_while_it_waits() -> Result<()> {
    let engine = Engine::default();
    let object = Object::new(Shape::new(5));
    let observed = object.clone();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("shape", Held::<Shape>::new())
        .async_func::<(), _>("new", move |(), ()| {
            let object = object.clone();
            Box::pin(async move {
                tokio::task::yield_now().await;
                object
            })
        })?
        .async_method_mut::<(), _>("grow", move |shape, ()| {
            let observed = observed.clone();
            Box::pin(async move {
                tokio::task::yield_now().await;
                shape.area += 1;
                i32::from(observed.try_borrow().is_err())
            })
        })?
        .method::<(), _>("area", |shape, ()| shape.area)?;
    let wat = r#"(module
        (import "shape" "new" (func $new (result externref)))
        (import "shape" "grow" (func $grow (param externref) (result i32)))
        (import "shape" "area" (func $area (param externref) (result i32)))
        (func (export "run") (result i32)
            (local $a externref)
            (local.set $a (call $new))
            (i32.mul (call $grow (local.get $a)) (call $area (local.get $a)))))"#;
    assert_eq!(run_async(&linker, &mut Store::new(&engine, ()), wat)?, 6);
    Ok(())
}

/// A guest whose allocator calls a method of the object whose method `name` returns a string.
fn allocating(name: &str) -> String {
    format!(
        r#"(module
        (import "shape" "new" (func $new (result externref)))
        (import "shape" "{name}" (func $name (param externref) (result i32 i32)))
        (import "shape" "area" (func $area (param externref) (result i32)))
        (memory (export "memory") 1)
        (global $a (mut externref) (ref.null extern))
        (func (export "alloc") (param i32) (result i32) (call $area (global.get $a)))
        (func (export "run") (result i32)
            (global.set $a (call $new))
            (call $name (global.get $a))
            (i32.add)))"#
    )
}

#[test]
fn the_borrow_ends_before_the_results_are_allocated() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("shape", Held::<Shape>::new())
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("new", |()| Shape::new(5))?
        .method_mut::<(), _>("name", |_, ()| String::from("name"))?
        .func::<(&mut Shape,), _>("name_of", |(_,)| String::from("name"))?
        .method::<(), _>("area", |shape, ()| shape.area)?;
    for name in ["name", "name_of"] {
        let mut store = Store::new(&engine, ());
        assert_eq!(run(&linker, &mut store, &allocating(name))?, 9);
    }
    Ok(())
}

#[cfg(feature = "async")]
#[test]
fn the_borrow_of_an_asynchronous_method_ends_before_the_results_are_allocated() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("shape", Held::<Shape>::new())
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("new", |()| Shape::new(5))?
        .async_method_mut::<(), _>("name", |_, ()| Box::pin(async { String::from("name") }))?
        .async_func::<(&mut Shape,), _>("name_of", |(), (_,)| {
            Box::pin(async { String::from("name") })
        })?
        .method::<(), _>("area", |shape, ()| shape.area)?;
    for name in ["name", "name_of"] {
        let mut store = Store::new(&engine, ());
        assert_eq!(run_async(&linker, &mut store, &allocating(name))?, 9);
    }
    Ok(())
}
