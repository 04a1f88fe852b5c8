//! `exnref`: exceptions as values, and on their way through host functions.

use crate::collector::{freed, frees};
use crate::guest::{Drops, instantiate, panic_text};
use libwasmtime::error::Context;
use libwasmtime::*;

fn store() -> Store<()> {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_exceptions(true);
    Store::new(&Engine::new(&config).unwrap(), ())
}

const WAT: &str = r#"(module
    (import "" "" (func $host))
    (tag $tag (export "tag") (param i32 externref))
    (tag $other (export "other"))
    (func (export "throw") (param i32 externref) (throw $tag (local.get 0) (local.get 1)))
    (func (export "make") (param i32 externref) (result exnref)
        (block $caught (result i32 externref exnref)
            (try_table (result i32 externref exnref) (catch_ref $tag $caught)
                (throw $tag (local.get 0) (local.get 1))))
        (return))
    (func (export "rethrow") (param exnref) (throw_ref (local.get 0)))
    (func (export "same") (param exnref) (result exnref) (local.get 0))
    (func (export "exact") (param (ref exn)) (result (ref exn)) (local.get 0))
    (func (export "host") (call $host))
    (func (export "catch") (result i32)
        (block $caught (result i32 externref)
            (try_table (catch $tag $caught) (call $host))
            (return (i32.const -1)))
        (drop)))"#;

/// Returns an instance of the module with this host function.
fn with_host(
    store: &mut Store<()>,
    host: impl Fn(Caller<'_, ()>) -> Result<()> + Send + Sync + 'static,
) -> Instance {
    let host = Func::wrap(&mut *store, host);
    instantiate(store, WAT, &[host.into()])
}

/// Returns an exception with these values.
fn exception(store: &mut Store<()>, instance: Instance, values: &[Val]) -> Rooted<ExnRef> {
    let tag = instance.get_tag(&mut *store, "tag").unwrap();
    let ty = ExnType::from_tag_type(&tag.ty(&*store)).unwrap();
    let pre = ExnRefPre::new(&mut *store, ty);
    ExnRef::new(store, &pre, &tag, values).unwrap()
}

#[test]
fn what_an_exception_carries() {
    let mut store = store();
    let instance = with_host(&mut store, |_| Ok(()));
    let tag = instance.get_tag(&mut store, "tag").unwrap();
    let host = ExternRef::new(&mut store, 5).unwrap();
    let values = [Val::I32(4), host.into()];
    let made = exception(&mut store, instance, &values);
    let mut results = [Val::I32(0)];
    let make = instance.get_func(&mut store, "make").unwrap();
    make.call(&mut store, &values, &mut results).unwrap();
    let caught = *results[0].unwrap_exnref().unwrap();
    for exception in [made, caught] {
        assert!(Tag::eq(&exception.tag(&mut store).unwrap(), &tag, &store));
        assert_eq!(exception.field(&mut store, 0).unwrap().unwrap_i32(), 4);
        let error = exception.field(&mut store, 2).unwrap_err();
        assert!(error.to_string().contains("2 fields"), "{error}");
        let fields: Vec<_> = exception.fields(&mut store).unwrap().collect();
        assert_eq!((fields.len(), fields[0].unwrap_i32()), (2, 4));
        let back = fields[1].unwrap_externref().unwrap();
        assert!(Rooted::ref_eq(&store, back, &host).unwrap());

        let ty = exception.ty(&store).unwrap();
        assert!(FuncType::eq(ty.tag_type().ty(), tag.ty(&store).ty()));
        assert!(exception.matches_ty(&store, &ty.into()).unwrap());
        assert!(exception.matches_ty(&store, &HeapType::Exn).unwrap());
        let another = ExnType::new(store.engine(), [ValType::I64]).unwrap();
        assert!(!exception.matches_ty(&store, &another.into()).unwrap());
        let raw = exception.to_raw(&mut store).unwrap();
        // SAFETY: it was made just now.
        let back = unsafe { ExnRef::from_raw(&mut store, raw) }.unwrap();
        assert!(Rooted::ref_eq(&store, &back, &exception).unwrap());
    }
    assert!(!Rooted::ref_eq(&store, &made, &caught).unwrap());
}

#[test]
fn exceptions_that_can_not_be_made() {
    let mut store = store();
    let instance = with_host(&mut store, |_| Ok(()));
    let tag = instance.get_tag(&mut store, "tag").unwrap();
    let other = instance.get_tag(&mut store, "other").unwrap();
    let ty = ExnType::from_tag_type(&tag.ty(&store)).unwrap();
    let pre = ExnRefPre::new(&mut store, ty);
    let null = Val::null_extern_ref();
    for (tag, fields, text) in [
        (other, &[Val::I32(1), null][..], "another type"),
        (tag, &[Val::I32(1)], "expected 2 fields, got 1"),
        (tag, &[Val::I64(1), null], "type mismatch"),
        (tag, &[Val::I32(1), Val::null_any_ref()], "type mismatch"),
    ] {
        let error = ExnRef::new(&mut store, &pre, &tag, fields).unwrap_err();
        assert!(format!("{error:#}").contains(text), "{error:#}");
    }
    let gone = {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, 1).unwrap()
    };
    let fields = [Val::I32(1), gone.into()];
    assert!(ExnRef::new(&mut store, &pre, &tag, &fields).is_err());

    let with_results = FuncType::new(store.engine(), [], [ValType::I32]);
    assert!(ExnType::from_tag_type(&TagType::new(with_results)).is_err());
    let mut config = Config::new();
    config.gc_support(false);
    let without = Engine::new(&config).unwrap();
    assert!(ExnType::new(&without, [ValType::I32]).is_err());
    let text = panic_text(|| ExnRefPre::new(Store::new(&without, ()), pre_type(&store)));
    assert!(text.contains("another engine"), "{text}");
}

