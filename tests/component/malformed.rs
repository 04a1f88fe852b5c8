//! What guests return and pass that is no valid value.

use crate::guests;
use libwasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower, Val};
use libwasmtime::{Engine, Result, Store};
use std::sync::OnceLock;

/// The size of the guest's memory.
const MEMORY: u32 = 65536;
/// Where the tests write.
const AT: u32 = 4096;
/// Marks a length as one of UTF-16, where Latin-1 is possible.
const UTF16: u32 = 1 << 31;

/// What the guest passed to the host.
type Taken = Vec<String>;

struct Guest {
    store: Store<Taken>,
    instance: Instance,
}

impl Guest {
    /// Returns an instance of its own, since an error may be the end of it.
    fn new() -> Result<Guest> {
        static COMPONENT: OnceLock<Component> = OnceLock::new();
        let component = match COMPONENT.get() {
            Some(component) => component,
            None => {
                let component = Component::new(&Engine::default(), guests::malformed())?;
                COMPONENT.get_or_init(|| component)
            }
        };
        let mut linker = Linker::<Taken>::new(component.engine());
        let mut host = linker.instance("host")?;
        macro_rules! take {
            ($($name:literal $ty:ty,)*) => {$(
                host.func_wrap($name, |mut store, (value,): ($ty,)| {
                    store.data_mut().push(format!("{value:?}"));
                    Ok(())
                })?;
            )*};
        }
        take! {
            "take-string" String,
            "take-bytes" Vec<u8>,
            "take-longs" Vec<u64>,
            "take-strings" Vec<String>,
            "take-char" char,
            "take-option" Option<u32>,
        }
        host.func_wrap("give-string", |_, (): ()| Ok(("given",)))?;
        let mut store = Store::new(component.engine(), Taken::new());
        let instance = linker.instantiate(&mut store, component)?;
        Ok(Guest { store, instance })
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let func = self
            .instance
            .get_typed_func::<P, R>(&mut self.store, name)?;
        func.call(&mut self.store, params)
    }

    /// Calls a function that returns one value of any type.
    fn call_untyped(&mut self, name: &str, params: &[u32]) -> Result<Val> {
        let func = self
            .instance
            .get_func(&mut self.store, name)
            .expect("it is exported");
        let params: Vec<_> = params.iter().copied().map(Val::U32).collect();
        let mut results = [Val::Bool(false)];
        func.call(&mut self.store, &params, &mut results)?;
        let [result] = results;
        Ok(result)
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        self.call("write", (address, bytes.to_vec()))
    }

    fn write_units(&mut self, address: u32, units: &[u16]) -> Result<()> {
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        self.write(address, &bytes)
    }
}

/// What is wrong, and the numbers that a function is called with.
type Case = (&'static str, [u32; 2]);

/// Checks that a function fails with a text, with all of the numbers, called with Rust types and
/// with values of any types.
fn refused<R>(name: &str, prepare: impl Fn(&mut Guest) -> Result<()>, cases: &[Case]) -> Result<()>
where
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let check = |guest: &mut Guest, expected: &str, error: libwasmtime::Error| {
        let text = format!("{error:?}");
        assert!(text.contains(expected), "{name}: {text}");
        assert_eq!(guest.store.data(), &Taken::new());

        // Version 48: if the guest passes such a value, that is a trap. If it returns one, the
        // instance can be entered again only if libwasmtime was built without asynchronous
        // components; look at `may_enter`.
        match guest.call::<_, (u8,)>("give-u8", (7_u32,)) {
            Ok((number,)) => assert_eq!((number, &name[..4]), (7, "give")),
            Err(error) => {
                let text = format!("{error:?}");
                assert!(
                    text.contains("cannot enter component instance"),
                    "{name}: {text}"
                );
            }
        }
    };
    for &(expected, [a, b]) in cases {
        let mut guest = Guest::new()?;
        prepare(&mut guest)?;
        let result = guest.call::<_, R>(name, (a, b));
        check(&mut guest, expected, result.err().expect(expected));

        if name.starts_with("give") {
            let mut guest = Guest::new()?;
            prepare(&mut guest)?;
            let result = guest.call_untyped(name, &[a, b]);
            check(&mut guest, expected, result.expect_err(expected));
        }
    }
    Ok(())
}

