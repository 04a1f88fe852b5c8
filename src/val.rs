//! WebAssembly values: [`Val`], [`Ref`] and [`V128`], and [`ValRaw`], a value as
//! compiled code passes it.

mod accessors;
mod c_form;
mod raw;
mod reference;
mod uninhabited;
mod v128;

pub use raw::ValRaw;
pub use reference::Ref;
pub use uninhabited::{ContRef, NoExtern, NoFunc, NoneRef};
pub use v128::V128;

use crate::error::format_err;
use crate::gc::{HasRoot, Root};
use crate::store::StoreOpaque;
use crate::{
    AnyRef, AsContext, AsContextMut, Error, ExnRef, ExternRef, Func, HeapType, Result, Rooted,
    ValType,
};

/// A value of any WebAssembly type.
///
/// A float is kept as its bits, which preserves the payload of a NaN. [`Val::from`]
/// an `f32` or `f64` and the accessors, such as [`unwrap_f64`](Val::unwrap_f64),
/// convert between both.
///
/// A reference in a value is rooted as its [`Rooted`] is, and can be used with its
/// own store only.
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Instance, Module, Store, Val};
///
/// let engine = Engine::default();
/// let wat = r#"
///     (module
///         (func (export "half") (param f64) (result f64)
///             (f64.div (local.get 0) (f64.const 2))))
/// "#;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
/// let half = instance.get_func(&mut store, "half").expect("it is exported");
///
/// let mut results = [Val::null_func_ref()];
/// half.call(&mut store, &[Val::from(3.0_f64)], &mut results)?;
/// assert_eq!(results[0].unwrap_f64(), 1.5);
/// assert_eq!(results[0].f32(), None);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Val {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float, see [`f32::from_bits`].
    F32(u32),
    /// The bits of a 64-bit float, see [`f64::from_bits`].
    F64(u64),
    /// A 128-bit vector.
    V128(V128),
    /// A function, or null.
    FuncRef(Option<Func>),
    /// A value of the host, or null.
    ExternRef(Option<Rooted<ExternRef>>),
    /// A struct, an array, an `i31`, a value of the host that was converted to an
    /// `anyref`, or null.
    AnyRef(Option<Rooted<AnyRef>>),
    /// An exception, or null.
    ExnRef(Option<Rooted<ExnRef>>),
    /// Null, in place of a continuation, as the C API has no continuations. It can't be
    /// passed anywhere, and isn't a [`Ref`].
    ContRef(Option<ContRef>),
}

impl Val {
    /// Returns the value as a [`Ref`]; `None` if it is a number, a vector or a
    /// [`Val::ContRef`].
    pub fn ref_(self) -> Option<Ref> {
        match self {
            Val::FuncRef(func) => Some(Ref::Func(func)),
            Val::ExternRef(reference) => Some(Ref::Extern(reference)),
            Val::AnyRef(reference) => Some(Ref::Any(reference)),
            Val::ExnRef(reference) => Some(Ref::Exn(reference)),
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => None,
            Val::ContRef(_) => None,
        }
    }

    /// Returns the null reference of type `nullfuncref`, a subtype of all function
    /// references.
    pub const fn null_func_ref() -> Val {
        Val::FuncRef(None)
    }

    /// Returns the null reference of type `nullexternref`, a subtype of all host
    /// references.
    pub const fn null_extern_ref() -> Val {
        Val::ExternRef(None)
    }

    /// Returns the null reference of type `nullref`, a subtype of all references to
    /// structs, arrays and `i31`s.
    pub const fn null_any_ref() -> Val {
        Val::AnyRef(None)
    }

    /// Returns the null reference to a heap type.
    pub fn null_ref(heap_type: &HeapType) -> Val {
        if heap_type.top().is_cont() {
            return Val::ContRef(None);
        }
        Ref::null(heap_type).into()
    }

