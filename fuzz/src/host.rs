//! The host functions.

use crate::judge::{HostError, HostPanic, violation};
use crate::kinds::Kind;
use crate::ops;
use crate::values;
use crate::world::{Cx, Data, Linked, Owner, Raised, Shared};
use libwasmtime::{
    AnyRef, ArrayRef, AsContextMut, Caller, Extern, ExternRef, Func, FuncType, IntoFunc, Result,
    Rooted, StructRef, V128, Val, ValType,
};
use std::panic::panic_any;
use std::sync::Arc;

/// The greatest depth of nested calls.
const MAX_DEPTH: usize = 3;

/// The number of kinds of typed functions.
pub const KINDS: usize = 11;

/// The place for a typed function.
pub trait Place {
    type Done;

    fn put<P, R>(self, func: impl IntoFunc<Data, P, R>) -> Self::Done;
}

/// In a store, as a function.
pub struct InStore<'a, 'b>(pub &'a mut Cx<'b>);

impl Place for InStore<'_, '_> {
    type Done = Func;

    fn put<P, R>(self, func: impl IntoFunc<Data, P, R>) -> Func {
        Func::wrap(self.0, func)
    }
}

/// In a linker, under a name.
pub struct InLinker<'a>(pub &'a mut Linked, pub &'a str);

impl Place for InLinker<'_> {
    type Done = Result<()>;

    fn put<P, R>(self, func: impl IntoFunc<Data, P, R>) -> Result<()> {
        self.0.linker.func_wrap("host", self.1, func).map(drop)
    }
}

/// Puts a typed function of that kind into the place. A function for a store must be called
/// in that store only.
pub fn typed<P: Place>(
    place: P,
    shared: &Arc<Shared>,
    owner: Option<Owner>,
    kind: usize,
) -> P::Done {
    let counted = shared.closures.count();
    let enter = move |caller: &mut Caller<'_, Data>| {
        let _ = &counted;
        act(caller, owner)
    };
    match kind {
        0 => place.put(move |mut caller: Caller<'_, Data>, number: i32| {
            enter(&mut caller)?;
            libwasmtime::error::Ok(number)
        }),
        1 => place.put(move |mut caller: Caller<'_, Data>, func: Option<Func>| {
            keep(&mut caller, &[func.into()]);
            enter(&mut caller)?;
            libwasmtime::error::Ok(
                other(&mut caller, func.into())
                    .func_ref()
                    .flatten()
                    .copied(),
            )
        }),
        2 => place.put(
            move |mut caller: Caller<'_, Data>, object: Option<Rooted<ExternRef>>| {
                keep(&mut caller, &[object.into()]);
                enter(&mut caller)?;
                let object = other(&mut caller, object.into());
                libwasmtime::error::Ok(object.extern_ref().flatten().copied())
            },
        ),
        3 => place.put(move |mut caller: Caller<'_, Data>, func: Func| {
            enter(&mut caller)?;
            libwasmtime::error::Ok(func)
        }),
        4 => place.put(
            move |mut caller: Caller<'_, Data>, object: Rooted<ExternRef>| {
                enter(&mut caller)?;
                libwasmtime::error::Ok(object)
            },
        ),
        5 => place.put(move |a: i32, b: i64, c: f32, d: f64| (d, c, b, a)),
        6 => place.put(|vector: V128| vector),
        7 => place.put(
            move |mut caller: Caller<'_, Data>, object: Option<Rooted<StructRef>>| {
                keep(&mut caller, &[object.into()]);
                enter(&mut caller)?;
                libwasmtime::error::Ok(object)
            },
        ),
        8 => place.put(
            move |mut caller: Caller<'_, Data>, array: Rooted<ArrayRef>| {
                enter(&mut caller)?;
                libwasmtime::error::Ok(array)
            },
        ),
        9 => place.put(
            move |mut caller: Caller<'_, Data>, any: Option<Rooted<AnyRef>>| {
                keep(&mut caller, &[any.into()]);
                enter(&mut caller)?;
                let any = other(&mut caller, any.into());
                libwasmtime::error::Ok(any.any_ref().flatten().copied())
            },
        ),
        _ => place.put(move |mut caller: Caller<'_, Data>| enter(&mut caller)),
    }
}

/// Returns a function of any type.
pub fn untyped(
    shared: &Arc<Shared>,
    owner: Option<Owner>,
    ty: &FuncType,
) -> impl Fn(Caller<'_, Data>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static {
    let counted = shared.closures.count();
    let results: Vec<_> = ty.results().collect();
    move |mut caller, params, out| {
        let _ = &counted;
        keep(&mut caller, params);
        act(&mut caller, owner)?;
        set_results(&mut caller, &results, out);
        Ok(())
    }
}

/// Sets the results of a function, mostly to values of their types.
pub fn set_results(caller: &mut Caller<'_, Data>, types: &[ValType], out: &mut [Val]) {
    for (ty, out) in types.iter().zip(out) {
        let cx = caller.as_context_mut();
        let (val, foreign) = if cx.data().shared.source.once_in(24) {
            values::any_val(&cx)
        } else {
            values::val(&cx, ty).unwrap_or((*out, false))
        };
        if foreign || !val.matches_ty(&cx, ty).unwrap_or(false) {
            caller.data_mut().raised = Raised::Misuse;
        }
        *out = val;
    }
}

/// Sometimes returns another reference than `val`, which may belong to another store.
pub fn other(caller: &mut Caller<'_, Data>, val: Val) -> Val {
    let cx = caller.as_context_mut();
    if !cx.data().shared.source.once_in(8) {
        // It may have been rooted in a scope that has ended.
        return val;
    }
    let Some((val, foreign)) = values::val(&cx, &Kind::of(&val).ty()) else {
        return val;
    };
    if foreign {
        caller.data_mut().raised = Raised::Misuse;
    }
    val
}

/// Keeps the references among the arguments.
pub fn keep(caller: &mut Caller<'_, Data>, params: &[Val]) {
    let mut cx = caller.as_context_mut();
    for param in params {
        ops::keep_val(&mut cx, *param);
    }
}

/// What each host function does first.
pub fn act(caller: &mut Caller<'_, Data>, owner: Option<Owner>) -> Result<()> {
    let shared = caller.data().shared.clone();
    shared.tally(|tally| tally.callbacks += 1);
    if owner.is_some_and(|owner| owner != caller.data().owner) {
        violation(&shared, "a host function was called in another store");
    }
    if caller.data().raised != Raised::Nothing {
        violation(&shared, "a host function was called after a failure");
    }
    match shared.source.below(16) {
        10 => {
            let serial = shared.serial();
            caller.data_mut().raised = Raised::Error(serial);
            Err(HostError(serial).into())
        }
        11 => {
            let serial = shared.serial();
            caller.data_mut().raised = Raised::Panic(serial);
            panic_any(HostPanic(serial))
        }
        12 => {
            let name = *shared
                .source
                .pick(&["memory", "functions", "objects", "count", "twice", ""])
                .expect("there are some");
            if let Some(item) = caller.get_export(name) {
                keep_item(caller, item);
            }
            Ok(())
        }
        13..16 if caller.data().depth < MAX_DEPTH => {
            caller.data_mut().depth += 1;
            let count = 1 + shared.source.below(4);
            ops::some(&mut caller.as_context_mut(), count);
            caller.data_mut().depth -= 1;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn keep_item(caller: &mut Caller<'_, Data>, item: Extern) {
    ops::keep_item(&mut caller.as_context_mut(), item);
}
