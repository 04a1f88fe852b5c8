//! Directories that a program may use.

use super::{BADF, Errno, Guest, NOENT, TEXT, directory, error_of};
use libwasmtime::Val;
use libwasmtime::wasi::{FsPerms, WasiCtxBuilder};
use std::fs;
use std::path::Path;

const PERM: Errno = 63;

/// The first directory's descriptor.
const DIR: i32 = 3;

const CREATE: i32 = 1;
const READ: i64 = 1 << 1;
const WRITE: i64 = 1 << 6;

impl Guest {
    fn open(&mut self, dir: i32, path: &str, flags: i32, rights: i64) -> Result<i32, Errno> {
        self.set_text(path.as_bytes());
        let params = [
            dir.into(),
            Val::I32(0),
            (TEXT as i32).into(),
            (path.len() as i32).into(),
            flags.into(),
            rights.into(),
            Val::I64(0),
            Val::I32(0),
            Val::I32(0),
        ];
        match self.try_call("path_open", &params).unwrap() {
            0 => Ok(self.number(0) as i32),
            errno => Err(errno),
        }
    }

    /// Returns the program's name for a directory.
    fn name_of(&mut self, dir: i32) -> Result<String, Errno> {
        self.call("fd_prestat_get", &[dir, 0])?;
        let len = self.number(1);
        self.call("fd_prestat_dir_name", &[dir, TEXT as i32, len as i32])?;
        Ok(String::from_utf8(self.text(len).to_vec()).unwrap())
    }
}

fn guest(dir: &Path, perms: FsPerms) -> Guest {
    let mut wasi = WasiCtxBuilder::new();
    Guest::new(wasi.preopened_dir(dir, "/data", perms).unwrap())
}

#[test]
fn none_unless_said() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.name_of(DIR), Err(BADF));
    assert_eq!(guest.open(DIR, "file", 0, READ), Err(BADF));
}

#[test]
fn have_names() {
    let dir = directory("names");
    let mut wasi = WasiCtxBuilder::new();
    wasi.preopened_dir(&dir, "/", FsPerms::ReadOnly)
        .unwrap()
        .preopened_dir(&dir, "größe", FsPerms::ReadWrite)
        .unwrap();
    let mut guest = Guest::new(&mut wasi);
    assert_eq!(guest.name_of(DIR).unwrap(), "/");
    assert_eq!(guest.name_of(DIR + 1).unwrap(), "größe");
    assert_eq!(guest.name_of(DIR + 2), Err(BADF));
}

#[test]
fn to_read() {
    let dir = directory("read");
    fs::write(dir.join("file"), "text").unwrap();
    let mut guest = guest(&dir, FsPerms::ReadOnly);
    let file = guest.open(DIR, "file", 0, READ).unwrap();
    assert_eq!(guest.read_to_end(file).unwrap(), b"text");
    guest.write(file, b"more").unwrap_err();
    guest.call("fd_close", &[file]).unwrap();
    assert_eq!(guest.open(DIR, "missing", 0, READ), Err(NOENT));

    guest.open(DIR, "file", 0, READ | WRITE).unwrap_err();
    guest.open(DIR, "new", CREATE, READ | WRITE).unwrap_err();
    guest.path("path_create_directory", DIR, "new").unwrap_err();
    guest.path("path_unlink_file", DIR, "file").unwrap_err();
    assert_eq!(fs::read(dir.join("file")).unwrap(), b"text");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
}

#[test]
fn to_write() {
    let dir = directory("write");
    fs::write(dir.join("file"), "text").unwrap();
    fs::write(dir.join("old"), "").unwrap();
    let mut guest = guest(&dir, FsPerms::ReadWrite);
    let file = guest.open(DIR, "file", 0, READ | WRITE).unwrap();
    assert_eq!(guest.write(file, b"T"), Ok(1));
    let new = guest.open(DIR, "new", CREATE, WRITE).unwrap();
    assert_eq!(guest.write(new, b"more"), Ok(4));
    guest.path("path_create_directory", DIR, "dir").unwrap();
    guest.path("path_unlink_file", DIR, "old").unwrap();
    drop(guest);
    assert_eq!(fs::read(dir.join("file")).unwrap(), b"Text");
    assert_eq!(fs::read(dir.join("new")).unwrap(), b"more");
    assert!(dir.join("dir").is_dir());
    assert!(!dir.join("old").exists());
}

#[test]
fn are_not_left() {
    let dir = directory("left");
    fs::write(dir.join("secret"), "text").unwrap();
    fs::create_dir(dir.join("dir")).unwrap();
    let mut guest = guest(&dir.join("dir"), FsPerms::ReadWrite);
    assert_eq!(guest.open(DIR, "../secret", 0, READ), Err(PERM));
    let absolute = dir.join("secret");
    guest
        .open(DIR, absolute.to_str().unwrap(), 0, READ)
        .unwrap_err();
}

#[test]
fn that_cannot_be_opened() {
    let dir = directory("cannot");
    let file = dir.join("file");
    fs::write(&file, "").unwrap();
    let open = |path: &Path| {
        let mut wasi = WasiCtxBuilder::new();
        let error = error_of(wasi.preopened_dir(path, "/", FsPerms::ReadOnly));
        // The builder is as it was.
        assert_eq!(Guest::new(&mut wasi).name_of(DIR), Err(BADF));
        error
    };
    let missing = dir.join("missing");
    let error = open(&missing);
    assert!(error.contains(missing.to_str().unwrap()), "{error}");
    let error = open(&file);
    assert!(error.ends_with("file` is not a directory"), "{error}");
    open("a\0b".as_ref());
}

#[test]
fn that_are_gone_when_needed() {
    let gone = directory("gone");
    let mut wasi = WasiCtxBuilder::new();
    wasi.preopened_dir(&gone, "/", FsPerms::ReadOnly).unwrap();
    fs::remove_dir(&gone).unwrap();
    let error = error_of(Guest::of(wasi.build_p1()));
    let expected = format!("failed to open directory `{}`: ", gone.display());
    assert!(error.starts_with(&expected), "{error}");
    assert_ne!(error, expected);
}

#[test]
fn have_no_nul_in_their_names() {
    let dir = directory("nul");
    let mut wasi = WasiCtxBuilder::new();
    wasi.preopened_dir(dir, "a\0b", FsPerms::ReadOnly).unwrap();
    let error = error_of(Guest::of(wasi.build_p1()));
    assert!(error.contains(r#""a\0b" has a NUL"#), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn have_unicode_paths() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let dir = directory("unicode");
    for (name, good) in [("größe".as_bytes(), true), (b"\xff", false)] {
        let dir = dir.join(OsStr::from_bytes(name));
        fs::create_dir(&dir).unwrap();
        let mut wasi = WasiCtxBuilder::new();
        wasi.preopened_dir(dir, "/", FsPerms::ReadOnly).unwrap();
        match Guest::of(wasi.build_p1()) {
            Ok(_) => assert!(good),
            Err(error) => assert!(!good && format!("{error:#}").contains("not Unicode")),
        }
    }
}
