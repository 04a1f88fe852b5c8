//! A method of a trait, which calls an export.

use super::options::{Options, take_name};
use super::variable;
use crate::host::binding::asynchronous;
use crate::host::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Error, FnArg, Ident, Lifetime, LitStr, Pat, Path, PathSegment, Receiver, ReturnType,
    Signature, Token, TraitItemFn, Type, TypeImplTrait, TypePath, TypeReference, Visibility,
};

/// What an argument needs that is copied into the guest's memory.
const ALLOC: &str = "a string or a slice is copied into memory that the guest allocates: expected \
                     `alloc = \"…\"` among the options of `guest`, the name of the allocator that \
                     the guest exports";

/// A method that calls an export.
pub struct Function {
    pub ident: Ident,
    /// The name of the export.
    pub name: LitStr,
    /// On which conditions it is there.
    pub cfgs: Vec<Attribute>,
    attributes: Vec<Attribute>,
    asyncness: Option<Token![async]>,
    receiver: Receiver,
    params: Vec<(Ident, Type)>,
    result: Type,
    has_alloc: bool,
}

impl Function {
    /// Reads a method; `None` if it has mistakes.
    pub fn of(member: &TraitItemFn, options: &Options, errors: &mut Errors) -> Option<Function> {
        let mut mistakes = Errors::default();
        let signature = &member.sig;
        let mut attributes = member.attrs.clone();
        let name = take_name(
            &mut attributes,
            &signature.ident,
            options.rename_all,
            &mut mistakes,
        );
        check_signature(signature, &mut mistakes);
        if let Some(body) = &member.default {
            mistakes.push(Error::new_spanned(
                body,
                "the guest has the function's body: expected `;`",
            ));
        }
        let receiver = receiver(signature, &mut mistakes);
        let params = signature
            .inputs
            .iter()
            .filter_map(|input| param(input, options, &mut mistakes))
            .collect();
        let result = match &signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        if let Some(reference) = Reference::find(&result) {
            mistakes.push(Error::new_spanned(
                reference,
                "a guest's function returns nothing borrowed: expected a `String` or a `Vec`, \
                 which is a copy",
            ));
        }
        let is_right = mistakes.is_empty();
        errors.append(mistakes);
        is_right.then(|| Function {
            ident: signature.ident.clone(),
            name,
            cfgs: attributes
                .iter()
                .filter(|attribute| attribute.path().is_ident("cfg"))
                .cloned()
                .collect(),
            attributes,
            asyncness: signature.asyncness,
            receiver: receiver.expect("it isn't a mistake"),
            params,
            result,
            has_alloc: options.alloc.is_some(),
        })
    }

    /// Reports whether the function may be absent.
    pub fn is_conditional(&self) -> bool {
        !self.cfgs.is_empty()
    }

