//! The macro that declares one C header: its types, constants and functions.
//!
//! Every header has one file and one `capi!` block in it. The block expands to
//! the same Rust items in every link mode:
//!
//! - linked: the functions are `unsafe extern "C"` declarations, with the names that
//!   the build script gave them in its copy of an archive;
//! - `load`: each is an `unsafe fn` of the same name and signature that calls
//!   through a [`Slot`](super::slot::Slot), which opening the library fills.
//!
//! The block also records its declarations as a text, from which a [`Header`] is read:
//! `tests/abi` generates C code from it, which a C compiler checks against the real
//! headers. No program needs the text, and none contains it: the loader has a table of
//! its own, [`Symbols`](super::slot::Symbols).

use super::Feature;
use std::str::Split;

/// The declarations of one `capi!` block.
#[doc(hidden)]
#[derive(Debug)]
pub struct Header {
    pub name: &'static str,
    pub opaque: Vec<&'static str>,
    /// Type aliases: name and Rust type.
    pub types: Vec<(&'static str, &'static str)>,
    pub records: Vec<Record>,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
}

/// A struct or union.
#[doc(hidden)]
#[derive(Debug)]
pub struct Record {
    pub name: &'static str,
    pub size: usize,
    pub align: usize,
    pub fields: Vec<Field>,
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
    /// The features that a library has to be built with to have this function.
    pub features: Vec<Feature>,
    /// The Rust types of the parameters.
    pub params: Vec<&'static str>,
    /// The Rust type of the result; empty if there is none.
    pub result: &'static str,
}

/// The record of one `capi!` block, as a text.
// Speed: this crate compiles 3 % faster than with lists.
pub(super) struct Declared {
    /// The kind of each item, its name, and the rest. Items end with ASCII's record
    /// separator, and parts of an item with its unit separator: a type may be printed
    /// over several lines.
    pub(super) text: &'static str,
    /// For each struct and union its size, its alignment, and the offsets of its
    /// fields.
    pub(super) layouts: &'static [usize],
}