fn pre_type(store: &Store<()>) -> ExnType {
    ExnType::new(store.engine(), []).unwrap()
}

#[test]
fn a_store_without_instances_has_a_heap() {
    let mut store = Store::<()>::default();
    let ty = ExnType::new(store.engine(), [ValType::I32]).unwrap();
    let tag = Tag::new(&mut store, &ty.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut store, ty);
    let made = ExnRef::new(&mut store, &pre, &tag, &[Val::I32(1)]).unwrap();
    assert_eq!(made.field(&mut store, 0).unwrap().unwrap_i32(), 1);
}

#[test]
fn a_full_heap_is_an_error() {
    let limits = StoreLimitsBuilder::new().memory_size(1 << 16).build();
    let mut store = Store::new(&Engine::default(), limits);
    store.limiter(|limits| limits);
    let ty = ExnType::new(store.engine(), [ValType::V128]).unwrap();
    let tag = Tag::new(&mut store, &ty.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut store, ty);
    let values = [Val::from(1_u128)];
    let fill = |store: &mut StoreContextMut<'_, StoreLimits>| {
        (0..10_000).find_map(|_| ExnRef::new(&mut *store, &pre, &tag, &values).err())
    };
    for _ in 0..2 {
        let mut scope = RootScope::new(&mut store);
        let error = fill(&mut scope.as_context_mut()).expect("the heap is full");
        assert!(error.to_string().contains("out of memory"), "{error:?}");
    }
    // Objects without a root are collected, by a collector that frees any.
    for _ in 0..10_000 {
        let mut scope = RootScope::new(&mut store);
        let made = ExnRef::new(&mut scope, &pre, &tag, &values);
        assert_eq!(made.is_ok(), frees(), "{made:?}");
    }
}

