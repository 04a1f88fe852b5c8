//! The copy of an archive that is linked in its place: one for all configurations.
//!
//! An archive has more than a hundred megabytes, and each profile, set of features
//! and test of a workspace has a build script's run of its own. So the copy isn't in
//! `OUT_DIR` but in a directory beside those of the profiles, where `cargo clean`
//! finds it, under a name that says what it is made of: which archive, in which
//! state, and what decides about the names in it.
//!
//! Cargo's lock is one of a profile, so two build scripts may be at it at once. A
//! copy is written under another name and gets its own once it is whole; after that
//! nobody changes it. It has the archive's time of modification, so that Cargo, which
//! watches it, is content with it until somebody damages or removes it.

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

/// The file beside a copy that says that it is whole, and which functions it has
/// renamed.
const RECORD: &str = "record";

/// The last line of that file.
const END: &str = "end\n";

/// What the name of a file begins with that stands for a build which needs a copy; the
/// number of Cargo's process follows.
const USER: &str = "used-by-";

/// What decides what is renamed, but for the archive and the standard library.
const RULES: [&str; 3] = [
    include_str!("../archive.rs"),
    include_str!("ar.rs"),
    include_str!("elf.rs"),
];

/// What a copy is made of.
#[derive(PartialEq, Eq)]
pub struct Origin {
    /// The file name of the copy.
    file: OsString,
    /// When the archive was modified.
    modified: Option<SystemTime>,
    /// What tells the archive from others, by its path.
    archive: String,
    /// What tells the archive's state from others.
    state: String,
    /// What tells apart what is renamed, as it depends on the standard library.
    renames: String,
}

impl Origin {
    /// Looks at an archive, and at the files of the standard library that a program
    /// is linked with.
    ///
    /// # Errors
    ///
    /// The archive isn't there.
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

    /// The copy, if there is one and it is whole.
    pub fn find(&self) -> Option<Linkable> {
        places().into_iter().find_map(|place| {
            let directory = place.join(self.name());
            // First, so that from now on nobody removes it.
            use_it(&directory).ok()?;
            let renamed = self.read(&directory)?;
            self.remove_others(&place);
            Some(self.linkable(&directory, renamed))
        })
    }

    /// Makes the copy.
    ///
    /// # Errors
    ///
    /// Why it can't be written.
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
            "A copy of {} with other names in it can't be written, neither in the target folder \
             nor in OUT_DIR:\n{}",
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

    /// The name of the copy's directory.
    fn name(&self) -> String {
        format!("{}-{}-{}", self.archive, self.state, self.renames)
    }

    /// The functions that a copy has renamed; `None` if it isn't whole.
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

    /// Writes the copy, unless another build script has done so in the meantime. Gives
    /// its directory.
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
            // Without this, Cargo runs the build script once more.
            _ = file.set_modified(modified);
        }
        // Its directory's new name mustn't reach the disk before it does.
        file.sync_all()?;
        drop(file);

        let mut record = stamp(&fs::metadata(&path)?) + "\n";
        for (name, new) in renamed {
            record += &format!("{name} {new}\n");
        }
        fs::write(directory.join(RECORD), record + END)?;
        use_it(directory)
    }

    /// Gives a copy that is whole its name.
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
            // What is there is damaged. A linker that is reading it goes on with the files
            // that it has open.
            if fs::rename(directory, &damaged).is_ok() {
                _ = fs::remove_dir_all(&damaged);
            }
            result = fs::rename(unfinished, directory);
        }
        result
    }

    /// Removes copies of the same archive in another state, and what build scripts have
    /// left that were stopped, unless somebody is still at it.
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

/// The directories that a copy may be in: one in the target folder, or else one of
/// this configuration's own.
fn places() -> Vec<PathBuf> {
    let out = out_dir();
    let places = target_folder(&out).into_iter().chain([out]);
    places.map(|place| place.join(DIRECTORY)).collect()
}

/// The target folder that `OUT_DIR` is in: Cargo leaves a tag in it, or at least, if it
/// was there before, what it knows of the compiler. (Or the folder for what is built, if
/// that is another one: it has these as well.)
fn target_folder(out: &Path) -> Option<PathBuf> {
    let is_tagged = |folder: &&Path| {
        let tag = fs::read_to_string(folder.join("CACHEDIR.TAG"));
        tag.is_ok_and(|text| text.contains("created by cargo"))
            || folder.join(".rustc_info.json").is_file()
    };
    // `TARGET/PROFILE/build/PACKAGE/out` or a little more. What is further up was
    // tagged for something else.
    let folder = out.ancestors().skip(1).take(6).find(is_tagged)?;
    // With `--target`, there is a folder for it in the target folder, tagged as well.
    let outer = folder.parent().filter(is_tagged);
    Some(outer.unwrap_or(folder).to_owned())
}

/// Says that the build that this is a part of needs a copy, until it ends.
fn use_it(directory: &Path) -> io::Result<()> {
    for (_, file) in users(directory).filter(|(_, file)| !is_new(file)) {
        _ = fs::remove_file(file);
    }
    match cargo() {
        Some(process) => fs::write(directory.join(format!("{USER}{process}")), ""),
        None => Ok(()),
    }
}

/// The processes that need a copy, or needed it, and the files that say so.
fn users(directory: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    files.filter_map(|file| {
        let name = file.file_name();
        Some((name.to_str()?.strip_prefix(USER)?.to_owned(), file.path()))
    })
}

/// Whether a process other than this build's is running, which has written a file.
fn is_running(process: &str, file: &Path) -> bool {
    let processes = Path::new("/proc");
    // Where the system doesn't say what is running, the file's age has to do.
    let may_run = !processes.join("self").exists() || processes.join(process).exists();
    cargo().is_none_or(|own| own.to_string() != process) && may_run && is_new(file)
}

/// Whether a file was written in the last hour. Later its process's number may be
/// another's.
fn is_new(file: &Path) -> bool {
    let modified = fs::metadata(file).and_then(|data| data.modified());
    let age = modified.map(|time| time.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age < Duration::from_secs(60 * 60))
}

/// The process of Cargo that runs this build script.
#[cfg(unix)]
fn cargo() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn cargo() -> Option<u32> {
    None
}

/// What changes when a file's contents do, unless somebody sees to it that it doesn't.
fn stamp(metadata: &Metadata) -> String {
    format!("{} {:?}", metadata.len(), metadata.modified().ok())
}

/// What changes even if somebody sets a file's time of modification.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) {}

/// A number that stands for some value, as text.
fn hash(value: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
