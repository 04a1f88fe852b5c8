//! Types of functions.

use super::{HeapType, RefType, ValType, subtype};
use crate::owned::Owned;
use crate::sys::*;
use crate::vec::ValTypeVec;
use crate::{Engine, Result};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

/// The type of a function: those of its parameters and of its results.
///
/// It belongs to an engine. Cloning it is cheap.
///
/// Two types of the same parameters and results need not be the same: a module
/// may define one with supertypes, open to subtypes, or in a group of types
/// that refer to each other, and all that counts in [`FuncType::eq`]. It
/// doesn't count in [`FuncType::matches`].
///
/// Prints as in the text format: `(type (func (param i32 i32) (result i64)))`.
///
/// ```no_run
/// use libwasmtime::{Engine, FuncType, ValType};
///
/// let engine = Engine::default();
/// let add = FuncType::new(&engine, [ValType::I32, ValType::I32], [ValType::I32]);
/// assert_eq!(add.params().len(), 2);
/// assert_eq!(add.to_string(), "(type (func (param i32 i32) (result i32)))");
/// ```
#[derive(Clone)]
pub struct FuncType {
    definition: Arc<Definition>,
}

struct Definition {
    engine: Engine,
    repr: Repr,
}

/// How the parameters and results are kept.
enum Repr {
    /// A type that stands for itself: no supertype, no subtypes, no concrete
    /// type inside. Two of them are the same if they look the same.
    Plain {
        params: Box<[ValType]>,
        results: Box<[ValType]>,
    },
    /// A type that libwasmtime knows better. It may refer to itself, so what
    /// is inside is made into Rust data one level at a time, when asked for.
    Defined(Owned<wasm_functype_t>),
}

/// Which half of a signature.
#[derive(Clone, Copy)]
enum Side {
    Params,
    Results,
}

impl Repr {
    fn len(&self, side: Side) -> usize {
        match self {
            Repr::Plain { params, results } => match side {
                Side::Params => params.len(),
                Side::Results => results.len(),
            },
            Repr::Defined(ty) => defined_types(ty, side).len(),
        }
    }

    fn get(&self, engine: &Engine, side: Side, index: usize) -> Option<ValType> {
        match self {
            Repr::Plain { params, results } => match side {
                Side::Params => params.get(index),
                Side::Results => results.get(index),
            }
            .cloned(),
            Repr::Defined(ty) => {
                let ty = defined_types(ty, side).get(index)?.as_ref()?;
                // SAFETY: `ty` lives in the function type, which `engine` made.
                Some(unsafe { ValType::from_c(engine, ty.as_ptr()) })
            }
        }
    }
}

/// The parameters or results of a C function type.
fn defined_types(ty: &Owned<wasm_functype_t>, side: Side) -> &ValTypeVec {
    // SAFETY: `ty` is valid, its vectors live in it and never change, and an
    // owned vector has the layout of the C struct.
    unsafe {
        let types = match side {
            Side::Params => wasm_functype_params(ty.as_ptr()),
            Side::Results => wasm_functype_results(ty.as_ptr()),
        };
        &*types.cast::<ValTypeVec>()
    }
}

impl FuncType {
    /// The type of functions of these parameters and results. It is final and
    /// has no supertype.
    ///
    /// # Panics
    ///
    /// If a parameter or result refers to a concrete type of another engine, or to
    /// continuations, which the C API doesn't describe.
    pub fn new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> FuncType {
        FuncType::try_new(engine, params, results)
            .unwrap_or_else(|error| panic!("the type of a function can't be made: {error}"))
    }

    fn from_types(
        engine: &Engine,
        params: Box<[ValType]>,
        results: Box<[ValType]>,
    ) -> Result<FuncType> {
        let mut is_plain = true;
        for ty in params.iter().chain(&results) {
            assert!(
                ty.comes_from_same_engine(engine),
                "{ty} belongs to another engine than the function type it is to be part of"
            );
            is_plain &= ty.as_ref().is_none_or(|ty| ty.heap_type().is_abstract());
            if let Some(ty) = ty.as_ref().filter(|ty| ty.heap_type().top().is_cont()) {
                // Fails, with the error that every use of such a type has.
                ty.to_c()?;
            }
        }
        let repr = if is_plain {
            Repr::Plain { params, results }
        } else {
            // As Rust data, types inside types would nest as deep as the
            // caller likes, and so would the calls that drop them.
            Repr::Defined(signature_to_c(&params, &results)?)
        };
        Ok(FuncType::from_repr(engine, repr))
    }

