//! Only one major version is accepted.

use libwasmtime::{Feature, LoadError, LoadOptions, load, load_from, loaded};

use crate::assert_usable;
use crate::case::{Case, SEARCH, directory, good, library_name, link, minimal, other_majors};
use crate::fake;

const RIGHT: &str = env!("CARGO_PKG_VERSION_MAJOR");

fn the_library_tells_its_version() {
    let case = Case::new("version::the_library_tells_its_version", |_| {});
    case.run(|| {
        load_from(good()).unwrap();
        let library = loaded().unwrap();
        let version = library.version().unwrap();
        assert_eq!(version.major.to_string(), RIGHT);
        assert!(library.to_string().contains(&version.to_string()));
    });
}

#[cfg(target_os = "linux")]
fn it_does_so_even_without_a_symbol_for_it() {
    let name = library_name("silent");
    let case = Case::new(
        "version::it_does_so_even_without_a_symbol_for_it",
        |directory| fake::without_version_symbol(&good(), &directory.join(&name)),
    );
    case.run(|| {
        load_from(directory().join(&name)).unwrap();
        let version = loaded().unwrap().version().unwrap();
        assert_eq!(version.to_string(), RIGHT);
        assert_eq!(version.patch, None);
        assert_usable();
    });
}

fn other_majors_are_refused() {
    let case = Case::new("version::other_majors_are_refused", |_| {});
    let libraries = other_majors();
    case.run(|| {
        for directory in libraries.iter().map(|library| library.parent().unwrap()) {
            for trust in [false, true] {
                let mut options = LoadOptions::new();
                let result = options.path(directory).trust_version(trust).load();
                let error = result.unwrap_err();
                let LoadError::WrongVersion {
                    path,
                    found: Some(found),
                    expected,
                    ..
                } = &error
                else {
                    panic!("{error}");
                };
                assert!(path.starts_with(directory.canonicalize().unwrap()));
                assert_eq!(expected.to_string(), RIGHT);
                assert_ne!(found.major, *expected);
                assert!(found.patch.is_some());
                let text = error.to_string();
                assert!(text.contains(&found.to_string()), "{text}");
                assert!(text.contains(RIGHT), "{text}");
            }
        }
        load_from(good()).expect("a failure leaves nothing behind");
        assert_usable();
    });
}

#[cfg(target_os = "linux")]
fn other_majors_are_refused_even_without_a_symbol() {
    let case = Case::new(
        "version::other_majors_are_refused_even_without_a_symbol",
        |directory| {
            for (index, library) in other_majors().iter().enumerate() {
                let copy = directory.join(format!("{index}.so"));
                fake::without_version_symbol(library, &copy);
            }
        },
    );
    case.run(|| {
        for entry in std::fs::read_dir(directory()).unwrap() {
            let file = entry.unwrap().path();
            let mut options = LoadOptions::new();
            let error = options.path(&file).trust_version(true).load().unwrap_err();
            match &error {
                LoadError::WrongVersion { found, .. } => {
                    let major = found.expect("it is one of the recognised").major;
                    assert_ne!(major.to_string(), RIGHT);
                }
                // It lacks functions that came later.
                LoadError::BadLibrary { .. } => {}
                _ => panic!("{error}"),
            }
        }
        load_from(good()).expect("a failure leaves nothing behind");
        assert_usable();
    });
}

fn the_name_of_a_symbol_suffices() {
    let name = library_name("newer");
    let case = Case::new("version::the_name_of_a_symbol_suffices", |directory| {
        fake::library(&directory.join(&name), ["set_vmctx_memory_50_0_3"]);
    });
    case.run(|| {
        let file = directory().join(&name);
        let error = load_from(&file).unwrap_err();
        let LoadError::WrongVersion { found, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(found.unwrap().to_string(), "50.0.3");
    });
}

/// The error names the file, in whatever way it was found.
#[cfg(unix)]
fn a_wrong_version_is_named_by_its_file() {
    let (file, name) = (library_name("of-50"), library_name("wasmtime"));
    let case = Case::new(
        "version::a_wrong_version_is_named_by_its_file",
        |directory| {
            let symbols = ["set_vmctx_memory_50_0_3", "wasm_engine_new"];
            fake::library(&directory.join(&file), symbols);
            link(&directory.join(&file), &directory.join(&name));
        },
    );
    case.with(SEARCH, ".").run(|| {
        let file = directory().join(&file);
        for result in [load(), load_from(&name), load_from(directory())] {
            let error = result.unwrap_err();
            let LoadError::WrongVersion { path, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!(path, &file.canonicalize().unwrap());
            let source = "https://github.com/bytecodealliance/wasmtime/releases";
            assert!(error.to_string().contains(source), "{error}");
        }
    });
}

/// A library of which only the names of its functions are known.
fn an_unknown_version_has_to_be_trusted() {
    let name = library_name("mute");
    let features = [Feature::Wat, Feature::ComponentModel];
    let case = Case::new(
        "version::an_unknown_version_has_to_be_trusted",
        |directory| {
            fake::library(&directory.join(&name), fake::functions(&features));
        },
    );
    case.run(|| {
        let file = directory().join(&name);
        let error = load_from(&file).unwrap_err();
        assert!(matches!(error, LoadError::UnknownVersion { .. }), "{error}");
        assert!(error.to_string().contains("trust_version"), "{error}");
        assert!(loaded().is_none());

        let mut options = LoadOptions::new();
        options.path(&file).trust_version(true).load().unwrap();
        let library = loaded().unwrap();
        assert_eq!(library.version(), None);
        // Without WASI, though components have functions for that too.
        assert_eq!(library.features(), [Feature::ComponentModel, Feature::Wat]);
        assert!(library.has(Feature::Wat) && !library.has(Feature::Wasi));
    });
}

fn a_minimal_library_says_what_it_lacks() {
    let case = Case::new("version::a_minimal_library_says_what_it_lacks", |_| {});
    let minimal = minimal();
    case.run(|| {
        load_from(&minimal).unwrap();
        let library = loaded().unwrap();
        assert_eq!(library.version().unwrap().major.to_string(), RIGHT);
        assert!(!library.has(Feature::Compiler));
        assert!(!library.has(Feature::Wat));
        assert_usable();
    });
}

crate::tests![
    the_library_tells_its_version,
    #[cfg(target_os = "linux")]
    it_does_so_even_without_a_symbol_for_it,
    other_majors_are_refused,
    #[cfg(target_os = "linux")]
    other_majors_are_refused_even_without_a_symbol,
    the_name_of_a_symbol_suffices,
    #[cfg(unix)]
    a_wrong_version_is_named_by_its_file,
    an_unknown_version_has_to_be_trusted,
    a_minimal_library_says_what_it_lacks,
];
