//! [`Filling`]: vectors whose elements are written once.

use super::{OwnedVec, VecType};
use std::mem::ManuallyDrop;

/// A vector of which the first elements are written, and the others may be anything.
///
/// [`OwnedVec::with_len`] writes default elements, which is a second pass over large vectors, and
/// drops each when it is overwritten. This does neither.
pub(crate) struct Filling<V: VecType> {
    raw: V,
    filled: usize,
}

impl<V: VecType> Filling<V> {
    /// Creates a vector of `len` elements, none of which is written.
    ///
    /// Calls the type's `_new_uninitialized`.
    ///
    /// # Panics
    ///
    /// Panics for the reasons of [`OwnedVec::with_len`].
    #[inline]
    pub(crate) fn new(len: usize) -> Filling<V> {
        Filling {
            raw: super::allocate(len),
            filled: 0,
        }
    }

    /// Writes the next element, if there is no error.
    ///
    /// # Panics
    ///
    /// Panics if all elements are written.
    // The element is made after the check, so that it needs no place from which a panic would drop
    // it, and is written where it belongs.
    #[cfg(feature = "component-model")]
    #[inline]
    pub(crate) fn try_push<E>(
        &mut self,
        element: impl FnOnce() -> Result<V::Element, E>,
    ) -> Result<(), E> {
        let (data, len) = self.raw.parts();
        assert!(self.filled < len, "all elements are written");
        let element = element()?;
        // SAFETY: the buffer has more elements than `filled`, and the one that is overwritten
        // owns nothing.
        unsafe { data.add(self.filled).write(element) };
        self.filled += 1;
        Ok(())
    }

    /// Returns a vector of what `element` makes of each of the items, or its first error.
    #[cfg(feature = "component-model")]
    #[inline]
    pub(crate) fn try_collect<T>(
        items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
        mut element: impl FnMut(T) -> crate::Result<V::Element>,
    ) -> crate::Result<OwnedVec<V>> {
        let items = items.into_iter();
        let mut filling = Filling::new(items.len());
        for item in items {
            filling.try_push(|| element(item))?;
        }
        Ok(filling.finish())
    }

    /// Returns the vector. Elements that weren't written are default ones.
    #[inline]
    pub(crate) fn finish(self) -> OwnedVec<V> {
        let Filling { raw, filled } = *ManuallyDrop::new(self);
        fill(raw, filled);
        OwnedVec(raw)
    }
}

/// Writes default elements from an index on.
#[inline]
fn fill<V: VecType>(raw: V, filled: usize) {
    if filled < raw.parts().1 {
        write_defaults(raw, filled);
    }
}

/// The loop of [`fill`], which most callers never need.
#[inline(never)]
fn write_defaults<V: VecType>(raw: V, filled: usize) {
    let (data, len) = raw.parts();
    for index in filled..len {
        // SAFETY: the buffer has `len` elements, and those that are overwritten own nothing.
        unsafe { data.add(index).write(V::Element::default()) };
    }
}

impl<V: VecType> Drop for Filling<V> {
    #[inline]
    fn drop(&mut self) {
        fill(self.raw, self.filled);
        drop(OwnedVec(self.raw));
    }
}

#[cfg(all(test, feature = "component-model"))]
mod tests {
    use super::Filling;
    use crate::sys::{wasm_byte_vec_t, wasmtime_component_valflags_t};
    use crate::vec::ByteVec;
    use std::convert::Infallible;

    fn push(filling: &mut Filling<wasmtime_component_valflags_t>, name: &str) {
        let Ok(()) = filling.try_push(|| Ok::<_, Infallible>(name.into()));
    }

    #[test]
    fn elements_are_in_order_and_the_rest_are_default() {
        let mut filling = Filling::new(3);
        push(&mut filling, "a");
        push(&mut filling, "b");
        assert_eq!(*filling.finish(), ["a".into(), "b".into(), ByteVec::new()]);
        assert!(
            Filling::<wasmtime_component_valflags_t>::new(0)
                .finish()
                .is_empty()
        );
    }

    #[test]
    fn an_element_that_fails_is_left_out() {
        let mut filling = Filling::<wasmtime_component_valflags_t>::new(2);
        assert_eq!(filling.try_push(|| Err("failed")), Err("failed"));
        push(&mut filling, "a");
        assert_eq!(*filling.finish(), ["a".into(), ByteVec::new()]);
    }

    #[test]
    #[should_panic = "all elements are written"]
    fn there_are_no_more_elements_than_fit() {
        let mut filling = Filling::new(1);
        push(&mut filling, "a");
        push(&mut filling, "b");
    }

    #[test]
    fn what_is_not_written_is_default() {
        assert_eq!(*Filling::<wasm_byte_vec_t>::new(2).finish(), [0, 0]);
    }
}
