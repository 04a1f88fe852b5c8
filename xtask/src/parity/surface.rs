//! The public items of a crate.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::document::{Documents, Item, elements, variant};
use super::render::Renderer;
use super::signature::{self, Signature};

/// The public items of a crate by their names, such as `Store::limiter` and
/// `impl Clone for Engine`.
pub type Surface = BTreeMap<String, Signature>;

/// Implementations that aren't a promise, or that the compiler derives.
const UNTOLD: [&str; 8] = [
    "StructuralPartialEq",
    "Freeze",
    "UnsafeUnpin",
    "Send",
    "Sync",
    "Unpin",
    "UnwindSafe",
    "RefUnwindSafe",
];

/// Lists the public items of a crate.
///
/// # Errors
///
/// Returns an error if the JSON is not of a crate.
pub fn surface(documents: &Documents) -> Result<Surface> {
    let mut walk = Walk::default();
    walk.module(documents.root()?, "");
    Ok(walk.finish())
}

#[derive(Default)]
struct Walk {
    surface: Surface,
    /// The modules that were visited in each place, as they may re-export each other.
    seen: BTreeSet<(String, String)>,
    /// Implementations for types that weren't visited under their public names: the name,
    /// the signature, and the name of a type that the crate itself defines.
    others: Vec<(String, Signature, Option<String>)>,
}

impl Walk {
    fn module(&mut self, module: Item<'_>, prefix: &str) {
        for item in module.all(&module.inner().1["items"]) {
            self.item(item, prefix, None);
        }
    }

    /// Adds an item, under the name of its re-export if that differs.
    fn item(&mut self, item: Item<'_>, prefix: &str, renamed: Option<&str>) {
        let (kind, body) = item.inner();
        if kind == "use" {
            let name = body["name"].as_str().unwrap_or_default();
            match item.find(&body["id"]) {
                Some(target) if body["is_glob"] == true => {
                    if target.inner().0 == "module" && self.first(target, prefix) {
                        self.module(target, prefix);
                    }
                }
                Some(target) => self.item(target, prefix, Some(name)),
                None if body["is_glob"] == true => {}
                // An item of a crate without JSON: only its name is known.
                None => self.add(format!("{prefix}{name}"), Signature::new()),
            }
            return;
        }
        // Re-exporting makes public.
        if renamed.is_none() && !item.is_public() {
            return;
        }
        let name = format!("{prefix}{}", renamed.unwrap_or(item.name()));
        match kind {
            "module" => {
                if self.first(item, &name) {
                    self.add(name.clone(), Signature::from([("kind", kind.into())]));
                    self.module(item, &format!("{name}::"));
                }
                return;
            }
            "macro" | "proc_macro" => {
                self.add(name, Signature::from([("kind", "macro".into())]));
                return;
            }
            "struct" | "enum" | "union" | "trait" | "function" | "type_alias" | "constant"
            | "static" => {}
            _ => return,
        }
        self.add(name.clone(), signature::of(item));
        match kind {
            "trait" => self.trait_items(item, &name),
            "enum" => {
                for found in item.all(&body["variants"]) {
                    self.add(format!("{name}::{}", found.name()), signature::of(found));
                }
                self.implementations(item, &name);
            }
            "struct" | "union" => self.implementations(item, &name),
            _ => {}
        }
    }

    /// Reports whether a module wasn't visited before in this place.
    fn first(&mut self, module: Item<'_>, place: &str) -> bool {
        let id = format!("{} {}", module.json["crate_id"], module.json["id"]);
        self.seen.insert((id, place.to_owned()))
    }

    fn add(&mut self, name: String, signature: Signature) {
        let known = self.surface.entry(name).or_default();
        for (aspect, text) in signature {
            known
                .entry(aspect)
                .and_modify(|known| {
                    // Several implementations of one name.
                    if *known != text {
                        let mut all: Vec<_> = known.split(" | ").map(str::to_owned).collect();
                        all.push(text.clone());
                        all.sort();
                        all.dedup();
                        *known = all.join(" | ");
                    }
                })
                .or_insert(text);
        }
    }