#[test]
fn valid_values_pass() -> Result<()> {
    let mut guest = Guest::new()?;
    guest.write(AT, "é€".as_bytes())?;
    guest.write_units(AT + 16, &[0xe9, 0x20ac])?;
    guest.write(AT + 32, b"\xe9")?;
    assert_eq!(
        guest.call::<_, (String,)>("give-utf8", (AT, 5_u32))?.0,
        "é€"
    );
    assert_eq!(
        guest
            .call::<_, (String,)>("give-utf16", (AT + 16, 2_u32))?
            .0,
        "é€"
    );
    let latin1 = |guest: &mut Guest, at: u32, length: u32| {
        guest.call::<_, (String,)>("give-latin1-utf16", (at, length))
    };
    assert_eq!(latin1(&mut guest, AT + 32, 1)?.0, "é");
    assert_eq!(latin1(&mut guest, AT + 16, 2 | UTF16)?.0, "é€");
    // The end of memory is not beyond it.
    assert_eq!(
        guest
            .call::<_, (Vec<u8>,)>("give-bytes", (MEMORY - 1, 1_u32))?
            .0,
        [0]
    );
    let (bytes,) = guest.call::<_, (Vec<u8>,)>("give-bytes", (MEMORY, 0_u32))?;
    assert!(bytes.is_empty());
    assert_eq!(
        guest
            .call::<_, (Option<u32>,)>("give-option", (1_u32, 7_u32))?
            .0,
        Some(7)
    );

    guest.call::<_, ()>("pass-utf8", (AT, 5_u32))?;
    guest.call::<_, ()>("pass-utf16", (AT + 16, 2_u32))?;
    guest.call::<_, ()>("pass-latin1-utf16", (AT + 32, 1_u32))?;
    guest.call::<_, ()>("pass-bytes", (AT + 32, 1_u32))?;
    guest.call::<_, ()>("pass-longs", (AT + 40, 1_u32))?;
    guest.call::<_, ()>("pass-strings", (AT + 40, 1_u32))?;
    guest.call::<_, ()>("pass-char", (0x20ac_u32,))?;
    guest.call::<_, ()>("pass-option", (0_u32, 7_u32))?;
    let taken = [
        "\"é€\"",
        "\"é€\"",
        "\"é\"",
        "[233]",
        "[0]",
        "[\"\"]",
        "'€'",
        "None",
    ];
    assert_eq!(guest.store.data(), &taken);
    Ok(())
}

// As the canonical ABI says.
#[test]
fn numbers_lose_what_their_type_has_no_bits_for() -> Result<()> {
    let mut guest = Guest::new()?;
    assert!(guest.call::<_, (bool,)>("give-bool", (2_u32,))?.0);
    assert_eq!(guest.call::<_, (u8,)>("give-u8", (0x1234_u32,))?.0, 0x34);
    assert_eq!(guest.call::<_, (i16,)>("give-s16", (0x1_ffff_u32,))?.0, -1);
    let flags = guest.call_untyped("give-access", &[u32::MAX])?;
    let all = ["read", "write", "execute"].map(str::to_owned);
    assert_eq!(flags, Val::Flags(all.into()));
    Ok(())
}

#[test]
fn texts_that_are_no_text() -> Result<()> {
    // A continuation byte, a truncated character, an overlong one, a surrogate, and one too large.
    let texts: [&[u8]; 5] = [
        b"a\x80",
        b"a\xe2\x82",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ];
    for text in texts {
        let write = |guest: &mut Guest| guest.write(AT, text);
        let cases = [("utf-8", [AT, text.len() as u32])];
        refused::<(String,)>("give-utf8", write, &cases)?;
        refused::<()>("pass-utf8", write, &cases)?;
    }

    // A lone high surrogate, one at the end, a lone low one, and two in the wrong order.
    let texts: [&[u16]; 4] = [
        &[0xd800, 0x61],
        &[0x61, 0xdbff],
        &[0xdc00],
        &[0xdfff, 0xd800],
    ];
    for text in texts {
        let write = |guest: &mut Guest| guest.write_units(AT, text);
        let length = text.len() as u32;
        let cases = [("unpaired surrogate", [AT, length])];
        refused::<(String,)>("give-utf16", write, &cases)?;
        refused::<()>("pass-utf16", write, &cases)?;
        let cases = [("unpaired surrogate", [AT, length | UTF16])];
        refused::<(String,)>("give-latin1-utf16", write, &cases)?;
        refused::<()>("pass-latin1-utf16", write, &cases)?;
    }
    Ok(())
}

