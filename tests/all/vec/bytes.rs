use std::collections::HashSet;
use std::{env, fs, io, mem, process};

use libwasmtime::sys;
use libwasmtime::vec::ByteVec;

#[test]
fn empty_vectors_have_no_buffer() {
    for empty in [
        ByteVec::new(),
        ByteVec::default(),
        ByteVec::from(""),
        ByteVec::from(Vec::new()),
        ByteVec::from([]),
        ByteVec::from(&[][..]),
        ByteVec::with_len(0),
        ByteVec::new().clone(),
        [].into_iter().collect(),
    ] {
        assert!(empty.is_empty());
        assert_eq!(empty, []);
        assert!(Vec::from(empty.clone()).is_empty());
        let raw = empty.into_raw();
        assert!(raw.data.is_null());
        assert_eq!(raw.size, 0);
    }
}

#[test]
fn come_from_whatever_holds_bytes() {
    let expected = *b"wasm";
    assert_eq!(ByteVec::from("wasm"), expected);
    assert_eq!(ByteVec::from(String::from("wasm")), expected);
    assert_eq!(ByteVec::from(b"wasm".to_vec()), expected);
    assert_eq!(ByteVec::from(&b"wasm"[..]), expected);
    assert_eq!(ByteVec::from(expected), expected);
    assert_eq!("wasm".bytes().collect::<ByteVec>(), expected);
    assert_eq!(ByteVec::from("wasm"), expected[..]);
    assert_eq!(ByteVec::from("wasm"), &expected[..]);
    assert_ne!(ByteVec::from("wat"), expected);
}

#[test]
fn every_byte_survives() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(Vec::from(ByteVec::from(all.clone())), all);
}

#[test]
fn with_len_is_zeroed() {
    assert_eq!(ByteVec::with_len(1000), [0; 1000]);
}

#[test]
#[should_panic(expected = "larger than memory can be")]
fn with_impossible_len() {
    ByteVec::with_len(usize::MAX);
}

#[test]
fn clones_are_independent() {
    let mut original = ByteVec::from("original");
    let mut clone = original.clone();
    original[0] = b'O';
    clone.make_ascii_uppercase();
    assert_eq!(original.to_str(), Ok("Original"));
    drop(original);
    assert_eq!(clone.to_str(), Ok("ORIGINAL"));
}

#[test]
fn are_slices() {
    let mut bytes = ByteVec::from([3, 1, 2]);
    bytes.sort();
    for byte in &mut bytes {
        *byte *= 2;
    }
    let mut sum = 0;
    for byte in &bytes {
        sum += byte;
    }
    assert_eq!((sum, bytes.len(), bytes.last()), (12, 3, Some(&6)));
    assert_eq!(format!("{bytes:?}"), "[2, 4, 6]");
    let slice: &[u8] = bytes.as_ref();
    assert_eq!(slice, [2, 4, 6]);
    bytes.as_mut().fill(7);
    assert_eq!(bytes, [7; 3]);
    assert!(HashSet::from([bytes.clone()]).contains(&bytes));
}

#[test]
fn iterate_by_value_from_both_ends() {
    let mut bytes = ByteVec::from("abcd").into_iter();
    assert_eq!(bytes.len(), 4);
    assert_eq!((bytes.next(), bytes.next_back()), (Some(b'a'), Some(b'd')));
    assert_eq!(format!("{bytes:?}"), "IntoIter([98, 99])");
    assert_eq!((bytes.next(), bytes.next_back()), (Some(b'b'), Some(b'c')));
    assert_eq!((bytes.next(), bytes.next_back()), (None, None));
    assert_eq!(bytes.len(), 0);
}

#[test]
fn extend() {
    let mut bytes = ByteVec::new();
    bytes.extend([]);
    assert!(bytes.is_empty());
    bytes.extend(*b"web");
    bytes.extend("assembly".bytes());
    assert_eq!(bytes.to_str(), Ok("webassembly"));
}

