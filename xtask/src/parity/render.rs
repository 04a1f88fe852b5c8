//! Types and bounds as text that is the same for both crates if they mean the same.
//!
//! - A path becomes its last name: it makes no difference where a type is defined.
//! - Lifetimes and type parameters are named in the order in which they appear, and elided
//!   lifetimes are written out.
//! - `Self` is replaced by the type that it stands for.
//! - `Result<T, Error>` becomes `Result<T>`.

use std::collections::HashMap;

use serde_json::Value;

use super::document::{Item, elements, variant};

/// Writes the types of one item.
pub struct Renderer<'d> {
    item: Item<'d>,
    /// The type that an implementation is for.
    self_type: Option<String>,
    /// New names of lifetimes and of type parameters.
    names: HashMap<String, String>,
    /// The number of these names.
    lifetimes: usize,
    types: usize,
    /// The depth within the types of closures and function pointers, whose lifetimes have
    /// their own names.
    depth: usize,
    /// The lifetimes that were met in this function's parameters.
    met: Vec<String>,
    /// The lifetime that an elided one stands for in a function's result.
    elided: Option<String>,
}

impl<'d> Renderer<'d> {
    /// Creates a renderer for an item's types.
    pub fn new(item: Item<'d>) -> Renderer<'d> {
        Renderer {
            item,
            self_type: None,
            names: HashMap::new(),
            lifetimes: 0,
            types: 0,
            depth: 0,
            met: Vec::new(),
            elided: None,
        }
    }

    /// Writes the type that an implementation is for, which is `Self` from then on.
    pub fn implement(&mut self, target: &Value) -> String {
        let text = self.ty(target);
        self.self_type = Some(text.clone());
        text
    }

    /// Returns the new name of a type parameter.
    pub fn parameter(&mut self, name: &str) -> String {
        if name == "Self" {
            return name.into();
        }
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let new = format!("T{}", self.types);
        self.types += 1;
        self.names.insert(name.into(), new.clone());
        new
    }

    /// Returns the new name of a lifetime; `None` and `'_` are elided ones.
    pub fn lifetime(&mut self, name: Option<&str>) -> String {
        let known = match name {
            Some("'static") => Some("'static".into()),
            None | Some("'_") => self.elided.clone(),
            Some(name) => self.names.get(name).cloned(),
        };
        let new = known.unwrap_or_else(|| {
            let new = match self.depth {
                0 => format!("'{}", self.lifetimes),
                depth => format!("'f{depth}_{}", self.lifetimes),
            };
            self.lifetimes += 1;
            if let Some(name) = name.filter(|name| *name != "'_") {
                self.names.insert(name.into(), new.clone());
            }
            new
        });
        self.met.push(new.clone());
        new
    }

    /// Writes the parameters and the result of a function.
    pub fn signature(&mut self, signature: &Value) -> (Vec<String>, String) {
        self.met.clear();
        let mut receiver = None;
        let mut parameters = Vec::new();
        for input in elements(&signature["inputs"]) {
            parameters.push(self.ty(&input[1]));
            if input[0] == "self" && input[1] != serde_json::json!({"generic": "Self"}) {
                receiver = self.met.first().cloned();
            }
        }
        let elided = receiver.or_else(|| match &self.met[..] {
            [only] => Some(only.clone()),
            _ => None,
        });
        let outer = std::mem::replace(&mut self.elided, elided);
        let result = match &signature["output"] {
            Value::Null => "()".into(),
            output => self.ty(output),
        };
        self.elided = outer;
        (parameters, result)
    }

    /// Writes something that contains functions, whose lifetimes are their own.
    fn scope<T>(&mut self, write: impl FnOnce(&mut Renderer<'d>) -> T) -> T {
        let names = self.names.clone();
        let met = std::mem::take(&mut self.met);
        let elided = self.elided.take();
        let lifetimes = std::mem::replace(&mut self.lifetimes, 0);
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        self.lifetimes = lifetimes;
        self.elided = elided;
        self.met = met;
        // Type parameters keep their new names.
        for (name, new) in std::mem::replace(&mut self.names, names) {
            if new.starts_with('T') {
                self.names.insert(name, new);
            }
        }
        written
    }

    /// Writes a type.
    pub fn ty(&mut self, ty: &Value) -> String {
        let (kind, body) = variant(ty);
        let text = match kind {
            "resolved_path" => self.path(body),
            "dyn_trait" => {
                let mut traits: Vec<_> = elements(&body["traits"])
                    .iter()
                    .map(|found| self.trait_bound(found))
                    .collect();
                // The first is the trait, the others are `Send` and the like.
                traits.sort_by_key(|text| ["Send", "Sync", "Unpin"].contains(&text.as_str()));
                if let Some(lifetime) = body["lifetime"].as_str() {
                    traits.push(self.lifetime(Some(lifetime)));
                }
                format!("dyn {}", traits.join(" + "))
            }
            "generic" => match (body.as_str().unwrap_or_default(), &self.self_type) {
                ("Self", Some(text)) => text.clone(),
                (name, _) => self.parameter(name),
            },
            "primitive" => body.as_str().unwrap_or_default().into(),
            "function_pointer" => self.scope(|inner| {
                let (parameters, result) = inner.signature(&body["sig"]);
                let qualifiers = qualifiers(&body["header"]);
                format!("{qualifiers}fn({}) -> {result}", parameters.join(", "))
            }),
            "tuple" => {
                let parts: Vec<_> = elements(body).iter().map(|part| self.ty(part)).collect();
                format!("({})", parts.join(", "))
            }
            "slice" => format!("[{}]", self.ty(body)),
            "array" => {
                let length = body["len"].as_str().unwrap_or_default();
                let length = self
                    .names
                    .get(length)
                    .map_or(length, String::as_str)
                    .to_owned();
                format!("[{}; {length}]", self.ty(&body["type"]))
            }
            "impl_trait" => format!("impl {}", self.bounds(body).join(" + ")),
            "infer" => "_".into(),
            "raw_pointer" => {
                let kind = if body["is_mutable"] == true {
                    "mut"
                } else {
                    "const"
                };
                format!("*{kind} {}", self.ty(&body["type"]))
            }
            "borrowed_ref" => {
                let lifetime = self.lifetime(body["lifetime"].as_str());
                let kind = if body["is_mutable"] == true {
                    "mut "
                } else {
                    ""
                };
                format!("&{lifetime} {kind}{}", self.ty(&body["type"]))
            }
            "qualified_path" => {
                let target = self.ty(&body["self_type"]);
                let arguments = self.arguments(&body["args"], 0);
                format!(
                    "{target}::{}{arguments}",
                    body["name"].as_str().unwrap_or_default()
                )
            }
            other => format!("?{other}"),
        };
        match &self.self_type {
            Some(self_type) if *self_type == text => "Self".into(),
            _ => text,
        }
    }

    /// Writes a path by its last name, with its arguments.
    fn path(&mut self, path: &Value) -> String {
        let written = path["path"].as_str().unwrap_or_default();
        let name = self.item.original(&path["id"]);
        let name = name.or(written.rsplit("::").next()).unwrap_or_default();
        let lifetimes = self.lifetimes_of(name, &path["id"]);
        let arguments = self.arguments(&path["args"], lifetimes);
        let text = format!("{name}{arguments}");
        match text
            .strip_prefix("Result<")
            .and_then(|text| text.strip_suffix(", Error>"))
        {
            Some(value) => format!("Result<{value}>"),
            None => text,
        }
    }

    /// Returns how many lifetimes a type has, which may all be left out where it is used.
    fn lifetimes_of(&self, name: &str, id: &Value) -> usize {
        // The standard library isn't among the documents.
        if ["Formatter", "Context"].contains(&name) {
            return 1;
        }
        self.item.find(id).map_or(0, |found| {
            elements(&found.inner().1["generics"]["params"])
                .iter()
                .filter(|parameter| variant(&parameter["kind"]).0 == "lifetime")
                .count()
        })
    }

    /// Writes generic arguments, with this many lifetimes if all are elided.
    fn arguments(&mut self, arguments: &Value, lifetimes: usize) -> String {
        let (kind, body) = variant(arguments);
        if kind == "parenthesized" {
            return self.scope(|inner| {
                let inputs = elements(&body["inputs"]);
                let inputs: Vec<_> = inputs
                    .iter()
                    .map(|input| Value::from(vec!["_".into(), input.clone()]))
                    .collect();
                let signature = serde_json::json!({"inputs": inputs, "output": body["output"]});
                let (parameters, result) = inner.signature(&signature);
                format!("({}) -> {result}", parameters.join(", "))
            });
        }
        let given = elements(&body["args"]);
        let mut parts = Vec::new();
        if !given
            .iter()
            .any(|argument| variant(argument).0 == "lifetime")
        {
            parts.extend((0..lifetimes).map(|_| self.lifetime(None)));
        }
        for argument in given {
            let (kind, body) = variant(argument);
            parts.push(match kind {
                "lifetime" => self.lifetime(body.as_str()),
                "type" => self.ty(body),
                "const" => body["expr"].as_str().unwrap_or_default().into(),
                other => format!("?{other}"),
            });
        }
        for constraint in elements(&body["constraints"]) {
            let name = constraint["name"].as_str().unwrap_or_default();
            let (kind, binding) = variant(&constraint["binding"]);
            parts.push(match kind {
                "equality" => {
                    let (_, ty) = variant(binding);
                    format!("{name} = {}", self.ty(ty))
                }
                _ => format!("{name}: {}", self.bounds(binding).join(" + ")),
            });
        }
        match parts.is_empty() {
            true => String::new(),
            false => format!("<{}>", parts.join(", ")),
        }
    }

    /// Writes bounds, each once, in order.
    pub fn bounds(&mut self, bounds: &Value) -> Vec<String> {
        let mut texts: Vec<_> = elements(bounds)
            .iter()
            .filter_map(|bound| match variant(bound) {
                ("trait_bound", body) => {
                    let sign = match body["modifier"].as_str() {
                        Some("maybe") => "?",
                        _ => "",
                    };
                    Some(format!("{sign}{}", self.trait_bound(body)))
                }
                ("outlives", lifetime) => Some(self.lifetime(lifetime.as_str())),
                // What a type captures: everything in this edition, as without it.
                _ => None,
            })
            .collect();
        texts.sort();
        texts.dedup();
        texts
    }

    /// Writes one trait of a bound.
    fn trait_bound(&mut self, bound: &Value) -> String {
        let own = elements(&bound["generic_params"]);
        let function = variant(&bound["trait"]["args"]).0 == "parenthesized";
        // The lifetimes of `for<'a>` are the bound's own, as those of a function are.
        if own.is_empty() || function {
            self.path(&bound["trait"])
        } else {
            self.scope(|inner| inner.path(&bound["trait"]))
        }
    }
}

/// Returns the words before `fn`.
pub fn qualifiers(header: &Value) -> String {
    let mut text = String::new();
    for (field, word) in [
        ("is_const", "const "),
        ("is_async", "async "),
        ("is_unsafe", "unsafe "),
    ] {
        if header[field] == true {
            text.push_str(word);
        }
    }
    match variant(&header["abi"]) {
        ("Rust", _) => {}
        (abi, _) => text.push_str(&format!("extern {abi:?} ")),
    }
    text
}