#[test]
fn texts_beyond_memory() -> Result<()> {
    let beyond = "out of bounds";
    let utf8 = [
        (beyond, [MEMORY - 1, 2]),
        (beyond, [MEMORY, 1]),
        (beyond, [0, u32::MAX]),
        (beyond, [u32::MAX, 1]),
        (beyond, [u32::MAX, u32::MAX]),
    ];
    refused::<(String,)>("give-utf8", |_| Ok(()), &utf8)?;
    refused::<()>("pass-utf8", |_| Ok(()), &utf8)?;

    let latin1 = [
        (beyond, [MEMORY - 2, 3]),
        (beyond, [0, !UTF16]),
        (beyond, [MEMORY - 2, 2 | UTF16]),
        (beyond, [0, u32::MAX]),
        (beyond, [u32::MAX - 1, u32::MAX]),
    ];
    refused::<(String,)>("give-latin1-utf16", |_| Ok(()), &latin1)?;
    refused::<()>("pass-latin1-utf16", |_| Ok(()), &latin1)?;

    let utf16 = [
        (beyond, [MEMORY - 2, 2]),
        (beyond, [0, u32::MAX]),
        // The number of bytes is 2 in 32 bits.
        (beyond, [0, 0x8000_0001]),
        (beyond, [u32::MAX - 1, u32::MAX]),
    ];
    refused::<(String,)>("give-utf16", |_| Ok(()), &utf16)?;
    refused::<()>("pass-utf16", |_| Ok(()), &utf16)
}

#[test]
fn lists_beyond_memory() -> Result<()> {
    let beyond = "out of bounds";
    let bytes = [
        (beyond, [MEMORY - 1, 2]),
        (beyond, [0, u32::MAX]),
        (beyond, [u32::MAX, u32::MAX]),
    ];
    refused::<(Vec<u8>,)>("give-bytes", |_| Ok(()), &bytes)?;
    refused::<()>("pass-bytes", |_| Ok(()), &bytes)?;

    let longs = [
        (beyond, [MEMORY - 8, 2]),
        (beyond, [0, u32::MAX]),
        // The number of bytes is 8 in 32 bits.
        (beyond, [0, 0x2000_0001]),
    ];
    refused::<(Vec<u64>,)>("give-longs", |_| Ok(()), &longs)?;
    refused::<()>("pass-longs", |_| Ok(()), &longs)?;
    refused::<(Vec<String>,)>("give-strings", |_| Ok(()), &longs)?;
    refused::<()>("pass-strings", |_| Ok(()), &longs)?;

    // A string in the list is beyond memory.
    let mut guest = Guest::new()?;
    guest.write(AT + 8, &[0, 0, 0, 0, 0, 0, 1, 0])?;
    assert_eq!(
        guest
            .call::<_, (Vec<String>,)>("give-strings", (AT, 2_u32))?
            .0[1]
            .len(),
        65536
    );
    let write = |guest: &mut Guest| guest.write(AT + 8, &[1, 0, 0, 0, 0, 0, 1, 0]);
    refused::<(Vec<String>,)>("give-strings", write, &[(beyond, [AT, 2])])?;
    refused::<()>("pass-strings", write, &[(beyond, [AT, 2])])
}

#[test]
fn addresses_that_are_not_aligned() -> Result<()> {
    let unaligned = "not aligned";
    refused::<(String,)>("give-utf16", |_| Ok(()), &[(unaligned, [AT + 1, 1])])?;
    refused::<()>("pass-utf16", |_| Ok(()), &[(unaligned, [AT + 1, 1])])?;
    let latin1 = [(unaligned, [AT + 1, 1 | UTF16])];
    refused::<(String,)>("give-latin1-utf16", |_| Ok(()), &latin1)?;
    refused::<()>("pass-latin1-utf16", |_| Ok(()), &latin1)?;
    refused::<(Vec<u64>,)>("give-longs", |_| Ok(()), &[(unaligned, [AT + 4, 1])])?;
    refused::<()>("pass-longs", |_| Ok(()), &[(unaligned, [AT + 4, 1])])?;
    refused::<(Vec<String>,)>("give-strings", |_| Ok(()), &[(unaligned, [AT + 2, 1])])?;
    refused::<()>("pass-strings", |_| Ok(()), &[(unaligned, [AT + 2, 1])])
}

