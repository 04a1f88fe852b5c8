//! rustdoc's JSON of a crate and of the crates that it re-exports.

use std::collections::HashMap;
use std::fs;
use std::iter;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

/// The JSON of one crate.
pub struct Document {
    json: Value,
    /// The ids of the crate's own items by their paths, the crate's name first.
    by_path: HashMap<String, u64>,
}

/// A crate's JSON, and that of others whose items it re-exports.
pub struct Documents(Vec<Document>);

/// An item, and the document to which its ids belong.
#[derive(Clone, Copy)]
pub struct Item<'d> {
    documents: &'d Documents,
    document: &'d Document,
    pub json: &'d Value,
}

/// Returns the name of a variant of an enumeration, and what is in it.
pub fn variant(value: &Value) -> (&str, &Value) {
    match value {
        Value::String(name) => (name, &Value::Null),
        _ => match value.as_object().and_then(|fields| fields.iter().next()) {
            Some((name, body)) => (name, body),
            None => ("", &Value::Null),
        },
    }
}

/// Returns the elements of an array; none for any other value.
pub fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

impl Document {
    /// Reads a file that rustdoc wrote.
    ///
    /// # Errors
    ///
    /// Returns an error if the file doesn't exist, or contains something else.
    pub fn read(file: &Path) -> Result<Document> {
        let text =
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        let json: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is not JSON", file.display()))?;
        let paths = json["paths"]
            .as_object()
            .ok_or_else(|| anyhow!("{} is not what rustdoc writes", file.display()))?;
        let own = paths.iter().filter(|(_, summary)| summary["crate_id"] == 0);
        let by_path = own
            .filter_map(|(id, summary)| Some((path(summary), id.parse().ok()?)))
            .collect();
        Ok(Document { json, by_path })
    }

    /// Returns the version of the crate.
    pub fn version(&self) -> &str {
        self.json["crate_version"].as_str().unwrap_or_default()
    }

    /// Returns the version of the format, which follows rustdoc's.
    pub fn format(&self) -> u64 {
        self.json["format_version"].as_u64().unwrap_or_default()
    }
}

/// Returns the path of an item's summary, as text.
fn path(summary: &Value) -> String {
    let parts: Vec<_> = elements(&summary["path"])
        .iter()
        .filter_map(Value::as_str)
        .collect();
    parts.join("::")
}

impl Documents {
    /// Returns a crate's document, and those of crates that it re-exports.
    pub fn new(main: Document, others: Vec<Document>) -> Documents {
        Documents(iter::once(main).chain(others).collect())
    }

    /// Returns the crate's own document.
    pub fn main(&self) -> &Document {
        &self.0[0]
    }

    /// Returns the crate itself.
    ///
    /// # Errors
    ///
    /// Returns an error if the document has no root.
    pub fn root(&self) -> Result<Item<'_>> {
        let document = self.main();
        let root = document.json["root"].as_u64().unwrap_or_default();
        let item = self.find(document, root);
        item.ok_or_else(|| anyhow!("the JSON has no root module"))
    }

    /// Returns an item by its id in a document.
    fn find<'d>(&'d self, document: &'d Document, id: u64) -> Option<Item<'d>> {
        let id = id.to_string();
        if let Some(json) = document.json["index"].get(&id) {
            return Some(Item {
                documents: self,
                document,
                json,
            });
        }
        // It may be an item of a crate whose document was read as well.
        let path = path(document.json["paths"].get(&id)?);
        self.0.iter().find_map(|document| {
            let id = document.by_path.get(&path)?;
            let json = document.json["index"].get(id.to_string())?;
            Some(Item {
                documents: self,
                document,
                json,
            })
        })
    }
}

impl<'d> Item<'d> {
    /// Returns another item of the same document, or of one that it re-exports.
    pub fn find(&self, id: &Value) -> Option<Item<'d>> {
        self.documents.find(self.document, id.as_u64()?)
    }

    /// Returns the last name of an item's path in its own crate: where it is used, it may
    /// have another.
    pub fn original(&self, id: &Value) -> Option<&'d str> {
        let summary = self.document.json["paths"].get(id.to_string())?;
        elements(&summary["path"]).last()?.as_str()
    }

    /// Reports whether the document's own crate defines the item with an id.
    pub fn is_own(&self, id: &Value) -> bool {
        let summary = &self.document.json["paths"][id.to_string()];
        summary.is_null() || summary["crate_id"] == 0
    }

    /// Returns the items with a list of ids, without hidden ones.
    pub fn all(&self, ids: &'d Value) -> impl Iterator<Item = Item<'d>> {
        let item = *self;
        elements(ids).iter().filter_map(move |id| item.find(id))
    }

    /// Returns its kind, and the JSON that belongs to the kind.
    pub fn inner(&self) -> (&'d str, &'d Value) {
        variant(&self.json["inner"])
    }

    /// Returns its name; empty if it has none.
    pub fn name(&self) -> &'d str {
        self.json["name"].as_str().unwrap_or_default()
    }

    /// Reports whether it is public, by itself or as a part of a public item.
    pub fn is_public(&self) -> bool {
        matches!(self.json["visibility"].as_str(), Some("public" | "default"))
    }

    /// Reports whether it has an attribute.
    pub fn has(&self, attribute: &str) -> bool {
        elements(&self.json["attrs"])
            .iter()
            .any(|found| variant(found).0 == attribute)
    }

    /// Reports whether it is deprecated.
    pub fn is_deprecated(&self) -> bool {
        !self.json["deprecation"].is_null()
    }
}
