//! The host functions that are asynchronous.

use crate::drive::pauses;
use crate::host::{act, keep, other, set_results};
use crate::judge::{Before, End, Expect};
use crate::ops::{self, func};
use crate::world::{Cx, Data, Linked, Owner, Raised, Shared};
use libwasmtime::{
    AsContextMut, Caller, ExternRef, Func, FuncType, Result, Rooted, Val, WasmRet, WasmTyList,
};
use std::future::Future;
use std::sync::Arc;

/// The greatest depth of nested calls that a function waits for.
const MAX_DEPTH: usize = 3;

/// The number of kinds of typed functions.
pub const KINDS: usize = 4;

type Boxed<'a, R> = Box<dyn Future<Output = R> + Send + 'a>;

/// The place for a typed function.
pub trait Place {
    type Done;

    fn put<P: WasmTyList, R: WasmRet>(
        self,
        func: impl for<'a> Fn(Caller<'a, Data>, P) -> Boxed<'a, R> + Send + Sync + 'static,
    ) -> Self::Done;
}

/// In a store, as a function.
pub struct InStore<'a, 'b>(pub &'a mut Cx<'b>);

impl Place for InStore<'_, '_> {
    type Done = Func;

    fn put<P: WasmTyList, R: WasmRet>(
        self,
        func: impl for<'a> Fn(Caller<'a, Data>, P) -> Boxed<'a, R> + Send + Sync + 'static,
    ) -> Func {
        Func::wrap_async(self.0, func)
    }
}

/// In a linker, under a name.
pub struct InLinker<'a>(pub &'a mut Linked, pub &'a str);

impl Place for InLinker<'_> {
    type Done = Result<()>;

    fn put<P: WasmTyList, R: WasmRet>(
        self,
        func: impl for<'a> Fn(Caller<'a, Data>, P) -> Boxed<'a, R> + Send + Sync + 'static,
    ) -> Result<()> {
        let linker = &mut self.0.linker;
        linker.func_wrap_async("host", self.1, func).map(drop)
    }
}

/// Puts a typed function of that kind, one of those of [`host::typed`](crate::host::typed),
/// into the place. A function for a store must be called in that store only.
pub fn typed<P: Place>(
    place: P,
    shared: &Arc<Shared>,
    owner: Option<Owner>,
    kind: usize,
) -> P::Done {
    let closure = Arc::new(shared.closures.count());
    // A future doesn't own the closure, and the closure is dropped with its store or linker.
    let note = move || {
        let _ = &closure;
    };
    match kind {
        0 => place.put(move |caller: Caller<'_, Data>, (number,): (i32,)| {
            note();
            Box::new(async move {
                let mut caller = Held(caller);
                wait(&mut caller.0, owner).await?;
                libwasmtime::error::Ok(number)
            })
        }),
        1 => place.put(move |caller: Caller<'_, Data>, (func,): (Option<Func>,)| {
            note();
            Box::new(async move {
                let mut caller = Held(caller);
                keep(&mut caller.0, &[func.into()]);
                wait(&mut caller.0, owner).await?;
                let func = other(&mut caller.0, func.into());
                libwasmtime::error::Ok(func.func_ref().flatten().copied())
            })
        }),
        2 => place.put(
            move |caller: Caller<'_, Data>, (object,): (Option<Rooted<ExternRef>>,)| {
                note();
                Box::new(async move {
                    let mut caller = Held(caller);
                    keep(&mut caller.0, &[object.into()]);
                    wait(&mut caller.0, owner).await?;
                    let object = other(&mut caller.0, object.into());
                    libwasmtime::error::Ok(object.extern_ref().flatten().copied())
                })
            },
        ),
        _ => place.put(move |caller: Caller<'_, Data>, (): ()| {
            note();
            Box::new(async move {
                let mut caller = Held(caller);
                wait(&mut caller.0, owner).await
            })
        }),
    }
}

/// Returns a function of any type.
pub fn untyped(
    shared: &Arc<Shared>,
    owner: Option<Owner>,
    ty: &FuncType,
) -> impl for<'a> Fn(Caller<'a, Data>, &'a [Val], &'a mut [Val]) -> Boxed<'a, Result<()>>
+ Send
+ Sync
+ 'static
+ use<> {
    let counted = shared.closures.count();
    let results: Arc<Vec<_>> = Arc::new(ty.results().collect());
    move |caller, params, out| {
        let _ = &counted;
        let results = results.clone();
        Box::new(async move {
            let mut caller = Held(caller);
            keep(&mut caller.0, params);
            wait(&mut caller.0, owner).await?;
            set_results(&mut caller.0, &results, out);
            Ok(())
        })
    }
}

/// A caller that is sometimes used while it is dropped.
struct Held<'a>(Caller<'a, Data>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut cx = self.0.as_context_mut();
        let (source, depth) = (&cx.data().shared.source, cx.data().depth);
        if cx.data().raised == Raised::Nothing && depth < MAX_DEPTH && source.once_in(6) {
            cx.data_mut().depth = depth + 1;
            ops::some(&mut cx, 1);
            cx.data_mut().depth = depth;
        }
    }
}

/// What each of these functions does first.
async fn wait(caller: &mut Caller<'_, Data>, owner: Option<Owner>) -> Result<()> {
    let shared = caller.data().shared.clone();
    let _counted = shared.futures.count();
    act(caller, owner)?;
    pauses(shared.clone(), shared.source.below(4)).await;
    if caller.data().depth < MAX_DEPTH && shared.source.once_in(5) {
        caller.data_mut().depth += 1;
        call(caller).await?;
        caller.data_mut().depth -= 1;
        pauses(shared.clone(), shared.source.below(2)).await;
    }
    if shared.source.any() {
        act(caller, owner)?;
    }
    Ok(())
}

/// Waits for a call of any function of the store.
async fn call(caller: &mut Caller<'_, Data>) -> Result<()> {
    let mut cx = caller.as_context_mut();
    let shared = cx.data().shared.clone();
    let owner = cx.data().owner;
    let picked = shared.pools(|pools| pools.funcs.pick(&shared.source, owner));
    let Some((func, false)) = picked else {
        return Ok(());
    };
    let Some((params, mut results)) = func::own_values(&cx, func) else {
        return Ok(());
    };
    let before = Before::note(&cx, "Func::call_async", Expect::Own);
    let called = func.call_async(&mut cx, &params, &mut results).await;
    if matches!(cx.data().raised, Raised::Error(_)) && called.is_err() && shared.source.any() {
        // The error goes on.
        return called;
    }
    before.weigh(&mut cx, End::Returned(called));
    Ok(())
}
