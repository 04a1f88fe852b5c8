//! Structs that are passed by pointer, whose fields another attribute changes.

use libwasmtime::HostValue;

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
#[changes::change(u8 => bool)]
pub struct NotEveryBit {
    pub a: u8,
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
#[changes::change(second => second: [u8; 0], pub third)]
pub struct AnotherField {
    pub first: u8,
    pub second: [u8; 0],
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
#[changes::change(u8 => &'static u8)]
pub struct Reference {
    pub a: u8,
}
