//! Reads the declarations in preprocessed C headers.
//!
//! This is no C parser: it understands declarations as headers write them, and only the
//! parts that have to be compared by name (functions, types, the fields of structs and
//! unions, constants, macros). Comparing the types is left to a C compiler. The reader
//! panics at anything that it doesn't understand, so nothing is skipped unnoticed.

use std::collections::{BTreeMap, BTreeSet};

mod run;

use self::run::Run;
use crate::tokens::{Token, tokens};

/// A header, named as in `#include <...>`.
pub type HeaderName = String;

/// Something that a header declares.
#[derive(Clone, Debug)]
pub struct Item {
    pub header: HeaderName,
    /// The declaration in C, without the semicolon.
    pub text: String,
}

/// What the headers declare, by name.
#[derive(Debug, Default)]
pub struct Declarations {
    pub functions: BTreeMap<String, Item>,
    /// The functions without a prototype: in C, `f()` agrees with a declaration with any
    /// parameters.
    pub unprototyped: BTreeSet<String>,
    pub inline_functions: BTreeMap<String, Item>,
    pub opaque: BTreeMap<String, Item>,
    pub aliases: BTreeMap<String, Item>,
    pub records: BTreeMap<String, (Item, Vec<Member>)>,
    pub constants: BTreeMap<String, (Item, Value)>,
    /// Macros that take arguments or aren't a single number or string.
    pub macros: BTreeMap<String, Macro>,
}

/// A macro.
#[derive(Clone, Debug)]
pub struct Macro {
    pub is: Item,
    pub replacement: String,
}

/// A field of a struct or union.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// `None` for an anonymous struct or union, whose fields count as the enclosing one's.
    pub name: Option<String>,
    /// The fields of the type, if it is defined here.
    pub fields: Option<Vec<Member>>,
}

/// The source of a constant's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Enumerator,
    /// The replacement of a macro.
    Macro(String),
    /// The initializer of a `static const` variable.
    Initializer(String),
}

impl Declarations {
    /// Reads the output of `cc -E -dD`: the files for which `header` returns a name.
    pub fn read(preprocessed: &str, header: impl Fn(&str) -> Option<HeaderName>) -> Declarations {
        let mut reader = Reader::default();
        let mut file = None;
        // Declarations never go from one header to another, so that all of a
        // header's lines can be read together; an `#include` in the middle
        // starts a new run.
        let mut run = String::new();
        for line in preprocessed.lines() {
            if let Some(name) = line_marker(line) {
                let next = header(&name);
                if next != file {
                    reader.run(&file, &run);
                    run.clear();
                    file = next;
                }
            } else if let Some(definition) = line.strip_prefix("#define ") {
                if let Some(header) = &file {
                    reader.define(header, definition);
                }
            } else if let Some(name) = line.strip_prefix("#undef ") {
                reader.undefine(name.trim());
            } else if !line.starts_with('#') {
                run.push_str(line);
                run.push('\n');
            }
        }
        reader.run(&file, &run);
        reader.finish()
    }

    /// Returns the declaration of this name, unless it is a macro with arguments or an
    /// opaque type.
    pub fn item(&self, name: &str) -> Option<&Item> {
        let alias = self.aliases.get(name);
        let record = || self.records.get(name).map(|(item, _)| item);
        let constant = || self.constants.get(name).map(|(item, _)| item);
        let function = || self.functions.get(name);
        let inline = || self.inline_functions.get(name);
        alias
            .or_else(function)
            .or_else(inline)
            .or_else(record)
            .or_else(constant)
    }
}

/// Returns the file of a line such as `# 12 "wasm.h" 2`.
fn line_marker(line: &str) -> Option<String> {
    let rest = line.strip_prefix("# ")?;
    let (number, rest) = rest.split_once(" \"")?;
    number.parse::<u32>().ok()?;
    let (file, _flags) = rest.rsplit_once('"')?;
    Some(file.replace("\\\\", "\\"))
}

/// A `typedef` of a struct or union.
struct Typedef {
    name: String,
    is: Item,
    tag: Option<String>,
    fields: Option<Vec<Member>>,
}

