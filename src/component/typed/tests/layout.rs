//! Sizes and alignments, which are those that the `wasmtime` crate has for the same types.

use super::{Bits, Color, Point, Shape};
use crate::component::typed::derived::{flags_align, flags_size, variant_align, variant_size};
use crate::component::{ComponentType, Resource, ResourceAny, ResourceDynamic, WasmList, WasmStr};
use std::collections::HashMap;
use std::sync::Arc;

type Seventeen = (
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u8,
    u64,
);

#[test]
fn sizes_and_alignments() {
    macro_rules! layouts {
        ($($ty:ty => $size:literal $align:literal;)*) => {$(
            assert_eq!((<$ty>::SIZE32, <$ty>::ALIGN32), ($size, $align), stringify!($ty));
        )*};
    }
    layouts! {
        bool => 1 1;
        u8 => 1 1;
        i8 => 1 1;
        u16 => 2 2;
        i16 => 2 2;
        u32 => 4 4;
        i32 => 4 4;
        u64 => 8 8;
        i64 => 8 8;
        f32 => 4 4;
        f64 => 8 8;
        char => 4 4;
        str => 8 4;
        String => 8 4;
        &str => 8 4;
        Box<str> => 8 4;
        Arc<str> => 8 4;
        [u64] => 8 4;
        Vec<u64> => 8 4;
        Box<[u8]> => 8 4;
        Arc<[u8]> => 8 4;
        &[u8] => 8 4;
        WasmStr => 8 4;
        WasmList<u64> => 8 4;
        &u16 => 2 2;
        Box<u16> => 2 2;
        Arc<u16> => 2 2;
        HashMap<u8, u64> => 8 4;
        Option<bool> => 2 1;
        Option<u16> => 4 2;
        Option<u64> => 16 8;
        Option<String> => 12 4;
        Option<Option<u8>> => 3 1;
        Result<(), ()> => 1 1;
        Result<u64, ()> => 16 8;
        Result<(), u16> => 4 2;
        Result<u8, String> => 12 4;
        () => 0 1;
        (u8,) => 1 1;
        (u8, u16) => 4 2;
        (u8, u64, u8) => 24 8;
        (u8, u16, u8, u32) => 12 4;
        ((u8, u32), u8) => 12 4;
        (Option<u8>, u32) => 8 4;
        Seventeen => 24 8;
        Resource<u8> => 4 4;
        ResourceAny => 4 4;
        ResourceDynamic => 4 4;
        Point => 12 4;
        Shape => 8 4;
        Color => 1 1;
        Bits => 4 4;
    }
}

#[test]
fn sizes_and_alignments_of_flags() {
    for (flags, size, align) in [
        (1, 1, 1),
        (8, 1, 1),
        (9, 2, 2),
        (16, 2, 2),
        (17, 4, 4),
        (32, 4, 4),
        (33, 8, 4),
        (64, 8, 4),
        (65, 12, 4),
    ] {
        assert_eq!(
            (flags_size(flags), flags_align(flags)),
            (size, align),
            "{flags} flags"
        );
    }
}

#[test]
fn sizes_and_alignments_of_variants() {
    let (u8, u64) = ((1, 1), (8, 8));
    for (cases, payload, size, align) in [
        (1, (0, 1), 1, 1),
        (256, (0, 1), 1, 1),
        (257, (0, 1), 2, 2),
        (2, u8, 2, 1),
        (2, u64, 16, 8),
        (256, u8, 2, 1),
        (257, u8, 4, 2),
        (257, u64, 16, 8),
        (65537, u8, 8, 4),
    ] {
        let mut payloads = vec![(0, 1); cases];
        payloads[0] = payload;
        let layout = (variant_size(&payloads), variant_align(&payloads));
        assert_eq!(layout, (size, align), "{cases} cases, {payload:?}");
    }
}
