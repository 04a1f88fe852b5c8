//! The `impl Bind` that a block expands to.

use super::errors::Errors;
use super::function::{Function, SelfKind};
use super::options::Options;
use super::types;
use crate::crate_path::crate_path;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Generics, Ident, LitStr, Path, Token, Type, WherePredicate, parse_quote,
    parse_quote_spanned,
};

/// What is bound of a block.
pub struct Binding {
    crate_path: Path,
    module: LitStr,
    abi: TokenStream,
    /// Whether guests hold the type's values.
    is_object: bool,
    self_ty: Type,
    generics: Generics,
    /// Attributes of the block that its expansion has as well.
    attributes: Vec<Attribute>,
    /// The type of the store's data, if a function takes a caller.
    data: Option<Type>,
    /// How methods take their receiver, and the first that takes it so.
    receiver: Option<(SelfKind, Span)>,
    /// The first method that takes a caller as well.
    detached: Option<Span>,
    has_async: bool,
    definitions: Vec<Definition>,
}

/// A function or a constant that is bound, with its name in WebAssembly.
struct Definition {
    name: LitStr,
    attributes: Vec<Attribute>,
    item: BoundItem,
}

/// What is bound.
pub enum BoundItem {
    Function(Box<Function>),
    /// A function that isn't one of the type.
    Free(Box<Function>),
    Constant(Box<Constant>),
}

/// A constant that is bound, as a global.
pub struct Constant {
    pub ident: Ident,
    pub ty: Type,
}

