//! What `libwasmtime::sys` declares, in a form that a test can alter.

use std::collections::BTreeMap;

use libwasmtime::sys;

/// Everything of all headers.
#[derive(Clone, Debug)]
pub struct Declared {
    pub opaque: Vec<Named>,
    pub aliases: Vec<Alias>,
    pub records: Vec<Record>,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
}

/// A name, and the header that declares it according to `sys`.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub header: String,
}

/// A type alias; the type is Rust text, as everywhere here.
#[derive(Clone, Debug)]
pub struct Alias {
    pub is: Named,
    pub ty: String,
}

/// A struct or union. Sizes and offsets are in bytes.
#[derive(Clone, Debug)]
pub struct Record {
    pub is: Named,
    pub size: usize,
    pub align: usize,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: String,
    pub offset: usize,
}

/// A constant; its value is a Rust token.
#[derive(Clone, Debug)]
pub struct Constant {
    pub is: Named,
    pub ty: String,
    pub value: String,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub is: Named,
    pub features: Vec<sys::Feature>,
    pub params: Vec<String>,
    /// Empty if there is no result.
    pub result: String,
}

impl Declared {
    /// Returns everything that `sys` declares.
    pub fn read() -> Declared {
        let mut declared = Declared {
            opaque: Vec::new(),
            aliases: Vec::new(),
            records: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
        };
        for header in sys::headers() {
            let named = |name: &str| Named {
                name: name.to_owned(),
                header: header.name.to_owned(),
            };
            declared
                .opaque
                .extend(header.opaque.iter().map(|name| named(name)));
            declared
                .aliases
                .extend(header.types.iter().map(|(name, ty)| Alias {
                    is: named(name),
                    ty: (*ty).to_owned(),
                }));
            declared.records.extend(header.records.iter().map(|record| {
                Record {
                    is: named(record.name),
                    size: record.size,
                    align: record.align,
                    fields: record
                        .fields
                        .iter()
                        .map(|field| Field {
                            name: field.name.to_owned(),
                            ty: field.ty.to_owned(),
                            offset: field.offset,
                        })
                        .collect(),
                }
            }));
            declared
                .constants
                .extend(header.constants.iter().map(|constant| Constant {
                    is: named(constant.name),
                    ty: constant.ty.to_owned(),
                    value: constant.value.to_owned(),
                }));
            declared
                .functions
                .extend(header.functions.iter().map(|function| Function {
                    is: named(function.name),
                    features: function.features.clone(),
                    params: function.params.iter().map(|&ty| ty.to_owned()).collect(),
                    result: function.result.to_owned(),
                }));
        }
        declared
    }

    /// Returns everything that a compiler can compare, by name: its kind and its text.
    pub fn texts(&self) -> BTreeMap<String, (Named, String)> {
        let aliases = self.aliases.iter().map(|alias| (&alias.is, alias.text()));
        let records = self.records.iter();
        let constants = self.constants.iter();
        let functions = self.functions.iter();
        aliases
            .chain(records.map(|record| (&record.is, record.text())))
            .chain(constants.map(|constant| (&constant.is, constant.text())))
            .chain(functions.map(|function| (&function.is, function.text())))
            .map(|(is, text)| (is.name.clone(), (is.clone(), text)))
            .collect()
    }

    /// Returns the function of this name.
    pub fn function(&self, name: &str) -> &Function {
        self.functions
            .iter()
            .find(|function| function.is.name == name)
            .unwrap_or_else(|| panic!("`sys` declares no function `{name}`"))
    }
}

impl Alias {
    /// As Rust spells it.
    pub fn text(&self) -> String {
        format!("type {} = {}", self.is.name, self.ty)
    }
}

impl Record {
    /// As Rust spells it, without saying whether it is a struct or a union.
    pub fn text(&self) -> String {
        let fields = self.fields.iter();
        let fields: Vec<_> = fields
            .map(|field| format!("{}: {}", field.name, field.ty))
            .collect();
        format!("{} {{ {} }}", self.is.name, fields.join(", "))
    }
}

impl Constant {
    /// As Rust spells it.
    pub fn text(&self) -> String {
        format!("const {}: {} = {}", self.is.name, self.ty, self.value)
    }
}

impl Function {
    /// As Rust spells it, without the names of the parameters.
    pub fn text(&self) -> String {
        prototype(&self.is.name, &self.params, &self.result)
    }
}

/// Returns a function as Rust spells it, without the names of the parameters.
pub fn prototype(name: &str, params: &[impl AsRef<str>], result: &str) -> String {
    let params: Vec<_> = params.iter().map(AsRef::as_ref).collect();
    let arrow = if result.is_empty() { "" } else { " -> " };
    format!("fn {name}({}){arrow}{result}", params.join(", "))
}
