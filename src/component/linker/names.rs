//! Names of imports, and which versions of an interface fit.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Items by their names. An interface is also found by a compatible version of its name: an
/// import of `a:b/c@1.0.0` by a definition of `a:b/c@1.2.0`.
///
/// This is what libwasmtime's own linker does.
#[derive(Clone, Debug)]
pub struct Names<V> {
    items: BTreeMap<Box<str>, V>,
    /// The name of the latest version, by the part of the name that compatible versions share.
    latest: BTreeMap<Box<str>, (Version, Box<str>)>,
}

impl<V> Default for Names<V> {
    fn default() -> Names<V> {
        Names {
            items: BTreeMap::new(),
            latest: BTreeMap::new(),
        }
    }
}

impl<V> Names<V> {
    /// Adds an item, or replaces the one of exactly this name.
    pub fn insert(&mut self, name: &str, item: V) {
        self.items.insert(name.into(), item);
        if let Some((shared, version)) = compatible(name) {
            match self.latest.get(shared) {
                Some((latest, _)) if *latest > version => {}
                _ => {
                    self.latest.insert(shared.into(), (version, name.into()));
                }
            }
        }
    }

    /// Returns the item for an import.
    pub fn find(&self, name: &str) -> Option<&V> {
        self.items.get(name).or_else(|| {
            let (shared, _) = compatible(name)?;
            let (_, name) = self.latest.get(shared)?;
            self.items.get(name)
        })
    }

    /// Returns the item of exactly this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.items.get_mut(name)
    }

    /// Reports whether there is an item of exactly this name.
    pub fn contains(&self, name: &str) -> bool {
        self.items.contains_key(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.items.iter().map(|(name, item)| (&**name, item))
    }
}

/// The numbers of a version, and what follows a `+`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    build: Box<str>,
}

impl Version {
    /// Reads a version that is a release: with a `-`, it fits nothing else.
    ///
    /// What isn't a version is one of those names that fit nothing else, too, so this takes exactly
    /// what Semantic Versioning allows.
    fn parse(text: &str) -> Option<Version> {
        let (numbers, build) = match text.split_once('+') {
            Some((_, "")) => return None,
            Some((numbers, build)) => (numbers, build),
            None => (text, ""),
        };
        let mut parsed = [0; 3];
        let mut parts = numbers.split('.');
        for number in &mut parsed {
            let part = parts.next()?;
            let has_leading_zero = part.len() > 1 && part.starts_with('0');
            if has_leading_zero || !is_number(part) {
                return None;
            }
            *number = part.parse().ok()?;
        }
        let is_identifier = |part: &str| {
            let mut bytes = part.bytes();
            !part.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if parts.next().is_some() || (!build.is_empty() && !build.split('.').all(is_identifier)) {
            return None;
        }
        Some(Version {
            numbers: parsed,
            build: build.into(),
        })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let numbers = self.numbers.cmp(&other.numbers);
        numbers.then_with(|| compare_builds(&self.build, &other.build))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares what follows the `+` of two versions, part by part: numbers by their value, and before
/// all else.
// Version 48: Semantic Versioning gives them no order; look at `impls.rs` in `semver`.
fn compare_builds(a: &str, b: &str) -> Ordering {
    let key = |part: &str| {
        let digits = part.trim_start_matches('0');
        match part.bytes().all(|byte| byte.is_ascii_digit()) {
            true => (false, digits.len(), digits.to_owned(), part.len()),
            false => (true, 0, part.to_owned(), 0),
        }
    };
    a.split('.').map(key).cmp(b.split('.').map(key))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the part of a name that compatible versions share, and the version; `None` if nothing
/// but the name itself fits.
fn compatible(name: &str) -> Option<(&str, Version)> {
    let at = name.find('@')? + 1;
    let version = Version::parse(&name[at..])?;
    let shared_numbers = match version.numbers {
        [0, 0, _] => return None,
        [0, ..] => 2,
        _ => 1,
    };
    let (end, _) = name[at..]
        .match_indices('.')
        .nth(shared_numbers - 1)
        .expect("there are three numbers");
    Some((&name[..at + end], version))
}

#[cfg(test)]
mod tests {
    use super::{Names, Version, compatible};

    #[test]
    fn versions_share_what_is_compatible() {
        let shared = |name| compatible(name).map(|(shared, _)| shared);
        assert_eq!(shared("x"), None);
        assert_eq!(shared("x:y/z"), None);
        assert_eq!(shared("x:y/z@1.0.0"), Some("x:y/z@1"));
        assert_eq!(shared("x:y/z@1.20.3+abc.d"), Some("x:y/z@1"));
        assert_eq!(shared("x:y/z@0.2.3"), Some("x:y/z@0.2"));
        assert_eq!(shared("x:y/z@0.0.1"), None);
        assert_eq!(shared("x:y/z@1.0.0-rc"), None);
        assert_eq!(shared("x:y/z@1.0"), None);
        assert_eq!(shared("x:y/z@1.0.0.0"), None);
        assert_eq!(shared("x:y/z@"), None);
        for not_a_version in ["0.2.012", "1.0.0+", "1.0.0+a_b", "1.0.0+a..b", "1.0.0+é"] {
            let name = format!("x:y/z@{not_a_version}");
            assert_eq!(compatible(&name), None);
        }
        assert_eq!(shared("x:y/z@0.2.0+007"), Some("x:y/z@0.2"));
    }

    #[test]
    fn builds_have_an_order() {
        let ordered = [
            "1.0.0",
            "1.0.0+0",
            "1.0.0+00",
            "1.0.0+9",
            "1.0.0+09",
            "1.0.0+10",
            "1.0.0+10.a",
            "1.0.0+-",
            "1.0.0+a",
            "1.0.0+a.1",
            "1.0.0+b",
            "1.0.1",
        ];
        let versions = ordered.map(|text| Version::parse(text).unwrap());
        assert!(versions.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn the_latest_compatible_version_is_found() {
        let mut names = Names::default();
        names.insert("a:b/c@1.2.0", 12);
        names.insert("a:b/c@1.10.0", 110);
        names.insert("a:b/c@1.1.0", 11);
        names.insert("a:b/c@2.0.0", 2);
        assert_eq!(names.find("a:b/c@1.1.0"), Some(&11));
        assert_eq!(names.find("a:b/c@1.5.0"), Some(&110));
        assert_eq!(names.find("a:b/c@2.1.0"), Some(&2));
        assert_eq!(names.find("a:b/c@3.0.0"), None);
        assert_eq!(names.find("a:b/c"), None);
        assert!(!names.contains("a:b/c@1.5.0"));
    }
}
