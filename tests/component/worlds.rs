//! What `bindgen!` generates for the guests' worlds.

use crate::guests;
use libwasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use libwasmtime::{Engine, Result, Store};

mod forwarding {
    libwasmtime::component::bindgen!({
        path: "tests/component/guests/wit",
        world: "forwarding",
        additional_derives: [PartialEq],
    });
}

mod counting {
    libwasmtime::component::bindgen!({
        path: "tests/component/guests/wit",
        world: "counting",
    });
}

mod using_counters {
    libwasmtime::component::bindgen!({
        path: "tests/component/guests/wit",
        world: "using-counters",
        with: { "test:guests/host-counters.counter": super::Counter },
        imports: { default: trappable },
    });
}

mod plugin {
    libwasmtime::component::bindgen!({
        path: "examples/component_plugins/wit",
        with: { "example:plugins/storage.store": super::Opened },
        imports: { default: trappable },
    });
}

/// Another world of the package has what can't be passed.
mod unused {
    libwasmtime::component::bindgen!({
        inline: "
            package test:unused;
            interface streams { read: func() -> stream<u8>; }
            world with-streams { import streams; }
            world without { export run: func(); }
        ",
        world: "without",
    });
}

/// Only dropping has to be without the store.
#[cfg(feature = "component-model-async")]
mod with_store {
    libwasmtime::component::bindgen!({
        inline: "
            package test:with-store;
            interface files { resource file { read: func() -> string; } }
            world reading { import files; }
        ",
        imports: { "test:with-store/files.[drop]file": async, default: async | store },
    });
}

pub struct Counter(u32);

pub struct Opened(String);

/// The host of all worlds.
#[derive(Default)]
struct Host {
    table: ResourceTable,
    dropped: Vec<u32>,
    messages: Vec<String>,
    texts: Vec<(String, String, String)>,
}

/// Compiles a guest, and returns its component, a linker and a store.
fn load(text: &str) -> Result<(Component, Linker<Host>, Store<Host>)> {
    let engine = Engine::default();
    let component = Component::new(&engine, text)?;
    let store = Store::new(&engine, Host::default());
    Ok((component, Linker::new(&engine), store))
}

mod values {
    use super::Host;
    use super::forwarding::test::guests::values::*;

    macro_rules! echo {
        ($($name:ident $ty:ty,)*) => {
            impl super::forwarding::test::guests::values::Host for Host {
                fn nothing(&mut self) {}

                fn add(&mut self, a: u32, b: u32) -> u32 {
                    a + b
                }

                $(fn $name(&mut self, value: $ty) -> $ty {
                    value
                })*

                fn echo_many(
                    &mut self,
                    a: u8,
                    b: String,
                    c: u16,
                    d: String,
                    e: u32,
                    f: String,
                    g: u64,
                    h: String,
                    i: f32,
                    j: String,
                    k: f64,
                    l: bool,
                ) -> (u8, String, u16, String, u32, String, u64, String, f32, String, f64, bool) {
                    (a, b, c, d, e, f, g, h, i, j, k, l)
                }
            }
        };
    }

    echo! {
        echo_bool bool,
        echo_s8 i8,
        echo_u8 u8,
        echo_s16 i16,
        echo_u16 u16,
        echo_s32 i32,
        echo_u32 u32,
        echo_s64 i64,
        echo_u64 u64,
        echo_f32 f32,
        echo_f64 f64,
        echo_char char,
        echo_string String,
        echo_bytes Vec<u8>,
        echo_numbers Vec<u32>,
        echo_strings Vec<String>,
        echo_points Vec<Point>,
        echo_point Point,
        echo_mixed Mixed,
        echo_wide Wide,
        echo_shape Shape,
        echo_color Color,
        echo_access Access,
        echo_months Months,
        echo_option Option<u32>,
        echo_nested_option Option<Option<String>>,
        echo_result Result<u32, String>,
        echo_bare_result Result<(), ()>,
        echo_fallible Result<(), String>,
        echo_tuple (u8, String, f64),
        echo_items Vec<Item>,
    }
}

