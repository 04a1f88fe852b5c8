//! Names in WebAssembly, from those of Rust.

use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Result};

/// How the words of a name are written.
#[derive(Clone, Copy)]
pub struct RenameRule {
    /// Of the first word, and of the others.
    cases: [Case; 2],
    separator: &'static str,
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Capital,
}

use Case::{Capital, Lower, Upper};

/// The rules, each by its name, which is written as it says.
const RULES: [(&str, [Case; 2], &str); 6] = [
    ("snake_case", [Lower, Lower], "_"),
    ("kebab-case", [Lower, Lower], "-"),
    ("camelCase", [Lower, Capital], ""),
    ("PascalCase", [Capital, Capital], ""),
    ("SCREAMING_SNAKE_CASE", [Upper, Upper], "_"),
    ("SCREAMING-KEBAB-CASE", [Upper, Upper], "-"),
];

impl Parse for RenameRule {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name: LitStr = input.parse()?;
        let value = name.value();
        match RULES.iter().find(|(rule, ..)| *rule == value) {
            Some(&(_, cases, separator)) => Ok(RenameRule { cases, separator }),
            None => {
                let known = RULES.map(|(rule, ..)| format!("`{rule}`")).join(", ");
                let message = format!("unknown case `{value}`: expected one of {known}");
                Err(Error::new(name.span(), message))
            }
        }
    }
}

impl RenameRule {
    /// Returns the rule of the names in components.
    pub fn kebab_case() -> RenameRule {
        RenameRule {
            cases: [Lower, Lower],
            separator: "-",
        }
    }

    /// Returns the name of an item.
    pub fn apply(self, name: &str) -> String {
        let mut renamed = String::new();
        for (index, word) in words(name).iter().enumerate() {
            if index > 0 {
                renamed.push_str(self.separator);
            }
            match self.cases[usize::from(index > 0)] {
                Lower => renamed.push_str(word),
                Upper => renamed.push_str(&word.to_uppercase()),
                Capital => {
                    let mut letters = word.chars();
                    renamed.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                    renamed.push_str(letters.as_str());
                }
            }
        }
        renamed
    }
}

/// Returns the words of a name in any case, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        if letter == '_' || (after_small && letter.is_uppercase()) {
            words.push(String::new());
        }
        if letter != '_' {
            let word = words.last_mut().expect("there is a first word");
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{RULES, RenameRule};

    #[test]
    fn names_are_written_in_each_case() {
        let renamed =
            |name| RULES.map(|(_, cases, separator)| RenameRule { cases, separator }.apply(name));
        let cases = |snake, kebab, camel, pascal, screaming, loud| {
            [snake, kebab, camel, pascal, screaming, loud]
        };
        let two = cases(
            "get_url", "get-url", "getUrl", "GetUrl", "GET_URL", "GET-URL",
        );
        for name in ["get_url", "GET_URL", "getUrl", "GetUrl", "_get__url_"] {
            assert_eq!(renamed(name), two);
        }
        assert_eq!(renamed("x"), cases("x", "x", "x", "X", "X", "X"));
        let number = cases(
            "f32_sin", "f32-sin", "f32Sin", "F32Sin", "F32_SIN", "F32-SIN",
        );
        assert_eq!(renamed("f32_sin"), number);
    }
}