/// Returns the attributes of an item that the code that binds it has as well: whether it is
/// compiled, and which warnings aren't wanted.
fn kept(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter_map(|attribute| {
            let path = attribute.path();
            if path.is_ident("deprecated") {
                // Its users are the guests.
                return Some(parse_quote!(#[allow(deprecated)]));
            }
            let is_kept = path.is_ident("cfg") || path.is_ident("allow");
            is_kept.then(|| attribute.clone())
        })
        .collect()
}

/// Returns a span for code at a place in the block. Names in it are the macro's own.
fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Returns the path of this crate, located at a place in the block, unless the user gave it.
fn path_at(path: &Path, span: Span) -> Path {
    let mut path = path.clone();
    if let Some(colons) = &mut path.leading_colon {
        *colons = Token![::](at(span));
        for segment in &mut path.segments {
            segment.ident.set_span(at(span));
        }
    }
    path
}

/// The names of the function's variables, which the code of the block can't use.
fn variable(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

impl Binding {
    /// Binds functions of the type `self_ty`, whose block has these parameters and attributes.
    pub fn new(
        options: &Options,
        self_ty: &Type,
        generics: &Generics,
        attributes: &[Attribute],
    ) -> Binding {
        Binding {
            crate_path: crate_path(options.crate_path.clone()),
            // A block that lacks it has been reported.
            module: options
                .module
                .clone()
                .unwrap_or_else(|| LitStr::new("", Span::call_site())),
            abi: abi(options),
            is_object: options.object,
            self_ty: self_ty.clone(),
            generics: generics.clone(),
            attributes: kept(attributes),
            data: None,
            receiver: None,
            detached: None,
            has_async: false,
            definitions: Vec::new(),
        }
    }

    pub fn self_ty(&self) -> &Type {
        &self.self_ty
    }

    /// Returns the attributes of the block that its expansion has as well.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Binds a function or a constant, which has these attributes.
    pub fn add(
        &mut self,
        name: LitStr,
        attributes: &[Attribute],
        item: BoundItem,
        errors: &mut Errors,
    ) {
        if let BoundItem::Function(function) | BoundItem::Free(function) = &item {
            if errors.of(self.require(function)).is_none() {
                return;
            }
        }
        self.definitions.push(Definition {
            name,
            attributes: kept(attributes),
            item,
        });
    }

    /// Notes what a function requires of the store's data and of the receiver.
    fn require(&mut self, function: &Function) -> syn::Result<()> {
        if let Some(data) = &function.caller_data {
            match &self.data {
                Some(first) if !types::is_same(first, data, &self.self_ty) => {
                    let first = types::peel(first).to_token_stream();
                    return Err(Error::new_spanned(
                        data,
                        format!(
                            "expected a `Caller` of a store of data `{first}`, as another function \
                             of this block takes: put functions for stores of other data into the \
                             block of another type"
                        ),
                    ));
                }
                Some(_) => {}
                None => self.data = Some(data.clone()),
            }
        }
        if let Some(kind) = function.receiver {
            let span = function.ident.span();
            let is_stricter = match self.receiver {
                None => true,
                Some((first, _)) => first == SelfKind::Ref && kind == SelfKind::Mut,
            };
            if is_stricter {
                self.receiver = Some((kind, span));
            }
            if function.caller_data.is_some() {
                self.detached.get_or_insert(span);
            }
        }
        self.has_async |= function.is_async;
        Ok(())
    }

    /// Returns the code that makes the type one whose values guests hold.
    fn object(&self) -> TokenStream {
        let Binding {
            crate_path: path,
            self_ty,
            generics,
            ..
        } = self;
        let params = generics.params.iter();
        let predicates = generics.where_clause.iter().flat_map(|it| &it.predicates);
        let is_held = quote_spanned!(at(self_ty.span())=> #self_ty: #path::bind::GuestHeld,);
        quote! {
            #path::__object!({#(#params,)*} #self_ty {#(#predicates,)*} {#is_held});
        }
    }

    /// Returns what is required of the type `receiver`, in stores of data `data`.
    fn receiver_bounds(&self, receiver: &Ident, data: &Type) -> Vec<WherePredicate> {
        let Binding {
            crate_path: path,
            self_ty,
            ..
        } = self;
        let mut bounds = Vec::new();
        // The compiler shows the method for which a bound is needed.
        if let Some((kind, span)) = self.receiver {
            let name = match kind {
                SelfKind::Ref => "Receiver",
                SelfKind::Mut => "ReceiverMut",
            };
            let (path, name) = (path_at(path, span), Ident::new(name, at(span)));
            bounds.push(parse_quote_spanned! {at(span)=>
                #receiver: #path::bind::#name<#data, Target = #self_ty>
            });
        }
        if let Some(span) = self.detached {
            let path = path_at(path, span);
            bounds.push(parse_quote_spanned! {at(span)=>
                #receiver: #path::bind::DetachedReceiver<#data>
            });
        }
        if self.is_object {
            bounds.push(parse_quote!(#receiver: #path::bind::private::ObjectReceiver));
        }
        bounds
    }
}

impl ToTokens for Binding {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let path = &self.crate_path;
        let receiver_ty = format_ident!("__Receiver");
        let data_ty = format_ident!("__Data");
        let data = self.data.clone().unwrap_or_else(|| parse_quote!(#data_ty));

        let mut generics = self.generics.clone();
        let is_generic = generics.type_params().next().is_some();
        if self.data.is_none() {
            let send = self
                .has_async
                .then(|| quote!(+ #path::bind::private::core::marker::Send));
            generics.params.push(parse_quote!(#data_ty: 'static #send));
        }
        generics.params.push(parse_quote!(#receiver_ty));
        let bounds = self.receiver_bounds(&receiver_ty, &data);
        let predicates = &mut generics.make_where_clause().predicates;
        if is_generic {
            predicates.push(parse_quote!(Self: 'static));
        }
        predicates.extend(bounds);

        let [linker, receiver, module] = ["linker", "receiver", "module"].map(variable);
        let Binding {
            module: module_name,
            abi,
            self_ty,
            attributes,
            ..
        } = self;
        let define = |definition| define(definition, path, &data);
        let definitions = self.definitions.iter().map(define);
        if self.is_object {
            tokens.extend(self.object());
        }
        let (impl_generics, _, where_clause) = generics.split_for_impl();
        tokens.extend(quote! {
            #[automatically_derived]
            #(#attributes)*
            impl #impl_generics #path::bind::Bind<#data, #receiver_ty> for #self_ty #where_clause {
                fn bind(
                    #linker: &mut #path::Linker<#data>,
                    #receiver: #receiver_ty,
                ) -> #path::Result<()> {
                    let mut #module = #linker
                        .host_module(#module_name, #receiver)
                        .abi(#path::bind::Abi::DEFAULT #abi);
                    #(#definitions)*
                    #path::Result::Ok(())
                }
            }
        });
    }
}

/// Returns the calls that change the default of how strings and slices are found.
fn abi(options: &Options) -> TokenStream {
    let Options {
        memory,
        alloc,
        table,
        memory64,
        ..
    } = options;
    let memory = memory.iter();
    let alloc = alloc.iter();
    let table = table.iter();
    let memory64 = memory64.then(|| quote!(.with_memory64(true)));
    quote! {
        #(.with_memory(#memory))*
        #(.with_alloc(#alloc))*
        #(.with_table(#table))*
        #memory64
    }
}

/// Returns the statement that defines a function or a constant, in stores of data `data`.
fn define(definition: &Definition, path: &Path, data: &Type) -> TokenStream {
    let Definition {
        name,
        attributes,
        item,
    } = definition;
    let statement = match item {
        BoundItem::Function(function) => {
            define_function(name, function, &quote!(Self::), path, data)
        }
        BoundItem::Free(function) => {
            define_function(name, function, &TokenStream::new(), path, data)
        }
        BoundItem::Constant(constant) => {
            let Constant { ident, ty } = &**constant;
            let module = variable("module");
            quote_spanned!(at(ident.span())=> #module.constant::<#ty>(#name, Self::#ident)?;)
        }
    };
    quote!(#(#attributes)* { #statement })
}

/// Returns the statement that defines a function, which is in this scope.
fn define_function(
    name: &LitStr,
    function: &Function,
    scope: &TokenStream,
    path: &Path,
    data: &Type,
) -> TokenStream {
    let Function {
        ident,
        receiver,
        arguments,
        names: known_names,
        shortened,
        output,
        ..
    } = function;
    let span = at(ident.span());
    let module = variable("module");
    let names = (1..=arguments.len()).map(|number| variable(&format!("argument{number}")));
    let names: Vec<Ident> = names.collect();
    let receiver_name = receiver.map(|_| variable("receiver"));
    let self_argument = receiver_name.as_slice();
    let passed = names.iter().zip(shortened).map(|(name, ty)| match ty {
        Some(ty) => quote_spanned!(span=> #name.map(|object| -> #ty { object })),
        None => quote!(#name),
    });
    let call = quote_spanned!(span=> #scope #ident(#(#self_argument,)* #(#passed),*));
    let (method, call) = match (function.is_async, receiver) {
        (false, None) => ("func", call),
        (false, Some(SelfKind::Ref)) => ("method", call),
        (false, Some(SelfKind::Mut)) => ("method_mut", call),
        (true, _) => {
            let method = match receiver {
                None => "async_func",
                Some(SelfKind::Ref) => "async_method",
                Some(SelfKind::Mut) => "async_method_mut",
            };
            let call = quote_spanned! {span=>
                ::std::boxed::Box::pin(async move { #call.await })
            };
            (method, call)
        }
    };
    let method = Ident::new(method, span);
    let arguments = arguments.iter().map(|ty| argument(ty, path, data));
    let receiver_pattern = match &receiver_name {
        Some(name) => quote!(#name,),
        // An asynchronous function gets a place for one.
        None if function.is_async => quote!(_,),
        None => quote!(),
    };
    let statement = quote_spanned! {span=>
        #module.name_arguments(&[#(#known_names),*]);
        #module.#method::<(#(#arguments,)*), #output>(
            #name,
            |#receiver_pattern (#(#names,)*)| #call,
        )?;
    };
    match function.is_async {
        true => {
            let statement = asynchronous(statement, ident, path);
            quote!(#statement;)
        }
        false => statement,
    }
}

/// Returns the code of an `async fn`, which is an error at its name if the feature `async` is off.
pub fn asynchronous(code: TokenStream, ident: &Ident, path: &Path) -> TokenStream {
    let message = format!(
        "the `async fn` `{ident}` needs the Cargo feature `async` of `libwasmtime`: turn it on, or \
         leave out `async`"
    );
    quote_spanned! {at(ident.span())=>
        #path::__async!({ #code } { ::core::compile_error!(#message) })
    }
}

/// Returns the type of an argument, so that the compiler reports there that it can't be converted.
fn argument(ty: &Type, path: &Path, data: &Type) -> TokenStream {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let start = quote_spanned!(at(first)=> <#ty as #path::bind::HostArg<#data>>);
    let end = quote_spanned!(at(last)=> ::This);
    quote!(#start #end)
}
