//! Conversions of the host's objects that a guest holds, which are an `externref` each.

use super::{Args, Form, FromWasm, Guest, IntoWasm, WasmTy, Writer};
use crate::bind::{Abi, GuestHeld, HostObject, Object, ObjectBorrow, ObjectBorrowMut, ObjectRef};
use crate::error::format_err;
use crate::gc::{GcKind, RawRef};
use crate::store::StoreOpaque;
use crate::{Error, ExternRef, OwnedRooted, Result, Rooted, ValType};
use std::any::type_name;

/// An `externref`, rooted until the call ends.
type Nullable = Option<Rooted<ExternRef>>;

/// An `externref` with a root of its own.
type NullableOwned = Option<OwnedRooted<ExternRef>>;

/// Returns the error of a call that passes null for an object.
#[cold]
fn null<H: ?Sized>() -> Error {
    format_err!(
        "expected an object of type `{}`, found a null reference",
        type_name::<H>()
    )
}

// SAFETY: the value is an `externref`, for which the store is used.
unsafe impl<H: GuestHeld + ?Sized> FromWasm for Option<Object<H>> {
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(Nullable::valtype());
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // Speed: a call of an object's method runs 1,216 instructions instead of 1,373 with a
        // `Rooted`, which takes a place in the store's roots, and a lock to read its data.
        let find = |raw: &RawRef, store: &mut StoreOpaque| {
            // SAFETY: the reference belongs to the store, as libwasmtime has passed it.
            Object::find(unsafe { ExternRef::data_of(raw, store) })
        };
        // SAFETY: the value is next, as this function requires, and there is a store.
        unsafe { args.values().read_ref(GcKind::Extern, find) }.transpose()
    }
}

// SAFETY: the value is an `externref`, for which the store is used.
unsafe impl<H: GuestHeld + ?Sized> FromWasm for Option<ObjectRef<H>> {
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(NullableOwned::valtype());
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // SAFETY: the value is next, as this function requires.
        match unsafe { args.read::<NullableOwned>() } {
            None => Ok(None),
            Some(reference) => ObjectRef::check(args.guest().store(), reference).map(Some),
        }
    }
}

// SAFETY: the value is an `externref`, for which the store is used.
unsafe impl<H: GuestHeld + ?Sized> IntoWasm for Option<Object<H>> {
    type Prepared = Nullable;
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(Nullable::valtype());
    }

    fn prepare(self, guest: &mut Guest<'_>) -> Result<Nullable> {
        self.map(|object| object.into_externref(guest.store()))
            .transpose()
    }

    unsafe fn write<F: Form>(prepared: &Nullable, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the place of the value is next, as this function requires.
        unsafe { results.write(prepared) }
    }
}

// SAFETY: the value is an `externref`, for which the store is used.
unsafe impl<H: GuestHeld + ?Sized> IntoWasm for Option<ObjectRef<H>> {
    type Prepared = NullableOwned;
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(NullableOwned::valtype());
    }

    fn prepare(self, _: &mut Guest<'_>) -> Result<NullableOwned> {
        Ok(self.map(ObjectRef::into_externref))
    }

    unsafe fn write<F: Form>(prepared: &NullableOwned, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the place of the value is next, as this function requires.
        unsafe { results.write(prepared) }
    }
}

/// Defines the conversions of what isn't null from those in an `Option`. The type is nullable
/// all the same, as few guests can express that it isn't.
macro_rules! not_null {
    ($($ty:ident)*) => {$(
        // SAFETY: the value is that of the `Option`.
        unsafe impl<H: GuestHeld + ?Sized> FromWasm for $ty<H> {
            const NEEDS_STORE: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                <Option<$ty<H>> as FromWasm>::valtypes(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
                // SAFETY: the value is next, as this function requires.
                unsafe { <Option<$ty<H>> as FromWasm>::read(args)? }.ok_or_else(null::<H>)
            }
        }

        // SAFETY: the value is that of the `Option`.
        unsafe impl<H: GuestHeld + ?Sized> IntoWasm for $ty<H> {
            type Prepared = <Option<$ty<H>> as IntoWasm>::Prepared;
            const NEEDS_STORE: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                <Option<$ty<H>> as IntoWasm>::valtypes(abi, types);
            }

            fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared> {
                IntoWasm::prepare(Some(self), guest)
            }

            unsafe fn write<F: Form>(
                prepared: &Self::Prepared,
                results: &mut Writer<'_, F>,
            ) -> Result<()> {
                // SAFETY: the place of the value is next, as this function requires.
                unsafe { <Option<$ty<H>> as IntoWasm>::write(prepared, results) }
            }
        }
    )*};
}