    /// Adds what a trait has, and the types of other crates that implement it.
    fn trait_items(&mut self, item: Item<'_>, name: &str) {
        let (_, body) = item.inner();
        for found in item.all(&body["items"]) {
            let mut signature = signature::of(found);
            let provided = match found.inner() {
                ("function", body) => body["has_body"] == true,
                (_, body) => !body["type"].is_null() || !body["value"].is_null(),
            };
            signature.insert("provided", provided.to_string());
            self.add(format!("{name}::{}", found.name()), signature);
        }
        for found in item.all(&body["implementations"]) {
            let (_, body) = found.inner();
            // Types of this crate are visited where they are public.
            if body["for"]["resolved_path"].is_null() || own(found).is_none() {
                self.implementation(found, Some(name), None);
            }
        }
    }

    /// Adds a type's methods, and the traits it implements.
    fn implementations(&mut self, item: Item<'_>, name: &str) {
        self.add(name.to_owned(), signature::auto_traits(item));
        for found in item.all(&item.inner().1["impls"]) {
            let (_, body) = found.inner();
            if body["is_synthetic"] == true || !body["blanket_impl"].is_null() {
                continue;
            }
            if body["trait"].is_null() {
                for method in found.all(&body["items"]).filter(Item::is_public) {
                    let signature = signature::of_associated(method, body);
                    self.add(format!("{name}::{}", method.name()), signature);
                }
            } else {
                let target = &body["for"]["resolved_path"]["id"];
                let name = (*target == item.json["id"]).then_some(name);
                self.implementation(found, None, name);
            }
        }
    }

    /// Adds the implementation of a trait, which may be known by its whole name, for an
    /// item of this name or another type.
    fn implementation(&mut self, item: Item<'_>, implemented: Option<&str>, name: Option<&str>) {
        let (_, body) = item.inner();
        let id = &body["trait"]["id"];
        let path = body["trait"]["path"].as_str();
        let path = path.and_then(|path| path.rsplit("::").next());
        let implemented = implemented.or(item.original(id)).or(path);
        let implemented = implemented.unwrap_or_default();
        if UNTOLD.contains(&implemented) || body["is_negative"] == true {
            return;
        }
        let mut renderer = Renderer::new(item);
        let arguments = arguments(&mut renderer, body);
        let target = match name {
            Some(name) => name.to_owned(),
            None => without_lifetimes(&renderer.ty(&body["for"])),
        };
        let key = format!("impl {implemented}{arguments} for {target}");
        let signature = signature::of_implementation(item, body);
        match name {
            Some(_) => self.add(key, signature),
            None => self.others.push((key, signature, own(item))),
        }
    }

    /// Adds the implementations for other types, except for private ones.
    fn finish(mut self) -> Surface {
        let names = self.surface.keys();
        let public: BTreeSet<_> = names
            .filter_map(|name| name.rsplit("::").next())
            .map(str::to_owned)
            .collect();
        for (key, signature, own) in std::mem::take(&mut self.others) {
            if own.is_none_or(|name| public.contains(&name)) {
                self.add(key, signature);
            }
        }
        self.surface
    }
}

/// Returns the name of the type that an implementation is for, if the same crate defines
/// it.
fn own(item: Item<'_>) -> Option<String> {
    let path = &item.inner().1["for"]["resolved_path"];
    let own = !path.is_null() && item.is_own(&path["id"]);
    let name = path["path"].as_str()?.rsplit("::").next()?;
    own.then(|| name.to_owned())
}

/// Returns the types that a trait is implemented with.
fn arguments(renderer: &mut Renderer<'_>, implementation: &Value) -> String {
    let arguments = &implementation["trait"]["args"]["angle_bracketed"]["args"];
    let types: Vec<_> = elements(arguments)
        .iter()
        .filter_map(|argument| match variant(argument) {
            ("type", ty) => Some(without_lifetimes(&renderer.ty(ty))),
            _ => None,
        })
        .collect();
    match types.is_empty() {
        true => String::new(),
        false => format!("<{}>", types.join(", ")),
    }
}

/// Returns a type's text without the lifetimes of its references.
fn without_lifetimes(text: &str) -> String {
    let mut parts = text.split("&'");
    let mut shorter = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shorter.push('&');
        shorter.push_str(part.split_once(' ').map_or("", |(_, rest)| rest));
    }
    shorter
}