#[test]
fn calls() {
    type Nullable = Option<Rooted<ExnRef>>;
    let mut store = store();
    let instance = with_host(&mut store, |_| Ok(()));
    let made = exception(&mut store, instance, &[Val::I32(4), Val::null_extern_ref()]);
    let same = instance.get_func(&mut store, "same").unwrap();
    let exact = instance.get_func(&mut store, "exact").unwrap();
    for (f, val, fits) in [
        (same, Val::from(made), true),
        (same, Val::from(None::<Rooted<ExnRef>>), true),
        (same, Val::null_ref(&HeapType::NoExn), true),
        (exact, made.into(), true),
        (exact, Val::ExnRef(None), false),
        (same, Val::null_any_ref(), false),
        (same, Val::I32(0), false),
    ] {
        let mut results = [Val::I32(0)];
        let result = f.call(&mut store, &[val], &mut results);
        assert_eq!(result.is_ok(), fits, "{val:?}");
        if fits {
            let is_null = results[0].ref_().unwrap().is_null();
            assert_eq!(is_null, val.ref_().unwrap().is_null());
        }
    }
    let f = same.typed::<Nullable, Nullable>(&store).unwrap();
    assert!(f.call(&mut store, None).unwrap().is_none());
    let back = f.call(&mut store, Some(made)).unwrap().unwrap();
    assert!(Rooted::ref_eq(&store, &back, &made).unwrap());
    let f = exact
        .typed::<OwnedRooted<ExnRef>, OwnedRooted<ExnRef>>(&store)
        .unwrap();
    let owned = made.to_owned_rooted(&mut store).unwrap();
    assert!(f.call(&mut store, owned).is_ok());
    assert!(exact.typed::<Nullable, Nullable>(&store).is_err());
    assert!(
        same.typed::<Option<Rooted<AnyRef>>, Nullable>(&store)
            .is_err()
    );

    let ty = GlobalType::new(ValType::EXNREF, Mutability::Var);
    let global = Global::new(&mut store, ty, made.into()).unwrap();
    assert!(global.get(&mut store).unwrap_exnref().is_some());
    global.set(&mut store, Val::ExnRef(None)).unwrap();
    assert!(global.get(&mut store).unwrap_exnref().is_none());
    assert!(global.set(&mut store, Val::null_any_ref()).is_err());
    let ty = TableType::new(RefType::EXNREF, 1, None);
    let table = Table::new(&mut store, ty, made.into()).unwrap();
    let element = table.get(&mut store, 0).unwrap();
    assert!(element.is_exn() && element.unwrap_exn().is_some());
}

#[test]
fn an_uncaught_exception_is_pending() {
    let drops = Drops::default();
    let mut store = store();
    let instance = with_host(&mut store, |_| Ok(()));
    {
        let mut scope = RootScope::new(&mut store);
        let host = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let throw = instance.get_func(&mut scope, "throw").unwrap();
        let args = [Val::I32(4), host.into()];
        let error = throw.call(&mut scope, &args, &mut []).unwrap_err();
        assert!(error.is::<ThrownException>() && error.is::<WasmBacktrace>());
        assert!(!error.is::<Trap>());
    }
    assert!(store.has_pending_exception());
    let exception = store.take_pending_exception().unwrap();
    assert_eq!(exception.field(&mut store, 0).unwrap().unwrap_i32(), 4);
    assert!(!store.has_pending_exception());
    assert!(store.take_pending_exception().is_none());

    // Back into WebAssembly, and out again.
    let rethrow = instance.get_func(&mut store, "rethrow").unwrap();
    let error = rethrow
        .call(&mut store, &[exception.into()], &mut [])
        .unwrap_err();
    assert!(error.is::<ThrownException>());
    let again = store.as_context_mut().take_pending_exception().unwrap();
    assert!(Rooted::ref_eq(&store, &again, &exception).unwrap());
    assert_eq!(drops.count(), 0);
    drop(store);
    assert_eq!(drops.count(), 1);
}