not_null!(Object ObjectRef);

macro_rules! borrows {
    ($($borrow:ident: $into:ident;)*) => {$(
        impl<H: HostObject + ?Sized> $borrow<H> {
            /// Reads an argument, and borrows its object.
            ///
            /// # Safety
            ///
            /// An `externref` must be next in `args`.
            #[doc(hidden)]
            #[inline]
            pub unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
                // SAFETY: the value is next, as this function requires.
                Ok(unsafe { <Object<H> as FromWasm>::read(args)? }.$into()?)
            }

            /// Reads an argument that may be null, and borrows its object.
            ///
            /// # Safety
            ///
            /// An `externref` must be next in `args`.
            #[doc(hidden)]
            #[inline]
            pub unsafe fn read_nullable<F: Form>(args: &mut Args<'_, F>) -> Result<Option<Self>> {
                // SAFETY: the value is next, as this function requires.
                let object = unsafe { <Option<Object<H>> as FromWasm>::read(args)? };
                Ok(object.map(Object::$into).transpose()?)
            }
        }
    )*};
}

borrows! {
    ObjectBorrow: into_borrow;
    ObjectBorrowMut: into_borrow_mut;
}

/// Makes a type one whose objects a guest holds: references to it can be arguments of bound
/// functions, and its values results. The attribute `host` with the option `object` expands
/// to it.
///
/// It takes a type, or the parameters of an `impl`, a type, the predicates of a `where` clause, each
/// with a comma at the end, and the predicate that a guest can hold it:
/// `({A: Default,} Stack<A> {A: Clone,} {Stack<A>: GuestHeld,})`. Where that isn't met, it is all
/// that the compiler reports, at the place that it comes from. Of a trait object, which begins with
/// `dyn`, results are boxed.
///
/// Without the feature `gc`, it is a compile error that says so. It implements the same
/// nevertheless, so that nothing else is reported.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    ({$($param:tt)*} dyn $($rest:tt)*) => {
        $crate::__object!(@unsized {$($param)*} [dyn] $($rest)*);
    };
    ({$($param:tt)*} $ty:ty {$($predicate:tt)*} {$($held:tt)*}) => {
        $crate::__guest_held!({$($param)*} $ty {$($predicate)*});
        $crate::__object!(@arguments {$($param)*} $ty {$($predicate)* $($held)*});
        $crate::__object!(@results {$($param)*} $ty, $ty {$($predicate)* $($held)*});
    };
    (@unsized $params:tt [$($ty:tt)*] {$($predicate:tt)*} {$($held:tt)*}) => {
        $crate::__guest_held!($params $($ty)* {$($predicate)*});
        $crate::__object!(@boxed $params ($($ty)*) {$($predicate)* $($held)*});
    };
    (@unsized $params:tt [$($ty:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__object!(@unsized $params [$($ty)* $next] $($rest)*);
    };
    (@boxed $params:tt $ty:ty {$($predicate:tt)*}) => {
        $crate::__object!(@arguments $params $ty {$($predicate)*});
        $crate::__object!(@results $params $crate::bind::private::std::boxed::Box<$ty>, $ty {$($predicate)*});
    };
    (@arguments {$($param:tt)*} $ty:ty {$($predicate:tt)*}) => {
        impl<$($param)*> $crate::bind::HostObject for $ty where $($predicate)* {}
        $crate::__object!(@argument {$($param)*} (&'static $ty) $ty, ObjectBorrow, Deref::deref,
            'm (&'m $ty) {$($predicate)*});
        $crate::__object!(@argument {$($param)*} (&'static mut $ty) $ty, ObjectBorrowMut, DerefMut::deref_mut,
            'm (&'m mut $ty) {$($predicate)*});
    };
    (@argument {$($param:tt)*} ($($reference:tt)*) $ty:ty, $borrow:ident,
        $deref_trait:ident::$deref:ident,
        $m:lifetime $arg:tt {$($predicate:tt)*}) => {
        // SAFETY: an `Object` is read, of whose types. It isn't in the guest's memory.
        unsafe impl<$($param)* __Data: 'static> $crate::bind::HostArg<__Data> for $($reference)*
        where $($predicate)*
        {
            type This = Self;
            type Arg<$m> = $arg;
            type Read = $crate::bind::$borrow<$ty>;
            const NEEDS_STORE: bool = true;

            fn valtypes(
                abi: &$crate::bind::Abi,
                types: &mut $crate::bind::private::std::vec::Vec<$crate::ValType>,
            ) {
                <$crate::bind::Object<$ty> as $crate::bind::FromWasm>::valtypes(abi, types);
            }

            #[inline]
            unsafe fn read<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<Self::Read> {
                // SAFETY: the value is next, as this function requires.
                unsafe { $crate::bind::$borrow::read(args) }
            }

            #[inline]
            unsafe fn get<$m>(read: &$m mut Self::Read) -> Self::Arg<$m> {
                $crate::bind::private::core::ops::$deref_trait::$deref(read)
            }
        }

        // SAFETY: an `Object` is read, or null, of the same type.
        unsafe impl<$($param)* __Data: 'static> $crate::bind::private::NullableArg<__Data>
            for $($reference)*
        where $($predicate)*
        {
            #[inline]
            unsafe fn read_nullable<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<$crate::bind::private::core::option::Option<Self::Read>> {
                // SAFETY: the value is next, as this function requires.
                unsafe { $crate::bind::$borrow::read_nullable(args) }
            }
        }
    };
    (@results {$($param:tt)*} $result:ty, $ty:ty {$($predicate:tt)*}) => {
        // SAFETY: an `Object` is written, of whose types.
        unsafe impl<$($param)*> $crate::bind::IntoWasm for $result where $($predicate)* {
            type Prepared =
                <$crate::bind::Object<$ty> as $crate::bind::IntoWasm>::Prepared;
            const NEEDS_STORE: bool = true;

            fn valtypes(
                abi: &$crate::bind::Abi,
                types: &mut $crate::bind::private::std::vec::Vec<$crate::ValType>,
            ) {
                <$crate::bind::Object<$ty> as $crate::bind::IntoWasm>::valtypes(abi, types);
            }

            fn prepare(
                self,
                guest: &mut $crate::bind::private::Guest<'_>,
            ) -> $crate::Result<Self::Prepared> {
                let object = $crate::bind::Object::<$ty>::from($crate::bind::private::std::boxed::Box::from(self));
                $crate::bind::IntoWasm::prepare(object, guest)
            }

            unsafe fn write<__Form: $crate::bind::private::Form>(
                prepared: &Self::Prepared,
                results: &mut $crate::bind::private::Writer<'_, __Form>,
            ) -> $crate::Result<()> {
                // SAFETY: the place of the value is next, as this function requires.
                unsafe {
                    <$crate::bind::Object<$ty> as $crate::bind::IntoWasm>::write(prepared, results)
                }
            }
        }
    };
    (dyn $($bound:tt)*) => {
        $crate::__object!({} dyn $($bound)* {} {dyn $($bound)*: $crate::bind::GuestHeld,});
    };
    ($ty:ty) => {
        $crate::__object!({} $ty {} {$ty: $crate::bind::GuestHeld,});
    };
}

/// Says that objects need the feature `gc`.
#[cfg(feature = "gc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __guest_held {
    ($($ty:tt)*) => {};
}

#[cfg(not(feature = "gc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __guest_held {
    ({$($param:tt)*} $ty:ty {$($predicate:tt)*}) => {
        $crate::bind::private::core::compile_error!(
            "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`"
        );

        impl<$($param)*> $crate::bind::GuestHeld for $ty
        where
            $($predicate)*
            $ty: $crate::bind::private::core::marker::Send
                + $crate::bind::private::core::marker::Sync
                + 'static,
        {
        }
    };
}