#[test]
fn values_are_forwarded() -> Result<()> {
    use forwarding::Forwarding;
    use forwarding::exports::test::guests::values::*;

    let (component, mut linker, mut store) = load(guests::forward())?;
    Forwarding::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let guest = Forwarding::instantiate(&mut store, &component, &linker)?;
    let values = guest.test_guests_values();

    values.call_nothing(&mut store)?;
    assert_eq!(values.call_add(&mut store, 1, 2)?, 3);
    assert_eq!(values.call_echo_string(&mut store, "text")?, "text");
    assert_eq!(values.call_echo_bytes(&mut store, &[1, 2])?, [1, 2]);
    let point = Point { x: 1, y: -1 };
    assert_eq!(values.call_echo_point(&mut store, point)?, point);
    assert_eq!(
        values.call_echo_color(&mut store, Color::Blue)?,
        Color::Blue
    );
    let access = Access::READ | Access::EXECUTE;
    assert_eq!(values.call_echo_access(&mut store, access)?, access);
    let items = [
        Item {
            id: 1,
            tags: vec!["a".to_owned()],
            shape: Some(Shape::Named("square".to_owned())),
            outcome: Ok(point),
        },
        Item {
            id: 2,
            tags: vec![],
            shape: None,
            outcome: Err(Color::Red),
        },
    ];
    assert_eq!(values.call_echo_items(&mut store, &items)?, items);
    let failed = Err("failed".to_owned());
    let result = values.call_echo_result(&mut store, Err("failed"))?;
    assert_eq!(result, failed);
    let many = values.call_echo_many(
        &mut store, 1, "2", 3, "4", 5, "6", 7, "8", 9., "10", 11., true,
    )?;
    assert_eq!((many.0, &*many.9, many.11), (1, "10", true));
    Ok(())
}

impl counting::test::guests::log::Host for Host {
    fn dropped(&mut self, value: u32) {
        self.dropped.push(value);
    }
}

#[test]
fn a_guest_counts() -> Result<()> {
    use counting::Counting;

    let (component, mut linker, mut store) = load(guests::counters())?;
    Counting::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let guest = Counting::instantiate(&mut store, &component, &linker)?;
    let counters = guest.test_guests_counters();

    let counter = counters.counter().call_constructor(&mut store, 40)?;
    assert_eq!(counters.counter().call_add(&mut store, counter, 2)?, 42);
    let other = counters.counter().call_constructor(&mut store, 1)?;
    assert_eq!(counters.counter().call_sum(&mut store, counter, other)?, 43);
    let merged = counters.counter().call_merge(&mut store, counter, other)?;
    assert_eq!(counters.call_alive(&mut store)?, 1);
    counters.call_keep(&mut store, merged)?;
    let kept = counters.call_kept(&mut store)?.expect("it is kept");
    assert_eq!(counters.call_total(&mut store, &[kept, kept])?, 86);
    kept.resource_drop(&mut store)?;
    assert_eq!(store.data().dropped, [42, 1, 43]);
    Ok(())
}

impl using_counters::test::guests::host_counters::HostCounter for Host {
    fn new(&mut self, start: u32) -> Result<Resource<Counter>> {
        Ok(self.table.push(Counter(start))?)
    }

    fn add(&mut self, counter: Resource<Counter>, n: u32) -> Result<u32> {
        let counter = self.table.get_mut(&counter)?;
        counter.0 += n;
        Ok(counter.0)
    }

    fn value(&mut self, counter: Resource<Counter>) -> Result<u32> {
        Ok(self.table.get(&counter)?.0)
    }

    fn merge(&mut self, a: Resource<Counter>, b: Resource<Counter>) -> Result<Resource<Counter>> {
        let sum = self.table.get(&b)?.0 + self.table.delete(a)?.0;
        Ok(self.table.push(Counter(sum))?)
    }