    /// Returns the implementation of `GuestSignature`.
    pub fn signature(&self, krate: &Path, api: &Ident, number: usize) -> TokenStream {
        let Function { cfgs, result, .. } = self;
        let lifetime = Lifetime::new("'a", Span::mixed_site());
        let params = self.params.iter().map(|(_, ty)| {
            let mut ty = ty.clone();
            Elided(lifetime.clone()).visit_type_mut(&mut ty);
            ty
        });
        let params = quote_spanned!(self.ident.span()=> (#(#params,)*));
        // They are told from types of the user that are called the same.
        let copied = self
            .params
            .iter()
            .map(|(_, ty)| ty)
            .filter(|ty| is_copied(ty));
        let checks = copied.filter(|_| !self.has_alloc).map(|ty| {
            quote_spanned! {ty.span()=>
                #(#cfgs)*
                const _: () = ::core::assert!(
                    !<#ty as #krate::bind::IntoWasm>::ALLOCATES,
                    #ALLOC
                );
            }
        });
        quote! {
            #(#checks)*
            #(#cfgs)*
            impl #krate::bind::GuestSignature<#number> for #api {
                type Params<#lifetime> = #params;
                type Results = #result;
            }
        }
    }

    /// Returns the method.
    pub fn method(&self, krate: &Path, vis: &Visibility) -> TokenStream {
        let Function {
            ident,
            attributes,
            asyncness,
            receiver,
            ..
        } = self;
        let store = variable("store");
        let (data, call) = match asyncness {
            Some(_) => (
                quote!(<Data: #krate::bind::private::core::marker::Send>),
                quote!(call_async),
            ),
            None => (quote!(), quote!(call)),
        };
        let output = self.output(krate);
        let names = self.params.iter().map(|(name, _)| name);
        let params = self.params.iter().map(|(name, ty)| quote!(#name: #ty));
        let mut body = quote!(self.#ident.#call(#store, (#(#names,)*)));
        if asyncness.is_some() {
            body = asynchronous(quote!(#body.await), ident, krate);
        }
        quote! {
            #(#attributes)*
            #vis #asyncness fn #ident(
                #receiver,
                #store: impl #krate::AsContextMut #data,
                #(#params,)*
            ) -> #output {
                #body
            }
        }
    }

    /// Returns what the method returns: a `Result`, also if the trait says so.
    fn output(&self, krate: &Path) -> TokenStream {
        let result = &self.result;
        match result {
            Type::Path(path) if path.path.segments.last().is_some_and(is_result) => {
                quote!(#result)
            }
            _ => quote!(#krate::Result<#result>),
        }
    }
}

fn is_result(segment: &PathSegment) -> bool {
    segment.ident == "Result"
}

/// Reports what a method can't be.
fn check_signature(signature: &Signature, errors: &mut Errors) {
    for (span, what) in [
        (signature.constness.map(|token| token.span), "const"),
        (signature.unsafety.map(|token| token.span), "unsafe"),
    ] {
        if let Some(span) = span {
            let message = format!("a guest's function can't be `{what}`");
            errors.push(Error::new(span, message));
        }
    }
    if let Some(abi) = &signature.abi {
        errors.push(Error::new_spanned(abi, "a guest's function has no ABI"));
    }
    if let Some(variadic) = &signature.variadic {
        let message = "a guest's function has a fixed number of arguments";
        errors.push(Error::new_spanned(variadic, message));
    }
    if !signature.generics.params.is_empty() || signature.generics.where_clause.is_some() {
        errors.push(Error::new_spanned(
            &signature.generics,
            "a guest's function has one signature: expected no generic parameters",
        ));
    }
    if signature.ident == "new" {
        errors.push(Error::new_spanned(
            &signature.ident,
            "`new` creates the struct: give the method another name, and the export's name by \
             `#[guest(name = \"new\")]`",
        ));
    }
}

fn receiver(signature: &Signature, errors: &mut Errors) -> Option<Receiver> {
    match signature.receiver() {
        Some(receiver) if receiver.reference.is_some() => Some(receiver.clone()),
        Some(receiver) => {
            let message = "expected `&self` or `&mut self`";
            errors.push(Error::new_spanned(receiver, message));
            None
        }
        None => {
            errors.push(Error::new_spanned(
                &signature.ident,
                "expected `&self` or `&mut self` as the first parameter of a guest's function",
            ));
            None
        }
    }
}

fn param(input: &FnArg, options: &Options, errors: &mut Errors) -> Option<(Ident, Type)> {
    let FnArg::Typed(param) = input else {
        return None;
    };
    let Pat::Ident(pattern) = &*param.pat else {
        let message = "expected a name: a guest's function has no patterns";
        errors.push(Error::new_spanned(&param.pat, message));
        return None;
    };
    if let Some(reference) = Reference::find(&param.ty) {
        if let Some(token) = &reference.mutability {
            errors.push(Error::new_spanned(
                token,
                "what the guest writes isn't copied back: expected `&`, and a result",
            ));
        }
        if options.alloc.is_none() {
            errors.push(Error::new_spanned(reference, ALLOC));
        }
    }
    Some((pattern.ident.clone(), (*param.ty).clone()))
}

/// Reports whether a type is called like one that is copied into memory of the guest, or has one
/// in it, as an array does.
fn is_copied(ty: &Type) -> bool {
    struct Copied(bool);

    impl VisitMut for Copied {
        fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
            let name = ty.path.segments.last().map(|segment| &segment.ident);
            self.0 |= name.is_some_and(|name| name == "String" || name == "Vec");
        }
    }

    let mut copied = Copied(false);
    copied.visit_type_mut(&mut ty.clone());
    copied.0
}

/// The first reference in a type.
struct Reference(Option<TypeReference>);

impl Reference {
    fn find(ty: &Type) -> Option<TypeReference> {
        let mut reference = Reference(None);
        reference.visit_type_mut(&mut ty.clone());
        reference.0
    }
}

impl VisitMut for Reference {
    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        self.0.get_or_insert_with(|| ty.clone());
    }

    fn visit_type_impl_trait_mut(&mut self, _: &mut TypeImplTrait) {}
}

/// Gives a lifetime to what has none.
struct Elided(Lifetime);

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        ty.lifetime.get_or_insert_with(|| self.0.clone());
        visit_mut::visit_type_reference_mut(self, ty);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }
}
