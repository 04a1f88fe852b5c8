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

fn main() {}
