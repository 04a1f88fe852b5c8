//! What is in a struct that WebAssembly returns. The safe layer hands such an object
//! out; the functions that read its fields are the C API's, and the traits of `sys` lead
//! to them and back.
//!
//! ```sh
//! cargo run --example structs
//! ```

use libwasmtime::sys::*;
use libwasmtime::vec::Owned;
use libwasmtime::{
    AnyRef, AsContextMut, Config, Engine, HeapType, Instance, Module, Result, Rooted, Store, Val,
    bail,
};
use std::mem::MaybeUninit;

const POINTS: &str = r#"
    (module
        (type $point (struct (field $x f64) (field $y f64)))
        (func (export "point") (param f64 f64) (result (ref any))
            (struct.new $point (local.get 0) (local.get 1))))
"#;

fn main() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_gc(true))?;
    let module = Module::new(&engine, POINTS)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let point = instance.get_typed_func::<(f64, f64), Rooted<AnyRef>>(&mut store, "point")?;

    let point = point.call(&mut store, (3.0, 4.0))?;
    for (i, field) in fields(&mut store, point)?.iter().enumerate() {
        println!("field {i}: {}", field.unwrap_f64());
    }
    Ok(())
}

/// The values in a struct.
fn fields(store: &mut impl AsContextMut, object: Rooted<AnyRef>) -> Result<Vec<Val>> {
    let HeapType::ConcreteStruct(ty) = object.ty(&*store)? else {
        bail!("the object isn't a struct");
    };
    // SAFETY: the pointer is valid as long as `ty`.
    let count = unsafe { wasmtime_struct_type_num_fields(ty.as_c()) };
    let object = StructRef::new(store, object)?;
    (0..count).map(|index| object.field(store, index)).collect()
}

/// A reference to a struct, owned.
struct StructRef(wasmtime_structref_t);

impl StructRef {
    fn new(store: &mut impl AsContextMut, object: Rooted<AnyRef>) -> Result<StructRef> {
        // A struct of C that is borrowed from the root of the object.
        let val = Val::from(object).to_c(&*store)?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: the value is an `anyref` of this store, whose context is used for this
        // call alone. `out` is written if the object is a struct, and owned.
        unsafe {
            if !wasmtime_anyref_as_struct(store.as_c_mut(), &val.of.anyref, out.as_mut_ptr()) {
                bail!("the object isn't a struct");
            }
            Ok(StructRef(out.assume_init()))
        }
    }

    fn field(&self, store: &mut impl AsContextMut, index: usize) -> Result<Val> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the reference is of this store, whose context is used for this call
        // alone. An error is owned; without one, `out` is written, with an owned value
        // of this store.
        unsafe {
            let context = store.as_c_mut();
            let error = wasmtime_structref_field(context, &self.0, index, out.as_mut_ptr());
            if let Some(error) = Owned::from_raw(error) {
                return Err(error.into());
            }
            Ok(Val::from_c(out.assume_init(), store))
        }
    }
}

impl Drop for StructRef {
    fn drop(&mut self) {
        // SAFETY: the reference is owned, and not used again.
        unsafe { wasmtime_structref_unroot(&mut self.0) }
    }
}