    /// The same as [`FuncType::new`].
    ///
    /// It is also for programs that handle running out of memory. The C API
    /// doesn't: it ends the process.
    ///
    /// # Errors
    ///
    /// If a parameter or result refers to continuations, which the C API doesn't
    /// describe.
    ///
    /// # Panics
    ///
    /// If a parameter or result refers to a concrete type of another engine.
    pub fn try_new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Result<FuncType> {
        let params = params.into_iter().collect();
        FuncType::from_types(engine, params, results.into_iter().collect())
    }

    fn from_repr(engine: &Engine, repr: Repr) -> FuncType {
        FuncType {
            definition: Arc::new(Definition {
                engine: engine.clone(),
                repr,
            }),
        }
    }

    /// The engine that this type belongs to.
    pub fn engine(&self) -> &Engine {
        &self.definition.engine
    }

    /// The type of a parameter; `None` if there are no more than `i`.
    pub fn param(&self, i: usize) -> Option<ValType> {
        self.get(Side::Params, i)
    }

    /// The types of the parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.types(Side::Params)
    }

    /// The type of a result; `None` if there are no more than `i`.
    pub fn result(&self, i: usize) -> Option<ValType> {
        self.get(Side::Results, i)
    }

    /// The types of the results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.types(Side::Results)
    }

    fn get(&self, side: Side, index: usize) -> Option<ValType> {
        let Definition { engine, repr } = &*self.definition;
        repr.get(engine, side, index)
    }

    fn types(&self, side: Side) -> impl ExactSizeIterator<Item = ValType> + '_ {
        (0..self.definition.repr.len(side)).map(move |index| {
            self.get(side, index)
                .expect("the index is below the number of types")
        })
    }

    /// Whether a function of this type will do where one of type `other` is
    /// wanted, by its parameters and results: as many of each, every parameter
    /// of `other` a subtype of this one's, and every result of this one a
    /// subtype of `other`'s.
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    pub fn matches(&self, other: &FuncType) -> bool {
        self.assert_same_engine(other);
        self.params().len() == other.params().len()
            && self.results().len() == other.results().len()
            && self
                .params()
                .zip(other.params())
                .all(|(a, b)| b.matches(&a))
            && self
                .results()
                .zip(other.results())
                .all(|(a, b)| a.matches(&b))
    }

    /// Whether `a` and `b` are the same type.
    ///
    /// Asks libwasmtime if either is of a module or refers to a concrete type:
    /// calls `wasmtime_wasm_valtype_equal`.
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is the `wasmtime` crate's name"
    )]
    pub fn eq(a: &FuncType, b: &FuncType) -> bool {
        a.assert_same_engine(b);
        if Arc::ptr_eq(&a.definition, &b.definition) {
            return true;
        }
        if !a.is_defined() && !b.is_defined() {
            return FuncType::is_plainly_same(a, b);
        }
        // The shapes differ more often than not, and that takes one look.
        shape(a).eq(shape(b)) && subtype::same(a.clone().into(), b.clone().into())
    }

    /// Whether `a` and `b` are the same type and look the same, so that a C type
    /// made of one will do for the other. Asks nobody.
    pub(crate) fn is_plainly_same(a: &FuncType, b: &FuncType) -> bool {
        match (&a.definition.repr, &b.definition.repr) {
            (
                Repr::Plain { params, results },
                Repr::Plain {
                    params: other_params,
                    results: other_results,
                },
            ) => same_types(params, other_params) && same_types(results, other_results),
            (Repr::Defined(_), _) | (_, Repr::Defined(_)) => false,
        }
    }

    /// Whether this is the same type as `other`, or one that a module declares
    /// to be a subtype of it.
    pub(super) fn is_subtype(&self, other: &FuncType) -> bool {
        FuncType::eq(self, other)
            || (self.is_defined()
                && other.is_defined()
                // A module can't declare a subtype that wouldn't do. What the types
                // consist of isn't compared here, as it may be the types again, or
                // nest deeper than there is stack.
                && self.params().len() == other.params().len()
                && self.results().len() == other.results().len()
                && subtype::is_subtype(self.engine(), self.clone().into(), other.clone().into()))
    }

    /// A plain type has neither supertypes nor subtypes.
    fn is_defined(&self) -> bool {
        matches!(self.definition.repr, Repr::Defined(_))
    }

    fn assert_same_engine(&self, other: &FuncType) {
        assert!(
            self.comes_from_same_engine(other.engine()),
            "function types of different engines can't be compared: {self} and {other}"
        );
    }

    /// Whether this belongs to `engine`.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        Engine::same(self.engine(), engine)
    }

    /// Writes ` (param ...) (result ...)`, or nothing if there are none.
    ///
    /// A type may refer to itself, so the signature of a function type in a
    /// signature is left out.
    pub(super) fn fmt_signature(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (side, name) in [(Side::Params, "param"), (Side::Results, "result")] {
            if self.definition.repr.len(side) == 0 {
                continue;
            }
            write!(f, " ({name}")?;
            for ty in self.types(side) {
                let func = ty.as_ref().filter(|ty| ty.heap_type().is_concrete_func());
                match func.map(RefType::is_nullable) {
                    Some(nullable) => {
                        let null = if nullable { "null " } else { "" };
                        write!(f, " (ref {null}(concrete func ...))")?;
                    }
                    None => write!(f, " {ty}")?,
                }
            }
            f.write_str(")")?;
        }
        Ok(())
    }

    /// Copies the C type.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and made by `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_functype_t) -> FuncType {
        // SAFETY: `ty` is valid and `engine` made it, as this function requires; the
        // copy is owned.
        unsafe { FuncType::from_owned(engine, Owned::from_c(wasm_functype_copy(ty))) }
    }

    /// # Safety
    ///
    /// `ty` must be made by `engine`.
    pub(crate) unsafe fn from_owned(engine: &Engine, ty: Owned<wasm_functype_t>) -> FuncType {
        FuncType::from_repr(engine, Repr::Defined(ty))
    }

    /// A C type, to be used with this type's engine only.
    pub(crate) fn to_c(&self) -> Owned<wasm_functype_t> {
        match &self.definition.repr {
            Repr::Plain { params, results } => signature_to_c(params, results)
                .expect("what the C API doesn't describe is found when the type is made"),
            Repr::Defined(ty) => ty.clone(),
        }
    }
}