#[derive(Default)]
struct Reader {
    declarations: Declarations,
    typedefs: Vec<Typedef>,
    /// The structs and unions that have a tag: their text and their fields.
    tags: BTreeMap<String, (String, Vec<Member>)>,
}

impl Reader {
    fn define(&mut self, header: &str, definition: &str) {
        let end = definition
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(definition.len());
        let (name, replacement) = definition.split_at(end);
        let tokens = tokens(replacement);
        let is = Item {
            header: header.to_owned(),
            text: format!("#define {}", definition.trim()),
        };
        match tokens.as_slice() {
            [] => {}
            [Token::Number(value) | Token::Text(value)] => {
                let constant = (is, Value::Macro(value.clone()));
                self.declarations.constants.insert(name.into(), constant);
            }
            _ => {
                let replacement = replacement.trim().to_owned();
                let macros = &mut self.declarations.macros;
                macros.insert(name.into(), Macro { is, replacement });
            }
        }
    }

    fn undefine(&mut self, name: &str) {
        self.declarations.macros.remove(name);
        let constants = &mut self.declarations.constants;
        if matches!(constants.get(name), Some((_, Value::Macro(_)))) {
            constants.remove(name);
        }
    }

    fn run(&mut self, header: &Option<HeaderName>, text: &str) {
        if let Some(header) = header {
            Run::read(self, header, text);
        }
    }

    /// Tells structs from opaque types, after everything was read.
    fn finish(mut self) -> Declarations {
        for Typedef {
            name,
            is: Item { header, text },
            tag,
            fields,
        } in self.typedefs
        {
            let tagged = tag.and_then(|tag| self.tags.remove(&tag));
            match fields.map(|fields| (text.clone(), fields)).or(tagged) {
                Some((text, fields)) => {
                    let record = (Item { header, text }, fields);
                    self.declarations.records.insert(name, record);
                }
                None => {
                    let opaque = &mut self.declarations.opaque;
                    opaque.insert(name, Item { header, text });
                }
            }
        }
        let left: Vec<_> = self.tags.keys().collect();
        assert!(left.is_empty(), "structs without a typedef: {left:?}");
        self.declarations
    }
}

pub mod tests {
    use super::Declarations;
    use crate::panic_of;

    fn read(text: &str) -> Declarations {
        Declarations::read(&format!("# 1 \"f.h\"\n{text}"), |file| {
            Some(file.to_owned())
        })
    }

    fn unsaid_parameters_are_not_the_same_as_none() {
        let declarations = read("int f(); int *g(void);\nstatic inline int h() { return f(); }");
        let functions: Vec<_> = declarations.functions.keys().collect();
        assert_eq!(functions, ["f", "g"]);
        let unprototyped: Vec<_> = declarations.unprototyped.iter().collect();
        assert_eq!(unprototyped, ["f"]);
    }

    fn items_carry_their_text() {
        let declarations = read(
            "struct pair { int *a, b[2]; };\ntypedef struct pair pair_t;\n\
             typedef struct  { const char * p; } own_t;\n\
             extern void f(const pair_t*p , void (*call)(int, own_t **));\n\
             enum { ONE = 1, TWO };\n#define THREE 3\n",
        );
        assert_eq!(
            declarations.functions["f"].text,
            "extern void f(const pair_t *p, void (*call)(int, own_t **))"
        );
        assert_eq!(
            declarations.records["pair_t"].0.text,
            "struct pair { int *a, b[2]; }"
        );
        assert_eq!(
            declarations.records["own_t"].0.text,
            "typedef struct { const char *p; } own_t"
        );
        for (name, text) in [
            ("ONE", "ONE = 1"),
            ("TWO", "TWO = 2"),
            ("THREE", "#define THREE 3"),
        ] {
            assert_eq!(declarations.constants[name].0.text, text);
        }
    }

    fn callbacks_have_to_say_their_parameters() {
        for text in [
            "typedef void (*callback)();",
            "void f(int, void (*callback)());",
        ] {
            let panic = panic_of(|| drop(read(text)));
            assert!(
                panic.contains("expected the types of the parameters"),
                "{panic}"
            );
        }
    }

    crate::tests![
        unsaid_parameters_are_not_the_same_as_none,
        items_carry_their_text,
        callbacks_have_to_say_their_parameters,
    ];
}
