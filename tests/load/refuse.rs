//! Libraries that are refused, and the messages about them.

use std::fs;
use std::panic::catch_unwind;

use libwasmtime::{LoadError, load, load_from, loaded, sys};

use crate::assert_usable;
use crate::case::{Case, SEARCH, directory, good, library_name};
use crate::fake;
use crate::harness::{Need, leave_out};

fn no_library_at_all() {
    let case = Case::new("refuse::no_library_at_all", |_| {});
    case.in_own_directory().run(|| {
        let Err(error) = load() else {
            let why = format!("the system has {}", loaded().unwrap());
            leave_out(Need::NoLibrary, why);
        };
        let LoadError::NotFound { tried, .. } = &error else {
            panic!("{error}");
        };
        let tried: Vec<_> = tried.iter().map(|attempt| attempt.path.clone()).collect();
        let (name, minimal) = (library_name("wasmtime"), library_name("wasmtime-min"));
        let beside = directory();
        let expected = [
            beside.join(&name),
            beside.join("lib").join(&name),
            beside.join(&minimal),
            beside.join("min").join("lib").join(&name),
            name.into(),
            minimal.into(),
        ];
        assert_eq!(tried, expected);
        let text = error.to_string();
        for path in &expected {
            assert!(
                text.contains(&format!("\n  {}: ", path.display())),
                "{text}"
            );
        }
        for remedy in ["LIBWASMTIME_PATH", "load_from", "beside the executable"] {
            assert!(text.contains(remedy), "{text}");
        }
        assert!(loaded().is_none());

        let panic = catch_unwind(|| {
            // SAFETY: nothing is called, since there is nothing to call.
            unsafe { sys::wasm_engine_new() }
        });
        let panic = panic.unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(text.contains("`wasm_engine_new` was called"), "{text}");
    });
}