/// # Errors
///
/// As for [`ValType::to_c`].
fn signature_to_c(params: &[ValType], results: &[ValType]) -> Result<Owned<wasm_functype_t>> {
    let to_c = |types: &[ValType]| -> Result<ValTypeVec> {
        types.iter().map(|ty| Ok(Some(ty.to_c()?))).collect()
    };
    let mut params = to_c(params)?;
    let mut results = to_c(results)?;
    // SAFETY: the function takes what is in the vectors and leaves them empty;
    // none of the elements is null. The result is owned.
    Ok(unsafe { Owned::from_c(wasm_functype_new(params.as_mut_ptr(), results.as_mut_ptr())) })
}

/// Whether types of plain signatures are the same. Nothing in them is concrete, so
/// they are if they look the same; and a program that compares no others has no
/// need of what does.
fn same_types(a: &[ValType], b: &[ValType]) -> bool {
    a.iter().map(Shape::of).eq(b.iter().map(Shape::of))
}

/// What of a type can be seen without going into concrete types, which may
/// refer to the type itself. Types that are the same have the same shape.
fn shape(ty: &FuncType) -> impl Iterator<Item = Shape> + '_ {
    let lens = [Side::Params, Side::Results].map(|side| ty.definition.repr.len(side));
    let types = ty.params().chain(ty.results()).map(|ty| Shape::of(&ty));
    lens.into_iter().map(Shape::Len).chain(types)
}

#[derive(PartialEq, Hash)]
enum Shape {
    Len(usize),
    Type(
        mem::Discriminant<ValType>,
        Option<(bool, mem::Discriminant<HeapType>)>,
    ),
}

impl Shape {
    fn of(ty: &ValType) -> Shape {
        let reference = ty
            .as_ref()
            .map(|ty| (ty.is_nullable(), mem::discriminant(ty.heap_type())));
        Shape::Type(mem::discriminant(ty), reference)
    }
}

impl Hash for FuncType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for part in shape(self) {
            part.hash(state);
        }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(type (func")?;
        self.fmt_signature(f)?;
        f.write_str("))")
    }
}

impl fmt::Debug for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
