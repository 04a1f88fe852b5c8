//! A table of all kinds of values and types.
//!
//! The tests of misuse, the subprocesses of `tests/abort` and the fuzzer take their values
//! from here. If a variant of [`Val`] or [`HeapType`] is missing in the table, it doesn't
//! compile; a variant in the table is passed wherever these tests try a value.

use libwasmtime::*;

/// Defines a [`Kind`] for each variant of `Val`, with the type that has all its values.
macro_rules! kinds {
    ($($kind:ident: $ty:expr;)*) => {
        /// What a value is: a variant of [`Val`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            pub fn of(val: &Val) -> Kind {
                match val {
                    $(Val::$kind(_) => Kind::$kind,)*
                }
            }

            pub fn ty(self) -> ValType {
                match self {
                    $(Kind::$kind => $ty,)*
                }
            }
        }
    };
}

kinds! {
    I32: ValType::I32;
    I64: ValType::I64;
    F32: ValType::F32;
    F64: ValType::F64;
    V128: ValType::V128;
    FuncRef: ValType::FUNCREF;
    ExternRef: ValType::EXTERNREF;
    AnyRef: ValType::ANYREF;
    ExnRef: ValType::EXNREF;
    ContRef: ValType::CONTREF;
}

impl Kind {
    /// Values that belong to no store.
    pub fn free(self) -> Vec<Val> {
        match self {
            Kind::I32 => vec![Val::I32(0), Val::I32(1)],
            Kind::I64 => vec![Val::I64(1)],
            Kind::F32 => vec![Val::F32(1)],
            Kind::F64 => vec![Val::F64(1)],
            Kind::V128 => vec![Val::V128(1.into())],
            Kind::FuncRef => vec![Val::FuncRef(None)],
            Kind::ExternRef => vec![Val::ExternRef(None)],
            Kind::AnyRef => vec![Val::AnyRef(None)],
            Kind::ExnRef => vec![Val::ExnRef(None)],
            Kind::ContRef => vec![Val::ContRef(None)],
        }
    }

    /// Values that belong to `store`, one of each sort.
    pub fn owned(self, store: &mut impl AsContextMut) -> Result<Vec<Val>> {
        Ok(match self {
            Kind::I32 | Kind::I64 | Kind::F32 | Kind::F64 | Kind::V128 => Vec::new(),
            Kind::FuncRef => vec![Func::wrap(store.as_context_mut(), |x: i64| x).into()],
            Kind::ExternRef => vec![ExternRef::new(store, 1)?.into()],
            Kind::AnyRef => {
                let number = AnyRef::from_i31(&mut *store, I31::wrapping_u32(7));
                let host = ExternRef::new(&mut *store, 1)?;
                let host = AnyRef::convert_extern(&mut *store, host)?;
                let engine = store.as_context().engine().clone();
                let field = FieldType::new(Mutability::Var, ValType::I32.into());
                let object = StructType::new(&engine, [field.clone()])?;
                let object = StructRefPre::new(&mut *store, object);
                let object = StructRef::new(&mut *store, &object, &[Val::I32(1)])?;
                let array = ArrayRefPre::new(&mut *store, ArrayType::new(&engine, field));
                let array = ArrayRef::new(store, &array, &Val::I32(1), 2)?;
                vec![number.into(), host.into(), object.into(), array.into()]
            }
            Kind::ExnRef => {
                let engine = store.as_context().engine().clone();
                let ty = ExnType::new(&engine, [])?;
                let tag = Tag::new(&mut *store, &ty.tag_type())?;
                let pre = ExnRefPre::new(&mut *store, ty);
                vec![ExnRef::new(store, &pre, &tag, &[])?.into()]
            }
            // There are none.
            Kind::ContRef => Vec::new(),
        })
    }

    /// Values of both sorts.
    pub fn values(self, store: &mut impl AsContextMut) -> Result<Vec<Val>> {
        let mut values = self.free();
        values.extend(self.owned(store)?);
        Ok(values)
    }
}

/// Defines the lists of heap types. Each concrete one has a function that creates it.
macro_rules! heap_types {
    ($($variant:ident)*; $($concrete:ident: $make:expr;)*) => {
        /// Returns the heap types that no module defines.
        pub fn abstract_heap_types() -> Vec<HeapType> {
            vec![$(HeapType::$variant),*]
        }

        /// Returns one heap type of each sort that a module defines.
        pub fn concrete_heap_types(engine: &Engine) -> Result<Vec<HeapType>> {
            let makes: &[fn(&Engine) -> Result<Vec<HeapType>>] = &[$($make),*];
            let made: Result<Vec<_>> = makes.iter().map(|make| make(engine)).collect();
            Ok(made?.concat())
        }

        // No variant is missing.
        const _: fn(&HeapType) = |ty| match ty {
            $(HeapType::$variant => {})*
            $(HeapType::$concrete(_) => {})*
        };
    };
}

heap_types! {
    Extern NoExtern Func NoFunc Any Eq I31 Array Struct Exn None NoExn Cont NoCont;
    ConcreteFunc: |engine| Ok(vec![FuncType::new(engine, [ValType::I32], []).into()]);
    ConcreteExn: |engine| Ok(vec![ExnType::new(engine, [ValType::I32])?.into()]);
    ConcreteArray: |engine| defined(engine, "(array i8)");
    ConcreteStruct: |engine| defined(engine, "(struct (field i32))");
    // There are none.
    ConcreteCont: |_| Ok(Vec::new());
}

/// Returns a type that a module defines.
fn defined(engine: &Engine, ty: &str) -> Result<Vec<HeapType>> {
    let wat = format!(r#"(module (type $t {ty}) (import "" "" (global (ref null $t))))"#);
    let module = Module::new(engine, wat)?;
    let import = module.imports().next().expect("it imports a global").ty();
    let ty = import.unwrap_global().content().unwrap_ref().heap_type();
    Ok(vec![ty.clone()])
}
