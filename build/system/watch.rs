//! Has Cargo run the build script again when a library is installed where there is
//! none yet.
//!
//! Cargo takes a file that isn't there for one that has changed, each time, and then
//! compiles this crate and everything that depends on it in every build; and of a
//! directory it reads all that is below it, which for the system's is too much. But
//! in a directory it passes over links that lead nowhere, and of others it takes the
//! link's own time as well. So what is watched is a directory of links to the files
//! that aren't there: once one is, the link is younger than this run, however old the
//! file is.

use std::path::PathBuf;

use super::find::Rejection;

/// Watches the files that would have made the rejected places good.
pub fn watch(rejections: &[Rejection]) {
    let mut files: Vec<&PathBuf> = rejections
        .iter()
        .flat_map(|rejection| &rejection.files)
        .collect();
    files.sort();
    files.dedup();
    let (present, absent): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.exists());
    for file in present {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    if !absent.is_empty() {
        // Where there are no links, or none may be made, nothing is watched.
        _ = watch_absent(&absent);
    }
}

#[cfg(unix)]
fn watch_absent(files: &[&PathBuf]) -> std::io::Result<()> {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::thread;
    use std::time::{Duration, SystemTime};

    let directory = crate::target::out_dir().join("absent");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir(&directory)?;
    // Cargo noted when it started this run, by the file system's clock, which may
    // not have moved on yet.
    thread::sleep(Duration::from_millis(20));
    for (index, file) in files.iter().enumerate() {
        symlink(file, directory.join(index.to_string()))?;
    }
    // The directory itself is never what has changed.
    File::open(&directory)?.set_modified(SystemTime::UNIX_EPOCH)?;
    println!("cargo::rerun-if-changed={}", directory.display());
    Ok(())
}

#[cfg(not(unix))]
fn watch_absent(_: &[&PathBuf]) -> std::io::Result<()> {
    Ok(())
}
