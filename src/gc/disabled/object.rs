//! Structs and arrays in a build without the feature `gc`: there are none.

use super::RawRef;
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_context_t, wasmtime_val_t};
use crate::{ArrayType, Result, StructType, Val};
use std::convert::Infallible;
use std::mem::MaybeUninit;

pub struct Object(Infallible);

#[derive(Debug)]
pub struct StructPre;

#[derive(Debug)]
pub struct ArrayPre;

impl StructPre {
    pub(crate) unsafe fn new(_: &mut StoreOpaque, _: &StructType) -> StructPre {
        StructPre
    }
}

impl ArrayPre {
    pub(crate) unsafe fn new(_: &mut StoreOpaque, _: &ArrayType) -> ArrayPre {
        ArrayPre
    }
}

impl RawRef {
    pub(crate) unsafe fn write_struct(
        _: *mut wasmtime_context_t,
        _: &StructPre,
        _: &[wasmtime_val_t],
        _: *mut RawRef,
    ) -> Result<()> {
        Ok(RawRef::supported()?)
    }

    pub(crate) unsafe fn write_array(
        _: *mut wasmtime_context_t,
        _: &ArrayPre,
        _: &wasmtime_val_t,
        _: u32,
        _: *mut RawRef,
    ) -> Result<()> {
        Ok(RawRef::supported()?)
    }

    pub(crate) unsafe fn create(
        _: &mut StoreOpaque,
        _: impl FnOnce(*mut wasmtime_context_t, *mut RawRef) -> Result<()>,
    ) -> Result<RawRef> {
        Err(RawRef::supported().expect_err("the feature is off").into())
    }

    pub(crate) fn is_eqref(&self, _: &StoreOpaque) -> bool {
        match self.0 {}
    }

    pub(crate) fn is_struct(&self, _: &StoreOpaque) -> bool {
        match self.0 {}
    }

    pub(crate) fn is_array(&self, _: &StoreOpaque) -> bool {
        match self.0 {}
    }

    pub(crate) fn object(&self) -> Object {
        match self.0 {}
    }
}

impl Object {
    pub(crate) unsafe fn struct_type(&self, _: &StoreOpaque) -> StructType {
        match self.0 {}
    }

    pub(crate) unsafe fn write_field(
        &self,
        _: &mut StoreOpaque,
        _: usize,
        _: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        match self.0 {}
    }

    pub(crate) unsafe fn set_field(&self, _: &mut StoreOpaque, _: usize, _: Val) -> Result<()> {
        match self.0 {}
    }

    pub(crate) unsafe fn array_type(&self, _: &StoreOpaque) -> ArrayType {
        match self.0 {}
    }

    pub(crate) unsafe fn len(&self, _: &StoreOpaque) -> Result<u32> {
        match self.0 {}
    }

    pub(crate) unsafe fn write_elem(
        &self,
        _: &mut StoreOpaque,
        _: u32,
        _: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        match self.0 {}
    }

    pub(crate) unsafe fn set(&self, _: &mut StoreOpaque, _: u32, _: Val) -> Result<()> {
        match self.0 {}
    }
}
