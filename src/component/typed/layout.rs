//! The canonical ABI's sizes and alignments, in a 32-bit memory.
//!
//! The C API doesn't need them; the code of `component::bindgen!` asserts that a
//! type has the size which it had when it was generated.

/// Returns an offset that is a multiple of the alignment.
pub const fn align_to(offset: usize, align: u32) -> usize {
    offset.next_multiple_of(align as usize)
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// Returns the alignment of a record, from those of its fields.
pub const fn record_align(fields: &[u32]) -> u32 {
    let mut align = 1;
    let mut i = 0;
    while i < fields.len() {
        align = max(align, fields[i]);
        i += 1;
    }
    align
}

/// Returns the size of a record, from the sizes and alignments of its fields.
pub const fn record_size(fields: &[(usize, u32)]) -> usize {
    let (mut size, mut align) = (0, 1);
    let mut i = 0;
    while i < fields.len() {
        let (field_size, field_align) = fields[i];
        size = align_to(size, field_align) + field_size;
        align = max(align, field_align);
        i += 1;
    }
    align_to(size, align)
}

/// Returns the size and alignment of the number that tells a variant's case.
pub const fn discriminant(cases: usize) -> u32 {
    if cases <= 1 << 8 {
        1
    } else if cases <= 1 << 16 {
        2
    } else {
        4
    }
}

/// Returns the alignment of a variant, from those of what its cases carry.
pub const fn variant_align(cases: &[(usize, u32)]) -> u32 {
    let mut align = discriminant(cases.len());
    let mut i = 0;
    while i < cases.len() {
        align = max(align, cases[i].1);
        i += 1;
    }
    align
}

/// Returns the size of a variant, from the sizes and alignments of what its cases carry; a case
/// without has `(0, 1)`.
pub const fn variant_size(cases: &[(usize, u32)]) -> usize {
    let (mut size, mut align) = (0, 1);
    let mut i = 0;
    while i < cases.len() {
        let (case_size, case_align) = cases[i];
        if case_size > size {
            size = case_size;
        }
        align = max(align, case_align);
        i += 1;
    }
    let offset = align_to(discriminant(cases.len()) as usize, align);
    align_to(offset + size, variant_align(cases))
}

/// Returns the size of flags.
pub const fn flags_size(flags: usize) -> usize {
    match flags {
        0 => 0,
        1..=8 => 1,
        9..=16 => 2,
        _ => flags.div_ceil(32) * 4,
    }
}

/// Returns the alignment of flags.
pub const fn flags_align(flags: usize) -> u32 {
    match flags {
        0..=8 => 1,
        9..=16 => 2,
        _ => 4,
    }
}
