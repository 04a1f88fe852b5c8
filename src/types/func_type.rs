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

/// The type of a function: the types of its parameters and of its results.
///
/// It belongs to an engine. Clones share it.
///
/// Two function types with the same parameters and results may still be different
/// types: a module may define one with a supertype, as open to subtypes, or in a
/// group of types that refer to each other. [`FuncType::eq`] takes all of that into
/// account. [`FuncType::matches`] compares parameters and results only.
///
/// Its text is that of the text format: `(type (func (param i32 i32) (result i64)))`.
///
#[doc = example!(compiler)]
/// use libwasmtime::{Engine, FuncType, ValType};
///
/// let engine = Engine::default();
/// let add = FuncType::new(&engine, [ValType::I32, ValType::I32], [ValType::I32]);
/// assert_eq!(add.params().len(), 2);
/// assert!(add.result(0).is_some_and(|ty| ty.is_i32()));
/// assert_eq!(add.to_string(), "(type (func (param i32 i32) (result i32)))");
/// ```
#[derive(Clone)]
pub struct FuncType {
    definition: Arc<FuncTypeDefinition>,
}

struct FuncTypeDefinition {
    engine: Engine,
    repr: Repr,
}

/// How the parameters and results are kept.
enum Repr {
    /// A type that its parameters and results determine: it has no supertype and no
    /// subtypes, and refers to no concrete type. Two of them are the same type if
    /// their parameters and results are.
    Plain {
        params: Box<[ValType]>,
        results: Box<[ValType]>,
    },
    /// A type that only libwasmtime can compare. It may refer to itself, so its
    /// parameters and results become Rust data one level at a time, on access.
    Defined(Owned<wasm_functype_t>),
}

/// One half of a signature.
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
                // SAFETY: invariant "Owned object": `ty` is borrowed from the function type,
                // which is of `engine`.
                Some(unsafe { ValType::from_c(engine, ty.as_ptr()) })
            }
        }
    }
}

/// Returns the parameters or results of a C function type.
fn defined_types(ty: &Owned<wasm_functype_t>, side: Side) -> &ValTypeVec {
    // SAFETY: invariant "Owned object": `ty` is owned, so it is valid. Its vectors live as long
    // as it and never change, and a vector of this crate has the layout of the C struct.
    unsafe {
        let types = match side {
            Side::Params => wasm_functype_params(ty.as_ptr()),
            Side::Results => wasm_functype_results(ty.as_ptr()),
        };
        &*types.cast::<ValTypeVec>()
    }
}

