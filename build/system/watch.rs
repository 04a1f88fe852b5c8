//! Makes Cargo run the build script again when a library is installed where there was none.
//!
//! Cargo can't watch the missing files themselves: a missing file always counts as changed, so
//! Cargo would compile this crate and everything that depends on it in every build. Nor can it
//! watch the directories of the system, as it reads everything below them. But in a directory
//! it ignores links to missing files, and for other links it compares the link's own
//! modification time as well. So it watches a directory of links to the missing files. Once a
//! file exists, its link is younger than this run, however old the file is.

use std::path::PathBuf;

use super::find::Rejection;

/// Watches the files that would change the outcome for the rejected places.
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
        // Without a right to create links, nothing is watched.
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
    // Cargo has recorded the start of this run with the file system's clock, which may be
    // coarse: the links must be younger.
    thread::sleep(Duration::from_millis(20));
    for (index, file) in files.iter().enumerate() {
        symlink(file, directory.join(index.to_string()))?;
    }
    // The directory itself must never count as changed.
    File::open(&directory)?.set_modified(SystemTime::UNIX_EPOCH)?;
    println!("cargo::rerun-if-changed={}", directory.display());
    Ok(())
}

#[cfg(not(unix))]
fn watch_absent(_: &[&PathBuf]) -> std::io::Result<()> {
    Ok(())
}
