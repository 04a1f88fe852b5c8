//! Where the library is looked for.

use std::fs;

use libwasmtime::{LoadError, LoadOptions, load, load_from, loaded};

use crate::assert_usable;
use crate::case::{Case, SEARCH, directory, good, library_name, link};
use crate::harness::{Need, leave_out};

fn assert_loaded_from(path: &str) {
    let found = loaded().unwrap().path().unwrap();
    assert!(found.is_absolute());
    assert_eq!(found, directory().join(path));
    assert_usable();
}

fn by_path() {
    let case = Case::new("find::by_path", |_| {});
    case.run(|| {
        assert!(loaded().is_none());
        load_from(good()).unwrap();
        assert_eq!(loaded().unwrap().path(), Some(good().as_path()));
        assert_usable();
    });
}

fn by_relative_path() {
    let name = library_name("other");
    let case = Case::new("find::by_relative_path", |directory| {
        link(&good(), &directory.join(&name));
    });
    case.run(|| {
        std::env::set_current_dir(directory()).unwrap();
        // Without a directory it is a name, which the system doesn't look for here.
        let error = load_from(&name).unwrap_err();
        assert!(matches!(error, LoadError::NotFound { .. }), "{error}");
        load_from(format!("./{name}")).unwrap();
        assert_loaded_from(&name);
    });
}

fn by_directory() {
    let case = Case::new("find::by_directory", |directory| {
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    case.run(|| {
        load_from(directory()).unwrap();
        assert_loaded_from(&library_name("wasmtime"));
    });
}

fn by_variable_naming_a_file() {
    let case = Case::new("find::by_variable_naming_a_file", |_| {});
    case.with("LIBWASMTIME_PATH", good()).run(|| {
        load().unwrap();
        assert_eq!(loaded().unwrap().path(), Some(good().as_path()));
        assert_usable();
    });
}

fn by_variable_naming_a_directory() {
    let file = format!("lib/{}", library_name("wasmtime"));
    let case = Case::new("find::by_variable_naming_a_directory", |directory| {
        link(&good(), &directory.join(&file));
    });
    case.with("LIBWASMTIME_PATH", ".").run(|| {
        load().unwrap();
        let found = loaded().unwrap().path().unwrap().canonicalize().unwrap();
        assert_eq!(found, good().canonicalize().unwrap());
    });
}

fn an_empty_variable_names_nothing() {
    let case = Case::new("find::an_empty_variable_names_nothing", |directory| {
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    case.in_own_directory()
        .with_text("LIBWASMTIME_PATH", "")
        .run(|| {
            load().unwrap();
            assert_loaded_from(&library_name("wasmtime"));
        });
}

fn beside_the_executable() {
    let case = Case::new("find::beside_the_executable", |directory| {
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    case.in_own_directory().run(|| {
        load().unwrap();
        assert_loaded_from(&library_name("wasmtime"));
    });
}

/// On Windows, no variable names where the system looks.
#[cfg(not(windows))]
fn by_the_system() {
    let case = Case::new("find::by_the_system", |directory| {
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    case.with(SEARCH, ".").run(|| {
        load().unwrap();
        assert_loaded_from(&library_name("wasmtime"));
    });
}

#[cfg(not(windows))]
fn by_the_system_under_a_name_of_its_own() {
    let name = library_name("wasmtime-of-mine");
    let case = Case::new("find::by_the_system_under_a_name_of_its_own", |directory| {
        link(&good(), &directory.join(&name))
    });
    case.with(SEARCH, ".").run(|| {
        load_from(&name).unwrap();
        assert_loaded_from(&name);
        // The name refers to the file that was found under it.
        load_from(&name).unwrap();
    });
}

fn by_the_first_call() {
    let case = Case::new("find::by_the_first_call", |_| {});
    case.with("LIBWASMTIME_PATH", good()).run(|| {
        assert_usable();
        assert!(loaded().is_some());
    });
}

fn the_complete_library_comes_first_unless_told() {
    let minimal = format!("min/lib/{}", library_name("wasmtime"));
    let case = Case::new(
        "find::the_complete_library_comes_first_unless_told",
        |directory| {
            link(&good(), &directory.join(&minimal));
            fs::write(directory.join(library_name("wasmtime")), "complete").unwrap();
        },
    );
    case.run(|| {
        let error = load_from(directory()).unwrap_err();
        let LoadError::NotALibrary { path, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(path, &directory().join(library_name("wasmtime")));
        let mut options = LoadOptions::new();
        options.path(directory()).minimal(true).load().unwrap();
        assert_loaded_from(&minimal);
    });
}

#[cfg(not(windows))]
fn a_minimal_library_will_do() {
    let name = library_name("wasmtime-min");
    let case = Case::new("find::a_minimal_library_will_do", |directory| {
        link(&good(), &directory.join(&name));
    });
    case.with(SEARCH, ".").run(|| {
        load().unwrap();
        if loaded().unwrap().path() != Some(directory().join(&name).as_path()) {
            let why = format!("the system has {}", loaded().unwrap());
            leave_out(Need::NoLibrary, why);
        }
        assert_loaded_from(&name);
    });
}

crate::tests![
    by_path,
    by_relative_path,
    by_directory,
    by_variable_naming_a_file,
    by_variable_naming_a_directory,
    an_empty_variable_names_nothing,
    beside_the_executable,
    #[cfg(not(windows))]
    by_the_system,
    #[cfg(not(windows))]
    by_the_system_under_a_name_of_its_own,
    by_the_first_call,
    the_complete_library_comes_first_unless_told,
    #[cfg(not(windows))]
    a_minimal_library_will_do,
];
