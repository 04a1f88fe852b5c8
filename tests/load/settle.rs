//! A process has one library.

use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use libwasmtime::{LoadError, LoadOptions, load, load_from, loaded};

use crate::assert_usable;
use crate::case::{Case, directory, good, library_name, link};

fn the_same_library_again_is_fine() {
    let case = Case::new("settle::the_same_library_again_is_fine", |directory| {
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    case.run(|| {
        load_from(good()).unwrap();
        let first = loaded().unwrap();
        load_from(good()).unwrap();
        load().unwrap();
        LoadOptions::new().minimal(true).load().unwrap();
        if cfg!(unix) {
            // Another path to the same file.
            load_from(directory().join(library_name("wasmtime"))).unwrap();
            load_from(directory()).unwrap();
        }
        assert!(std::ptr::eq(first, loaded().unwrap()));
    });
}

fn another_library_is_refused() {
    let case = Case::new("settle::another_library_is_refused", |directory| {
        std::fs::copy(good(), directory.join(library_name("other"))).unwrap();
    });
    case.run(|| {
        load_from(good()).unwrap();
        let other = directory().join(library_name("other"));
        let error = load_from(&other).unwrap_err();
        let LoadError::AlreadyLoaded {
            loaded: first,
            requested,
            ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(first, &good());
        assert_eq!(requested, &other);

        let error = load_from(library_name("never-heard-of")).unwrap_err();
        assert!(matches!(error, LoadError::AlreadyLoaded { .. }), "{error}");
        let error = load_from(directory().join("nowhere")).unwrap_err();
        assert!(matches!(error, LoadError::NotFound { .. }), "{error}");
        assert_eq!(loaded().unwrap().path(), Some(good().as_path()));
        assert_usable();
    });
}

fn threads_at_once_get_one_library() {
    // Whether they run at the same time is up to the scheduler.
    const ROUNDS: usize = 8;
    for _ in 0..ROUNDS {
        let case = Case::new("settle::threads_at_once_get_one_library", |directory| {
            std::fs::copy(good(), directory.join(library_name("other"))).unwrap();
        });
        case.with("LIBWASMTIME_PATH", good()).run(race);
    }
}

/// Some threads load one library, some another, some use it at once, and some name a file
/// that doesn't exist.
fn race() {
    const THREADS: usize = 32;
    let other = directory().join(library_name("other"));
    let start = Barrier::new(THREADS);
    let attempt = |index: usize| -> Option<Result<(), LoadError>> {
        start.wait();
        let result = match index % 4 {
            0 => Some(load_from(good())),
            1 => Some(load_from(&other)),
            2 => {
                assert_usable();
                None
            }
            _ => Some(load_from("/nowhere/at/all")),
        };
        if loaded().is_some() {
            assert_usable();
        }
        result
    };
    let results: Vec<_> = thread::scope(|scope| {
        let attempt = &attempt;
        let threads: Vec<_> = (0..THREADS)
            .map(|index| scope.spawn(move || attempt(index)))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let winner: PathBuf = loaded().unwrap().path().unwrap().into();
    for (index, result) in results.into_iter().enumerate() {
        match (index % 4, result) {
            (0, Some(result)) => assert_eq!(result.is_ok(), winner == good()),
            (1, Some(result)) => assert_eq!(result.is_ok(), winner == other),
            (3, Some(result)) => assert!(matches!(result, Err(LoadError::NotFound { .. }))),
            (_, _) => {}
        }
    }
}

#[cfg(not(windows))]
fn what_was_turned_down_is_not_found_again() {
    let name = library_name("wasmtime");
    let case = Case::new(
        "settle::what_was_turned_down_is_not_found_again",
        |directory| {
            crate::fake::library(&directory.join(&name), ["nothing_of_use"]);
            link(&good(), &directory.join("right").join(&name));
        },
    );
    case.with(crate::case::SEARCH, "right").run(|| {
        let error = load_from(directory()).unwrap_err();
        assert!(matches!(error, LoadError::BadLibrary { .. }), "{error}");
        load_from(&name).unwrap();
        assert_usable();
        // The features of the good library, whatever the bad one lacks.
        #[cfg(feature = "cranelift")]
        assert!(loaded().unwrap().has(libwasmtime::Feature::Compiler));
    });
}

crate::tests![
    the_same_library_again_is_fine,
    another_library_is_refused,
    threads_at_once_get_one_library,
    #[cfg(not(windows))]
    what_was_turned_down_is_not_found_again,
];
