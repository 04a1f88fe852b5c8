//! Tests the comparison on crates of a few lines, which rustdoc documents for the test.

use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use super::allowed::Allowed;
use super::compare::{differing, missing};
use super::document::{Document, Documents};
use super::surface::{Surface, surface};

/// A temporary directory, removed when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Directory {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "libwasmtime-parity-{}-{}",
            process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the items of a crate with this source.
fn items(source: &str) -> Surface {
    let directory = Directory::new();
    let file = directory.0.join("sample.rs");
    fs::write(&file, source).unwrap();
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let output = Command::new(rustdoc)
        .args([
            "--edition=2024",
            "-Zunstable-options",
            "--output-format=json",
        ])
        .arg("--out-dir")
        .arg(&directory.0)
        .arg(&file)
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    let document = Document::read(&directory.0.join("sample.json")).unwrap();
    surface(&Documents::new(document, Vec::new())).unwrap()
}

/// Compares two sources each, and asserts that the items of one name differ in exactly
/// these aspects, or, without a name, that nothing differs.
///
/// Each is a module of one crate, as starting rustdoc takes a while.
#[track_caller]
fn compare(cases: &[(&str, &str, &str, &[&str])]) {
    let modules = |source: &dyn Fn(usize) -> String| {
        let modules = (0..cases.len()).map(|i| format!("pub mod m{i} {{ {} }}\n", source(i)));
        items(&modules.collect::<String>())
    };
    let there = modules(&|i| cases[i].0.to_owned());
    let here = modules(&|i| cases[i].1.to_owned());
    let differences = differing(&there, &here, &Allowed::parse("").unwrap());
    let mut expected = 0;
    for (i, (there, _, name, aspects)) in cases.iter().enumerate() {
        let module = format!("m{i}::");
        let mut found = differences.iter().filter(|text| text.contains(&module));
        if name.is_empty() {
            assert_eq!(found.next(), None, "{there}");
            continue;
        }
        expected += 1;
        let found = found
            .next()
            .unwrap_or_else(|| panic!("no difference: {there}"));
        let mut lines = found.lines();
        let title = lines.next().unwrap_or_default();
        assert_eq!(title.replace(&module, ""), *name);
        let lines = lines.filter(|line| !line.starts_with("      "));
        let lines: Vec<_> = lines.map(str::trim).collect();
        assert_eq!(lines, *aspects, "{found}");
    }
    assert_eq!(differences.len(), expected, "{}", differences.join("\n"));
}

#[test]
fn what_means_the_same_is_the_same() {
    compare(&[
        // Elided lifetimes, those of paths too.
        (
            "pub struct A<'a>(&'a u8);
         impl<'a> A<'a> { pub fn f<'b>(&'b self, x: &str) -> &'b u8 { self.0 } }
         pub fn g<'a>(x: A<'a>) -> A<'a> { x }",
            "pub struct A<'x>(&'x u8); impl A<'_> { pub fn f(&self, y: &str) -> &u8 { self.0 } }
         pub fn g(x: A) -> A { x }",
            "",
            &[],
        ),
        // Names of parameters, and where bounds stand.
        (
            "pub fn f<T: Clone + Send, U>(t: T, u: U) where U: Copy {}",
            "pub fn f<A, B: Copy>(first: A, second: B) where A: Send, A: Clone {}",
            "",
            &[],
        ),
        // Bounds that the type has anyway.
        (
            "pub struct A<T: 'static>(T); impl<T> A<T> { pub fn f(&self) {} }",
            "pub struct A<T: 'static>(T); impl<T: 'static> A<T> { pub fn f(&self) {} }",
            "",
            &[],
        ),
        // `Self`, and names of results.
        (
            "pub struct A; pub struct Error;
         pub type Result<T> = std::result::Result<T, Error>;
         impl A { pub fn f(&mut self) -> &mut Self { self } pub fn g() -> Result<A> { Ok(A) } }",
            "pub struct A; pub struct Error;
         pub type Result<T> = std::result::Result<T, Error>;
         impl A {
            pub fn f(&mut self) -> &mut A { self }
            pub fn g() -> std::result::Result<Self, Error> { Ok(A) }
         }",
            "",
            &[],
        ),
        // Lifetimes of closures.
        (
            "pub fn f(x: impl for<'a> Fn(&'a u8, &u8) -> Box<u8> + Send) {}",
            "pub fn f(y: impl Send + Fn(&u8, &u8) -> Box<u8>) {}",
            "",
            &[],
        ),
    ]);
}

