//! Asynchronous host functions that the tests call.

use libwasmtime::{Caller, Func, FuncType, Linker, Result, Store, Val, ValType};

/// Is pending a number of times.
pub async fn pend(times: usize) {
    for _ in 0..times {
        smol::future::yield_now().await;
    }
}

/// A body of host functions with one parameter.
pub type Body = fn(i32) -> Result<()>;

/// Returns an asynchronous host function of each kind, which runs `body` after it was pending
/// `late` times.
pub fn host_of_each_kind<T: Send>(store: &mut Store<T>, late: usize, body: Body) -> [Func; 4] {
    let engine = store.engine().clone();
    let ty = FuncType::new(&engine, [ValType::I32], []);
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap_async("", "wrap", typed(late, body))
        .unwrap();
    linker
        .func_new_async("", "new", ty.clone(), untyped(late, body))
        .unwrap();
    let defined = ["wrap", "new"].map(|name| {
        let item = linker.get(&mut *store, "", name).unwrap();
        item.into_func().unwrap()
    });
    [
        Func::wrap_async(&mut *store, typed(late, body)),
        Func::new_async(store, ty, untyped(late, body)),
        defined[0],
        defined[1],
    ]
}

pub type HostFuture<'a> = Box<dyn Future<Output = Result<()>> + Send + 'a>;

pub fn typed<T: Send + 'static>(
    late: usize,
    body: Body,
) -> impl for<'a> Fn(Caller<'a, T>, (i32,)) -> HostFuture<'a> + Send + Sync + 'static {
    move |_, (x,)| {
        Box::new(async move {
            pend(late).await;
            body(x)
        })
    }
}

fn untyped<T: Send + 'static>(
    late: usize,
    body: Body,
) -> impl for<'a> Fn(Caller<'a, T>, &'a [Val], &'a mut [Val]) -> HostFuture<'a> + Send + Sync + 'static
{
    move |_, params, _| {
        Box::new(async move {
            pend(late).await;
            body(params[0].unwrap_i32())
        })
    }
}
