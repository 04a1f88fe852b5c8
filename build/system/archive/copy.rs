//! The copy of an archive that is linked in its place: one for all configurations.
//!
//! An archive has more than a hundred megabytes, and the build script runs once for each
//! profile, each set of features and each test of a workspace. So the copy isn't in `OUT_DIR`,
//! but in a directory beside those of the profiles, where `cargo clean` removes it. Its name
//! identifies the archive, the archive's state, and the rules of renaming.
//!
//! Cargo locks each profile separately, so several build scripts may run at the same time. A
//! copy is written under a temporary name, and renamed once it is complete; after that nobody
//! changes it. It has the archive's modification time: Cargo watches it, and runs the build
//! script again only if somebody damages or removes it.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use super::{COPY, Linkable};
use crate::target::out_dir;

/// The directory of all copies, in the target folder.
const DIRECTORY: &str = "libwasmtime-static";

/// The file beside a copy that marks it as complete, and lists the renamed functions.
const RECORD: &str = "record";

/// The last line of that file.
const END: &str = "end\n";

/// The prefix of a file that marks a copy as used by a build; the id of Cargo's process follows.
const USER: &str = "used-by-";

/// The code on which the renaming depends, besides the archive and the standard library.
const RULES: [&str; 3] = [
    include_str!("../archive.rs"),
    include_str!("ar.rs"),
    include_str!("elf.rs"),
];

/// What a copy depends on.
#[derive(PartialEq, Eq)]
pub struct Origin {
    /// The file name of the copy.
    file: OsString,
    /// The modification time of the archive.
    modified: Option<SystemTime>,
    /// A hash of the archive's path.
    archive: String,
    /// A hash of the archive's state.
    state: String,
    /// A hash of the standard library's state and of the rules of renaming.
    renames: String,
}

impl Origin {
    /// Returns the origin for an archive, and for the files of the standard library that a
    /// program is linked with.
    ///
    /// # Errors
    ///
    /// Returns an error if the archive doesn't exist.
    pub fn of(archive: &Path, standard: &[PathBuf]) -> io::Result<Origin> {
        let metadata = fs::metadata(archive)?;
        let file = format!("lib{COPY}.a").into();
        let mut libraries: Vec<_> = standard
            .iter()
            .map(|path| (path, fs::metadata(path).ok().map(|data| stamp(&data))))
            .collect();
        libraries.sort();
        Ok(Origin {
            modified: metadata.modified().ok(),
            archive: hash((fs::canonicalize(archive)?, &file)),
            state: hash((stamp(&metadata), changed(&metadata))),
            renames: hash((libraries, RULES)),
            file,
        })
    }

    /// Returns the copy, if it exists and is complete.
    pub fn find(&self) -> Option<Linkable> {
        places().into_iter().find_map(|place| {
            let directory = place.join(self.name());
            // First, so that no other build removes it from now on.
            use_it(&directory).ok()?;
            let renamed = self.read(&directory)?;
            self.remove_others(&place);
            Some(self.linkable(&directory, renamed))
        })
    }

    /// Creates the copy.
    ///
    /// # Errors
    ///
    /// Returns the reason why it can't be written.
    pub fn make(&self, bytes: &[u8], renamed: Vec<(String, String)>) -> Result<Linkable, String> {
        let mut errors = Vec::new();
        for place in places() {
            match self.write(&place, bytes, &renamed) {
                Ok(directory) => {
                    self.remove_others(&place);
                    return Ok(self.linkable(&directory, renamed));
                }
                Err(error) => errors.push(format!("{}: {error}", place.display())),
            }
        }
        Err(format!(
            "A copy of {} with renamed symbols can be written neither in the target folder nor \
             in OUT_DIR; make one of these writable:\n{}",
            self.file.to_string_lossy(),
            errors.join("\n")
        ))
    }

    fn linkable(&self, directory: &Path, renamed: Vec<(String, String)>) -> Linkable {
        Linkable {
            file: directory.join(&self.file),
            renamed,
        }
    }

    /// Returns the name of the copy's directory.
    fn name(&self) -> String {
        format!("{}-{}-{}", self.archive, self.state, self.renames)
    }

    /// Returns the functions that are renamed in a copy; `None` if it isn't complete.
    fn read(&self, directory: &Path) -> Option<Vec<(String, String)>> {
        let record = fs::read_to_string(directory.join(RECORD)).ok()?;
        let (state, names) = record.strip_suffix(END)?.split_once('\n')?;
        if state != stamp(&fs::metadata(directory.join(&self.file)).ok()?) {
            return None;
        }
        let name = |line: &str| {
            let (name, new) = line.split_once(' ')?;
            Some((name.to_owned(), new.to_owned()))
        };
        names.lines().map(name).collect()
    }

    /// Writes the copy, unless another build script has done so meanwhile. Returns its
    /// directory.
    fn write(
        &self,
        place: &Path,
        bytes: &[u8],
        renamed: &[(String, String)],
    ) -> io::Result<PathBuf> {
        let directory = place.join(self.name());
        let unfinished = place.join(format!("{}.{}", self.name(), process::id()));
        fs::create_dir_all(&unfinished)?;
        let written = self
            .fill(&unfinished, bytes, renamed)
            .and_then(|()| self.put(&unfinished, &directory));
        if written.is_err() {
            _ = fs::remove_dir_all(&unfinished);
        }
        written.map(|()| directory)
    }