#[test]
fn text() {
    assert_eq!(ByteVec::from("grün").to_str(), Ok("grün"));
    let latin1 = ByteVec::from(*b"gr\xfcn");
    assert!(latin1.to_str().is_err());
    assert_eq!(latin1.to_string_lossy(), "gr\u{fffd}n");
}

#[test]
fn raw_round_trip() {
    let raw = ByteVec::from("raw").into_raw();
    assert_eq!(raw.size, 3);
    // SAFETY: the vector was given up above.
    let bytes = unsafe { ByteVec::from_raw(raw) };
    // SAFETY: `bytes` is neither changed nor dropped meanwhile.
    let borrowed = unsafe { ByteVec::from_ptr(bytes.as_ptr()) };
    assert_eq!(*borrowed, bytes);
    assert_eq!(bytes, *b"raw");
}

#[test]
fn out_takes_over_what_a_function_wrote() {
    let from = ByteVec::from("copied");
    // SAFETY: `from` is a valid vector, and `out` an empty one.
    let bytes = ByteVec::out(|out| unsafe { sys::wasm_byte_vec_copy(out, from.as_ptr()) });
    assert_eq!(bytes, from);
}

#[test]
fn out_may_be_left_alone() {
    assert!(ByteVec::out(|_| {}).is_empty());
}

#[test]
fn large() {
    let len = 64 << 20;
    let mut bytes = ByteVec::with_len(len);
    bytes[len - 1] = 1;
    let clone = bytes.clone();
    assert_eq!(clone.len(), len);
    assert_eq!(
        clone.iter().map(|byte| usize::from(*byte)).sum::<usize>(),
        1
    );
}

#[test]
fn take_leaves_an_empty_vector() {
    let mut bytes = ByteVec::from("taken");
    assert_eq!(mem::take(&mut bytes), *b"taken");
    assert!(bytes.is_empty());
}

#[test]
fn from_file() {
    let path = env::temp_dir().join(format!("libwasmtime-vec-{}", process::id()));
    for contents in [&b""[..], b"\0asm", &[7; 100_000]] {
        fs::write(&path, contents).unwrap();
        assert_eq!(ByteVec::from_file(&path).unwrap(), contents);
    }
    fs::remove_file(&path).unwrap();
    let error = ByteVec::from_file(&path).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn from_directory() {
    assert!(ByteVec::from_file(env::temp_dir()).is_err());
}

/// The length of such a file is given as zero.
#[test]
#[cfg(target_os = "linux")]
fn from_file_of_unknown_length() {
    let status = ByteVec::from_file("/proc/self/status").unwrap();
    assert!(status.to_string_lossy().starts_with("Name:"));
}

/// The length of such a file is given as more than can be read.
#[test]
#[cfg(target_os = "linux")]
fn from_file_shorter_than_it_says() {
    let path = "/sys/devices/system/cpu/online";
    let expected = fs::read(path).unwrap();
    assert!((expected.len() as u64) < fs::metadata(path).unwrap().len());
    assert_eq!(ByteVec::from_file(path).unwrap(), expected[..]);
}

/// The file isn't read: it would need more memory than any machine has.
#[test]
#[cfg(target_os = "linux")]
fn from_file_too_large_for_memory() {
    use std::ffi::{c_char, c_int, c_uint};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

    unsafe extern "C" {
        fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
    }

    // Few file systems support files of this length. This one does.
    // SAFETY: the name ends with a null.
    let file = unsafe { memfd_create(c"large".as_ptr(), 0) };
    assert!(file >= 0, "{}", io::Error::last_os_error());
    // SAFETY: it has just been opened, and nothing else owns it.
    let file = fs::File::from(unsafe { OwnedFd::from_raw_fd(file) });
    file.set_len(i64::MAX as u64 - 4096).unwrap();
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let error = ByteVec::from_file(path).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
}
