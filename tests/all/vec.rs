//! Vectors: `libwasmtime::vec`.

mod bytes;
#[cfg(feature = "component-model")]
mod component;
mod extern_;
// Where libwasmtime is linked it is always there.
#[cfg(wasmtime_link = "load")]
mod library;
mod types;
mod val;

use libwasmtime::vec::*;

/// Whether a type can go to another thread, and be shared with one.
const fn thread_safe<T: Send + Sync>() {}

const _: () = {
    thread_safe::<ByteVec>();
    thread_safe::<ValTypeVec>();
    thread_safe::<FuncTypeVec>();
    thread_safe::<GlobalTypeVec>();
    thread_safe::<TableTypeVec>();
    thread_safe::<MemoryTypeVec>();
    thread_safe::<TagTypeVec>();
    thread_safe::<ExternTypeVec>();
    thread_safe::<ImportTypeVec>();
    thread_safe::<ExportTypeVec>();
};

/// Asserts that a type is neither `Send` nor `Sync`: a type with either trait has two
/// implementations, and the call is ambiguous.
trait NotThreadSafe<Which> {
    const CHECKED: () = ();
}
impl<T> NotThreadSafe<()> for T {}
impl<T: Send> NotThreadSafe<fn()> for T {}
impl<T: Sync> NotThreadSafe<fn(u8)> for T {}

const _: [(); 3] = [
    <ValVec as NotThreadSafe<_>>::CHECKED,
    <ExternVec as NotThreadSafe<_>>::CHECKED,
    <FrameVec as NotThreadSafe<_>>::CHECKED,
];
