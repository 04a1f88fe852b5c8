//! Splits C and Rust text into tokens of the few kinds that both need here.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or keyword.
    Word(String),
    Number(String),
    /// A string or character, with its quotes.
    Text(String),
    /// One character of punctuation, except that `::` and `->` are one token.
    Mark(String),
}

impl Token {
    /// Returns how it is spelt.
    pub fn text(&self) -> &str {
        match self {
            Token::Word(text) | Token::Number(text) | Token::Text(text) | Token::Mark(text) => text,
        }
    }

    /// Reports whether it is this word or mark.
    pub fn is(&self, text: &str) -> bool {
        matches!(self, Token::Word(own) | Token::Mark(own) if own == text)
    }
}

/// Returns the tokens of `text`.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |rest: &str| {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        };
        let length = match first {
            '0'..='9' => word(rest),
            '"' | '\'' => quoted(rest, first),
            c if c.is_alphabetic() || c == '_' => word(rest),
            _ if rest.starts_with("::") || rest.starts_with("->") => 2,
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let token = token.to_owned();
        tokens.push(match first {
            '0'..='9' => Token::Number(token),
            '"' | '\'' => Token::Text(token),
            c if c.is_alphabetic() || c == '_' => Token::Word(token),
            _ => Token::Mark(token),
        });
        rest = after.trim_start();
    }
    tokens
}

/// C text of these tokens, as one line; `bool` is no longer the macro that the
/// preprocessor has replaced.
pub fn spell(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| tokens[at].text());
        let glued = match (before, token.text()) {
            (None, _) | (Some("(" | "[" | "*"), _) | (_, "," | ";" | ")" | "[" | "]") => true,
            // The arguments of a function, unless it's a pointer to one.
            (_, "(") => tokens.get(at + 1).is_none_or(|next| !next.is("*")),
            _ => false,
        };
        if !glued {
            text.push(' ');
        }
        text.push_str(match token.text() {
            "_Bool" => "bool",
            text => text,
        });
    }
    text
}

/// Returns the length of the quoted text that `rest` starts with.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
