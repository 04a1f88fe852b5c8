//! Functions that wait.

use crate::run_async;
use libwasmtime::{Caller, Engine, Linker, Result, Store};
use std::time::Duration;

#[derive(Default)]
struct Pages {
    fetched: Vec<String>,
    visits: u32,
}

#[libwasmtime::host(module = "pages")]
impl Pages {
    async fn fetch(&mut self, url: &str) -> Result<u32> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.fetched.push(url.to_owned());
        Ok(u32::try_from(self.fetched.len())?)
    }

    async fn is_fetched(&self, url: &str) -> u32 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        u32::from(self.fetched.iter().any(|fetched| fetched == url))
    }

    async fn wait(milliseconds: u32) {
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
    }

    fn count(&self) -> u32 {
        u32::try_from(self.fetched.len()).unwrap_or(u32::MAX)
    }
}

struct Visits;

#[libwasmtime::host(module = "visits")]
impl Visits {
    async fn visit(mut caller: Caller<'_, Pages>, times: u32) -> u32 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let pages = caller.data_mut();
        pages.visits += times;
        pages.visits
    }
}

#[test]
fn functions_wait() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<Pages>::new(&engine);
    linker
        .host(|pages: &mut Pages| pages)?
        .host_functions::<Visits>()?;
    let mut store = Store::new(&engine, Pages::default());
    let result = run_async(
        &linker,
        &mut store,
        r#"(module
            (import "pages" "fetch" (func $fetch (param i32 i32) (result i32)))
            (import "pages" "is_fetched" (func $is_fetched (param i32 i32) (result i32)))
            (import "pages" "wait" (func $wait (param i32)))
            (import "pages" "count" (func $count (result i32)))
            (import "visits" "visit" (func $visit (param i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "a.example")
            (func (export "run") (result i32)
                (drop (call $fetch (i32.const 0) (i32.const 9)))
                (drop (call $visit (i32.const 20)))
                (call $wait (i32.const 2))
                (i32.add
                    (i32.add (call $visit (i32.const 30)) (call $count))
                    (i32.add
                        (call $is_fetched (i32.const 0) (i32.const 9))
                        (call $is_fetched (i32.const 0) (i32.const 1))))))"#,
    )?;
    assert_eq!(result, 50 + 1 + 1);
    assert_eq!(store.data().fetched, ["a.example"]);
    Ok(())
}
