//! Two plugins of one world.

use crate::guests;
use libwasmtime::component::{Component, Linker, Resource, ResourceTable, ResourceType, TypedFunc};
use libwasmtime::{Engine, Result, Store};
use std::collections::HashMap;

/// A store that a plugin has opened.
struct Opened {
    name: String,
}

#[derive(Default)]
struct Host {
    messages: Vec<String>,
    /// By the name of the store and the key.
    texts: HashMap<(String, String), String>,
    opened: ResourceTable,
}

fn define(linker: &mut Linker<Host>) -> Result<()> {
    linker
        .root()
        .func_wrap("log", |mut store, (message,): (String,)| {
            store.data_mut().messages.push(message);
            Ok(())
        })?;

    let mut storage = linker.instance("example:plugins/storage")?;
    let ty = ResourceType::host::<Opened>();
    storage.resource("store", ty, |mut store, rep| {
        let opened = Resource::<Opened>::new_own(rep);
        store.data_mut().opened.delete(opened)?;
        Ok(())
    })?;
    storage.func_wrap("[constructor]store", |mut store, (name,): (String,)| {
        Ok((store.data_mut().opened.push(Opened { name })?,))
    })?;
    storage.func_wrap(
        "[method]store.get",
        |store, (opened, key): (Resource<Opened>, String)| {
            let host = store.data();
            let name = host.opened.get(&opened)?.name.clone();
            Ok((host.texts.get(&(name, key)).cloned(),))
        },
    )?;
    storage.func_wrap(
        "[method]store.set",
        |mut store, (opened, key, value): (Resource<Opened>, String, String)| {
            let host = store.data_mut();
            let name = host.opened.get(&opened)?.name.clone();
            host.texts.insert((name, key), value);
            Ok(())
        },
    )
}

struct Plugin {
    store: Store<Host>,
    name: TypedFunc<(), (String,)>,
    run: TypedFunc<(String,), (Result<String, String>,)>,
}

impl Plugin {
    fn new(text: &str) -> Result<Plugin> {
        let engine = Engine::default();
        let component = Component::new(&engine, text)?;
        let mut linker = Linker::new(&engine);
        define(&mut linker)?;
        let mut store = Store::new(&engine, Host::default());
        let instance = linker.instantiate(&mut store, &component)?;
        Ok(Plugin {
            name: instance.get_typed_func(&mut store, "name")?,
            run: instance.get_typed_func(&mut store, "run")?,
            store,
        })
    }

    fn name(&mut self) -> Result<String> {
        Ok(self.name.call(&mut self.store, ())?.0)
    }

    fn run(&mut self, input: &str) -> Result<Result<String, String>> {
        Ok(self.run.call(&mut self.store, (input.to_owned(),))?.0)
    }
}

#[test]
fn one_shouts() -> Result<()> {
    let mut plugin = Plugin::new(guests::shout())?;
    assert_eq!(plugin.name()?, "shout");
    assert_eq!(
        plugin.run("Hello, World: aäz {`@")?,
        Ok("HELLO, WORLD: AäZ {`@".to_owned())
    );
    assert_eq!(plugin.run("")?, Err("there is nothing to shout".to_owned()));
    assert_eq!(plugin.run("z")?, Ok("Z".to_owned()));
    assert_eq!(plugin.store.data().messages, ["shouting", "shouting"]);

    for length in [1, 64510, 64512, 64513, 1_000_000] {
        let output = plugin.run(&"x".repeat(length))?;
        assert!(output == Ok("X".repeat(length)), "{length}");
    }
    Ok(())
}

#[test]
fn one_counts() -> Result<()> {
    let mut plugin = Plugin::new(guests::count())?;
    assert_eq!(plugin.name()?, "count");
    for (input, output) in [
        ("one", Ok("1 words, 1 in total")),
        ("  two\nwords ", Ok("2 words, 3 in total")),
        ("", Err("there are no words")),
        (" \t\n", Err("there are no words")),
        ("zwölf € 🦀", Ok("3 words, 6 in total")),
    ] {
        let output = output.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(plugin.run(input)?, output);
    }
    assert_eq!(
        plugin.run(&"a ".repeat(1_234_567))?,
        Ok("1234567 words, 1234573 in total".to_owned())
    );

    let host = plugin.store.data();
    assert_eq!(host.messages.len(), 4);
    assert_eq!(host.messages[1], "2 words, 3 in total");
    let key = ("count".to_owned(), "words".to_owned());
    assert_eq!(host.texts, HashMap::from([(key, "1234573".to_owned())]));
    // The plugin has closed what it opened.
    assert!(host.opened.is_empty());
    Ok(())
}