#[test]
fn functions_differ() {
    compare(&[
        (
            "pub fn f() {}",
            "pub unsafe fn f() {}",
            "f",
            &["qualifiers"],
        ),
        ("pub const fn f() {}", "pub fn f() {}", "f", &["qualifiers"]),
        (
            "pub fn f(x: &str) {}",
            "pub fn f(x: String) {}",
            "f",
            &["parameters"],
        ),
        ("pub fn f(x: u8) {}", "pub fn f() {}", "f", &["parameters"]),
        ("pub fn f() -> u8 { 0 }", "pub fn f() {}", "f", &["result"]),
        (
            "#[must_use] pub fn f() {}",
            "pub fn f() {}",
            "f",
            &["attributes"],
        ),
        (
            "pub fn f<T: Send>(t: T) {}",
            "pub fn f<T>(t: T) {}",
            "f",
            &["bounds"],
        ),
        (
            "pub fn f<T: ?Sized>(t: &T) {}",
            "pub fn f<T>(t: &T) {}",
            "f",
            &["bounds"],
        ),
        (
            "pub fn f<T: Copy>(t: T) {}",
            "pub fn f(t: impl Copy) {}",
            "f",
            &["bounds", "generics", "parameters"],
        ),
        (
            "pub fn f<'a>(x: &'a u8, y: &u8) -> &'a u8 { x }",
            "pub fn f<'a>(x: &u8, y: &'a u8) -> &'a u8 { y }",
            "f",
            &["result"],
        ),
        (
            "pub fn f(x: impl Fn(u8) + Send + 'static) {}",
            "pub fn f(x: impl Fn(u8) + 'static) {}",
            "f",
            &["parameters"],
        ),
    ]);
}

#[test]
fn methods_and_types_differ() {
    compare(&[
        (
            "pub struct A; impl A { pub fn f(&self) {} }",
            "pub struct A; impl A { pub fn f(&mut self) {} }",
            "A::f",
            &["receiver"],
        ),
        // Whose lifetime it is.
        (
            "pub struct A<'a>(&'a u8);
         impl<'a> A<'a> { pub fn f(&self) -> &'a u8 { self.0 } }",
            "pub struct A<'a>(&'a u8);
         impl<'a> A<'a> { pub fn f(&self) -> &u8 { self.0 } }",
            "A::f",
            &["result"],
        ),
        (
            "#[non_exhaustive] pub enum A { B }",
            "pub enum A { B }",
            "A",
            &["attributes"],
        ),
        (
            "pub enum A { B(u8) }",
            "pub enum A { B(u16) }",
            "A::B",
            &["fields"],
        ),
        (
            "pub struct A { pub x: u8 }",
            "pub struct A { x: u8 }",
            "A",
            &["fields"],
        ),
        (
            "pub struct A(*const u8); unsafe impl Sync for A {}",
            "pub struct A(*const u8); unsafe impl Send for A {}",
            "A",
            &["Send", "Sync"],
        ),
        (
            "pub trait A: Send { fn f(&self) {} }",
            "pub trait A: Send { fn f(&self); }",
            "A::f",
            &["provided"],
        ),
        (
            "pub struct A<T>(T);
         impl<T> Clone for A<T> { fn clone(&self) -> Self { todo!() } }",
            "pub struct A<T>(T);
         impl<T: Clone> Clone for A<T> { fn clone(&self) -> Self { todo!() } }",
            "impl Clone for A",
            &["bounds"],
        ),
    ]);
}

#[test]
fn names_are_those_by_which_items_are_public() {
    let there = items(
        "mod hidden { pub struct A; impl A { pub fn f() {} fn g() {} } }
         pub use hidden::A; pub mod m { pub use crate::hidden::A as B; }
         pub trait T { fn t(); } impl T for u8 { fn t() {} }
         #[doc(hidden)] pub fn no() {}",
    );
    let names: Vec<_> = there.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "A",
            "A::f",
            "T",
            "T::t",
            "impl T for u8",
            "m",
            "m::B",
            "m::B::f"
        ]
    );
    let here = items("pub struct A; pub trait T {}");
    let missing = missing(&there.keys().cloned().collect(), &here);
    let missing: Vec<_> = missing.iter().map(String::as_str).collect();
    assert_eq!(
        missing,
        ["A::f", "T::t", "impl T for u8", "m", "m::B", "m::B::f"]
    );
}