fn a_path_that_leads_nowhere() {
    let case = Case::new("refuse::a_path_that_leads_nowhere", |_| {});
    case.run(|| {
        let nowhere = directory().join("nowhere");
        let error = load_from(&nowhere).unwrap_err();
        let LoadError::NotFound { tried, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(tried.len(), 1);
        assert_eq!(tried[0].path, nowhere);
        for odd in ["", "a\0b", "/", "\u{fffd}"] {
            let error = load_from(odd).unwrap_err();
            assert!(
                matches!(error, LoadError::NotFound { .. }),
                "{odd:?}: {error}"
            );
        }
        load_from(good()).expect("a failure leaves nothing behind");
    });
}

fn a_variable_that_leads_nowhere_is_not_passed_over() {
    let case = Case::new(
        "refuse::a_variable_that_leads_nowhere_is_not_passed_over",
        |directory| crate::case::link(&good(), &directory.join(library_name("wasmtime"))),
    );
    case.in_own_directory()
        .with("LIBWASMTIME_PATH", "nowhere")
        .run(|| {
            let error = load().unwrap_err();
            assert!(matches!(error, LoadError::NotFound { .. }), "{error}");
            assert!(
                error.to_string().contains("set by LIBWASMTIME_PATH"),
                "{error}"
            );
        });
}

fn an_empty_directory() {
    let case = Case::new("refuse::an_empty_directory", |_| {});
    case.run(|| {
        let error = load_from(directory()).unwrap_err();
        let LoadError::NotFound { tried, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(tried.len(), 4, "{error}");
        assert!(tried.iter().all(|t| t.path.starts_with(directory())));
    });
}

fn a_text_file() {
    let case = Case::new("refuse::a_text_file", |directory| {
        fs::write(directory.join("text"), "This is no library.\n").unwrap();
        fs::write(directory.join("empty"), "").unwrap();
    });
    case.run(|| {
        for name in ["text", "empty"] {
            let file = directory().join(name);
            let error = load_from(&file).unwrap_err();
            let LoadError::NotALibrary { path, reason, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!(path, &file);
            assert!(!reason.is_empty() && !reason.contains(name), "{reason}");
        }
        load_from(good()).expect("a failure leaves nothing behind");
    });
}

/// Opening a pipe without a writer would wait for ever.
#[cfg(unix)]
fn what_is_no_file() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let case = Case::new("refuse::what_is_no_file", |directory| {
        let status = Command::new("mkfifo").arg(directory.join("pipe")).status();
        assert!(status.unwrap().success());
        std::os::unix::net::UnixListener::bind(directory.join("socket")).unwrap();
        symlink("pipe", directory.join(library_name("wasmtime"))).unwrap();
        symlink("loop", directory.join("loop")).unwrap();
    });
    case.run(|| {
        for file in [
            "/dev/null".into(),
            "/dev/zero".into(),
            directory().join("pipe"),
            directory().join("socket"),
        ] {
            let error = load_from(file).unwrap_err();
            assert!(matches!(error, LoadError::NotALibrary { .. }), "{error}");
            assert!(error.to_string().contains("neither a file nor a directory"));
        }
        // Found in a directory, it isn't taken for a library either.
        for path in [directory(), directory().join("loop")] {
            let error = load_from(path).unwrap_err();
            assert!(matches!(error, LoadError::NotFound { .. }), "{error}");
        }
    });
}

#[cfg(unix)]
fn a_file_that_may_not_be_read() {
    use crate::privileged::{CALLER, is_root, needs_other_user};
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};

    let name = library_name("secret");
    let case = Case::new("refuse::a_file_that_may_not_be_read", |directory| {
        let file = directory.join(&name);
        fs::copy(good(), &file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    });
    // The superuser can read everything.
    let case = if is_root() {
        needs_other_user();
        case.started_by(|command| _ = command.uid(CALLER).gid(CALLER))
    } else {
        case
    };
    case.run(|| {
        let file = directory().join(&name);
        assert!(fs::File::open(&file).is_err());
        let error = load_from(file).unwrap_err();
        let LoadError::NotALibrary { reason, .. } = &error else {
            panic!("{error}");
        };
        assert!(reason.starts_with("it can't be read: "), "{error}");
    });
}

/// The length of a file may be more than the disk's, or than all memory.
fn a_file_with_holes() {
    let case = Case::new("refuse::a_file_with_holes", |directory| {
        let file = fs::File::create(directory.join("zeros")).unwrap();
        // Not every file system supports the first.
        let longer = file.set_len(1 << 42);
        longer.or_else(|_| file.set_len(1 << 30)).unwrap();
    });
    case.run(|| {
        let error = load_from(directory().join("zeros")).unwrap_err();
        assert!(matches!(error, LoadError::NotALibrary { .. }), "{error}");
    });
}

fn a_library_that_was_copied_in_part() {
    const COPIED: usize = 1 << 16;
    let (name, other) = (library_name("wasmtime"), library_name("other"));
    let case = Case::new("refuse::a_library_that_was_copied_in_part", |directory| {
        let whole = fs::read(good()).unwrap();
        for name in [&name, &other] {
            fs::write(directory.join(name), &whole[..COPIED]).unwrap();
        }
    });
    case.with(SEARCH, ".").run(|| {
        // By its path, by that of its directory, and by a name that the system
        // looks for.
        let mut results = vec![load_from(directory().join(&name)), load_from(directory())];
        if cfg!(all(unix, not(target_vendor = "apple"))) {
            results.extend([load_from(&other), load()]);
        }
        for result in results {
            let error = result.unwrap_err();
            let LoadError::Damaged { path, reason, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!(path.parent(), Some(directory().as_path()));
            assert!(reason.contains("and the file has"), "{error}");
        }
        load_from(good()).expect("a failure leaves nothing behind");
        assert_usable();
    });
}

fn an_unrelated_library() {
    let case = Case::new("refuse::an_unrelated_library", |_| {});
    case.run(|| {
        let error = load_from(fake::unrelated()).unwrap_err();
        let LoadError::BadLibrary { missing, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(missing, &fake::functions(&[]));
        load_from(good()).expect("a failure leaves nothing behind");
        assert_usable();
    });
}

fn a_library_with_some_of_the_functions() {
    let name = library_name("some");
    let case = Case::new(
        "refuse::a_library_with_some_of_the_functions",
        |directory| {
            // The names are enough: if one of these functions ran, it would return garbage.
            let some = [
                "wasm_engine_new",
                "wasm_engine_delete",
                "wasmtime_store_new",
            ];
            fake::library(&directory.join(&name), some);
        },
    );
    case.run(|| {
        let file = directory().join(&name);
        let error = load_from(&file).unwrap_err();
        let LoadError::BadLibrary { path, missing, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(path, &file);
        assert!(!missing.iter().any(|name| name == "wasm_engine_new"));
        assert!(!missing.iter().any(|name| name == "wasmtime_store_new"));
        assert!(
            missing
                .iter()
                .any(|name| name == "wasmtime_module_deserialize")
        );
        assert_eq!(missing.len() + 3, fake::functions(&[]).len());
        let text = error.to_string();
        assert!(text.contains(&format!("`{}`", missing[0])), "{text}");
        let others = format!("and {} others", missing.len() - 5);
        assert!(text.contains(&others), "{text}");
        assert!(loaded().is_none());
    });
}

/// If a library has one function of a feature, it must have all of them.
fn a_library_that_lacks_what_two_features_have_in_common() {
    use libwasmtime::Feature::{ComponentModel, Wasi};

    let name = library_name("torn");
    let lacking = "wasmtime_component_linker_add_wasip2";
    let case = Case::new(
        "refuse::a_library_that_lacks_what_two_features_have_in_common",
        |directory| {
            let functions = fake::functions(&[ComponentModel, Wasi]);
            let torn = functions.iter().copied().filter(|name| *name != lacking);
            fake::library(&directory.join(&name), torn);
        },
    );
    case.run(|| {
        let file = directory().join(&name);
        let error = load_from(&file).unwrap_err();
        let LoadError::BadLibrary { missing, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(missing, &[lacking]);
    });
}

crate::tests![
    no_library_at_all,
    a_path_that_leads_nowhere,
    a_variable_that_leads_nowhere_is_not_passed_over,
    an_empty_directory,
    a_text_file,
    #[cfg(unix)]
    what_is_no_file,
    #[cfg(unix)]
    a_file_that_may_not_be_read,
    a_file_with_holes,
    a_library_that_was_copied_in_part,
    an_unrelated_library,
    a_library_with_some_of_the_functions,
    a_library_that_lacks_what_two_features_have_in_common,
];
