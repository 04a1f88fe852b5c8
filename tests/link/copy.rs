//! The copy of an archive that is linked: a target folder has one, which all builds
//! share.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::archive::{Instructed, archive, link, needs_elf, rustc, script};
use crate::cargo::Cargo;
use crate::prefix::Prefix;
use crate::script::{host, out_of};

/// The file name of a copy.
const COPY: &str = concat!("libwasmtime-", env!("CARGO_PKG_VERSION_MAJOR"), ".a");

/// Returns an archive that has to be copied, and a target folder for it.
fn set_up(name: &str) -> (Prefix, PathBuf) {
    needs_elf();
    let prefix = archive(&format!("copy_{name}"), &mut rustc(), &[]);
    let target = prefix.path("a target folder").into();
    (prefix, target)
}

/// Returns what the build script has linked for a profile.
fn instructed(prefix: &Prefix, target: &Path, profile: &str) -> Instructed {
    Instructed::by(&script(prefix).out(out_of(target, profile)).run())
}

/// Returns the contents of the directory of all copies: the copies, and leftovers.
fn copies(target: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(target.join("libwasmtime-static")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Links a program and runs it.
#[track_caller]
fn assert_links(prefix: &Prefix, made: &Instructed) {
    let ran = link(prefix, &made.directory, &made.names, &made.library, &[]);
    assert_eq!(ran.as_deref(), Ok("10 0"));
}

/// Changes a file's modification time, as if it had another content.
fn touch(path: impl AsRef<Path>, modified: SystemTime) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

fn an_hour_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(61 * 60)
}

/// Returns the time at which the copy was made, according to its record.
fn made_at(target: &Path) -> SystemTime {
    let [copy] = &copies(target)[..] else {
        panic!("not one copy: {:?}", copies(target));
    };
    let record = fs::metadata(copy.join("record")).unwrap();
    record.modified().unwrap()
}

fn configurations_share_one_copy() {
    let (prefix, target) = set_up("shared");
    let debug = instructed(&prefix, &target, "debug");
    assert!(Path::new(&debug.directory).starts_with(&target));
    assert!(debug.names.contains("wasmtime_sum"), "{}", debug.names);
    assert_links(&prefix, &debug);

    // This shows that the archive isn't read again, which takes seconds.
    let record = Path::new(&debug.directory).join("record");
    let text = fs::read_to_string(&record).unwrap();
    let sign = "\nwasmtime_sign Wasmtime_sign\nend\n";
    fs::write(&record, text.replace("\nend\n", sign)).unwrap();
    let made = made_at(&target);
    let release = instructed(&prefix, &target, "release");
    assert_eq!(debug.directory, release.directory);
    assert!(release.names.contains("wasmtime_sign"), "{}", release.names);
    assert_eq!(made_at(&target), made);

    // With `--target`, the target folder contains another folder with a tag.
    let out = out_of(&target.join(host()), "debug");
    let cross = Instructed::by(&script(&prefix).out(out).run());
    assert_eq!(cross.directory, debug.directory);
}

fn without_a_tag_of_cargos_the_copy_is_in_out_dir() {
    let (prefix, target) = set_up("untagged");
    let out = out_of(&target, "debug");
    for tag in [None, Some("Signature: 8a477f597d28d172789f06886806bc55\n")] {
        match tag {
            None => fs::remove_file(target.join("CACHEDIR.TAG")).unwrap(),
            Some(tag) => fs::write(target.join("CACHEDIR.TAG"), tag).unwrap(),
        }
        let made = Instructed::by(&script(&prefix).out(&out).run());
        assert!(Path::new(&made.directory).starts_with(&out));
        assert_links(&prefix, &made);
    }
    // A folder that existed before Cargo used it has no tag, but this file.
    let out = out_of(&target, "release");
    fs::remove_file(target.join("CACHEDIR.TAG")).unwrap();
    fs::write(target.join(".rustc_info.json"), "{}").unwrap();
    let made = Instructed::by(&script(&prefix).out(&out).run());
    assert!(!Path::new(&made.directory).starts_with(&out));
    assert_links(&prefix, &made);
}

fn an_archive_that_changed_has_a_new_copy_and_the_old_one_goes() {
    let (prefix, target) = set_up("changed");
    let old = instructed(&prefix, &target, "debug");
    // Older than before, like the file of an older package.
    touch(prefix.path("lib/libwasmtime.a"), an_hour_ago());
    let new = instructed(&prefix, &target, "release");
    assert_ne!(old.directory, new.directory);
    assert_eq!(copies(&target), [Path::new(&new.directory)]);

    // Another archive has a copy of its own.
    let other = archive("copy_changed_other", &mut rustc(), &[]);
    let other = instructed(&other, &target, "debug");
    assert_eq!(copies(&target).len(), 2);
    assert_ne!(other.directory, new.directory);
    assert_links(&prefix, &new);
}

fn a_copy_that_another_build_needs_stays_until_that_ends() {
    let (prefix, target) = set_up("needed");
    let old = instructed(&prefix, &target, "debug");
    let mut build = Command::new("sleep").arg("600").spawn().unwrap();
    let used = Path::new(&old.directory).join(format!("used-by-{}", build.id()));
    fs::write(used, "").unwrap();

    touch(prefix.path("lib/libwasmtime.a"), an_hour_ago());
    let new = instructed(&prefix, &target, "release");
    assert_links(&prefix, &old);
    assert_eq!(copies(&target).len(), 2);

    build.kill().unwrap();
    build.wait().unwrap();
    instructed(&prefix, &target, "release");
    assert_eq!(copies(&target), [Path::new(&new.directory)]);
}

fn a_copy_that_is_damaged_or_was_left_unfinished_is_not_used() {
    let (prefix, target) = set_up("damaged");
    let made = instructed(&prefix, &target, "debug");
    let directory = Path::new(&made.directory);
    let (copy, record) = (directory.join(COPY), directory.join("record"));
    let whole = fs::read(&copy).unwrap();
    let text = fs::read_to_string(&record).unwrap();
    let damages: [&dyn Fn(); 5] = [
        &|| fs::write(&copy, &whole[..whole.len() / 2]).unwrap(),
        &|| fs::write(&copy, vec![0; whole.len()]).unwrap(),
        &|| fs::remove_file(&copy).unwrap(),
        &|| fs::write(&record, &text[..text.len() / 2]).unwrap(),
        &|| fs::remove_file(&record).unwrap(),
    ];
    for damage in damages {
        damage();
        // The leftover of a build script that was stopped.
        fs::create_dir(directory.with_extension("4294967295")).unwrap();
        let again = instructed(&prefix, &target, "release");
        assert_eq!(again.directory, made.directory);
        assert_eq!(again.names, made.names);
        assert_eq!(fs::read(&copy).unwrap(), whole);
        assert_eq!(copies(&target), [directory]);
    }
}

fn build_scripts_that_run_at_once_make_one_copy() {
    let (prefix, target) = set_up("at_once");
    let profiles = ["debug", "release", "small", "other"];
    let at_once = || {
        let made = thread::scope(|scope| {
            let runs = profiles.map(|profile| {
                let (prefix, target) = (&prefix, &target);
                scope.spawn(move || instructed(prefix, target, profile))
            });
            runs.map(|run| run.join().unwrap().directory)
        });
        for directory in made {
            assert_eq!(copies(&target), [Path::new(&directory)]);
        }
    };
    at_once();
    fs::write(copies(&target)[0].join(COPY), "damaged").unwrap();
    at_once();
    assert_links(&prefix, &instructed(&prefix, &target, "debug"));
}

/// Two profiles, that of the tests, and `--target`; and what Cargo does in later builds.
fn cargos_builds_share_one_copy_and_are_fresh_until_it_is_damaged() {
    let (prefix, _) = set_up("cargo");
    let target = PathBuf::from(prefix.path("cargo's"));
    let check = |arguments: &[&str]| {
        let printed = Cargo::new("check")
            .arguments(arguments)
            .set("CARGO_TARGET_DIR", &target.display().to_string())
            .set("WASMTIME_DIR", &prefix.root())
            .run();
        printed.assert_success();
        printed.is_fresh()
    };
    thread::scope(|scope| {
        for arguments in [&[][..], &["--release"]] {
            let check = &check;
            scope.spawn(move || check(arguments));
        }
    });
    check(&["--target", host()]);
    let made = made_at(&target);
    for arguments in [&[][..], &["--release"], &["--target", host()]] {
        assert!(check(arguments), "{arguments:?}");
    }
    assert_eq!(made_at(&target), made);

    let copy = copies(&target).remove(0).join(COPY);
    fs::write(&copy, "damaged").unwrap();
    assert!(!check(&[]));
    assert!(fs::metadata(&copy).unwrap().len() > 10_000);
    assert!(check(&[]));
}

crate::tests![
    configurations_share_one_copy,
    without_a_tag_of_cargos_the_copy_is_in_out_dir,
    an_archive_that_changed_has_a_new_copy_and_the_old_one_goes,
    a_copy_that_another_build_needs_stays_until_that_ends,
    a_copy_that_is_damaged_or_was_left_unfinished_is_not_used,
    build_scripts_that_run_at_once_make_one_copy,
    cargos_builds_share_one_copy_and_are_fresh_until_it_is_damaged,
];
