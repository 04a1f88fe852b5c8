//! Names of imports, and which versions of an interface fit.

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
type Version = ([u64; 3], String);

/// Returns the part of a name that compatible versions share, and the version; `None` if nothing
/// but the name itself fits.
fn compatible(name: &str) -> Option<(&str, Version)> {
    let at = name.find('@')? + 1;
    let (numbers, build) = match name[at..].split_once('+') {
        Some((numbers, build)) => (numbers, build),
        None => (&name[at..], ""),
    };
    let mut parsed = [0; 3];
    let mut parts = numbers.split('.');
    for number in &mut parsed {
        let part = parts.next()?;
        // A version before a release has a `-` here, and fits nothing else.
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    if parts.next().is_some() {
        return None;
    }
    let shared_numbers = match parsed {
        [0, 0, _] => return None,
        [0, ..] => 2,
        _ => 1,
    };
    let (end, _) = name[at..]
        .match_indices('.')
        .nth(shared_numbers - 1)
        .expect("there are three numbers");
    Some((&name[..at + end], (parsed, build.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{Names, compatible};

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
