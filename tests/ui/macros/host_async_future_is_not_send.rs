//! A future of an asynchronous function may be sent to another thread between two polls.

use std::rc::Rc;

struct Pages;

#[libwasmtime::host(module = "pages")]
impl Pages {
    async fn fetch(&self, n: i32) -> i32 {
        let shared = Rc::new(n);
        std::future::ready(()).await;
        *shared
    }
}

fn main() {}
