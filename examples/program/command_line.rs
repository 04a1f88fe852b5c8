//! Command lines, read as the `wasmtime` CLI reads them.

use libwasmtime::{Error, Result};
use std::env;
use std::fmt;

/// A mistake on the command line.
#[derive(Debug)]
pub struct Usage(String);

impl Usage {
    /// Creates an error with this text.
    pub fn error(text: impl Into<String>) -> Error {
        Error::new(Usage(text.into()))
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The next part of a command line.
pub enum Argument {
    Option(Flag),
    /// Anything else.
    Operand(String),
}

/// An option as it is written.
pub struct Flag {
    /// `--dir` of `--dir=.`, and `-W` of `-Wall`.
    pub name: String,
    /// The `.` and the `all` of these.
    value: Option<String>,
}

impl Flag {
    fn new(argument: &str) -> Flag {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        // After one letter follows its value.
        let letter = name.char_indices().nth(2).map(|(end, _)| end);
        match letter {
            Some(end) if !name.starts_with("--") => Flag {
                name: name[..end].to_owned(),
                value: Some(argument[end..].to_owned()),
            },
            _ => Flag {
                name: name.to_owned(),
                value: value.map(str::to_owned),
            },
        }
    }

    /// # Errors
    ///
    /// Returns an error if the option has a value, as it takes none.
    pub fn takes_nothing(&self) -> Result<()> {
        match &self.value {
            None => Ok(()),
            Some(value) => Err(Usage::error(format!(
                "`{}` takes no value, and `{value}` is given",
                self.name
            ))),
        }
    }

    /// Creates the error of an unknown option, which suggests similar ones.
    pub fn unknown(&self, known: &[&str]) -> Error {
        // What looks like a letter with its value may be a name that lacks a dash.
        let attached = self.value.as_deref().unwrap_or_default();
        let whole = format!("{}{attached}", self.name);
        let written = if self.name.starts_with("--") {
            &self.name
        } else {
            &whole
        };
        let nearest = nearest(written, known);
        let hint = match nearest.is_empty() {
            true => {
                String::from("`--help` lists the options; those of the program follow its name")
            }
            false => format!("did you mean {}?", quoted(&nearest)),
        };
        Usage::error(format!("there is no option `{written}`: {hint}"))
    }
}

/// Arguments that are read one after the other.
pub struct CommandLine {
    arguments: Vec<String>,
    next: usize,
    /// Whether a `--` has ended the options.
    only_operands: bool,
}

impl CommandLine {
    pub fn new(arguments: Vec<String>) -> CommandLine {
        CommandLine {
            arguments,
            next: 0,
            only_operands: false,
        }
    }

    /// Returns the arguments of this process, without its name.
    ///
    /// # Errors
    ///
    /// Returns an error if one isn't Unicode, as WASI programs can't get such arguments.
    pub fn of_process() -> Result<CommandLine> {
        let arguments = env::args_os().skip(1).map(|argument| {
            argument.into_string().map_err(|argument| {
                Usage::error(format!("the argument {argument:?} is not Unicode"))
            })
        });
        Ok(CommandLine::new(arguments.collect::<Result<_>>()?))
    }

    /// Returns the arguments that haven't been read.
    pub fn rest(&self) -> &[String] {
        &self.arguments[self.next..]
    }

    /// Reads the next argument.
    pub fn read(&mut self) -> Option<Argument> {
        let argument = self.rest().first()?.clone();
        self.next += 1;
        if argument == "--" && !self.only_operands {
            self.only_operands = true;
            return self.read();
        }
        // A single dash is the name of a file.
        if self.only_operands || argument == "-" || !argument.starts_with('-') {
            return Some(Argument::Operand(argument));
        }
        Some(Argument::Option(Flag::new(&argument)))
    }

    /// Reads the value of an option: a part of the same argument, or the next argument.
    ///
    /// # Errors
    ///
    /// Returns an error if it has none. The error says with `what` what is expected.
    pub fn value(&mut self, flag: &Flag, what: &str) -> Result<String> {
        if let Some(value) = &flag.value {
            return Ok(value.clone());
        }
        match self.rest().first().cloned() {
            Some(value) if value == "-" || !value.starts_with('-') => {
                self.next += 1;
                Ok(value)
            }
            found => {
                let name = &flag.name;
                let found = found.map(|found| {
                    format!(", and `{found}` follows; a value with a dash is written `{name}=-…`")
                });
                let found = found.unwrap_or_default();
                Err(Usage::error(format!("`{name}` needs {what}{found}")))
            }
        }
    }
}

/// Returns the names that a misspelt word was most probably meant to be.
pub fn nearest<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
    let word = letters(word);
    let distances = names.iter().map(|name| distance(&word, &letters(name)));
    let distances: Vec<usize> = distances.collect();
    match distances.iter().min() {
        // Every other letter may be wrong.
        Some(&least) if least <= word.len() / 2 => {
            let pairs = names.iter().zip(distances);
            pairs
                .filter_map(|(name, distance)| (distance == least).then_some(*name))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the letters of a name, without its leading dashes.
fn letters(name: &str) -> Vec<char> {
    name.trim_start_matches('-').chars().collect()
}

/// Returns how many letters have to be added, removed, replaced, or swapped with their
/// neighbours to turn one word into the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// Joins names to an enumeration.
pub fn quoted(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