    /// Writes all files of the copy.
    fn fill(&self, directory: &Path, bytes: &[u8], renamed: &[(String, String)]) -> io::Result<()> {
        let path = directory.join(&self.file);
        let mut file = File::create(&path)?;
        file.write_all(bytes)?;
        if let Some(modified) = self.modified {
            // With another time, Cargo would run the build script once more.
            _ = file.set_modified(modified);
        }
        // The contents must be on disk before the new name of the directory is.
        file.sync_all()?;
        drop(file);

        let mut record = stamp(&fs::metadata(&path)?) + "\n";
        for (name, new) in renamed {
            record += &format!("{name} {new}\n");
        }
        fs::write(directory.join(RECORD), record + END)?;
        use_it(directory)
    }

    /// Renames the directory of a complete copy to its final name.
    fn put(&self, unfinished: &Path, directory: &Path) -> io::Result<()> {
        let damaged = unfinished.with_extension(format!("{}.damaged", process::id()));
        let mut result = fs::rename(unfinished, directory);
        for _ in 0..10 {
            if result.is_ok() {
                break;
            }
            if use_it(directory).is_ok() && self.read(directory).is_some() {
                // Another build script was first.
                return fs::remove_dir_all(unfinished);
            }
            // The existing copy is damaged. A linker that is reading it keeps the files that
            // it has open.
            if fs::rename(directory, &damaged).is_ok() {
                _ = fs::remove_dir_all(&damaged);
            }
            result = fs::rename(unfinished, directory);
        }
        result
    }

    /// Removes the copies of the same archive in other states, and the unfinished copies of
    /// build scripts that were stopped, unless a running build uses them.
    fn remove_others(&self, place: &Path) {
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            let is_needed = match name.split_once('.') {
                Some((_, process)) => {
                    let process = process.split('.').next().unwrap_or_default();
                    is_running(process, &path)
                }
                None => match name.split('-').collect::<Vec<_>>()[..] {
                    [archive, state, _] => {
                        archive != self.archive
                            || state == self.state
                            || users(&path).any(|(process, file)| is_running(&process, &file))
                    }
                    _ => true,
                },
            };
            if !is_needed {
                _ = fs::remove_dir_all(&path);
            }
        }
    }
}

/// Returns the directories that a copy may be in: one in the target folder, or else one in
/// `OUT_DIR`.
fn places() -> Vec<PathBuf> {
    let out = out_dir();
    let places = target_folder(&out).into_iter().chain([out]);
    places.map(|place| place.join(DIRECTORY)).collect()
}

/// Returns the target folder that `OUT_DIR` is in. Cargo puts a tag into it, or, if the folder
/// existed before, at least a file about the compiler. (If Cargo has a separate build folder,
/// this returns that one, which has the same files.)
fn target_folder(out: &Path) -> Option<PathBuf> {
    let is_tagged = |folder: &&Path| {
        let tag = fs::read_to_string(folder.join("CACHEDIR.TAG"));
        tag.is_ok_and(|text| text.contains("created by cargo"))
            || folder.join(".rustc_info.json").is_file()
    };
    // `OUT_DIR` is TARGET/PROFILE/build/PACKAGE/out, or a little deeper. A tag further up
    // belongs to something else.
    let folder = out.ancestors().skip(1).take(6).find(is_tagged)?;
    // With `--target`, there is a folder for it in the target folder, tagged as well.
    let outer = folder.parent().filter(is_tagged);
    Some(outer.unwrap_or(folder).to_owned())
}

/// Marks a copy as used by the build that this build script is a part of.
fn use_it(directory: &Path) -> io::Result<()> {
    for (_, file) in users(directory).filter(|(_, file)| !is_new(file)) {
        _ = fs::remove_file(file);
    }
    match cargo() {
        Some(process) => fs::write(directory.join(format!("{USER}{process}")), ""),
        None => Ok(()),
    }
}

/// Returns the processes that use or used a copy, each with the file that marks it.
fn users(directory: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    files.filter_map(|file| {
        let name = file.file_name();
        Some((name.to_str()?.strip_prefix(USER)?.to_owned(), file.path()))
    })
}

/// Reports whether the process that has written a file is running, and isn't this build's.
fn is_running(process: &str, file: &Path) -> bool {
    let processes = Path::new("/proc");
    // Where the system doesn't list its processes, only the file's age counts.
    let may_run = !processes.join("self").exists() || processes.join(process).exists();
    cargo().is_none_or(|own| own.to_string() != process) && may_run && is_new(file)
}

/// Reports whether a file was written in the last hour. Later, another process may have the
/// same id.
fn is_new(file: &Path) -> bool {
    let modified = fs::metadata(file).and_then(|data| data.modified());
    let age = modified.map(|time| time.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age < Duration::from_secs(60 * 60))
}

/// Returns the id of the Cargo process that runs this build script.
#[cfg(unix)]
fn cargo() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn cargo() -> Option<u32> {
    None
}

/// Returns a text that differs if a file's contents have changed, unless somebody has reset its
/// modification time.
fn stamp(metadata: &Metadata) -> String {
    format!("{} {:?}", metadata.len(), metadata.modified().ok())
}

/// Returns a value that differs even if somebody has reset a file's modification time.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) {}

/// Returns the hash of a value, as text.
fn hash(value: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
