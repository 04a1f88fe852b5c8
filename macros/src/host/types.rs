//! The types of arguments and results.

use super::errors::Errors;
use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Error, GenericArgument, Lifetime, ParenthesizedGenericArguments, PathArguments, PathSegment,
    Type, TypeBareFn, TypeImplTrait, TypeReference,
};

/// Returns a type without the groups and parentheses around it.
pub fn peel(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

/// Reports whether two types are written the same, where `Self` is a way to write `self_ty`.
pub fn is_same(a: &Type, b: &Type, self_ty: &Type) -> bool {
    let written = |ty: &Type| match peel(ty) {
        Type::Path(path) if path.path.is_ident("Self") => peel(self_ty).to_token_stream(),
        ty => ty.to_token_stream(),
    };
    written(a).to_string() == written(b).to_string()
}

/// Returns the last segment of the path that names a caller.
fn caller_segment(ty: &Type) -> Option<&PathSegment> {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
    .filter(|segment| segment.ident == "Caller")
}

/// Returns the type of a store's data, if `ty` is its caller.
///
/// # Errors
///
/// Returns an error if it is a caller in another form.
pub fn caller_data(ty: &Type) -> syn::Result<Option<Type>> {
    if let Type::Reference(reference) = peel(ty) {
        if caller_segment(&reference.elem).is_some() {
            let message = "take the `Caller` by value: `Caller<'_, State>`";
            return Err(Error::new_spanned(ty, message));
        }
    }
    let Some(segment) = caller_segment(ty) else {
        return Ok(None);
    };
    let data = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            })
        }
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    match data {
        Some(data) => Ok(Some(data)),
        None => Err(Error::new_spanned(
            ty,
            "expected the type of the store's data: `Caller<'_, State>`",
        )),
    }
}

/// Returns what to do instead of borrowing an argument from the guest's memory, if it is borrowed
/// from there.
pub fn instead_of_borrowed(ty: &Type) -> Option<String> {
    match peel(ty) {
        Type::Reference(reference) => match peel(&reference.elem) {
            Type::Path(path) if path.path.is_ident("str") => Some(copied("String")),
            Type::Slice(_) if reference.mutability.is_some() => Some(
                "take the address and the length, and write through the memory that \
                 `caller.get_export` returns"
                    .to_owned(),
            ),
            Type::Slice(_) => Some(copied("Vec<T>")),
            _ => None,
        },
        Type::Path(_) => match peel(in_option(ty)?) {
            Type::Reference(reference) => match peel(&reference.elem) {
                Type::Path(path) if path.path.is_ident("str") => Some(copied("Option<String>")),
                Type::Slice(_) if reference.mutability.is_none() => Some(copied("Option<Vec<T>>")),
                _ => instead_of_borrowed(in_option(ty)?),
            },
            _ => None,
        },
        _ => None,
    }
}

fn copied(ty: &str) -> String {
    format!("take a `{ty}`, which is a copy")
}

/// Returns what is in an `Option`.
fn in_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = peel(ty) else {
        return None;
    };
    let segment = path
        .path
        .segments
        .last()
        .filter(|it| it.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Returns the reference in an `Option<&mut dyn Trait>`. Its trait object has the lifetime of the
/// reference, but that of the argument is `'static`: an exclusive reference can be converted, and
/// an `Option` of it can't.
pub fn optional_trait_object(ty: &Type) -> Option<&Type> {
    let inner = in_option(ty)?;
    match peel(inner) {
        Type::Reference(reference)
            if reference.mutability.is_some()
                && matches!(peel(&reference.elem), Type::TraitObject(_)) =>
        {
            Some(inner)
        }
        _ => None,
    }
}

/// Returns the type of an argument with `'static` in place of the lifetimes that aren't written,
/// as the builder wants it.
pub fn argument(ty: &Type, errors: &mut Errors) -> Type {
    let mut ty = ty.clone();
    if let Type::Reference(TypeReference {
        lifetime: Some(lifetime),
        ..
    }) = peel(&ty)
    {
        if lifetime.ident == "static" {
            errors.push(Error::new(
                lifetime.span(),
                "an argument is borrowed for as long as the call: leave out `'static`",
            ));
        }
    }
    let place = Place::Argument;
    Lifetimes { place, errors }.visit_type_mut(&mut ty);
    ty
}

/// Returns the type of the results, which has no lifetime but `'static`.
pub fn output(ty: &Type, errors: &mut Errors) -> Type {
    let mut ty = ty.clone();
    let place = Place::Output;
    Lifetimes { place, errors }.visit_type_mut(&mut ty);
    ty
}

enum Place {
    Argument,
    Output,
}

/// Sets lifetimes, and reports what a type in a signature can't be.
struct Lifetimes<'e> {
    place: Place,
    errors: &'e mut Errors,
}

impl Lifetimes<'_> {
    /// Returns the lifetime in place of one that isn't written.
    fn elided(&mut self, span: Span) -> Lifetime {
        match self.place {
            Place::Argument => {}
            Place::Output => self.errors.push(Error::new(
                span,
                "a bound function returns nothing borrowed, as results are passed on when it has \
                 returned: return a `String`, a `Vec<T>`, or another owned value",
            )),
        }
        Lifetime::new("'static", span)
    }
}

impl VisitMut for Lifetimes<'_> {
    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        if ty.lifetime.is_none() {
            ty.lifetime = Some(self.elided(ty.and_token.span()));
        }
        visit_mut::visit_type_reference_mut(self, ty);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        // One that has a name is reported where it is declared.
        if lifetime.ident == "_" {
            *lifetime = self.elided(lifetime.span());
        }
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        let message = match self.place {
            Place::Argument => "a bound function takes arguments of one type each: name the type",
            Place::Output => "the results of a bound function have a type that is known: name it",
        };
        self.errors.push(Error::new_spanned(ty, message));
    }

    // The lifetimes in the signature of a function are its own.
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }
}
