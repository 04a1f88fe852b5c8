//! The paths in the generated code.
//!
//! The generator writes text. A path in it is a placeholder: a name that is replaced in the code's
//! tokens by those of the path. So the path resolves as it does where it was written, like
//! `$crate`, and the compiler's messages point there.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashMap;
use syn::Path;

/// The placeholders and their paths.
#[derive(Default)]
pub struct Placeholders {
    paths: HashMap<Ident, Replacement>,
}

struct Replacement {
    tokens: TokenStream,
    text: String,
}

impl Placeholders {
    /// Returns the placeholder of another path.
    pub fn add(&mut self, path: &Path) -> String {
        let name = format!("__libwasmtime_path{}", self.paths.len());
        self.set(&name, path.to_token_stream(), path);
        name
    }

    /// Sets what a placeholder stands for: tokens, and in code that is returned as text, a path.
    pub fn set(&mut self, name: &str, tokens: TokenStream, path: &Path) {
        let ident = Ident::new(name, Span::call_site());
        let text = path.to_token_stream().to_string();
        let text = text.split_whitespace().collect();
        self.paths.insert(ident, Replacement { tokens, text });
    }

    /// Replaces the placeholders in code.
    pub fn replace(&self, code: TokenStream) -> TokenStream {
        // What comes from the path before, as in `use path as name;`, gets its place, so that the
        // compiler's messages about both point there.
        let mut place = None;
        let replaced = code.into_iter().map(|token| match token {
            TokenTree::Ident(mut ident) => match self.paths.get(&ident) {
                Some(path) => {
                    place = path
                        .tokens
                        .clone()
                        .into_iter()
                        .last()
                        .map(|last| last.span());
                    path.tokens.clone()
                }
                None => {
                    if let Some(place) = place {
                        ident.set_span(ident.span().located_at(place));
                    }
                    TokenTree::from(ident).into()
                }
            },
            TokenTree::Group(group) => {
                place = None;
                let inner = self.replace(group.stream());
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                TokenTree::from(replaced).into()
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                place = None;
                token.into()
            }
        });
        replaced.collect()
    }

    /// Replaces the placeholders in code that is text.
    pub fn replace_in_text(&self, mut code: String) -> String {
        let mut paths: Vec<_> = self.paths.iter().collect();
        // The longest first: one name may be the beginning of another.
        paths.sort_by_key(|(name, _)| std::cmp::Reverse(name.to_string().len()));
        for (name, path) in paths {
            code = code.replace(&name.to_string(), &path.text);
        }
        code
    }
}
