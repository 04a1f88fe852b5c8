//! The aspects of an item that are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Item, elements, variant};
use super::render::{Renderer, qualifiers};

/// An item's aspects, such as `parameters`, each as text that is the same if it means
/// the same.
pub type Signature = BTreeMap<&'static str, String>;

/// The auto traits that an API promises.
const AUTO_TRAITS: [&str; 5] = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// Reports whether an item is a type, a trait or a module; an item that is re-exported from
/// another crate may be.
pub fn is_type(signature: &Signature) -> bool {
    const KINDS: [&str; 6] = ["struct", "enum", "union", "trait", "type_alias", "module"];
    let kind = signature.get("kind");
    kind.is_none_or(|kind| KINDS.contains(&kind.as_str()))
}

/// The bounds of the type parameters around an item.
#[derive(Default)]
struct Bounds(BTreeMap<String, BTreeSet<String>>);

impl Bounds {
    /// Adds a declaration's own.
    fn declare(&mut self, renderer: &mut Renderer<'_>, generics: &Value) {
        for parameter in elements(&generics["params"]) {
            let name = parameter["name"].as_str().unwrap_or_default();
            match variant(&parameter["kind"]) {
                ("type", body) if body["is_synthetic"] != true => {
                    let name = renderer.parameter(name);
                    self.add(name, renderer.bounds(&body["bounds"]));
                }
                ("lifetime", body) if !elements(&body["outlives"]).is_empty() => {
                    let name = renderer.lifetime(Some(name));
                    for outlived in elements(&body["outlives"]) {
                        let outlived = renderer.lifetime(outlived.as_str());
                        self.add(name.clone(), vec![outlived]);
                    }
                }
                _ => {}
            }
        }
        for predicate in elements(&generics["where_predicates"]) {
            match variant(predicate) {
                ("bound_predicate", body) => {
                    let name = renderer.ty(&body["type"]);
                    self.add(name, renderer.bounds(&body["bounds"]));
                }
                ("lifetime_predicate", body) => {
                    let name = renderer.lifetime(body["lifetime"].as_str());
                    for outlived in elements(&body["outlives"]) {
                        let outlived = renderer.lifetime(outlived.as_str());
                        self.add(name.clone(), vec![outlived]);
                    }
                }
                ("eq_predicate", body) => {
                    let name = renderer.ty(&body["lhs"]);
                    let (_, right) = variant(&body["rhs"]);
                    let right = format!("= {}", renderer.ty(right));
                    self.add(name, vec![right]);
                }
                _ => {}
            }
        }
    }

    /// Adds the bounds that the implementing type has for its arguments.
    fn imply(&mut self, renderer: &mut Renderer<'_>, item: Item<'_>, target: &Value) {
        let ("resolved_path", path) = variant(target) else {
            return;
        };
        let Some(declared) = item.find(&path["id"]) else {
            return;
        };
        let arguments = elements(&path["args"]["angle_bracketed"]["args"]).iter();
        let types = arguments.filter_map(|argument| argument.get("type"));
        let generics = &declared.inner().1["generics"];
        let parameters = elements(&generics["params"]).iter();
        let parameters = parameters.filter(|parameter| variant(&parameter["kind"]).0 == "type");
        for (parameter, argument) in parameters.zip(types) {
            let ("generic", name) = variant(argument) else {
                continue;
            };
            let name = renderer.parameter(name.as_str().unwrap_or_default());
            // In the declaration the parameter has another name.
            let (_, body) = variant(&parameter["kind"]);
            self.add(
                name.clone(),
                Renderer::new(declared).bounds(&body["bounds"]),
            );
            for predicate in elements(&generics["where_predicates"]) {
                let body = &predicate["bound_predicate"];
                if body["type"]["generic"] == parameter["name"] {
                    self.add(
                        name.clone(),
                        Renderer::new(declared).bounds(&body["bounds"]),
                    );
                }
            }
        }
    }

    fn add(&mut self, name: String, bounds: Vec<String>) {
        if !bounds.is_empty() {
            self.0.entry(name).or_default().extend(bounds);
        }
    }

    fn text(&self) -> String {
        let parts: Vec<_> = self
            .0
            .iter()
            .map(|(name, bounds)| {
                let bounds: Vec<_> = bounds.iter().map(String::as_str).collect();
                format!("{name}: {}", bounds.join(" + "))
            })
            .collect();
        parts.join(", ")
    }
}

/// Returns the type and constant parameters of a declaration, in order.
fn parameters(renderer: &mut Renderer<'_>, generics: &Value) -> String {
    let mut names = Vec::new();
    for parameter in elements(&generics["params"]) {
        let name = parameter["name"].as_str().unwrap_or_default();
        match variant(&parameter["kind"]) {
            ("type", body) if body["is_synthetic"] != true => {
                let name = renderer.parameter(name);
                names.push(match &body["default"] {
                    Value::Null => name,
                    default => format!("{name} = {}", renderer.ty(default)),
                });
            }
            ("const", body) => {
                let ty = renderer.ty(&body["type"]);
                names.push(format!("const {}: {ty}", renderer.parameter(name)));
            }
            _ => {}
        }
    }
    names.join(", ")
}

/// Returns the attributes that make a promise, or restrict one.
fn attributes(item: Item<'_>) -> String {
    let mut found: Vec<_> = ["non_exhaustive", "must_use"]
        .into_iter()
        .filter(|attribute| item.has(attribute))
        .collect();
    if item.is_deprecated() {
        found.push("deprecated");
    }
    found.join(", ")
}

