//! Compares the layout of the structs and unions of `sys` with those of the headers.
//!
//! C can define an unnamed struct inside another one, and Rust can't: there such a type has
//! a name, and if C doesn't name the field either, the field is called `id`.

use std::collections::BTreeMap;

use crate::c::{Declarations, Item, Member};
use crate::declared::{Declared, Field, Record};
use crate::difference::Difference;

/// A struct or union as `sys` lays it out, in names that C understands.
#[derive(Clone, Debug)]
pub struct Layout {
    pub name: String,
    /// C code that names a type which the headers don't name.
    pub definition: String,
    pub size: usize,
    pub align: usize,
    /// With the C names; the types are still Rust.
    pub fields: Vec<Field>,
}

/// Returns the layouts of all structs and unions, in the order of their dependencies, and
/// the differences between the headers and `sys`.
pub fn layouts(c: &Declarations, declared: &Declared) -> (Vec<Layout>, Vec<Difference>) {
    let mut pairing = Pairing {
        c,
        records: declared
            .records
            .iter()
            .map(|record| (record.is.name.as_str(), record))
            .collect(),
        layouts: Vec::new(),
        differences: Vec::new(),
        enclosing: None,
    };
    for (name, (item, members)) in &c.records {
        match pairing.records.remove(name.as_str()) {
            Some(record) if record.is.header == item.header => {
                pairing.enclosing = Some(item);
                pairing.record(members, record, String::new());
            }
            record => {
                let new = Difference::new("struct or union", name, item);
                pairing.differences.push(new);
                pairing.differences.extend(record.map(gone));
            }
        }
    }
    pairing
        .differences
        .extend(pairing.records.into_values().map(gone));
    (pairing.layouts, pairing.differences)
}

fn gone(record: &Record) -> Difference {
    Difference::gone("struct or union", &record.is, record.text())
}

struct Pairing<'a> {
    c: &'a Declarations,
    /// Those of `sys` that aren't paired yet.
    records: BTreeMap<&'a str, &'a Record>,
    layouts: Vec<Layout>,
    differences: Vec<Difference>,
    /// The declaration that is being compared.
    enclosing: Option<&'a Item>,
}

impl<'a> Pairing<'a> {
    fn record(&mut self, members: &[Member], record: &'a Record, definition: String) {
        let position = self.layouts.len();
        let fields = self.fields(members, record);
        let layout = Layout {
            name: record.is.name.clone(),
            definition,
            size: record.size,
            align: record.align,
            fields,
        };
        self.layouts.insert(position, layout);
        // The types of fields are named after the enclosing type. Their own checks come
        // after it, but the name has to come before.
        let own: Vec<_> = self.layouts[position + 1..]
            .iter_mut()
            .map(|layout| std::mem::take(&mut layout.definition))
            .collect();
        self.layouts[position].definition.push_str(&own.concat());
    }

    fn differ(&mut self, record: &Record, why: String) {
        self.differences.push(Difference::changed(
            "struct or union",
            &record.is,
            why,
            self.enclosing,
            record.text(),
        ));
    }

    /// Leaves out types that have a name only because `record` contains them: another
    /// record may not use them, but they still exist.
    fn forget_nested(&mut self, record: &Record) {
        for field in &record.fields {
            if self.c.records.contains_key(&field.ty) {
                continue;
            }
            if let Some(nested) = self.records.remove(field.ty.as_str()) {
                self.forget_nested(nested);
            }
        }
    }

    /// Pairs the fields of `record` with `members`, and returns their C names.
    fn fields(&mut self, members: &[Member], record: &'a Record) -> Vec<Field> {
        let rust: Vec<_> = record
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        let c: Vec<_> = members.iter().map(rust_name).collect();
        if rust != c {
            let why = format!(
                "has the fields {}, but {} in `sys`",
                c.join(", "),
                rust.join(", ")
            );
            self.differ(record, why);
            self.forget_nested(record);
            return Vec::new();
        }
        let mut fields = Vec::new();
        for (member, field) in members.iter().zip(&record.fields) {
            let nested = match &member.fields {
                Some(members) => match self.records.remove(field.ty.as_str()) {
                    Some(nested) => Some((members, nested)),
                    None => {
                        let why = format!(
                            "has a struct or union as `{}`, but in `sys` it is a `{}`",
                            field.name, field.ty
                        );
                        self.differ(record, why);
                        continue;
                    }
                },
                None => None,
            };
            let Some(name) = &member.name else {
                if let Some((members, nested)) = nested {
                    let inner = self.fields(members, nested);
                    fields.extend(inner.into_iter().map(|inner| Field {
                        offset: field.offset + inner.offset,
                        ..inner
                    }));
                }
                continue;
            };
            if let Some((members, nested)) = nested {
                let definition = format!(
                    "typedef __typeof__((({} *)0)->{name}) {};\n",
                    record.is.name, nested.is.name
                );
                self.record(members, nested, definition);
            }
            fields.push(Field {
                name: name.clone(),
                ..field.clone()
            });
        }
        fields
    }
}

/// Returns the name in `sys` of a field of the headers.
fn rust_name(member: &Member) -> &str {
    match member.name.as_deref() {
        None => "id",
        Some("enum") => "enum_",
        Some("mod") => "module",
        Some("ref") => "ref_",
        Some("type") => "ty",
        Some(name) => name,
    }
}