    /// Returns zero or null; `None` for a reference type that excludes null.
    pub fn default_for_ty(ty: &ValType) -> Option<Val> {
        Some(match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::V128 => Val::V128(V128::from(0)),
            ValType::Ref(ty) if ty.is_nullable() => Val::null_ref(ty.heap_type()),
            ValType::Ref(_) => return None,
        })
    }

    /// Returns the value's type, as exact as it is known.
    ///
    /// The type of a function, an exception, a struct or an array is its concrete type.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is
    ///
    /// - a reference that has been unrooted; or
    /// - a [`Val::ContRef`].
    ///
    /// # Panics
    ///
    /// Panics if the value is a reference that belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ValType> {
        Ok(match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(func) => Ref::Func(*func).ty(store)?.into(),
            Val::ExternRef(reference) => Ref::Extern(*reference).ty(store)?.into(),
            Val::AnyRef(reference) => Ref::Any(*reference).ty(store)?.into(),
            Val::ExnRef(reference) => Ref::Exn(*reference).ty(store)?.into(),
            Val::ContRef(_) => return Err(no_continuations()),
        })
    }

    /// Reports whether the value can be used where one of type `ty` is expected.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is a reference that has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the value is a reference that belongs to another store, or if `ty`
    /// belongs to another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ValType) -> Result<bool> {
        Ok(match self {
            Val::I32(_) => ty.is_i32(),
            Val::I64(_) => ty.is_i64(),
            Val::F32(_) => ty.is_f32(),
            Val::F64(_) => ty.is_f64(),
            Val::V128(_) => ty.is_v128(),
            Val::FuncRef(_) | Val::ExternRef(_) | Val::AnyRef(_) | Val::ExnRef(_) => {
                match (self.ref_(), ty.as_ref()) {
                    (Some(reference), Some(ty)) => reference.matches_ty(store, ty)?,
                    (None, _) | (_, None) => false,
                }
            }
            Val::ContRef(_) => false,
        })
    }

    /// Returns the value without its type, for functions that don't check types:
    /// [`Func::new_unchecked`] and [`Func::call_unchecked`].
    ///
    /// A reference must be passed to WebAssembly before the collector may run. A call of
    /// WebAssembly and an allocation of a collected object may run it.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is
    ///
    /// - a reference that has been unrooted; or
    /// - a [`Val::ContRef`].
    ///
    /// # Panics
    ///
    /// Panics if the value is a reference that belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<ValRaw> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // Panics, where `to_raw_in` alone returns an error for another store.
        match self.owner() {
            None => {}
            Some(Owner::Func(func)) => store.assert_owns(func.store_id()),
            Some(Owner::Root(root)) => {
                root.resolve(&store.roots)?;
            }
        }
        self.to_raw_in(store)
    }

    /// Creates a value of type `ty` from a raw one.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Func, FuncType, Store, Val, ValRaw, ValType};
    ///
    /// let mut store = Store::<()>::default();
    /// let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I32]);
    /// // SAFETY: the function reads and writes one `i32`, as its type says.
    /// let square = unsafe {
    ///     Func::new_unchecked(&mut store, ty, |mut caller, values| {
    ///         let x = Val::from_raw(&mut caller, values[0].assume_init(), ValType::I32);
    ///         let square = Val::from(x.unwrap_i32() * x.unwrap_i32());
    ///         values[0].write(square.to_raw(&mut caller)?);
    ///         Ok(())
    ///     })
    /// };
    /// let square = square.typed::<i32, i32>(&store)?;
    /// assert_eq!(square.call(&mut store, 7)?, 49);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if `raw` is null, and `ty` excludes null.
    ///
    /// # Safety
    ///
    /// `raw` must be a value of type `ty` that belongs to this store. If it is a reference
    /// to a collected object, the collector must not have run since `raw` was created:
    /// nothing that may run it must have been called.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: ValRaw, ty: ValType) -> Val {
        let mut store = store.as_context_mut();
        // SAFETY: `raw` is a value of type `ty` and of this store, as this function requires.
        let val = unsafe { Val::from_raw_in(&raw, &ty, store.opaque_mut()) };
        let is_null = val.ref_().is_some_and(|reference| reference.is_null());
        if let ValType::Ref(ty) = ty {
            assert!(
                ty.is_nullable() || !is_null,
                "null is not a value of type `{ty}`"
            );
        }
        val
    }

    /// Checks that the value can be used with `store`.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is a reference that belongs to another store or has
    /// been unrooted.
    pub(crate) fn check_store(&self, store: &StoreOpaque) -> Result<()> {
        match self.owner() {
            None => Ok(()),
            Some(Owner::Func(func)) => store.check_owns(func.store_id()),
            Some(Owner::Root(root)) => root.resolve_value(&store.roots).map(drop),
        }
    }

    /// Returns the part of the value that belongs to a store.
    fn owner(&self) -> Option<Owner<'_>> {
        match self {
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => None,
            Val::FuncRef(func) => func.as_ref().map(Owner::Func),
            Val::ExternRef(reference) => reference.as_ref().map(Owner::of),
            Val::AnyRef(reference) => reference.as_ref().map(Owner::of),
            Val::ExnRef(reference) => reference.as_ref().map(Owner::of),
            Val::ContRef(_) => None,
        }
    }
}

