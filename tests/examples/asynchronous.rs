//! The examples `asynchronous` and `server`.

use super::{example, lines};

/// How fast the guests count depends on the machine; in which order each counts doesn't.
fn guests_take_turns() {
    let output = example("asynchronous").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = lines(&output.stdout);
    let (last, counted) = lines.split_last().unwrap();
    assert_eq!(*last, "the endless loop: deadline has elapsed");
    let of = |name: &str| -> Vec<&str> {
        let of_guest = counted.iter().filter_map(|line| line.strip_prefix(name));
        of_guest.collect()
    };
    assert_eq!(of("slow "), ["2", "1"]);
    assert_eq!(of("fast "), ["3", "2", "1"]);
    assert_eq!(counted.len(), 5, "{counted:?}");
    // One runs while the other one waits. Either may yield before it counts.
    let first = &counted[..2];
    assert!(
        first.contains(&"slow 2") && first.contains(&"fast 3"),
        "{counted:?}"
    );
}

#[cfg(feature = "pooling-allocator")]
fn many_guests_wait_at_once() {
    let output = example("server").arg("300").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut lines = lines(&output.stdout).into_iter();
    assert_eq!(lines.next(), Some("300 guests wait"));
    if cfg!(target_os = "linux") {
        let line = lines.next().unwrap();
        let number = line
            .strip_prefix("resident memory: ")
            .and_then(|line| line.strip_suffix(" KiB for each of them"));
        let kib: f64 = number.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        // At least a page of the stack and one of the memory.
        assert!((8.0..1000.0).contains(&kib), "{line}");
    }
    let line = lines.next().unwrap();
    assert!(line.starts_with("1500 calls in "), "{line}");
    assert!(line.ends_with(" per second"), "{line}");
    let rest: Vec<_> = lines.collect();
    assert_eq!(
        rest,
        [
            "spin: the request took too long",
            "oversleep: the request took too long",
            "trap: wasm trap: integer divide by zero",
        ]
    );
}

#[cfg(feature = "pooling-allocator")]
fn the_number_of_guests_must_be_one() {
    for (arguments, expected) in [
        (&["many"][..], "Error: the number of guests"),
        (&["1", "2"], "Error: usage: server [GUESTS]"),
    ] {
        let output = example("server").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(lines(&output.stderr)[0], expected);
    }
}

crate::tests![
    guests_take_turns,
    #[cfg(feature = "pooling-allocator")]
    many_guests_wait_at_once,
    #[cfg(feature = "pooling-allocator")]
    the_number_of_guests_must_be_one,
];