#[test]
fn cases_that_a_type_has_not() -> Result<()> {
    let unknown = "discriminant";
    for case in [2, 3, 255] {
        refused::<(Option<u32>,)>("give-option", |_| Ok(()), &[(unknown, [case, 0])])?;
        refused::<()>("pass-option", |_| Ok(()), &[(unknown, [case, 0])])?;
    }
    for case in [2, 255] {
        let mut guest = Guest::new()?;
        let error = guest.call_untyped("give-shape", &[case, 0]).unwrap_err();
        assert!(format!("{error:?}").contains(unknown), "{error:?}");
    }
    for case in [3, 256, u32::MAX] {
        let mut guest = Guest::new()?;
        let error = guest.call_untyped("give-color", &[case]).unwrap_err();
        assert!(format!("{error:?}").contains(unknown), "{error:?}");
    }
    let mut guest = Guest::new()?;
    assert_eq!(
        guest.call_untyped("give-color", &[2])?,
        Val::Enum("blue".to_owned())
    );
    Ok(())
}

#[test]
fn characters_that_are_none() -> Result<()> {
    for number in [0xd800, 0xdfff, 0x11_0000, u32::MAX] {
        for name in ["give-char", "pass-char"] {
            let mut guest = Guest::new()?;
            let error = match name {
                "give-char" => guest.call::<_, (char,)>(name, (number,)).unwrap_err(),
                _ => guest.call::<_, ()>(name, (number,)).unwrap_err(),
            };
            let text = format!("{error:?}");
            assert!(
                text.contains("converted integer out of range for `char`"),
                "{text}"
            );
            assert_eq!(guest.store.data(), &Taken::new());
        }
        assert!(Guest::new()?.call_untyped("give-char", &[number]).is_err());
    }
    Ok(())
}

#[test]
fn results_at_addresses_that_are_none() -> Result<()> {
    for (address, expected) in [
        (AT, ""),
        (MEMORY - 8, ""),
        (AT + 2, "not aligned"),
        (MEMORY - 4, "out of bounds"),
        (MEMORY, "out of bounds"),
        (u32::MAX - 3, "out of bounds"),
    ] {
        let mut guest = Guest::new()?;
        let typed = guest.call::<_, (String,)>("give-at", (address,));
        let untyped = Guest::new()?.call_untyped("give-at", &[address]);
        if expected.is_empty() {
            assert_eq!(
                (typed?.0.as_str(), untyped?),
                ("", Val::String(String::new()))
            );
            continue;
        }
        for error in [typed.unwrap_err(), untyped.unwrap_err()] {
            let text = format!("{error:?}");
            assert!(text.contains(expected), "{address}: {text}");
        }
    }
    Ok(())
}

#[test]
fn allocations_that_are_none() -> Result<()> {
    let allocate_at = |address: u32| -> Result<Guest> {
        let mut guest = Guest::new()?;
        guest.call::<_, ()>("allocate-at", (address,))?;
        Ok(guest)
    };
    let text = || ("text".to_owned(),);
    assert_eq!(
        allocate_at(MEMORY - 4)?
            .call::<_, (u32,)>("take-utf8", text())?
            .0,
        4
    );
    for address in [MEMORY - 3, MEMORY, u32::MAX] {
        let error = allocate_at(address)?
            .call::<_, (u32,)>("take-utf8", text())
            .unwrap_err();
        let message = format!("{error:?}");
        assert!(message.contains("beyond end of memory"), "{message}");
    }

    let error = allocate_at(AT + 1)?
        .call::<_, (u32,)>("take-utf16", text())
        .unwrap_err();
    let message = format!("{error:?}");
    assert!(message.contains("not aligned"), "{message}");
    let error = allocate_at(AT + 4)?
        .call::<_, (u32,)>("take-longs", (vec![1_u64, 2],))
        .unwrap_err();
    let message = format!("{error:?}");
    assert!(message.contains("not aligned"), "{message}");

    // The result of a host function, which is written to 16.
    allocate_at(AT)?.call::<_, ()>("call-for-result", (16_u32,))?;
    for (allocated, address) in [(MEMORY, 16_u32), (AT, MEMORY - 4), (AT, 18), (AT, u32::MAX)] {
        let result = allocate_at(allocated)?.call::<_, ()>("call-for-result", (address,));
        assert!(result.is_err(), "{allocated} {address}");
    }
    Ok(())
}
