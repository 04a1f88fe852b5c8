//! The error for a part of libwasmtime that a library lacks.

use super::{LoadError, MAJOR};
use crate::sys::{Feature, loaded};
use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// The error of using a part of libwasmtime that the library was built without.
///
/// The function that returns it has done nothing. It comes with the Cargo feature
/// `load`, and in any link mode if the library itself is refused, or for
/// [`Feature::StackSwitching`], which no library has. Otherwise, a library that is
/// linked has all features that this crate was built for.
/// [`Loaded::has`](crate::Loaded::has) reports in advance what a library lacks.
///
/// # Examples
///
#[doc = example!(compiler)]
/// use libwasmtime::{Config, Engine, Feature, Unsupported};
///
/// let mut config = Config::new();
/// config.wasm_stack_switching(true);
/// let engine = match Engine::new(&config) {
///     Err(error) if error.is::<Unsupported>() => {
///         println!("continuing without: {error}");
///         Engine::default()
///     }
///     result => result?,
/// };
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// The feature that is missing.
    pub feature: Feature,
    /// The library that lacks it; `None` if none could be loaded.
    pub library: Option<PathBuf>,
    /// Why none could be loaded.
    pub(crate) cause: Option<LoadError>,
}

impl Unsupported {
    /// Creates the error for a feature that no library has.
    pub(crate) fn by_any_library(feature: Feature) -> Unsupported {
        let library = loaded().and_then(|loaded| loaded.path());
        Unsupported {
            feature,
            library: library.map(Path::to_owned),
            cause: None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let library = self.library.as_deref();
        f.write_str(&unsupported(self.feature, library, self.cause.is_some()))
    }
}

impl StdError for Unsupported {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

fn unsupported(feature: Feature, library: Option<&Path>, unloaded: bool) -> String {
    if feature == Feature::StackSwitching {
        return format!(
            "this needs libwasmtime's feature `{feature}`, and no libwasmtime is built with it; \
             leave `Config::wasm_stack_switching` off"
        );
    }
    if unloaded {
        return format!("this needs libwasmtime's feature `{feature}`, and none can be loaded");
    }
    let library = match library {
        Some(path) => format!("{}", path.display()),
        None => "the libwasmtime in use".to_owned(),
    };
    format!(
        "this needs libwasmtime's feature `{feature}`, and {library} was built without it; \
         load a libwasmtime {MAJOR} that has it"
    )
}

#[cfg(test)]
mod tests {
    use super::super::Attempt;
    use super::*;

    #[test]
    fn unsupported_names_the_feature_and_the_library() {
        let error = Unsupported {
            feature: Feature::Wat,
            library: Some("/opt/libwasmtime-min.so".into()),
            cause: None,
        };
        let text = error.to_string();
        assert!(text.contains("`wat`"), "{text}");
        assert!(text.contains("/opt/libwasmtime-min.so"), "{text}");
    }

    #[test]
    fn unsupported_says_why_there_is_no_library() {
        let cause = LoadError::NotFound {
            tried: vec![Attempt {
                path: "/opt/libwasmtime.so".into(),
                reason: "no such file".into(),
            }],
        };
        let error = Unsupported {
            feature: Feature::Wat,
            library: None,
            cause: Some(cause.clone()),
        };
        let source = std::error::Error::source(&error).expect("there is a cause");
        assert_eq!(source.to_string(), cause.to_string());
        assert!(
            cause
                .to_string()
                .contains("/opt/libwasmtime.so: no such file")
        );
    }
}
