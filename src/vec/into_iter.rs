//! Iterating over the vectors of the C API.

use super::{OwnedVec, VecType};
use std::iter::FusedIterator;
use std::ops::Range;
use std::{fmt, mem, slice};

impl<'a, V: VecType> IntoIterator for &'a OwnedVec<V> {
    type Item = &'a V::Element;
    type IntoIter = slice::Iter<'a, V::Element>;

    fn into_iter(self) -> slice::Iter<'a, V::Element> {
        self.iter()
    }
}

impl<'a, V: VecType> IntoIterator for &'a mut OwnedVec<V> {
    type Item = &'a mut V::Element;
    type IntoIter = slice::IterMut<'a, V::Element>;

    fn into_iter(self) -> slice::IterMut<'a, V::Element> {
        self.iter_mut()
    }
}

impl<V: VecType> IntoIterator for OwnedVec<V> {
    type Item = V::Element;
    type IntoIter = IntoIter<V>;

    fn into_iter(self) -> IntoIter<V> {
        IntoIter {
            left: 0..self.len(),
            vec: self,
        }
    }
}

/// An iterator that moves the elements out of an [`OwnedVec`].
///
/// In place of each element it leaves a default one, which owns nothing. Dropping the
/// iterator deletes the other elements and the buffer.
// It has the auto traits of the vector.
pub struct IntoIter<V: VecType> {
    vec: OwnedVec<V>,
    left: Range<usize>,
}

impl<V: VecType> Iterator for IntoIter<V> {
    type Item = V::Element;

    #[inline]
    fn next(&mut self) -> Option<V::Element> {
        self.left
            .next()
            .map(|index| mem::take(&mut self.vec[index]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<V: VecType> DoubleEndedIterator for IntoIter<V> {
    #[inline]
    fn next_back(&mut self) -> Option<V::Element> {
        self.left
            .next_back()
            .map(|index| mem::take(&mut self.vec[index]))
    }
}

impl<V: VecType> ExactSizeIterator for IntoIter<V> {}

impl<V: VecType> FusedIterator for IntoIter<V> {}

impl<V: VecType<Element: fmt::Debug>> fmt::Debug for IntoIter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter")
            .field(&&self.vec[self.left.clone()])
            .finish()
    }
}