/// Returns the signature of an item by itself.
pub fn of(item: Item<'_>) -> Signature {
    let mut renderer = Renderer::new(item);
    let mut signature = within(item, &mut renderer, Bounds::default());
    let (kind, _) = item.inner();
    signature.insert("kind", kind.into());
    signature
}

/// Returns the signature of an item in an implementation.
pub fn of_associated(item: Item<'_>, implementation: &Value) -> Signature {
    let mut renderer = Renderer::new(item);
    let target = &implementation["for"];
    let text = renderer.implement(target);
    let mut bounds = Bounds::default();
    bounds.declare(&mut renderer, &implementation["generics"]);
    bounds.imply(&mut renderer, item, target);
    let mut signature = within(item, &mut renderer, bounds);
    signature.insert("kind", item.inner().0.into());
    signature.insert("for", text);
    signature
}

/// Returns the signature of an item; the renderer and the bounds contain its surroundings.
fn within(item: Item<'_>, renderer: &mut Renderer<'_>, mut bounds: Bounds) -> Signature {
    let (kind, body) = item.inner();
    let mut signature = Signature::from([("attributes", attributes(item))]);
    let generics = &body["generics"];
    if !generics.is_null() {
        signature.insert("generics", parameters(renderer, generics));
    }
    match kind {
        "function" => {
            signature.insert("qualifiers", qualifiers(&body["header"]));
            let (parameters, result) = renderer.signature(&body["sig"]);
            let has_self = body["sig"]["inputs"][0][0] == "self";
            let (receiver, rest) = parameters.split_at(usize::from(has_self));
            signature.insert("receiver", receiver.join(""));
            signature.insert("parameters", rest.join(", "));
            signature.insert("result", result);
        }
        "struct" | "variant" => {
            signature.insert("fields", fields(item, renderer, &body["kind"]));
        }
        "trait" => {
            signature.insert("supertraits", renderer.bounds(&body["bounds"]).join(" + "));
            if body["is_unsafe"] == true {
                signature.insert("qualifiers", "unsafe".into());
            }
            let dyn_compatible = body["is_dyn_compatible"].to_string();
            signature.insert("dyn compatible", dyn_compatible);
        }
        "constant" | "assoc_const" | "static" => {
            signature.insert("type", renderer.ty(&body["type"]));
        }
        "type_alias" | "assoc_type" => {
            if !body["type"].is_null() {
                signature.insert("type", renderer.ty(&body["type"]));
            }
            signature.insert("supertraits", renderer.bounds(&body["bounds"]).join(" + "));
        }
        _ => {}
    }
    if !generics.is_null() {
        bounds.declare(renderer, generics);
        signature.insert("bounds", bounds.text());
    }
    signature
}

/// Returns the fields of a structure or variant.
fn fields(item: Item<'_>, renderer: &mut Renderer<'_>, kind: &Value) -> String {
    let (kind, body) = variant(kind);
    match kind {
        "plain" if body["has_stripped_fields"] == true && elements(&body["fields"]).is_empty() => {
            "{ .. }".into()
        }
        "plain" => {
            let mut names: Vec<_> = item
                .all(&body["fields"])
                .map(|field| format!("{}: {}", field.name(), renderer.ty(field.inner().1)))
                .collect();
            names.sort();
            if body["has_stripped_fields"] == true {
                names.push("..".into());
            }
            format!("{{ {} }}", names.join(", "))
        }
        "tuple" => {
            let parts: Vec<_> = elements(body)
                .iter()
                .map(|id| match item.find(id) {
                    Some(field) => renderer.ty(field.inner().1),
                    None => "_".into(),
                })
                .collect();
            match parts.iter().all(|part| part == "_") {
                // As if its fields had names: users can't see the difference.
                true => "{ .. }".into(),
                false => format!("({})", parts.join(", ")),
            }
        }
        _ => String::new(),
    }
}

/// Returns the signature of a trait's implementation: the type, and the conditions.
pub fn of_implementation(item: Item<'_>, implementation: &Value) -> Signature {
    let mut renderer = Renderer::new(item);
    let mut bounds = Bounds::default();
    let text = renderer.implement(&implementation["for"]);
    bounds.declare(&mut renderer, &implementation["generics"]);
    bounds.imply(&mut renderer, item, &implementation["for"]);
    let mut types: Vec<_> = item
        .all(&implementation["items"])
        .filter(|found| found.inner().0 == "assoc_type")
        .map(|found| {
            let ty = renderer.ty(&found.inner().1["type"]);
            format!("{} = {ty}", found.name())
        })
        .collect();
    types.sort();
    Signature::from([
        ("kind", "implementation".into()),
        ("for", text),
        ("bounds", bounds.text()),
        ("types", types.join(", ")),
        (
            "qualifiers",
            if implementation["is_unsafe"] == true {
                "unsafe"
            } else {
                ""
            }
            .into(),
        ),
    ])
}

/// Returns the auto traits of a type, with their conditions.
pub fn auto_traits(item: Item<'_>) -> Signature {
    let mut signature = Signature::new();
    for name in AUTO_TRAITS {
        let found = item.all(&item.inner().1["impls"]).find(|found| {
            let path = found.inner().1["trait"]["path"]
                .as_str()
                .unwrap_or_default();
            path.rsplit("::").next() == Some(name)
        });
        let text = match found {
            None => "no".to_owned(),
            Some(found) if found.inner().1["is_negative"] == true => "no".to_owned(),
            Some(found) => {
                let implementation = found.inner().1;
                let bounds = of_implementation(found, implementation)["bounds"].clone();
                match bounds.is_empty() {
                    true => "yes".to_owned(),
                    false => format!("if {bounds}"),
                }
            }
        };
        signature.insert(name, text);
    }
    signature
}
