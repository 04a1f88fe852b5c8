//! Writes C code that compiles only if `sys` declares what the headers do.

use std::fmt::Write as _;

use crate::c::{Declarations, Value};
use crate::declared::{Alias, Constant, Function};
use crate::inline::Inline;
use crate::layout::Layout;
use crate::rust::{c_params, c_type};
use crate::tokens::{Token, tokens};

/// Comes before the headers.
///
/// On platforms where `size_t` and `uint64_t` are the same type, C accepts one for the
/// other. As they differ elsewhere, the headers and the checks get a `size_t` here that has
/// the same layout but is a distinct type.
const PRELUDE: &str = "\
#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__LP64__) && !defined(__APPLE__)
#define size_t unsigned long long
#define ptrdiff_t long long
#endif
";

/// C code that proves one item.
#[derive(Clone, Debug)]
pub struct Check {
    /// What kind of item it is.
    pub kind: &'static str,
    /// The item's name.
    pub name: String,
    code: String,
}

impl Check {
    /// Returns the compiler's messages about this item.
    pub fn complaint(&self, refusal: &str) -> Option<String> {
        let place = format!("{} {}:", self.kind, self.name);
        let errors: Vec<_> = refusal
            .lines()
            .filter_map(|line| line.strip_prefix(&place)?.split_once("error: "))
            // The text of an assertion is enough.
            .map(|(_, error)| error.split('"').nth(1).unwrap_or(error))
            .collect();
        (!errors.is_empty()).then(|| match self.kind {
            // The declarations are clearer than compilers' messages.
            "function" | "type alias" => "has another type".to_owned(),
            _ => format!("differs in {}", errors.join(", ")),
        })
    }
}

/// Returns a whole C file, in which `includes` brings in the headers. In the compiler's
/// messages, the name of an item replaces the file's.
pub fn file(includes: &str, checks: &[Check]) -> String {
    let mut file = format!("{PRELUDE}{includes}");
    for Check { kind, name, code } in checks {
        writeln!(file, "#line 1 \"{kind} {name}\"\n{code}")
            .expect("a string takes all that is written");
    }
    file
}

/// Declares the function a second time, which C allows if nothing differs.
///
/// C allows any parameters for a declaration without a prototype. But libwasmtime, which
/// defines the function, has none then.
pub fn function(c: &Declarations, function: &Function) -> Check {
    let name = &function.is.name;
    let mut check = prototype(name, &function.params, &function.result);
    if c.unprototyped.contains(name) && !function.params.is_empty() {
        check
            .code
            .push_str("\n_Static_assert(0, \"no parameters\");");
    }
    check
}

/// Returns the same for an inline function.
pub fn inline(function: &Inline) -> Check {
    prototype(function.name, function.params, function.result)
}

fn prototype(name: &str, params: &[impl AsRef<str>], result: &str) -> Check {
    let result = if result.is_empty() {
        "void".to_owned()
    } else {
        c_type(result)
    };
    let params: Vec<_> = params.iter().map(|ty| c_type(ty.as_ref())).collect();
    Check {
        kind: "function",
        name: name.to_owned(),
        code: format!("{result} {name}({});", c_params(&params)),
    }
}

/// Defines the alias a second time, which C allows if nothing differs.
pub fn alias(alias: &Alias) -> Check {
    let name = &alias.is.name;
    Check {
        kind: "type alias",
        name: name.clone(),
        code: format!("typedef {} {name};", c_type(&alias.ty)),
    }
}

/// Asserts the size, the alignment, and the offset and type of each field.
pub fn record(layout: &Layout) -> Check {
    let Layout {
        name, size, align, ..
    } = layout;
    let mut code = layout.definition.clone();
    let mut assert = |condition: String, what: String| {
        writeln!(code, "_Static_assert({condition}, \"{what}\");")
            .expect("a string takes all that is written");
    };
    assert(format!("sizeof({name}) == {size}"), "size".into());
    assert(format!("_Alignof({name}) == {align}"), "alignment".into());
    for field in &layout.fields {
        let (field_name, offset) = (&field.name, field.offset);
        assert(
            format!("offsetof({name}, {field_name}) == {offset}"),
            format!("offset of {field_name}"),
        );
        assert(
            format!(
                "_Generic(&(({name} *)0)->{field_name}, {} *: 1, default: 0)",
                c_type(&field.ty)
            ),
            format!("type of {field_name}"),
        );
    }
    Check {
        kind: "struct or union",
        name: name.clone(),
        code,
    }
}

/// Asserts the value. The type is the headers' only for a variable; that of an
/// enumerator or a macro is `int`, and then the value has to fit in the type
/// that `sys` gives it.
///
/// # Panics
///
/// Panics if the headers have no such constant.
pub fn constant(c: &Declarations, constant: &Constant) -> Check {
    let name = &constant.is.name;
    let Some((_, source)) = c.constants.get(name) else {
        panic!("the headers have no constant `{name}`");
    };
    let value = c_value(&constant.value);
    let mut code = match source {
        Value::Macro(text) if text.starts_with('"') => {
            assert_eq!(constant.ty, "&str", "the type of the string `{name}`");
            format!("_Static_assert(__builtin_strcmp({name}, {value}) == 0, \"value\");\n")
        }
        Value::Macro(_) | Value::Enumerator => {
            let ty = c_type(&constant.ty);
            format!(
                "_Static_assert({name} == {value}, \"value\");\n\
                 _Static_assert(({ty}){name} == {name}, \"type\");\n"
            )
        }
        Value::Initializer(initializer) => {
            let ty = c_type(&constant.ty);
            format!(
                "_Static_assert(({initializer}) == {value}, \"value\");\n\
                 _Static_assert(_Generic(&{name}, {ty} const *: 1, default: 0), \"type\");\n"
            )
        }
    };
    code.truncate(code.trim_end().len());
    Check {
        kind: "constant",
        name: name.clone(),
        code,
    }
}

/// Returns a Rust literal in C.
fn c_value(value: &str) -> String {
    match tokens(value).as_slice() {
        [Token::Number(number)] => number.replace('_', ""),
        [Token::Text(text)] if text.starts_with('"') => text.clone(),
        _ => panic!("`{value}` is not a literal that this test can translate to C"),
    }
}