/// WebAssembly code catches an exception that a host function throws.
/// Throws and takes an exception a number of times, each in a scope of its own.
fn throw_and_take(mut store: impl AsContextMut, times: usize, drops: &Drops) {
    let engine = store.as_context().engine().clone();
    let ty = ExnType::new(&engine, [ValType::EXTERNREF]).unwrap();
    let tag = Tag::new(&mut store, &ty.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut store, ty);
    for _ in 0..times {
        let mut scope = RootScope::new(&mut store);
        let payload = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let thrown = ExnRef::new(&mut scope, &pre, &tag, &[payload.into()]).unwrap();
        let error = scope.as_context_mut().throw::<()>(thrown).unwrap_err();
        assert!(error.is::<ThrownException>());
        let taken = scope.as_context_mut().take_pending_exception().unwrap();
        assert!(Rooted::ref_eq(&scope, &taken, &thrown).unwrap());
        assert!(!scope.as_context_mut().has_pending_exception());
    }
}

#[test]
fn an_exception_that_was_taken_is_collected() {
    const TIMES: usize = 100_000;
    let mut store = store();
    let drops = Drops::default();
    throw_and_take(&mut store, TIMES, &drops);
    store.gc(None).unwrap();
    assert_eq!(drops.count(), freed(TIMES));

    // The same before the host function returns.
    let (shared, in_host) = (Drops::default(), 1000);
    let counts = shared.clone();
    let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
        throw_and_take(&mut caller, in_host, &counts);
        caller.gc(None).unwrap();
        counts.count() as i32
    });
    let host = host.typed::<(), i32>(&store).unwrap();
    assert_eq!(host.call(&mut store, ()).unwrap(), freed(in_host) as i32);
}

#[test]
fn a_host_function_throws() {
    let mut store = store();
    let instance = with_host(&mut store, |mut caller| {
        let instance = caller.get_export("tag");
        let Some(Extern::Tag(tag)) = instance else {
            bail!("the tag is exported");
        };
        let ty = ExnType::from_tag_type(&tag.ty(&caller))?;
        let pre = ExnRefPre::new(&mut caller, ty);
        let values = [Val::I32(7), Val::null_extern_ref()];
        let exception = ExnRef::new(&mut caller, &pre, &tag, &values)?;
        let thrown = caller.as_context_mut().throw(exception);
        assert!(caller.as_context_mut().has_pending_exception());
        thrown
    });
    let catch = instance
        .get_typed_func::<(), i32>(&mut store, "catch")
        .unwrap();
    assert_eq!(catch.call(&mut store, ()).unwrap(), 7);
    assert!(!store.has_pending_exception());
    let host = instance
        .get_typed_func::<(), ()>(&mut store, "host")
        .unwrap();
    let error = host.call(&mut store, ()).unwrap_err();
    assert!(error.is::<ThrownException>());
    let exception = store.take_pending_exception().unwrap();
    assert_eq!(exception.field(&mut store, 0).unwrap().unwrap_i32(), 7);
    assert_eq!(catch.call(&mut store, ()).unwrap(), 7);
}

/// WebAssembly code throws; the host function that had called it returns the
/// error, as it is or with context; WebAssembly code further out catches.
#[test]
fn an_exception_passes_through_a_host_function() {
    let mut store = store();
    let inner = with_host(&mut store, |_| Ok(()));
    let throw = inner.get_func(&mut store, "throw").unwrap();
    let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
        let args = [Val::I32(9), Val::null_extern_ref()];
        throw
            .call(&mut caller, &args, &mut [])
            .context("in the host function")
    });
    let outer = Module::new(
        store.engine(),
        r#"(module
            (import "" "" (func $host))
            (import "" "tag" (tag $tag (param i32 externref)))
            (func (export "catch") (result i32)
                (block $caught (result i32 externref)
                    (try_table (catch $tag $caught) (call $host))
                    (return (i32.const -1)))
                (drop)))"#,
    )
    .unwrap();
    let tag = inner.get_tag(&mut store, "tag").unwrap();
    let outer = Instance::new(&mut store, &outer, &[host.into(), tag.into()]).unwrap();
    let catch = outer
        .get_typed_func::<(), i32>(&mut store, "catch")
        .unwrap();
    for _ in 0..3 {
        assert_eq!(catch.call(&mut store, ()).unwrap(), 9);
        assert!(!store.has_pending_exception());
    }
}

