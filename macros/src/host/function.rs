//! The signature of a function that is bound.

use super::errors::Errors;
use super::types;
use syn::ext::IdentExt;
use syn::{Error, FnArg, GenericParam, Ident, Pat, PatType, Receiver, ReturnType, Signature, Type};

/// The most arguments that a bound function takes.
const MAX_ARGUMENTS: usize = 17;

/// How a method takes its receiver.
#[derive(Clone, Copy, PartialEq)]
pub enum SelfKind {
    Ref,
    Mut,
}

/// A function that is bound.
pub struct Function {
    pub ident: Ident,
    pub receiver: Option<SelfKind>,
    /// The types of the arguments after the receiver.
    pub arguments: Vec<Type>,
    /// Their names, which are empty where they have none.
    pub names: Vec<String>,
    /// What is in the `Option` of each argument whose lifetime has to be shortened.
    pub shortened: Vec<Option<Type>>,
    /// The type of the store's data, if an argument is a caller.
    pub caller_data: Option<Type>,
    /// The type of the results.
    pub output: Type,
    pub is_async: bool,
}

impl Function {
    /// Returns nothing if it can't be bound.
    pub fn new(signature: &Signature, self_ty: &Type, errors: &mut Errors) -> Option<Function> {
        let mut mistakes = Errors::default();
        check_form(signature, &mut mistakes);
        let mut receiver = None;
        let mut arguments = Vec::new();
        let mut names = Vec::new();
        let mut shortened = Vec::new();
        let mut caller_data: Option<Type> = None;
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(it) => receiver = mistakes.of(self_kind(it, self_ty)),
                FnArg::Typed(argument) => {
                    check_argument(argument, &mut mistakes);
                    let data = mistakes.of(types::caller_data(&argument.ty)).flatten();
                    if data.is_some() && caller_data.is_some() {
                        let message = "a bound function takes one `Caller` at most";
                        mistakes.push(Error::new_spanned(&argument.ty, message));
                    }
                    caller_data = caller_data.or(data);
                    arguments.push(types::argument(&argument.ty, &mut mistakes));
                    names.push(name(&argument.pat));
                    shortened.push(types::optional_trait_object(&argument.ty).cloned());
                }
            }
        }
        if let Some(extra) = arguments.get(MAX_ARGUMENTS) {
            let message = format!("a bound function takes up to {MAX_ARGUMENTS} arguments");
            mistakes.push(Error::new_spanned(extra, message));
        }
        if caller_data.is_some() {
            check_apart(signature, &mut mistakes);
        }
        let output = output(&signature.output, self_ty, &mut mistakes);
        let is_right = mistakes.is_empty();
        errors.append(mistakes);
        is_right.then(|| Function {
            ident: signature.ident.clone(),
            receiver,
            arguments,
            names,
            shortened,
            caller_data,
            output,
            is_async: signature.asyncness.is_some(),
        })
    }
}

/// Reports what a bound function can't be.
fn check_form(signature: &Signature, errors: &mut Errors) {
    if let Some(unsafety) = &signature.unsafety {
        errors.push(Error::new_spanned(
            unsafety,
            "a bound function is safe, as any guest can call it with any arguments: check them in \
             a safe function, or leave this one out with `#[host(skip)]`",
        ));
    }
    if let Some(abi) = &signature.abi {
        errors.push(Error::new_spanned(
            abi,
            "a bound function is one of Rust: leave out `extern`",
        ));
    }
    if let Some(variadic) = &signature.variadic {
        errors.push(Error::new_spanned(
            variadic,
            "a function of WebAssembly has a fixed number of arguments: take a slice, such as \
             `&[i32]`",
        ));
    }
    for param in &signature.generics.params {
        errors.push(match param {
            GenericParam::Lifetime(_) => Error::new_spanned(
                param,
                "a bound function has no named lifetimes: leave them out, or write `'_`",
            ),
            GenericParam::Type(_) | GenericParam::Const(_) => Error::new_spanned(
                param,
                "a bound function isn't generic, as a guest can't choose a type: name the type, \
                 or leave the function out with `#[host(skip)]`",
            ),
        });
    }
}

/// Returns how a method takes its receiver.
fn self_kind(receiver: &Receiver, self_ty: &Type) -> syn::Result<SelfKind> {
    let by_value = || {
        Error::new_spanned(
            receiver,
            "a bound method takes `&self` or `&mut self`, as its receiver stays where it is",
        )
    };
    let Type::Reference(reference) = types::peel(&receiver.ty) else {
        return Err(by_value());
    };
    let the_self = syn::parse_quote!(Self);
    if !types::is_same(&reference.elem, &the_self, self_ty) {
        return Err(by_value());
    }
    match &reference.lifetime {
        Some(lifetime) if lifetime.ident != "_" => Err(Error::new(
            lifetime.span(),
            "a bound method borrows its receiver for as long as the call: leave out the lifetime",
        )),
        _ if reference.mutability.is_some() => Ok(SelfKind::Mut),
        _ => Ok(SelfKind::Ref),
    }
}

/// Reports what an argument can't be, apart from its type.
fn check_argument(argument: &PatType, errors: &mut Errors) {
    let is_name = match &*argument.pat {
        Pat::Ident(pattern) => pattern.subpat.is_none() && pattern.by_ref.is_none(),
        Pat::Wild(_) => true,
        _ => false,
    };
    if !is_name {
        errors.push(Error::new_spanned(
            &argument.pat,
            "an argument of a bound function has a name: take it apart in the function",
        ));
    }
    let conditions = argument.attrs.iter();
    for attribute in conditions.filter(|it| it.path().is_ident("cfg") || it.path().is_ident("host"))
    {
        errors.push(Error::new_spanned(
            attribute,
            "an argument of a bound function has no `cfg` and no options: write them on the \
             function",
        ));
    }
}

/// Returns the name of an argument; nothing for `_`.
fn name(pattern: &Pat) -> String {
    match pattern {
        Pat::Ident(pattern) => pattern.ident.unraw().to_string(),
        _ => String::new(),
    }
}

/// Reports arguments that borrow the guest's memory, beside a caller.
fn check_apart(signature: &Signature, errors: &mut Errors) {
    for input in &signature.inputs {
        let FnArg::Typed(PatType { ty, .. }) = input else {
            continue;
        };
        if let Some(instead) = types::instead_of_borrowed(ty) {
            errors.push(Error::new_spanned(
                ty,
                format!(
                    "a bound function can't borrow the guest's memory beside a `Caller`, through \
                     which it might change: {instead}"
                ),
            ));
        }
    }
}

/// Returns the type of the results.
fn output(output: &ReturnType, self_ty: &Type, errors: &mut Errors) -> Type {
    match output {
        ReturnType::Type(_, ty) if !matches!(**ty, Type::Never(_)) => {
            let the_self = syn::parse_quote!(Self);
            let is_dyn = matches!(types::peel(self_ty), Type::TraitObject(_));
            if is_dyn && types::is_same(ty, &the_self, self_ty) {
                errors.push(Error::new_spanned(
                    ty,
                    "a trait object has no size that is known, so it can't be returned by value: \
                     return a `Box<Self>`",
                ));
            }
            types::output(ty, errors)
        }
        // A function that never returns has the results that it is asked for.
        _ => syn::parse_quote!(()),
    }
}
