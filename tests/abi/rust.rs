//! Translates Rust types to C.

use crate::tokens::{Token, tokens};

/// Returns the C type for the Rust type `text`.
///
/// Qualifiers stand to the right of the type, which works for pointers of any depth:
/// `*const *mut T` is `T *const *`.
///
/// # Panics
///
/// Panics if it has no counterpart in C.
pub fn c_type(text: &str) -> String {
    let mut reader = Reader {
        text,
        tokens: tokens(text),
        position: 0,
    };
    let c = reader.ty();
    if reader.position != reader.tokens.len() {
        reader.stuck();
    }
    c
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    position: usize,
}

impl Reader<'_> {
    fn next_is(&mut self, text: &str) -> bool {
        let is = self
            .tokens
            .get(self.position)
            .is_some_and(|token| token.is(text));
        self.position += usize::from(is);
        is
    }

    fn expect(&mut self, text: &str) {
        if !self.next_is(text) {
            self.stuck();
        }
    }

    fn stuck(&self) -> ! {
        panic!(
            "`{}` is no Rust type that this test can say in C",
            self.text
        )
    }

    fn ty(&mut self) -> String {
        if self.next_is("*") {
            let qualifier = if self.next_is("const") {
                " const"
            } else {
                self.expect("mut");
                ""
            };
            return format!("{}{qualifier} *", self.ty());
        }
        if self.next_is("[") {
            let element = self.ty();
            self.expect(";");
            let Some(Token::Number(length)) = self.tokens.get(self.position) else {
                self.stuck();
            };
            let array = format!("__typeof__({element}[{length}])");
            self.position += 1;
            self.expect("]");
            return array;
        }
        // A bare function pointer can't be null, but any C function pointer
        // can be: only the optional ones have a translation.
        if self.next_is("Option") {
            self.expect("<");
            let function = self.function();
            self.next_is(",");
            self.expect(">");
            return function;
        }
        self.name()
    }

    fn name(&mut self) -> String {
        let mut name = None;
        while let Some(Token::Word(word)) = self.tokens.get(self.position) {
            name = Some(word.clone());
            self.position += 1;
            if !self.next_is("::") {
                break;
            }
        }
        let Some(name) = name else {
            self.stuck();
        };
        let c = match name.as_str() {
            "u8" => "uint8_t",
            "u16" => "uint16_t",
            "u32" => "uint32_t",
            "u64" => "uint64_t",
            "usize" => "size_t",
            "i8" => "int8_t",
            "i16" => "int16_t",
            "i32" => "int32_t",
            "i64" => "int64_t",
            "isize" => "ptrdiff_t",
            "f32" => "float",
            "f64" => "double",
            "c_char" => "char",
            "c_int" => "int",
            "c_void" => "void",
            // C has another type of this name.
            "char" => self.stuck(),
            other => other,
        };
        c.to_owned()
    }

    fn function(&mut self) -> String {
        self.expect("unsafe");
        self.expect("extern");
        match self.tokens.get(self.position) {
            Some(Token::Text(abi)) if abi == "\"C\"" => self.position += 1,
            _ => self.stuck(),
        }
        self.expect("fn");
        self.expect("(");
        let mut params = Vec::new();
        while !self.next_is(")") {
            if self
                .tokens
                .get(self.position + 1)
                .is_some_and(|t| t.is(":"))
            {
                self.position += 2;
            }
            params.push(self.ty());
            if !self.next_is(",") {
                self.expect(")");
                break;
            }
        }
        let result = if self.next_is("->") {
            self.ty()
        } else {
            "void".to_owned()
        };
        format!("__typeof__({result} (*)({}))", c_params(&params))
    }
}

/// Returns a parameter list.
pub fn c_params(types: &[String]) -> String {
    if types.is_empty() {
        "void".to_owned()
    } else {
        types.join(", ")
    }
}

fn rust_types_in_c() {
    for (rust, c) in [
        ("usize", "size_t"),
        ("wasm_val_t", "wasm_val_t"),
        ("core::ffi::c_void", "void"),
        ("*const c_char", "char const *"),
        ("*mut *const c_char", "char const * *"),
        ("*const *mut T", "T * const *"),
        ("[u8; 16]", "__typeof__(uint8_t[16])"),
        (
            "Option < unsafe extern \"C\" fn() >",
            "__typeof__(void (*)(void))",
        ),
        (
            "Option<unsafe extern \"C\" fn(env: *mut c_void, isize,) -> bool,>",
            "__typeof__(bool (*)(void *, ptrdiff_t))",
        ),
    ] {
        assert_eq!(c_type(rust), c);
    }
}

fn a_function_pointer_that_cannot_be_null_has_no_counterpart() {
    let panic = crate::panic_of(|| drop(c_type("unsafe extern \"C\" fn()")));
    assert!(
        panic.contains("is no Rust type that this test can say in C"),
        "{panic}"
    );
}

crate::tests![
    rust_types_in_c,
    a_function_pointer_that_cannot_be_null_has_no_counterpart,
];
