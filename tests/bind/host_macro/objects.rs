//! Types whose values the guest holds.

use crate::run;
use libwasmtime::bind::ObjectRef;
use libwasmtime::{Caller, Engine, Linker, Result, Store, bail};

/// A stack of numbers.
struct Stack {
    elements: Vec<i32>,
}

#[libwasmtime::host(module = "stack", object)]
impl Stack {
    fn new() -> Self {
        Stack {
            elements: Vec::new(),
        }
    }

    fn of(element: i32) -> Result<Stack> {
        if element < 0 {
            bail!("expected no negative element");
        }
        Ok(Stack {
            elements: vec![element],
        })
    }

    fn push(&mut self, element: i32) {
        self.elements.push(element);
    }

    fn append(&mut self, other: &mut Self) {
        self.elements.append(&mut other.elements);
    }

    fn sum(&self) -> i32 {
        self.elements.iter().sum()
    }

    fn is_longer(&self, other: &Stack) -> bool {
        self.elements.len() > other.elements.len()
    }

    fn keep(mut caller: Caller<'_, Kept>, stack: ObjectRef<Stack>) {
        caller.data_mut().stack = Some(stack);
    }
}

#[derive(Default)]
struct Kept {
    stack: Option<ObjectRef<Stack>>,
}

#[test]
fn the_guest_holds_values_of_the_type() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<Kept>::new(&engine);
    linker.host_objects::<Stack>()?;
    let mut store = Store::new(&engine, Kept::default());
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "stack" "new" (func $new (result externref)))
            (import "stack" "of" (func $of (param i32) (result externref)))
            (import "stack" "push" (func $push (param externref i32)))
            (import "stack" "append" (func $append (param externref externref)))
            (import "stack" "sum" (func $sum (param externref) (result i32)))
            (import "stack" "is_longer"
                (func $is_longer (param externref externref) (result i32)))
            (import "stack" "keep" (func $keep (param externref)))
            (func (export "run") (result i32)
                (local $a externref) (local $b externref)
                (local.set $a (call $new))
                (local.set $b (call $of (i32.const 3)))
                (call $push (local.get $a) (i32.const 40))
                (call $push (local.get $a) (i32.const 500))
                (call $append (local.get $a) (local.get $b))
                (call $keep (local.get $a))
                (i32.add
                    (call $sum (local.get $a))
                    (i32.mul
                        (i32.const 1000)
                        (call $is_longer (local.get $a) (local.get $b))))))"#,
    )?;
    assert_eq!(result, 1543);
    let kept = store.data().stack.clone().unwrap().get(&store);
    assert_eq!(kept.try_borrow()?.elements, [40, 500, 3]);
    Ok(())
}

/// A type with parameters.
struct Cell<A: Copy> {
    value: A,
}

#[libwasmtime::host(module = "cell", object)]
impl<A: Copy + From<i32> + Into<i64> + Send + Sync + 'static> Cell<A>
where
    A: std::ops::Add<Output = A>,
{
    fn new(value: i32) -> Self {
        Cell {
            value: value.into(),
        }
    }

    fn add(&mut self, other: &Self) -> i64 {
        self.value = self.value + other.value;
        self.value.into()
    }
}

/// A trait whose values are held in boxes.
#[libwasmtime::host(module = "animal", object)]
trait Animal: Send + Sync {
    fn legs(&self) -> i32;
}

struct Bird;

impl Animal for Bird {
    fn legs(&self) -> i32 {
        2
    }
}

struct Zoo;

#[libwasmtime::host(module = "zoo")]
impl Zoo {
    fn bird() -> Box<dyn Animal> {
        Box::new(Bird)
    }

    fn count(a: Option<&mut dyn Animal>, b: Option<&dyn Animal>, c: &dyn Animal) -> i32 {
        let legs = |animal: &dyn Animal| animal.legs();
        a.map_or(100, |animal| legs(animal)) + b.map_or(1000, legs) + legs(c)
    }
}

#[test]
fn trait_objects_are_borrowed_unless_they_are_null() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<Zoo>()?;
    let mut store = Store::new(&engine, ());
    for (a, b, expected) in [
        ("(call $bird)", "(ref.null extern)", 1004),
        ("(ref.null extern)", "(call $bird)", 104),
        ("(call $bird)", "(call $bird)", 6),
    ] {
        let wat = format!(
            r#"(module
                (import "zoo" "bird" (func $bird (result externref)))
                (import "zoo" "count"
                    (func $count (param externref externref externref) (result i32)))
                (func (export "run") (result i32) (call $count {a} {b} (call $bird))))"#
        );
        assert_eq!(run(&linker, &mut store, &wat)?, expected);
    }
    Ok(())
}

#[test]
fn the_guest_holds_values_of_generic_types_and_trait_objects() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_objects::<Cell<i64>>()?
        .host_objects::<dyn Animal>()?
        .host_functions::<Zoo>()?;
    let mut store = Store::new(&engine, ());
    let wat = |object| {
        format!(
            r#"(module
                (import "cell" "new" (func $cell (param i32) (result externref)))
                (import "cell" "add" (func $add (param externref externref) (result i64)))
                (import "zoo" "bird" (func $bird (result externref)))
                (import "animal" "legs" (func $legs (param externref) (result i32)))
                (func (export "run") (result i32)
                    (i32.add
                        (call $legs (call {object}))
                        (i32.wrap_i64
                            (call $add (call $cell (i32.const 30)) (call $cell (i32.const 7)))))))"#
        )
    };
    assert_eq!(run(&linker, &mut store, &wat("$bird"))?, 39);
    // A cell is no animal.
    let error = run(&linker, &mut store, &wat("$cell (i32.const 1)")).unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("`animal`.`legs`"), "{error}");
    assert!(error.contains("found one of type"), "{error}");
    Ok(())
}
