use libwasmtime::sys::*;
use libwasmtime::vec::ByteVec;
use libwasmtime::vec::component::*;

fn string(text: &str) -> OwnedComponentVal {
    let raw = wasmtime_component_val_t {
        kind: WASMTIME_COMPONENT_STRING,
        of: wasmtime_component_valunion_t {
            string: ByteVec::from(text).into_raw(),
        },
    };
    // SAFETY: a string is valid, and its bytes were given up.
    unsafe { OwnedComponentVal::from_raw(raw) }
}

fn list(elements: ValList) -> OwnedComponentVal {
    let raw = wasmtime_component_val_t {
        kind: WASMTIME_COMPONENT_LIST,
        of: wasmtime_component_valunion_t {
            list: elements.into_raw(),
        },
    };
    // SAFETY: a list is valid, and its elements were given up.
    unsafe { OwnedComponentVal::from_raw(raw) }
}

fn text(val: &OwnedComponentVal) -> &str {
    assert_eq!(val.kind(), WASMTIME_COMPONENT_STRING);
    // SAFETY: the kind says that it is a string, which stays as long as `val`.
    unsafe { ByteVec::from_ptr(&raw const (*val.as_ptr()).of.string) }
        .to_str()
        .unwrap()
}

#[test]
fn lists_nest() {
    let strings: ValList = ["a", "b"].map(string).into();
    let nested = ValList::from([list(strings), OwnedComponentVal::default()]);
    let clone = nested.clone();
    drop(nested);
    assert_eq!(clone[1].kind(), WASMTIME_COMPONENT_BOOL);
    // SAFETY: the first element is a list, which stays as long as `clone`.
    let strings = unsafe { ValList::from_ptr(&raw const (*clone[0].as_ptr()).of.list) };
    assert_eq!(strings.iter().map(text).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn records() {
    let mut record: ValRecord = ["x", "y"]
        .map(|name| RecordEntry {
            name: name.into(),
            val: string(name),
        })
        .into();
    let clone = record.clone();
    record[0].name = "z".into();
    record[1] = RecordEntry::default();
    assert_eq!(record[0].name, *b"z");
    assert_eq!(clone[0].name, *b"x");
    assert_eq!(text(&clone[1].val), "y");
}

#[test]
fn tuples() {
    let tuple = ValTuple::from([string("one"), OwnedComponentVal::default()]);
    let clone = tuple.clone();
    let mut elements = tuple.into_iter();
    assert_eq!(
        elements.next_back().unwrap().kind(),
        WASMTIME_COMPONENT_BOOL
    );
    drop(elements);
    assert_eq!(text(&clone[0]), "one");
}

#[test]
fn flags() {
    let flags: ValFlags = ["read", "write"].map(ByteVec::from).into();
    let clone = flags.clone();
    drop(flags);
    assert_eq!(clone[1].to_str(), Ok("write"));
    assert!(ValFlags::with_len(2).iter().all(|name| name.is_empty()));
}

#[test]
fn maps() {
    let map = ValMap::from([MapEntry {
        key: string("key"),
        value: string("value"),
    }]);
    let clone = map.clone();
    drop(map);
    assert_eq!(
        (text(&clone[0].key), text(&clone[0].value)),
        ("key", "value")
    );
}

#[test]
fn are_thread_safe() {
    let list = ValList::from([string("sent")]);
    std::thread::spawn(move || assert_eq!(text(&list[0]), "sent"))
        .join()
        .unwrap();
}