impl Header {
    /// Reads a record.
    ///
    /// # Panics
    ///
    /// Panics if `declared` isn't the record of a `capi!` block.
    pub(super) fn read(declared: &Declared) -> Header {
        fn word(words: &mut Split<'static, char>) -> &'static str {
            words.next().expect("`capi!` writes as many words")
        }

        let mut header = Header {
            name: "",
            opaque: Vec::new(),
            types: Vec::new(),
            records: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
        };
        let mut features: &'static str = "";
        let mut layouts = declared.layouts.iter().copied();
        let mut layout = || layouts.next().expect("`capi!` lists all layouts");
        for item in declared.text.split_terminator('\x1e') {
            let mut words = item.split('\x1f');
            let kind = word(&mut words);
            let name = word(&mut words);
            match kind {
                "header" => header.name = name,
                "opaque" => header.opaque.push(name),
                "type" => header.types.push((name, word(&mut words))),
                "record" => header.records.push(Record {
                    name,
                    size: layout(),
                    align: layout(),
                    fields: Vec::new(),
                }),
                "field" => {
                    let record = header.records.last_mut();
                    record.expect("a field is of a record").fields.push(Field {
                        name,
                        ty: word(&mut words),
                        offset: layout(),
                    });
                }
                "const" => header.constants.push(Constant {
                    name,
                    ty: word(&mut words),
                    value: word(&mut words),
                }),
                "functions" => features = name,
                "fn" => header.functions.push(Function {
                    name,
                    features: named_features(features),
                    result: word(&mut words),
                    params: words.collect(),
                }),
                _ => unreachable!("`capi!` writes no `{kind}`"),
            }
        }
        header
    }
}

/// Returns the features of a `functions` section, which the record spells as the macro
/// does.
fn named_features(section: &str) -> Vec<Feature> {
    let all = || Feature::ALL.iter().copied();
    section
        .trim_matches(['(', ')'])
        .split(',')
        .filter_map(|name| all().find(|feature| format!("{feature:?}") == name.trim()))
        .collect()
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
                #[cfg_attr(wasmtime_link = "static", link_name = link_name!($name))]
                pub fn $name($($arg: $ty),*) $(-> $ret)?;
            )*)*
        }

        #[cfg(wasmtime_link = "load")]
        mod slots {
            /// The index of each function's slot.
            #[allow(dead_code, reason = "a header may have no functions")]
            pub(super) enum Index { $($($name,)*)* }

            const COUNT: usize = <[&str]>::len(&[$($(stringify!($name),)*)*]);

            pub(super) static SLOTS: [$crate::sys::slot::Slot; COUNT] =
                [const { $crate::sys::slot::Slot::new() }; COUNT];
        }

        #[cfg(wasmtime_link = "load")]
        pub(in crate::sys) static SYMBOLS: &$crate::sys::slot::Symbols =
            &$crate::sys::slot::Symbols {
            sections: &[$($crate::sys::slot::Section {
                features: $crate::sys::capi::features! $features,
                count: <[&str]>::len(&[$(stringify!($name),)*]),
            },)*],
            names: NAMES,
            slots: &slots::SLOTS,
        };

        $($(
            #[cfg(wasmtime_link = "load")]
            #[doc = concat!("Function of `", $header, "`.")]
            #[inline]
            pub unsafe fn $name($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: the slot holds the address of this function in the library.
                // tests/abi checks that its type is the header's.
                let function = unsafe {
                    core::mem::transmute::<
                        core::ptr::NonNull<core::ffi::c_void>,
                        unsafe extern "C" fn($($ty),*) $(-> $ret)?,
                    >(slots::SLOTS[slots::Index::$name as usize].address())
                };
                // SAFETY: the C function requires the same as this one.
                unsafe { function($($arg),*) }
            }
        )*)*

        /// The functions' names, each terminated by a NUL.
        #[cfg(any(wasmtime_link = "load", wasmtime_link = "dynamic"))]
        pub(in crate::sys) const NAMES: &str = concat!($($(stringify!($name), "\0",)*)*);

        pub(in crate::sys) const DECLARED: $crate::sys::capi::Declared =
            $crate::sys::capi::Declared {
                text: concat!(
                    "header\x1f", $header, "\x1e",
                    $($("opaque\x1f", stringify!($opaque), "\x1e",)*)?
                    $($("type\x1f", stringify!($alias), "\x1f", stringify!($aliased), "\x1e",)*)?
                    $($(
                        "record\x1f", stringify!($struct), "\x1e",
                        $("field\x1f", stringify!($sfield), "\x1f", stringify!($sty), "\x1e",)*
                    )*)?
                    $($(
                        "record\x1f", stringify!($union), "\x1e",
                        $("field\x1f", stringify!($ufield), "\x1f", stringify!($uty), "\x1e",)*
                    )*)?
                    $($(
                        "const\x1f", stringify!($const), "\x1f", stringify!($cty), "\x1f",
                        stringify!($value), "\x1e",
                    )*)?
                    $(
                        "functions\x1f", stringify!($features), "\x1e",
                        $(
                            "fn\x1f", stringify!($name), "\x1f", $(stringify!($ret),)?
                            $("\x1f", stringify!($ty),)* "\x1e",
                        )*
                    )*
                ),
                layouts: &[
                    $($(
                        size_of::<$struct>(), align_of::<$struct>(),
                        $(core::mem::offset_of!($struct, $sfield),)*
                    )*)?
                    $($(
                        size_of::<$union>(), align_of::<$union>(),
                        $(core::mem::offset_of!($union, $ufield),)*
                    )*)?
                ],
            };
    };
}

/// The features of a `functions` section, for the loader; `Core` stands for none.
#[cfg(wasmtime_link = "load")]
macro_rules! features {
    (Core) => { &[] };
    ($($feature:ident),+) => { &[$($crate::sys::Feature::$feature),+] };
}
#[cfg(wasmtime_link = "load")]
pub(crate) use features;
