//! Objects that code holds while a host function collects.

use futures::executor::block_on;
use libwasmtime::*;

/// An object stays what it is in each place where code holds it. A collector that moves objects
/// changes each place once, so it must find each frame once.
#[test]
fn objects_keep_their_identity_while_a_host_function_collects() {
    let mut store = Store::<()>::default();
    let module = Module::new(
        store.engine(),
        r#"(module
            (type $box (struct (field (mut i32))))
            (import "host" "collect" (func $collect))
            (global $global (mut (ref null $box)) (ref.null $box))
            (func (export "run") (result i32 i32)
                (local $local (ref $box))
                (local.set $local (struct.new $box (i32.const 7)))
                (global.set $global (local.get $local))
                (call $collect)
                (struct.set $box 0 (local.get $local) (i32.const 9))
                (ref.eq (local.get $local) (global.get $global))
                (struct.get $box 0 (global.get $global))))"#,
    )
    .unwrap();
    let collect = Func::wrap_async(&mut store, |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            caller.gc(None)?;
            smol::future::yield_now().await;
            caller.gc(None)
        })
    });
    block_on(async {
        let imports = [collect.into()];
        let instance = Instance::new_async(&mut store, &module, &imports).await?;
        let run = instance.get_typed_func::<(), (i32, i32)>(&mut store, "run")?;
        assert_eq!(run.call_async(&mut store, ()).await?, (1, 9));
        Result::<_>::Ok(())
    })
    .unwrap();
}
