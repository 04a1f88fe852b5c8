//! Arguments and environment variables.

use super::{Guest, error_of, in_process};
use libwasmtime::wasi::WasiCtxBuilder;
use std::env;

#[test]
fn none_unless_said() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.args(), [""; 0]);
    assert_eq!(guest.env(), [""; 0]);
}

#[test]
fn arrive_in_order() {
    let mut wasi = WasiCtxBuilder::new();
    wasi.arg("program")
        .args(&["--name", "Zoë", ""])
        .arg(String::from("b=c"))
        .env("HOME", "/home")
        .envs(&[("EMPTY", ""), ("LÄNGE", "a=b")]);
    let mut guest = Guest::new(&mut wasi);
    assert_eq!(guest.args(), ["program", "--name", "Zoë", "", "b=c"]);
    assert_eq!(guest.env(), ["HOME=/home", "EMPTY=", "LÄNGE=a=b"]);
}

#[test]
fn builder_starts_anew() {
    let mut wasi = WasiCtxBuilder::new();
    wasi.arg("first").env("A", "B");
    assert_eq!(Guest::new(&mut wasi).args(), ["first"]);
    let mut guest = Guest::new(wasi.arg("second"));
    assert_eq!(guest.args(), ["second"]);
    assert_eq!(guest.env(), [""; 0]);
}

#[test]
fn nul_is_an_error() {
    let mut wasi = WasiCtxBuilder::new();
    let error = error_of(Guest::of(wasi.args(&["good", "b\0d"]).build_p1()));
    assert!(error.contains("argument 1"), "{error}");
    assert!(error.contains(r#""b\0d" has a NUL"#), "{error}");

    for (name, value) in [("BAD", "b\0d"), ("BAD\0", "good")] {
        let error = error_of(Guest::of(wasi.env(name, value).build_p1()));
        assert!(error.contains("variable \"BAD"), "{error}");
        assert!(error.contains("has a NUL"), "{error}");
    }
}

#[test]
fn context_stays_when_its_replacement_fails() {
    let mut guest = Guest::new(WasiCtxBuilder::new().arg("old"));
    let bad = WasiCtxBuilder::new().arg("\0").build_p1();
    guest.store.set_wasi(bad).unwrap_err();
    assert_eq!(guest.args(), ["old"]);
    let good = WasiCtxBuilder::new().arg("new").build_p1();
    guest.store.set_wasi(good).unwrap();
    assert_eq!(guest.args(), ["new"]);
}

#[test]
fn inherited() {
    in_process(
        "wasi::args::inherited",
        |command| command.env("GRÖẞE", "a=b c").output().unwrap(),
        || {
            let mut wasi = WasiCtxBuilder::new();
            wasi.arg("more").inherit_args().env("A", "B").inherit_env();
            let mut guest = Guest::new(&mut wasi);
            let args: Vec<_> = ["more".into()].into_iter().chain(env::args()).collect();
            assert_eq!(guest.args(), args);
            let vars = env::vars().map(|(name, value)| format!("{name}={value}"));
            let env: Vec<_> = ["A=B".into()].into_iter().chain(vars).collect();
            assert!(env.contains(&"GRÖẞE=a=b c".into()));
            assert_eq!(guest.env(), env);
        },
    );
}

#[test]
#[cfg(unix)]
fn inherited_must_be_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    in_process(
        "wasi::args::inherited_must_be_unicode",
        |command| {
            let value = OsStr::from_bytes(b"\xff");
            command.env("LATIN", value).output().unwrap()
        },
        || {
            let error = error_of(Guest::of(WasiCtxBuilder::new().inherit_env().build_p1()));
            assert!(error.contains("variable \"LATIN\""), "{error}");
            assert!(error.contains(r#""\xFF" is not Unicode"#), "{error}");
        },
    );
}
