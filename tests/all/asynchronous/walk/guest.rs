//! The guest of the walks, and its host functions.

use super::*;

/// What the host functions call.
#[derive(Clone, Copy)]
pub(super) struct Guest {
    pub typed: TypedFunc<(u32, Object), (i64, Object)>,
    pub owned: TypedFunc<(u32, OwnedObject), (i64, OwnedObject)>,
    pub catching: Func,
    pub growing: TypedFunc<u32, ()>,
    pub memories: [Memory; 2],
    pub tag: Tag,
}

/// The module: each function calls host functions and grows memories, as its first argument
/// says.
pub(super) const WAT: &str = r#"(module
    (type $host (func (param i32 externref) (result i64 externref)))
    (import "host" "typed" (func $typed (type $host)))
    (import "host" "owned" (func $owned (type $host)))
    (import "host" "untyped" (func $untyped (type $host)))
    (import "host" "blocking" (func $blocking (type $host)))
    (import "host" "storeless" (func $storeless (param i32) (result i32)))
    (import "host" "look" (func $look))
    (memory (export "first") 1)
    (memory $second (export "second") 1)
    (func $call (export "call") (type $host)
        (if (i32.ne (call $storeless (local.get 0)) (local.get 0)) (then unreachable))
        (if (i32.and (local.get 0) (i32.const 1))
            (then (drop (memory.grow (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 2))
            (then (drop (memory.grow $second (i32.const 1)))))
        (local.get 0) (local.get 1)
        (if (type $host) (i32.and (local.get 0) (i32.const 4))
            (then
                (if (type $host) (i32.and (local.get 0) (i32.const 8))
                    (then (call $typed))
                    (else (call $blocking))))
            (else
                (if (type $host) (i32.and (local.get 0) (i32.const 8))
                    (then (call $owned))
                    (else (call $untyped))))))
    (func (export "growing") (param i32)
        (if (i32.and (local.get 0) (i32.const 4)) (then (call $look)))
        (if (i32.and (local.get 0) (i32.const 1))
            (then (drop (memory.grow (i32.const 1)))))
        (loop (br_if 1 (i32.and (local.get 0) (i32.const 8))))
        (if (i32.and (local.get 0) (i32.const 2))
            (then (drop (memory.grow $second (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 8)) (then (call $look))))
    (func (export "catching") (type $host)
        (block $caught
            (try_table (catch_all $caught)
                (return (call $call (local.get 0) (local.get 1)))))
        (i64.const -1) (ref.null extern)))"#;

/// A module whose start function calls the host.
pub(super) const STARTING: &str = r#"(module
    (import "host" "owned" (func $owned (param i32 externref) (result i64 externref)))
    (global $call (export "call") (mut i64) (i64.const 0))
    (memory 1)
    (func $start
        (i32.const 0) (ref.null extern)
        (call $owned)
        (drop)
        (global.set $call))
    (start $start))"#;

type HostFuture<'a, R> = Box<dyn Future<Output = Result<R>> + Send + 'a>;

pub(super) fn linker(engine: &Engine) -> Result<Linker<Data>> {
    let mut linker = Linker::<Data>::new(engine);
    linker.func_wrap_async(
        "host",
        "typed",
        |mut caller, (_, given): (u32, Object)| -> HostFuture<'_, (i64, Object)> {
            Box::new(async move { host(&mut caller.as_context_mut(), given).await })
        },
    )?;
    linker.func_wrap_async(
        "host",
        "owned",
        |mut caller, (_, given): (u32, OwnedObject)| -> HostFuture<'_, (i64, OwnedObject)> {
            Box::new(async move {
                let given = given.map(|given| given.to_rooted(&mut caller));
                let (call, object) = host(&mut caller.as_context_mut(), given).await?;
                let object = object.unwrap().to_owned_rooted(&mut caller)?;
                Ok((call, Some(object)))
            })
        },
    )?;
    let params = [ValType::I32, ValType::EXTERNREF];
    let ty = FuncType::new(engine, params, [ValType::I64, ValType::EXTERNREF]);
    linker.func_new_async("host", "untyped", ty, |mut caller, params, results| {
        Box::new(async move {
            let given = params[1].unwrap_externref().copied();
            let (call, object) = host(&mut caller.as_context_mut(), given).await?;
            results.copy_from_slice(&[Val::I64(call), object.into()]);
            Ok(())
        })
    })?;
    linker.func_wrap(
        "host",
        "blocking",
        |mut caller: Caller<'_, Data>, _: u32, given: Object| {
            let shared = caller.data().shared.clone();
            drive(&shared, false, host(&mut caller.as_context_mut(), given))
        },
    )?;
    linker.func_wrap("host", "storeless", |x: u32| x)?;
    linker.func_wrap("host", "look", |caller: Caller<'_, Data>| {
        look(&caller.into())
    })?;
    Ok(linker)
}
