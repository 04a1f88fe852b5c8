//! Takes one header apart, declaration by declaration, for [`super::Reader`].

use super::{Item, Member, Reader, Typedef, Value};
use crate::tokens::{Token, spell, tokens};

/// The tokens of one header.
pub(super) struct Run<'a> {
    header: &'a str,
    tokens: Vec<Token>,
    position: usize,
    reader: &'a mut Reader,
}

/// The part of a declaration before its declarators.
#[derive(Default)]
struct Specifiers {
    typedef: bool,
    constant: bool,
    inline: bool,
    /// The struct or union: its tag, and its fields if it is defined here.
    record: Option<(Option<String>, Option<Vec<Member>>)>,
}

/// A name, with the type that its declarator gives it.
struct Declarator {
    name: String,
    /// Neither pointer, array nor function.
    plain: bool,
    function: Option<Parameters>,
}

/// A function's parameters, as they stand between brackets.
#[derive(Clone, Copy, PartialEq)]
enum Parameters {
    Listed,
    /// `()`, which says nothing, unlike `(void)`.
    Unsaid,
}

impl Run<'_> {
    /// Reads all of a header's declarations.
    pub(super) fn read(reader: &mut Reader, header: &str, text: &str) {
        let mut run = Run {
            header,
            tokens: tokens(text),
            position: 0,
            reader,
        };
        while run.peek().is_some() {
            run.declaration();
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position)
    }

    fn next(&mut self) -> Token {
        let Some(token) = self.tokens.get(self.position) else {
            panic!("<{}> ends in the middle of a declaration", self.header);
        };
        self.position += 1;
        token.clone()
    }

    fn next_is(&mut self, text: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is(text));
        self.position += usize::from(is);
        is
    }

    fn expect(&mut self, text: &str) {
        if !self.next_is(text) {
            self.stuck(&format!("expected `{text}`"));
        }
    }

    fn stuck(&self, why: &str) -> ! {
        let start = self.position.saturating_sub(12);
        let end = (self.position + 4).min(self.tokens.len());
        let words = |range: &[Token]| range.iter().map(Token::text).collect::<Vec<_>>().join(" ");
        panic!(
            "<{}> has a declaration that this test can't read: {why} after `{}` and before `{}`",
            self.header,
            words(&self.tokens[start..self.position]),
            words(&self.tokens[self.position..end]),
        )
    }

    /// Skips a pair of brackets with its contents.
    fn skip_brackets(&mut self) {
        let mut depth = 0;
        loop {
            match self.next().text() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn declaration(&mut self) {
        if self.next_is(";") {
            return;
        }
        if self.next_is("_Static_assert") {
            self.skip_brackets();
            self.expect(";");
            return;
        }
        let start = self.position;
        let specifiers = self.specifiers();
        if self.next_is(";") {
            return;
        }
        loop {
            let declarator = self.declarator();
            if self.peek().is_some_and(|token| token.is("{")) {
                let is = self.item(start);
                self.skip_brackets();
                if declarator.function.is_none() || !specifiers.inline {
                    self.stuck("expected an inline function");
                }
                let functions = &mut self.reader.declarations.inline_functions;
                functions.insert(declarator.name, is);
                return;
            }
            let initializer = self.next_is("=").then(|| self.value());
            let is = self.item(start);
            self.declare(&specifiers, declarator, is, initializer);
            if self.next_is(";") {
                return;
            }
            self.expect(",");
        }
    }

    /// Returns what is declared by the tokens since `start`.
    fn item(&self, start: usize) -> Item {
        Item {
            header: self.header.to_owned(),
            text: spell(&self.tokens[start..self.position]),
        }
    }

    /// Records what a declarator declares.
    fn declare(
        &mut self,
        of: &Specifiers,
        declarator: Declarator,
        is: Item,
        initializer: Option<String>,
    ) {
        let name = declarator.name;
        match (&of.record, initializer) {
            (Some((tag, fields)), None) if of.typedef && declarator.plain => {
                self.reader.typedefs.push(Typedef {
                    name,
                    is,
                    tag: tag.clone(),
                    fields: fields.clone(),
                });
            }
            (_, None) if of.typedef => {
                self.reader.declarations.aliases.insert(name, is);
            }
            (_, None) if declarator.function.is_some() => {
                let declarations = &mut self.reader.declarations;
                if declarator.function == Some(Parameters::Unsaid) {
                    declarations.unprototyped.insert(name.clone());
                }
                declarations.functions.insert(name, is);
            }
            (_, Some(value)) if of.constant => {
                let constant = (is, Value::Initializer(value));
                self.reader.declarations.constants.insert(name, constant);
            }
            _ => self.stuck("expected a type, a function or a constant"),
        }
    }

    /// Returns the text of a constant's value.
    fn value(&mut self) -> String {
        let start = self.position;
        while let Some(token) = self.peek() {
            match token.text() {
                "," | ";" | "}" => break,
                "(" | "[" | "{" => self.skip_brackets(),
                _ => self.position += 1,
            }
        }
        spell(&self.tokens[start..self.position])
    }

    fn specifiers(&mut self) -> Specifiers {
        let mut specifiers = Specifiers::default();
        let mut typed = false;
        while let Some(Token::Word(word)) = self.peek() {
            let word = word.clone();
            match word.as_str() {
                "typedef" => specifiers.typedef = true,
                "const" => specifiers.constant = true,
                "inline" | "__inline" | "__inline__" => specifiers.inline = true,
                "extern" | "static" | "volatile" | "__extension__" => {}
                "__attribute__" => {
                    self.position += 1;
                    self.skip_brackets();
                    continue;
                }
                "struct" | "union" => {
                    self.position += 1;
                    specifiers.record = Some(self.record());
                    typed = true;
                    continue;
                }
                "enum" => {
                    self.position += 1;
                    self.enumeration();
                    typed = true;
                    continue;
                }
                "_Bool" | "char" | "double" | "float" | "int" | "long" | "short" | "signed"
                | "unsigned" | "void" => typed = true,
                _ if typed => break,
                _ => typed = true,
            }
            self.position += 1;
        }
        specifiers
    }

    /// Returns what follows `struct` or `union`: a tag, fields, or both.
    fn record(&mut self) -> (Option<String>, Option<Vec<Member>>) {
        let start = self.position - 1;
        let tag = self.tag();
        let fields = self.next_is("{").then(|| {
            let mut fields = Vec::new();
            while !self.next_is("}") {
                self.members(&mut fields);
            }
            fields
        });
        if let (Some(tag), Some(fields)) = (&tag, &fields) {
            let text = spell(&self.tokens[start..self.position]);
            self.reader.tags.insert(tag.clone(), (text, fields.clone()));
        }
        (tag, fields)
    }

    fn tag(&mut self) -> Option<String> {
        let Some(Token::Word(tag)) = self.peek() else {
            return None;
        };
        let tag = tag.clone();
        self.position += 1;
        Some(tag)
    }

    /// One declaration inside a struct or union.
    fn members(&mut self, fields: &mut Vec<Member>) {
        let nested = self.specifiers().record.and_then(|(_, fields)| fields);
        if self.next_is(";") {
            if nested.is_none() {
                self.stuck("expected a field");
            }
            fields.push(Member {
                name: None,
                fields: nested,
            });
            return;
        }
        loop {
            let declarator = self.declarator();
            fields.push(Member {
                name: Some(declarator.name),
                fields: nested.clone(),
            });
            if self.next_is(";") {
                return;
            }
            self.expect(",");
        }
    }

    /// Reads what follows `enum`; records the enumerators as constants.
    fn enumeration(&mut self) {
        self.tag();
        if !self.next_is("{") {
            return;
        }
        // The value of an enumerator without an initializer; `None` if the one before isn't
        // a plain number.
        let mut next = Some(0);
        while !self.next_is("}") {
            let Token::Word(name) = self.next() else {
                self.stuck("expected an enumerator");
            };
            let value = self.next_is("=").then(|| self.value());
            let value = value.or(next.map(|next: i64| next.to_string()));
            next = value.as_ref().and_then(|value| value.parse().ok());
            next = next.map(|value| value + 1);
            let text = match value {
                Some(value) => format!("{name} = {value}"),
                None => name.clone(),
            };
            let header = self.header.to_owned();
            let constant = (Item { header, text }, Value::Enumerator);
            self.reader.declarations.constants.insert(name, constant);
            self.next_is(",");
        }
    }

    /// Returns the brackets after a function's name, if there are any. A pointer to a
    /// function in them has to have a prototype, as C doesn't compare parameters that it
    /// doesn't know.
    fn parameters(&mut self) -> Option<Parameters> {
        if !self.peek()?.is("(") {
            return None;
        }
        let start = self.position + 1;
        self.skip_brackets();
        let inside = &self.tokens[start..self.position - 1];
        if inside
            .windows(2)
            .any(|pair| pair[0].is("(") && pair[1].is(")"))
        {
            self.stuck("expected the types of the parameters");
        }
        Some(if inside.is_empty() {
            Parameters::Unsaid
        } else {
            Parameters::Listed
        })
    }

    fn declarator(&mut self) -> Declarator {
        let mut plain = true;
        while self.next_is("*") || self.next_is("const") {
            plain = false;
        }
        let mut declarator = if self.next_is("(") {
            let inner = self.declarator();
            self.expect(")");
            inner
        } else if let Some(Token::Word(name)) = self.peek() {
            let name = name.clone();
            self.position += 1;
            let function = self.parameters();
            Declarator {
                name,
                plain: function.is_none(),
                function,
            }
        } else {
            self.stuck("expected a name")
        };
        while self.peek().is_some_and(|token| token.is("[")) {
            self.skip_brackets();
            plain = false;
        }
        // What comes after brackets makes the name a pointer to a function, or
        // a function that returns one.
        if let Some(parameters) = self.parameters() {
            if parameters == Parameters::Unsaid {
                self.stuck("expected the types of the parameters");
            }
            plain = false;
        }
        if self.next_is("__attribute__") {
            self.skip_brackets();
        }
        declarator.plain &= plain;
        declarator
    }
}
