//! The names of fields, cases and flags in a component.

use super::input::has_option;
use crate::host::options::unknown;
use crate::host::rename::RenameRule;
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Ident, LitStr, Result, Token};

/// The names in one type.
pub struct Names {
    /// What has them.
    of: &'static str,
    names: Vec<String>,
}

impl Names {
    /// Begins with none, for a type's fields, cases or flags.
    pub fn of(of: &'static str) -> Names {
        let names = Vec::new();
        Names { of, names }
    }

    /// Returns the name that an attribute gives, or else the Rust name.
    ///
    /// # Errors
    ///
    /// Returns an error if no component can have the name, or if it is there already.
    pub fn add<'a>(
        &mut self,
        attributes: impl Iterator<Item = &'a Attribute>,
        ident: &Ident,
    ) -> Result<String> {
        let given = given(attributes)?;
        let (name, span) = match &given {
            Some(name) => (name.value(), name.span()),
            None => (ident.unraw().to_string(), ident.span()),
        };
        if !is_kebab_case(&name) {
            return Err(no_name(&name, span, given.is_some()));
        }
        // Version 48: a component's names differ in more than their case, too; look at `KebabStr`
        // of the crate `wasmparser`.
        if let Some(other) = (self.names.iter()).find(|other| other.eq_ignore_ascii_case(&name)) {
            let message = format!(
                "the name `{name}` is there twice, as `{other}`: the {} have different names, apart \
                 from capital and small letters",
                self.of
            );
            return Err(Error::new(span, message));
        }
        self.names.push(name.clone());
        Ok(name)
    }
}

/// Returns the name that an attribute gives.
fn given<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Result<Option<LitStr>> {
    let mut name = None;
    for attribute in attributes {
        if !has_option(attribute) {
            let message = "expected a name in parentheses: `#[component(name = \"…\")]`";
            return Err(Error::new_spanned(attribute, message));
        }
        let given = attribute.parse_args_with(name_option)?;
        if name.replace(given).is_some() {
            let message = "this gives a second name: leave one of the attributes out";
            return Err(Error::new_spanned(attribute, message));
        }
    }
    Ok(name)
}

fn name_option(input: ParseStream<'_>) -> Result<LitStr> {
    let option = input.call(Ident::parse_any)?;
    if option != "name" {
        return Err(unknown(&option, "`name`"));
    }
    let value = input.parse::<Token![=]>().and_then(|_| input.parse());
    let value =
        value.map_err(|error| Error::new(error.span(), "expected a text: `name = \"…\"`"))?;
    only_option(input)?;
    Ok(value)
}

/// Checks that nothing follows an option.
pub fn only_option(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    Err(input.error("an attribute has one option: write another `#[component(…)]`"))
}

/// Returns the error for a name that no component can have.
fn no_name(name: &str, span: Span, is_given: bool) -> Error {
    let kebab = RenameRule::kebab_case().apply(name);
    let proposal = match (is_kebab_case(&kebab), is_given) {
        (true, true) => format!(", such as \"{kebab}\""),
        (true, false) => format!(": add `#[component(name = \"{kebab}\")]`"),
        (false, true) => String::new(),
        (false, false) => ": add `#[component(name = \"…\")]`".to_owned(),
    };
    let message = format!(
        "no component has the name `{name}`: expected words of ASCII letters, all small or all \
         capital, and digits, joined by hyphens{proposal}"
    );
    Error::new(span, message)
}

/// Reports whether a component may have the name.
// Version 48: this is the rule of `KebabStr` of the crate `wasmparser`; look at its source.
fn is_kebab_case(name: &str) -> bool {
    let is_word = |(i, word): (usize, &str)| {
        let mut letters = word.chars().filter(|c| !c.is_ascii_digit());
        let one_case = letters.clone().all(|c| c.is_ascii_lowercase())
            || letters.all(|c| c.is_ascii_uppercase());
        // Only the first word has to begin with a letter.
        let begins = match i {
            0 => word.starts_with(|c: char| c.is_ascii_alphabetic()),
            _ => !word.is_empty(),
        };
        one_case && begins
    };
    name.split('-').enumerate().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::is_kebab_case;

    #[test]
    fn names_of_components_are_words_with_hyphens() {
        for name in [
            "a", "A", "ab-c", "ab-CD", "URL", "a1", "iso-8601", "x-1a", "x-1A",
        ] {
            assert!(is_kebab_case(name), "{name}");
        }
        let others = [
            "", "-", "a-", "-a", "a--b", "a_b", "aB", "Ab", "1", "1a", "a-bC", "ß", "a b",
        ];
        for name in others {
            assert!(!is_kebab_case(name), "{name}");
        }
    }
}