impl FuncType {
    /// Creates the type of functions with these parameters and results.
    ///
    /// The type is final and has no supertype.
    ///
    /// # Panics
    ///
    /// Panics if a parameter or result refers to
    ///
    /// - a concrete type of another engine; or
    /// - continuations, which the C API doesn't describe.
    pub fn new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> FuncType {
        FuncType::try_new(engine, params, results)
            .unwrap_or_else(|error| panic!("cannot create the function type: {error}"))
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
                "`{ty}` belongs to another engine than the function type that it is to be part of"
            );
            is_plain &= ty.as_ref().is_none_or(|ty| ty.heap_type().is_abstract());
            if let Some(ty) = ty.as_ref().filter(|ty| ty.heap_type().top().is_cont()) {
                // Always fails, with the error that every use of such a type has.
                ty.to_c()?;
            }
        }
        let repr = if is_plain {
            Repr::Plain { params, results }
        } else {
            // Rust data could nest as deep as the caller makes it, and dropping it
            // would recurse as deep.
            Repr::Defined(signature_to_c(&params, &results)?)
        };
        Ok(FuncType::from_repr(engine, repr))
    }

    /// Creates the type of functions with these parameters and results, as
    /// [`FuncType::new`] does, but returns an error where that panics.
    ///
    /// In the `wasmtime` crate this function also reports that memory ran out. The C
    /// API aborts the process then.
    ///
    /// # Errors
    ///
    /// Returns an error if a parameter or result refers to continuations, which the C
    /// API doesn't describe.
    ///
    /// # Panics
    ///
    /// Panics if a parameter or result refers to a concrete type of another engine.
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
            definition: Arc::new(FuncTypeDefinition {
                engine: engine.clone(),
                repr,
            }),
        }
    }

    /// Returns the engine that this type belongs to.
    pub fn engine(&self) -> &Engine {
        &self.definition.engine
    }

    /// Returns the type of the parameter at index `i`; `None` if there is none.
    pub fn param(&self, i: usize) -> Option<ValType> {
        self.get(Side::Params, i)
    }

    /// Returns the types of the parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.types(Side::Params)
    }

    /// Returns the type of the result at index `i`; `None` if there is none.
    pub fn result(&self, i: usize) -> Option<ValType> {
        self.get(Side::Results, i)
    }

    /// Returns the types of the results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.types(Side::Results)
    }

    fn get(&self, side: Side, index: usize) -> Option<ValType> {
        let FuncTypeDefinition { engine, repr } = &*self.definition;
        repr.get(engine, side, index)
    }

    fn types(&self, side: Side) -> impl ExactSizeIterator<Item = ValType> + '_ {
        (0..self.definition.repr.len(side)).map(move |index| {
            self.get(side, index)
                .expect("the index is below the number of types")
        })
    }

    /// Reports whether a function of this type can be used where one of type `other`
    /// is expected.
    ///
    /// That is so if both have as many parameters and as many results, if every
    /// parameter of `other` is a subtype of this type's parameter, and if every result
    /// of this type is a subtype of `other`'s. What modules declare about supertypes
    /// makes no difference here.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, FuncType, HeapType, RefType, ValType};
    ///
    /// let engine = Engine::default();
    /// let non_null = ValType::Ref(RefType::new(false, HeapType::Extern));
    /// // Takes any `externref`, and never returns null.
    /// let general = FuncType::new(&engine, [ValType::EXTERNREF], [non_null.clone()]);
    /// // Takes no null, and may return it.
    /// let special = FuncType::new(&engine, [non_null], [ValType::EXTERNREF]);
    ///
    /// assert!(general.matches(&special));
    /// assert!(!special.matches(&general));
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the types belong to different engines.
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

    /// Reports whether `a` and `b` are the same type.
    ///
    /// Calls `wasmtime_wasm_valtype_equal` if a module defines one of them, or if one
    /// refers to a concrete type.
    ///
    /// # Panics
    ///
    /// Panics if the types belong to different engines.
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
        subtype::same(a.clone().into(), b.clone().into())
    }

    /// Reports whether `a` and `b` are plain types and the same, so that a C type
    /// created from one describes the other as well. Calls no C function.
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

    /// Reports whether this is the same type as `other`, or one that a module declares
    /// to be a subtype of it.
    pub(super) fn is_subtype(&self, other: &FuncType) -> bool {
        FuncType::eq(self, other)
            || (self.is_defined()
                && other.is_defined()
                // A module can only declare a subtype that matches. The parameters and
                // results themselves aren't compared here: they may be these types again,
                // or nest so deep that recursion overflows the stack.
                && self.params().len() == other.params().len()
                && self.results().len() == other.results().len()
                && subtype::is_subtype(self.engine(), self.clone().into(), other.clone().into()))
    }

    /// Reports whether the type isn't plain: a plain type has neither supertypes nor
    /// subtypes.
    fn is_defined(&self) -> bool {
        matches!(self.definition.repr, Repr::Defined(_))
    }

    fn assert_same_engine(&self, other: &FuncType) {
        assert!(
            self.comes_from_same_engine(other.engine()),
            "cannot compare function types that belong to different engines: {self} and {other}"
        );
    }

    /// Reports whether this type belongs to `engine`.
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

    /// Creates a type from a copy of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and a type of `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_functype_t) -> FuncType {
        // SAFETY: `ty` is valid and of `engine`, as this function requires; the copy is
        // owned.
        unsafe { FuncType::from_owned(engine, Owned::from_c(wasm_functype_copy(ty))) }
    }

    /// Takes ownership of one of libwasmtime's types.
    ///
    /// # Safety
    ///
    /// `ty` must be a type of `engine`.
    pub(crate) unsafe fn from_owned(engine: &Engine, ty: Owned<wasm_functype_t>) -> FuncType {
        FuncType::from_repr(engine, Repr::Defined(ty))
    }

    /// Creates a C type, which may be used with this type's engine only.
    pub(crate) fn to_c(&self) -> Owned<wasm_functype_t> {
        match &self.definition.repr {
            Repr::Plain { params, results } => signature_to_c(params, results)
                .expect("what the C API doesn't describe is found when the type is made"),
            Repr::Defined(ty) => ty.clone(),
        }
    }
}

/// Creates a C type.
///
/// # Errors
///
/// Returns an error as [`ValType::to_c`] does.
fn signature_to_c(params: &[ValType], results: &[ValType]) -> Result<Owned<wasm_functype_t>> {
    let to_c = |types: &[ValType]| -> Result<ValTypeVec> {
        types.iter().map(|ty| Ok(Some(ty.to_c()?))).collect()
    };
    let mut params = to_c(params)?;
    let mut results = to_c(results)?;
    // SAFETY: the function takes the elements of both vectors over and leaves the
    // vectors empty; no element is null. The result is owned.
    Ok(unsafe { Owned::from_c(wasm_functype_new(params.as_mut_ptr(), results.as_mut_ptr())) })
}

/// Reports whether two lists of types are the same. No type in them is concrete, so
/// their shapes decide.
fn same_types(a: &[ValType], b: &[ValType]) -> bool {
    a.iter().map(Shape::of).eq(b.iter().map(Shape::of))
}

/// Returns what is known of a type without following concrete types, which may refer
/// to the type itself. Types that are the same have the same shape.
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
