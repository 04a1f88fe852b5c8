//! What a bound on `GcRef` brings into reach makes no reference of one of another kind.

use libwasmtime::{AnyRef, ExternRef, GcRef, Rooted, RootedGcRef};

fn convert<A: GcRef, B: GcRef>(from: &impl RootedGcRef<A>) -> &B {
    B::from_root(from.root())
}

fn any(from: &Rooted<ExternRef>) -> &AnyRef {
    convert(from)
}

fn main() {}
