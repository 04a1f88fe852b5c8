//! Vectors in a program without a library. Whether a program has one is known once for
//! all, so this takes a process of its own.

use std::any::Any;
use std::env;
use std::panic::catch_unwind;
use std::process::Command;

use libwasmtime::vec::{ByteVec, OwnedVal, ValVec};

/// Set in the process that has no library.
const CHILD: &str = "LIBWASMTIME_TEST_VEC_WITHOUT_LIBRARY";

#[test]
fn without_one_vectors_panic_and_never_abort() {
    if env::var_os(CHILD).is_some() {
        return without_library();
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["vec::library::", "--nocapture"])
        .env(CHILD, "1")
        .env("LIBWASMTIME_PATH", "no/such/libwasmtime")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn without_library() {
    // These need none.
    drop(ByteVec::new().clone());
    drop(ByteVec::from(String::new()));
    drop(ValVec::new());
    drop(OwnedVal::from(1i32).clone());

    // These do.
    let made = [
        catch_unwind(|| drop(ByteVec::from("bytes"))),
        catch_unwind(|| drop(ByteVec::with_len(1))),
        catch_unwind(|| drop(ValVec::from([OwnedVal::default(), OwnedVal::from(1i32)]))),
    ];
    for made in made {
        let panic = made.expect_err("there is no library");
        let message = message(&*panic);
        assert!(message.contains("was called, but"), "{message}");
    }
}

fn message(panic: &dyn Any) -> &str {
    panic
        .downcast_ref::<String>()
        .expect("a panic with a message")
}