/// The error without a pending exception, and another error while one is pending, are
/// ordinary errors, which can't be caught.
#[test]
fn errors_are_not_exceptions() {
    let mut store = store();
    let instance = with_host(&mut store, |_| Err(ThrownException.into()));
    let catch = instance.get_func(&mut store, "catch").unwrap();
    let call = |store: &mut Store<()>| {
        let mut results = [Val::I32(0)];
        catch.call(store, &[], &mut results).unwrap_err()
    };
    assert!(call(&mut store).is::<ThrownException>());
    assert!(!store.has_pending_exception());

    let instance = with_host(&mut store, |_| bail!("thrown Wasm exception"));
    let values = [Val::I32(4), Val::null_extern_ref()];
    let pending = exception(&mut store, instance, &values);
    assert!(store.throw::<()>(pending).is_err());
    let catch = instance.get_func(&mut store, "catch").unwrap();
    let error = catch.call(&mut store, &[], &mut [Val::I32(0)]).unwrap_err();
    assert!(!error.is::<ThrownException>());
    assert!(store.has_pending_exception());
}

#[test]
fn roots_end_with_their_scope() {
    let mut store = store();
    let instance = with_host(&mut store, |_| Ok(()));
    let tag = instance.get_tag(&mut store, "tag").unwrap();
    let ty = ExnType::from_tag_type(&tag.ty(&store)).unwrap();
    let pre = ExnRefPre::new(&mut store, ty);
    let gone = {
        let mut scope = RootScope::new(&mut store);
        let values = [Val::I32(4), Val::null_extern_ref()];
        ExnRef::new(&mut scope, &pre, &tag, &values).unwrap()
    };
    assert!(gone.tag(&mut store).is_err() && gone.ty(&store).is_err());
    assert!(gone.field(&mut store, 0).is_err() && gone.fields(&mut store).is_err());
    assert!(gone.to_raw(&mut store).is_err());
    let error = store.throw::<()>(gone).unwrap_err();
    assert!(!error.is::<ThrownException>() && !store.has_pending_exception());
}

#[test]
fn another_store_panics() {
    let mut home = store();
    let instance = with_host(&mut home, |_| Ok(()));
    let values = [Val::I32(4), Val::null_extern_ref()];
    let made = exception(&mut home, instance, &values);
    let tag = instance.get_tag(&mut home, "tag").unwrap();
    let ty = made.ty(&home).unwrap();
    let pre = ExnRefPre::new(&mut home, ty.clone());
    let host = ExternRef::new(&mut home, 1).unwrap();

    let mut other = Store::new(home.engine(), ());
    let own_tag = Tag::new(&mut other, &ty.tag_type()).unwrap();
    let own_pre = ExnRefPre::new(&mut other, ty);
    let foreign = [Val::I32(1), host.into()];
    for text in [
        panic_text(|| made.tag(&mut other)),
        panic_text(|| made.ty(&other)),
        panic_text(|| made.field(&mut other, 0)),
        panic_text(|| made.fields(&mut other).map(drop)),
        panic_text(|| made.to_raw(&mut other)),
        panic_text(|| other.throw::<()>(made)),
        panic_text(|| ExnRef::new(&mut other, &pre, &own_tag, &values)),
        panic_text(|| ExnRef::new(&mut other, &own_pre, &tag, &values)),
    ] {
        assert!(text.contains("wrong store"), "{text}");
    }
    let error = ExnRef::new(&mut other, &own_pre, &own_tag, &foreign).unwrap_err();
    assert!(error.to_string().contains("wrong store"), "{error}");
}