/// The part of a value that belongs to a store.
enum Owner<'a> {
    Func(&'a Func),
    Root(&'a Root),
}

impl Owner<'_> {
    fn of(reference: &impl HasRoot) -> Owner<'_> {
        Owner::Root(reference.root())
    }
}

/// Returns the error of passing a [`Val::ContRef`] to libwasmtime.
#[cold]
pub(crate) fn no_continuations() -> Error {
    format_err!("continuations cannot be passed to libwasmtime: its C API has no values for them")
}

/// Implements conversions into [`Val`] and [`Ref`].
macro_rules! conversions {
    ($($from:ty => $to:ty: $bind:ident => $value:expr;)*) => {$(
        impl From<$from> for $to {
            #[inline]
            fn from($bind: $from) -> $to {
                $value
            }
        }
    )*};
}

conversions! {
    i32 => Val: v => Val::I32(v);
    i64 => Val: v => Val::I64(v);
    f32 => Val: v => Val::F32(v.to_bits());
    f64 => Val: v => Val::F64(v.to_bits());
    u128 => Val: v => Val::V128(v.into());
    V128 => Val: v => Val::V128(v);
    Func => Val: v => Val::FuncRef(Some(v));
    Option<Func> => Val: v => Val::FuncRef(v);
    Rooted<ExternRef> => Val: v => Val::ExternRef(Some(v));
    Option<Rooted<ExternRef>> => Val: v => Val::ExternRef(v);
    Rooted<AnyRef> => Val: v => Val::AnyRef(Some(v));
    Option<Rooted<AnyRef>> => Val: v => Val::AnyRef(v);
    Rooted<ExnRef> => Val: v => Val::ExnRef(Some(v));
    Option<Rooted<ExnRef>> => Val: v => Val::ExnRef(v);
    Ref => Val: v => match v {
        Ref::Func(func) => Val::FuncRef(func),
        Ref::Extern(reference) => Val::ExternRef(reference),
        Ref::Any(reference) => Val::AnyRef(reference),
        Ref::Exn(reference) => Val::ExnRef(reference),
    };
    Func => Ref: v => Ref::Func(Some(v));
    Option<Func> => Ref: v => Ref::Func(v);
    Rooted<ExternRef> => Ref: v => Ref::Extern(Some(v));
    Option<Rooted<ExternRef>> => Ref: v => Ref::Extern(v);
    Rooted<ExnRef> => Ref: v => Ref::Exn(Some(v));
    Option<Rooted<ExnRef>> => Ref: v => Ref::Exn(v);
    Rooted<AnyRef> => Ref: v => Ref::Any(Some(v));
    Option<Rooted<AnyRef>> => Ref: v => Ref::Any(v);
}
