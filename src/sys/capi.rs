//! The macro that declares one C header: its types, constants and functions.
//!
//! Every header has one file and one `capi!` block in it. The block expands to
//! the same Rust items in every link mode:
//!
//! - linked: the functions are `unsafe extern "C"` declarations;
//! - `load`: each is an `unsafe fn` of the same name and signature that calls
//!   through a [`Slot`](super::slot::Slot), which opening the library fills.
//!
//! It also records what it declared as [`Header`], from which `tests/abi`
//! generates C code that the real headers have to accept. No program needs
//! that, and none contains it: what the loader has to know is kept apart, as
//! [`Symbols`](super::slot::Symbols).

use super::Feature;

/// What one `capi!` block declares.
#[doc(hidden)]
#[derive(Debug)]
pub struct Header {
    pub name: &'static str,
    pub opaque: &'static [&'static str],
    /// Type aliases: name and Rust type.
    pub types: &'static [(&'static str, &'static str)],
    pub records: &'static [Record],
    pub constants: &'static [Constant],
    pub functions: &'static [Function],
}

/// A struct or union.
#[doc(hidden)]
#[derive(Debug)]
pub struct Record {
    pub name: &'static str,
    pub size: usize,
    pub align: usize,
    pub fields: &'static [Field],
}

/// A field of a struct or union.
#[doc(hidden)]
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub ty: &'static str,
    pub offset: usize,
}

/// A constant; its value as the Rust token that spells it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Constant {
    pub name: &'static str,
    pub ty: &'static str,
    pub value: &'static str,
}

/// A function.
#[doc(hidden)]
#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    /// What the library must have been built with for this function to be in it.
    pub features: &'static [Feature],
    /// The Rust types of the parameters.
    pub params: &'static [&'static str],
    /// The Rust type of the result; empty if there is none.
    pub result: &'static str,
}

macro_rules! capi {
    (
        header $header:literal;
        $(opaque { $($opaque:ident,)* })?
        $(types { $(type $alias:ident = $aliased:ty;)* })?
        $(structs { $(struct $struct:ident { $($sfield:ident: $sty:ty,)* })* })?
        $(unions { $(union $union:ident { $($ufield:ident: $uty:ty,)* })* })?
        $(constants { $(const $const:ident: $cty:ty = $value:literal;)* })?
        $(functions $features:tt {
            $(fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)?;)*
        })*
    ) => {
        $($(
            #[doc = concat!("Opaque type of `", $header, "`, used behind pointers only.")]
            #[repr(C)]
            pub struct $opaque {
                _data: [u8; 0],
                _not_send_sync_or_unpin:
                    core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
            }
        )*)?
        $($(
            #[doc = concat!("Type of `", $header, "`.")]
            pub type $alias = $aliased;
        )*)?
        $($(
            #[doc = concat!("Struct of `", $header, "`.")]
            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct $struct { $(pub $sfield: $sty,)* }
        )*)?
        $($(
            #[doc = concat!("Union of `", $header, "`.")]
            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union $union { $(pub $ufield: $uty,)* }
        )*)?
        $($(
            #[doc = concat!("Constant of `", $header, "`.")]
            pub const $const: $cty = $value;
        )*)?

        #[cfg(not(wasmtime_link = "load"))]
        unsafe extern "C" {
            $($(
                #[doc = concat!("Function of `", $header, "`.")]
                pub fn $name($($arg: $ty),*) $(-> $ret)?;
            )*)*
        }

        #[cfg(wasmtime_link = "load")]
        mod slots {
            /// The places of the functions' slots.
            #[allow(dead_code, reason = "a header may have no functions")]
            pub(super) enum Index { $($($name,)*)* }

            const COUNT: usize = <[&str]>::len(&[$($(stringify!($name),)*)*]);

            pub(super) static SLOTS: [$crate::sys::slot::Slot; COUNT] =
                [const { $crate::sys::slot::Slot::new() }; COUNT];
        }

        #[cfg(wasmtime_link = "load")]
        pub(in crate::sys) const SYMBOLS: $crate::sys::slot::Symbols = $crate::sys::slot::Symbols {
            sections: &[$($crate::sys::slot::Section {
                features: $crate::sys::capi::features! $features,
                names: concat!($(stringify!($name), "\0",)*),
            },)*],
            slots: &slots::SLOTS,
        };

        $($(
            #[cfg(wasmtime_link = "load")]
            #[doc = concat!("Function of `", $header, "`.")]
            #[inline]
            pub unsafe fn $name($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: the slot is that of this very function, whose prototype
                // tests/abi checks, and the caller keeps to the C function's own
                // contract.
                unsafe {
                    slots::SLOTS[slots::Index::$name as usize]
                        .function::<unsafe extern "C" fn($($ty),*) $(-> $ret)?>()($($arg),*)
                }
            }
        )*)*

        pub(in crate::sys) const HEADER: $crate::sys::capi::Header = $crate::sys::capi::Header {
            name: $header,
            opaque: &[$($(stringify!($opaque),)*)?],
            types: &[$($((stringify!($alias), stringify!($aliased)),)*)?],
            records: &[
                $($($crate::sys::capi::record!($struct { $($sfield: $sty,)* }),)*)?
                $($($crate::sys::capi::record!($union { $($ufield: $uty,)* }),)*)?
            ],
            constants: &[$($($crate::sys::capi::Constant {
                name: stringify!($const),
                ty: stringify!($cty),
                value: stringify!($value),
            },)*)?],
            functions: &[$($($crate::sys::capi::Function {
                name: stringify!($name),
                features: $crate::sys::capi::features! $features,
                params: &[$(stringify!($ty),)*],
                result: concat!($(stringify!($ret))?),
            },)*)*],
        };
    };
}

/// The [`Record`] of a struct or union.
macro_rules! record {
    ($name:ident { $($field:ident: $ty:ty,)* }) => {
        $crate::sys::capi::Record {
            name: stringify!($name),
            size: size_of::<$name>(),
            align: align_of::<$name>(),
            fields: &[$($crate::sys::capi::Field {
                name: stringify!($field),
                ty: stringify!($ty),
                offset: core::mem::offset_of!($name, $field),
            },)*],
        }
    };
}
pub(crate) use record;

/// The features of a `functions` section; `Core` stands for none.
macro_rules! features {
    (Core) => { &[] };
    ($($feature:ident),+) => { &[$($crate::sys::Feature::$feature),+] };
}
pub(crate) use features;
