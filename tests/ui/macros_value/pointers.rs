use libwasmtime::HostValue;

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
struct NoLayout {
    value: u32,
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C, packed)]
struct Packed {
    a: u8,
    b: u32,
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
struct Padded {
    a: u8,
    b: u32,
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
struct NotEveryBit {
    a: bool,
}

#[derive(HostValue)]
#[host(pointer)]
#[repr(C)]
struct NotCopied {
    a: u32,
}

/// A function of the name that the derive's own might have.
const fn assert_element<T>() -> usize {
    1
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
struct PaddedByName {
    a: u32,
    b: [u8; assert_element::<u32>()],
}

fn main() {}
