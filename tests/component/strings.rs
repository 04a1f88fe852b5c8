//! Strings of guests with each encoding.

use crate::guests;
use libwasmtime::component::{Component, Instance, Linker, Val};
use libwasmtime::{Engine, Result, Store};

const ENCODINGS: [&str; 3] = ["utf8", "utf16", "latin1-utf16"];

fn guest() -> Result<(Store<()>, Instance)> {
    let engine = Engine::default();
    let component = Component::new(&engine, guests::strings())?;
    let mut linker = Linker::new(&engine);
    let mut host = linker.instance("host")?;
    host.func_wrap("echo", |_, (text,): (String,)| Ok((text,)))?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component)?;
    Ok((store, instance))
}

fn texts() -> Vec<String> {
    vec![
        String::new(),
        "ASCII".to_owned(),
        "nul \0".to_owned(),
        "Latin-1: é ß ÿ".to_owned(),
        "basic plane: € 漢 \u{ffff} \u{d7ff} \u{e000}".to_owned(),
        "beyond: 🦀 \u{10ffff}".to_owned(),
        "\u{feff}a byte order mark stays".to_owned(),
        // A guest allocates for Latin-1 first, and then for UTF-16.
        format!("{}€", "é".repeat(100_000)),
        "0123456789".repeat(100_000),
        "🦀".repeat(100_000),
    ]
}

#[test]
fn strings_pass_in_each_encoding() -> Result<()> {
    let (mut store, instance) = guest()?;
    for encoding in ENCODINGS {
        for name in [format!("echo-{encoding}"), format!("host-echo-{encoding}")] {
            let echo = instance.get_typed_func::<(&str,), (String,)>(&mut store, &*name)?;
            for text in texts() {
                let (result,) = echo.call(&mut store, (&text,))?;
                assert!(result == text, "{name}: {result:.40} instead of {text:.40}");
            }
        }
    }
    Ok(())
}

#[test]
fn strings_pass_as_values_of_any_type() -> Result<()> {
    let (mut store, instance) = guest()?;
    for encoding in ENCODINGS {
        let name = format!("host-echo-{encoding}");
        let echo = instance
            .get_func(&mut store, &*name)
            .expect("it is exported");
        for text in texts() {
            let params = [Val::String(text)];
            let mut results = [Val::Bool(false)];
            echo.call(&mut store, &params, &mut results)?;
            assert!(results == params, "{name}");
        }
    }
    Ok(())
}

#[test]
fn guests_get_code_units_of_their_encoding() -> Result<()> {
    const UTF16: u32 = 1 << 31;
    let (mut store, instance) = guest()?;
    let mut length = |encoding, text| -> Result<u32> {
        let name = format!("length-{encoding}");
        let length = instance.get_typed_func::<(&str,), (u32,)>(&mut store, &*name)?;
        Ok(length.call(&mut store, (text,))?.0)
    };
    for (text, utf8, utf16, latin1) in [
        ("", 0, 0, 0),
        ("abc", 3, 3, 3),
        ("é", 2, 1, 1),
        ("é€", 5, 2, 2 | UTF16),
        ("🦀", 4, 2, 2 | UTF16),
    ] {
        assert_eq!(length("utf8", text)?, utf8, "{text}");
        assert_eq!(length("utf16", text)?, utf16, "{text}");
        assert_eq!(length("latin1-utf16", text)?, latin1, "{text}");
    }
    Ok(())
}
