//! Options are known ones, with values of their form, and each is there once.

struct Counter;

#[libwasmtime::host(module = "counter", rename = "kebab-case")]
impl Counter {}

struct Other;

#[libwasmtime::host(module = "other", rename_all = "kebab")]
impl Other {}

struct Third;

#[libwasmtime::host(module)]
impl Third {}

struct Fourth;

#[libwasmtime::host(module = "fourth", module = "fifth")]
impl Fourth {}

struct Fifth;

#[libwasmtime::host("fifth")]
impl Fifth {}

struct Sixth;

#[libwasmtime::host(module = sixth)]
impl Sixth {
    #[host(rename = "b")]
    fn a() {}

    #[host]
    fn b() {}

    #[host(name)]
    fn c() {}

    #[host(skip, skip)]
    fn d() {}

    #[cfg_attr(all(), host(skip))]
    fn e() {}
}

fn main() {}
