//! `i31`: integers as references.

use std::fmt;

/// An integer of 31 bits, which WebAssembly passes as a reference without allocating
/// an object.
///
/// `I31` stands for the type `(ref i31)` in [`Func::wrap`](crate::Func::wrap) and
/// [`Func::typed`](crate::Func::typed), and `Option<I31>` for `i31ref`. To use it in a
/// [`Val`](crate::Val), convert it by [`AnyRef::from_i31`](crate::AnyRef::from_i31).
///
#[doc = example!(gc, wat)]
/// use libwasmtime::{Config, Engine, I31, Instance, Module, Store};
///
/// let engine = Engine::new(Config::new().wasm_gc(true))?;
/// let wat = r#"
///     (module
///         (func (export "increment") (param (ref i31)) (result (ref i31))
///             (ref.i31 (i32.add (i31.get_u (local.get 0)) (i32.const 1)))))
/// "#;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
/// let increment = instance.get_typed_func::<I31, I31>(&mut store, "increment")?;
///
/// let one = I31::new_u32(1).expect("it fits");
/// assert_eq!(increment.call(&mut store, one)?.get_u32(), 2);
/// // All bits are set in -1; the sum wraps around.
/// let minus_one = I31::new_i32(-1).expect("it fits");
/// assert_eq!(minus_one.get_u32(), 0x7fff_ffff);
/// assert_eq!(increment.call(&mut store, minus_one)?.get_i32(), 0);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct I31(
    /// The most significant bit is clear.
    u32,
);

impl I31 {
    /// Creates an `i31` from an unsigned number; `None` if that has more than 31 bits.
    ///
    /// ```
    /// use libwasmtime::I31;
    ///
    /// assert!(I31::new_u32(0x7fff_ffff).is_some());
    /// assert!(I31::new_u32(0x8000_0000).is_none());
    /// ```
    #[inline]
    pub fn new_u32(value: u32) -> Option<I31> {
        let wrapped = I31::wrapping_u32(value);
        (wrapped.get_u32() == value).then_some(wrapped)
    }

    /// Creates an `i31` from a signed number; `None` if that has more than 31 bits, one of
    /// which is the sign.
    #[inline]
    pub fn new_i32(value: i32) -> Option<I31> {
        let wrapped = I31::wrapping_i32(value);
        (wrapped.get_i32() == value).then_some(wrapped)
    }

    /// Creates an `i31` from the lower 31 bits of a number.
    ///
    /// ```
    /// use libwasmtime::I31;
    ///
    /// let minus_one = I31::wrapping_u32(0xffff_ffff);
    /// assert_eq!(minus_one.get_i32(), -1);
    /// assert_eq!(minus_one.get_u32(), 0x7fff_ffff);
    /// ```
    #[inline]
    pub fn wrapping_u32(value: u32) -> I31 {
        I31(value & (u32::MAX >> 1))
    }

    /// Creates an `i31` from the lower 31 bits of a number.
    #[inline]
    pub fn wrapping_i32(value: i32) -> I31 {
        I31::wrapping_u32(value as u32)
    }

    /// Returns the number without a sign, as `i31.get_u` does.
    #[inline]
    pub fn get_u32(&self) -> u32 {
        self.0
    }

    /// Returns the number with its sign, as `i31.get_s` does.
    #[inline]
    pub fn get_i32(&self) -> i32 {
        (self.0 << 1) as i32 >> 1
    }
}

impl fmt::Debug for I31 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("I31")
            .field("as_u32", &self.get_u32())
            .field("as_i32", &self.get_i32())
            .finish()
    }
}