    fn drop(&mut self, counter: Resource<Counter>) -> Result<()> {
        self.dropped.push(self.table.delete(counter)?.0);
        Ok(())
    }
}

impl using_counters::test::guests::host_counters::Host for Host {
    fn absorb(&mut self, counter: Resource<Counter>) -> Result<u32> {
        Ok(self.table.delete(counter)?.0)
    }

    fn inspect(&mut self, counter: Resource<Counter>) -> Result<u32> {
        Ok(self.table.get(&counter)?.0)
    }
}

#[test]
fn a_guest_uses_counters() -> Result<()> {
    use using_counters::UsingCounters;

    let (component, mut linker, mut store) = load(guests::host_counters())?;
    UsingCounters::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let guest = UsingCounters::instantiate(&mut store, &component, &linker)?;

    assert_eq!(guest.call_create_and_drop(&mut store, 40, 2)?, 42);
    let counter = guest.call_create(&mut store, 7)?;
    let lent = Resource::new_borrow(counter.rep());
    assert_eq!(guest.call_add_to_borrow(&mut store, lent)?, 8);
    let counter = guest.call_echo(&mut store, counter)?;
    assert_eq!(guest.call_add_to_own(&mut store, counter)?, 9);
    assert_eq!(store.data().dropped, [42, 9]);
    Ok(())
}

impl plugin::PluginImports for Host {
    fn log(&mut self, message: String) -> Result<()> {
        self.messages.push(message);
        Ok(())
    }
}

impl plugin::example::plugins::storage::Host for Host {}

impl plugin::example::plugins::storage::HostStore for Host {
    fn new(&mut self, name: String) -> Result<Resource<Opened>> {
        Ok(self.table.push(Opened(name))?)
    }

    fn get(&mut self, opened: Resource<Opened>, key: String) -> Result<Option<String>> {
        let name = &self.table.get(&opened)?.0;
        let found = self
            .texts
            .iter()
            .rfind(|text| text.0 == *name && text.1 == key);
        Ok(found.map(|text| text.2.clone()))
    }

    fn set(&mut self, opened: Resource<Opened>, key: String, value: String) -> Result<()> {
        let name = self.table.get(&opened)?.0.clone();
        self.texts.push((name, key, value));
        Ok(())
    }

    fn drop(&mut self, opened: Resource<Opened>) -> Result<()> {
        self.table.delete(opened)?;
        Ok(())
    }
}

#[test]
fn plugins_run() -> Result<()> {
    for (text, name, output) in [
        (guests::shout(), "shout", "HELLO, WORLD"),
        (guests::count(), "count", "2 words, 2 in total"),
    ] {
        let (component, mut linker, mut store) = load(text)?;
        plugin::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
        let guest = plugin::Plugin::instantiate(&mut store, &component, &linker)?;
        assert_eq!(guest.call_name(&mut store)?, name);
        assert_eq!(
            guest.call_run(&mut store, "hello, world")?,
            Ok(output.to_owned())
        );
        assert!(guest.call_run(&mut store, "")?.is_err());
        assert_eq!(store.data().messages.len(), 1);
        assert!(store.data().table.is_empty());
    }
    Ok(())
}

/// The text names what it stands for in the tokens: this crate, and types.
#[test]
fn code_as_text_has_paths() {
    let code = libwasmtime::component::bindgen!({
        inline: "
            package test:text;
            interface files {
                resource file;
                enum error { missing }
                open: func() -> result<file, error>;
            }
            world reading { import files; }
        ",
        with: { "test:text/files.file": crate::worlds::Counter },
        trappable_error_type: { "test:text/files.error" => crate::worlds::Opened },
        imports: { default: trappable },
        stringify: true,
    });
    for expected in [
        "::libwasmtime::component::Linker<",
        "pub use crate::worlds::Counter as __with_name0;",
        "= crate::worlds::Opened;",
    ] {
        assert!(code.contains(expected), "{expected}\n{code}");
    }
    assert!(!code.contains("__libwasmtime"), "{code}");
}
