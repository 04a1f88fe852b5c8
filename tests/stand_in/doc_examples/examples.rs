//! Reading the examples from the sources.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// An example in the documentation.
pub struct Example {
    /// The module, the documented item, and a number if the item has several.
    pub name: String,
    /// What stands after the opening fence.
    attributes: String,
    lines: Vec<String>,
}

impl Example {
    /// Reports whether it contains asynchronous code.
    pub fn is_async(&self) -> bool {
        let code = self.lines.iter().map(|line| line.trim_start());
        let mut code = code.filter(|line| !line.starts_with("//"));
        code.any(|line| line.contains("async") || line.contains(".await"))
    }

    /// Returns an item with the example in its documentation.
    pub fn item(&self) -> String {
        let lines: String = self
            .lines
            .iter()
            .map(|line| format!("/// {line}\n"))
            .collect();
        let Example {
            name, attributes, ..
        } = self;
        format!("/// ```{attributes}\n{lines}/// ```\npub mod {name} {{}}\n\n")
    }
}

impl fmt::Debug for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns the examples of all modules in the directory but `component`, without those that
/// aren't to be compiled.
pub fn examples(directory: &Path) -> Vec<Example> {
    let mut found = Vec::new();
    collect(directory, &mut found);
    // The second one of an item gets a number, and so on.
    let mut counts = BTreeMap::new();
    for example in &mut found {
        let count = counts.entry(example.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            example.name = format!("{}_{count}", example.name);
        }
    }
    found
}

fn collect(directory: &Path, found: &mut Vec<Example>) {
    let mut paths: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "component" {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            read(&module, &fs::read_to_string(&path).unwrap(), found);
        }
    }
}

/// Reads the examples of a file.
fn read(module: &str, text: &str, found: &mut Vec<Example>) {
    let mut lines = text.lines().map(str::trim_start).peekable();
    while let Some(line) = lines.next() {
        let Some(fence) = documentation(line) else {
            continue;
        };
        let indent = fence.len() - fence.trim_start().len();
        let Some(attributes) = fence.trim_start().strip_prefix("```") else {
            continue;
        };
        let mut code = Vec::new();
        for line in lines.by_ref().map_while(documentation) {
            if line.trim_start().starts_with("```") {
                break;
            }
            code.push(line.get(indent..).unwrap_or("").to_owned());
        }
        let is_compiled = attributes.split(',').all(|attribute| {
            ["", "rust", "no_run", "should_panic", "compile_fail"].contains(&attribute.trim())
        });
        if is_compiled {
            let item = lines.clone().find_map(item).unwrap_or_default();
            found.push(Example {
                name: format!("{module}_{item}").to_lowercase().replace("__", "_"),
                attributes: attributes.to_owned(),
                lines: code,
            });
        }
    }
}

/// Returns the text of a line of documentation.
fn documentation(line: &str) -> Option<&str> {
    let text = line.strip_prefix("///").or(line.strip_prefix("//!"))?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

/// Returns the name of the item that the line begins to define.
fn item(line: &str) -> Option<&str> {
    const KINDS: [&str; 8] = [
        "fn",
        "struct",
        "enum",
        "trait",
        "type",
        "const",
        "mod",
        "macro_rules!",
    ];
    if line.starts_with("//") || line.starts_with('#') {
        return None;
    }
    let mut words = line.split(' ');
    words.find(|word| KINDS.contains(word))?;
    let name = words.next()?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}
