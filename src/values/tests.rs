use super::{Args, Form, FromWasm, Given, Guest, IntoWasm, Lent, Raw, Reader, WasmTy, Writer};
use crate::bind::Abi;
use crate::{
    AsContextMut, Extern, ExternRef, Func, I31, Instance, Memory, Module, OwnedRooted, Result,
    RootScope, Store, V128, ValType,
};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Two values.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f64,
    y: i32,
}

// SAFETY: two values of these types are read; they need no store.
unsafe impl FromWasm for Point {
    const NEEDS_STORE: bool = false;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.extend([ValType::F64, ValType::I32]);
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Point> {
        // SAFETY: the two values are next, as this function requires.
        let (x, y) = unsafe { (args.read(), args.read()) };
        Ok(Point { x, y })
    }
}

// SAFETY: two values of these types are written; they need no store.
unsafe impl IntoWasm for Point {
    type Prepared = Point;
    const NEEDS_STORE: bool = false;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.extend([ValType::F64, ValType::I32]);
    }

    fn prepare(self, _: &mut Guest<'_>) -> Result<Point> {
        Ok(self)
    }

    unsafe fn write<F: Form>(point: &Point, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places of the two values are next, as this function requires.
        unsafe {
            results.write(&point.x)?;
            results.write(&point.y)
        }
    }
}

/// No value.
struct Nothing;

// SAFETY: nothing is read.
unsafe impl FromWasm for Nothing {
    const NEEDS_STORE: bool = false;

    fn valtypes(_: &Abi, _: &mut Vec<ValType>) {}

    unsafe fn read<F: Form>(_: &mut Args<'_, F>) -> Result<Nothing> {
        Ok(Nothing)
    }
}

/// A place and a length in the caller's memory.
struct Text(String);

// SAFETY: two values of these types are read; the store is needed, and has data `()` in
// these tests.
unsafe impl FromWasm for Text {
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.extend([ValType::I32, ValType::I32]);
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Text> {
        // SAFETY: the two values are next, as this function requires. The caller is gone
        // before the next argument is read.
        let (start, len, mut caller) =
            unsafe { (args.read::<u32>(), args.read::<u32>(), args.caller::<()>()) };
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let memory: Memory = memory.ok_or_else(|| crate::format_err!("there is no memory"))?;
        let mut bytes = vec![0; len as usize];
        memory.read(&caller, start as usize, &mut bytes)?;
        Ok(Text(String::from_utf8(bytes)?))
    }
}

#[test]
fn an_argument_may_be_several_values_or_none() -> Result<()> {
    let mut store = Store::<()>::default();
    let moved = Func::wrap(
        &mut store,
        |by: i32, _: Nothing, point: Point, _: Nothing| {
            let Point { x, y } = point;
            (by, Point { x: -x, y: y + by }, 1_i64)
        },
    );
    let moved = moved.typed::<(i32, f64, i32), (i32, f64, i32, i64)>(&store)?;
    assert_eq!(moved.call(&mut store, (3, 0.5, 4))?, (3, -0.5, 7, 1));
    Ok(())
}

#[test]
fn an_argument_may_use_the_callers_memory() -> Result<()> {
    let mut store = Store::<()>::default();
    let module = Module::new(
        store.engine(),
        r#"(module
            (import "" "len" (func $len (param i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 8) "gr\c3\bc\c3\9fe")
            (func (export "run") (param i32) (result i32)
                (call $len (i32.const 100) (i32.const 8) (local.get 0))))"#,
    )?;
    let len = Func::wrap(&mut store, |base: u32, text: Text| {
        base + text.0.chars().count() as u32
    });
    let instance = Instance::new(&mut store, &module, &[len.into()])?;
    let run = instance.get_typed_func::<u32, u32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, 7)?, 105);
    // In the middle of a character, and beyond the memory: the conversion fails.
    assert!(run.call(&mut store, 3).is_err());
    assert!(run.call(&mut store, u32::MAX).is_err());
    Ok(())
}

/// Writes values in one form and reads them in the same.
fn pass<F: Form, A: WasmTy, B: WasmTy>(store: &mut Store<()>, values: (&A, &B)) -> Result<(A, B)> {
    let mut passed = [const { MaybeUninit::<F::Value>::uninit() }; 2];
    let opaque = store.as_context_mut().opaque_ptr();
    // SAFETY: there are places for two values, which are read with the types that they
    // were written with, of a store that is borrowed.
    unsafe {
        let mut writer = Writer::<F>::new(passed.as_mut_ptr().cast(), opaque);
        writer.write(values.0)?;
        writer.write(values.1)?;
        let mut reader = Reader::<F>::new(passed.as_ptr().cast(), opaque);
        Ok((reader.read(), reader.read()))
    }
}

#[test]
fn numbers_are_the_same_in_each_form() -> Result<()> {
    fn check<F: Form>() -> Result<()> {
        let store = &mut Store::<()>::default();
        assert_eq!(
            pass::<F, _, _>(store, (&-1_i32, &u32::MAX))?,
            (-1, u32::MAX)
        );
        assert_eq!(
            pass::<F, _, _>(store, (&i64::MIN, &u64::MAX))?,
            (i64::MIN, u64::MAX)
        );
        assert_eq!(
            pass::<F, _, _>(store, (&1.5_f32, &-0.25_f64))?,
            (1.5, -0.25)
        );
        let vector = V128::from(1 << 127 | 5);
        assert_eq!(pass::<F, _, _>(store, (&vector, &7_i32))?, (vector, 7));
        Ok(())
    }
    check::<Raw>()?;
    check::<Lent>()?;
    check::<Given>()
}

#[test]
fn references_are_the_same_in_each_form_and_are_freed() -> Result<()> {
    fn check<F: Form>() -> Result<()> {
        let store = &mut Store::<()>::default();
        let func = Func::wrap(&mut *store, || 3);
        let alive = Arc::new(());
        let object = {
            let mut scope = RootScope::new(&mut *store);
            let object = ExternRef::new(&mut scope, alive.clone())?;
            object.to_owned_rooted(&mut scope)?
        };
        let (same_func, same_object) = pass::<F, _, _>(store, (&Some(func), &object))?;
        let same_func = same_func
            .expect("it isn't null")
            .typed::<(), i32>(&*store)?;
        assert_eq!(same_func.call(&mut *store, ())?, 3);
        assert!(OwnedRooted::ref_eq(&*store, &object, &same_object)?);
        assert_eq!(
            pass::<F, Option<I31>, _>(store, (&None, &I31::wrapping_u32(9)))?
                .1
                .get_u32(),
            9
        );
        drop((object, same_object));
        store.gc(None)?;
        assert_eq!(
            Arc::strong_count(&alive),
            1,
            "a conversion left a root behind"
        );
        Ok(())
    }
    check::<Raw>()?;
    check::<Lent>()?;
    check::<Given>()
}
