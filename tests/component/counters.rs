//! Resources of a guest.

use crate::guests;
use libwasmtime::component::{
    Component, ComponentNamedList, Func, Instance, Lift, Linker, Lower, ResourceAny, ResourceType,
    Val,
};
use libwasmtime::{Engine, Result, Store, bail};

const INTERFACE: &str = "test:guests/counters";

/// What the guest's destructor reported, and what the host does then.
#[derive(Default)]
struct Log {
    dropped: Vec<u32>,
    fail: bool,
    panic: bool,
}

struct Guest {
    store: Store<Log>,
    instance: Instance,
}

impl Guest {
    fn new() -> Result<Guest> {
        let engine = Engine::default();
        let component = Component::new(&engine, guests::counters())?;
        let mut linker = Linker::<Log>::new(&engine);
        let mut log = linker.instance("test:guests/log")?;
        log.func_wrap("dropped", |mut store, (value,): (u32,)| {
            let log = store.data_mut();
            log.dropped.push(value);
            if log.panic {
                panic!("the host panics at {value}");
            }
            if log.fail {
                bail!("the host fails at {value}");
            }
            Ok(())
        })?;
        let mut store = Store::new(&engine, Log::default());
        let instance = linker.instantiate(&mut store, &component)?;
        Ok(Guest { store, instance })
    }

    fn func(&mut self, name: &str) -> Func {
        let store = &mut self.store;
        let interface = self.instance.get_export_index(&mut *store, None, INTERFACE);
        let interface = interface.expect("it is exported");
        let index = self
            .instance
            .get_export_index(&mut *store, Some(&interface), name);
        self.instance
            .get_func(store, index.expect(name))
            .expect("it is a function")
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let func = self.func(name).typed::<P, R>(&self.store)?;
        func.call(&mut self.store, params)
    }

    fn create(&mut self, start: u32) -> Result<ResourceAny> {
        Ok(self
            .call::<_, (ResourceAny,)>("[constructor]counter", (start,))?
            .0)
    }

    fn value(&mut self, counter: ResourceAny) -> Result<u32> {
        Ok(self
            .call::<_, (u32,)>("[method]counter.value", (counter,))?
            .0)
    }

    fn alive(&mut self) -> Result<u32> {
        Ok(self.call::<_, (u32,)>("alive", ())?.0)
    }

    fn drop(&mut self, counter: ResourceAny) -> Result<()> {
        counter.resource_drop(&mut self.store)
    }
}

/// Checks that a resource was refused because it isn't one any more.
///
/// Version 48: if a parameter of a call is refused, the instance can't be entered any more if
/// libwasmtime was built with asynchronous components; look at `call_raw`. So that comes last.
#[track_caller]
fn assert_gone<T>(result: Result<T>) {
    let Err(error) = result else {
        panic!("expected an error, as the resource is gone");
    };
    let text = format!("{error:?}");
    let texts = ["unknown handle index", "already de-allocated"];
    assert!(
        texts.iter().any(|expected| text.contains(expected)),
        "{text}"
    );
}

#[test]
fn a_resource_is_made_used_and_dropped() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(40)?;
    assert!(counter.owned());
    assert_eq!(
        guest.call::<_, (u32,)>("[method]counter.add", (counter, 2_u32))?,
        (42,)
    );
    assert_eq!(guest.value(counter)?, 42);
    assert_eq!(guest.alive()?, 1);
    guest.drop(counter)?;
    assert_eq!(guest.alive()?, 0);
    assert_eq!(guest.store.data().dropped, [42]);
    Ok(())
}

#[test]
fn many_resources_are_made_used_and_dropped() -> Result<()> {
    let mut guest = Guest::new()?;
    // More than the guest has room for at a time.
    for n in 0..20_000 {
        let counter = guest.create(n)?;
        guest.drop(counter)?;
    }
    assert_eq!(guest.store.data().dropped.len(), 20_000);
    Ok(())
}

#[test]
fn a_resource_is_borrowed_twice_at_a_time() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(4)?;
    assert_eq!(
        guest.call::<_, (u32,)>("[static]counter.sum", (counter, counter))?,
        (8,)
    );
    guest.drop(counter)
}

#[test]
fn owned_resources_are_consumed() -> Result<()> {
    let merged = || -> Result<(Guest, [ResourceAny; 2], ResourceAny)> {
        let mut guest = Guest::new()?;
        let (a, b) = (guest.create(1)?, guest.create(2)?);
        let (merged,) = guest.call::<_, (ResourceAny,)>("[static]counter.merge", (a, b))?;
        Ok((guest, [a, b], merged))
    };
    let (mut guest, used, merged_counter) = merged()?;
    assert_eq!(guest.value(merged_counter)?, 3);
    assert_eq!(guest.store.data().dropped, [1, 2]);
    for counter in used {
        assert_gone(guest.drop(counter));
    }
    assert_eq!(guest.value(merged_counter)?, 3);
    guest.drop(merged_counter)?;

    for i in [0, 1] {
        let (mut guest, used, _) = merged()?;
        assert_gone(guest.value(used[i]));
        let (mut guest, used, _) = merged()?;
        assert_gone(guest.call::<_, ()>("keep", (used[i],)));
    }
    Ok(())
}

#[test]
fn a_resource_is_given_away_once() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(1)?;
    let twice = guest.call::<_, (ResourceAny,)>("[static]counter.merge", (counter, counter));
    assert_gone(twice);
    Ok(())
}

#[test]
fn a_dropped_resource_is_gone() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(1)?;
    guest.drop(counter)?;
    assert_gone(guest.drop(counter));
    // One that is created later has nothing to do with it.
    let other = guest.create(2)?;
    assert_gone(guest.drop(counter));
    assert_eq!(guest.value(other)?, 2);
    assert_gone(guest.value(counter));
    Ok(())
}

#[test]
fn resources_are_kept_by_the_guest() -> Result<()> {
    let mut guest = Guest::new()?;
    assert_eq!(
        guest.call::<_, (Option<ResourceAny>,)>("kept", ())?,
        (None,)
    );
    let (a, b) = (guest.create(1)?, guest.create(2)?);
    guest.call::<_, ()>("keep", (a,))?;
    assert!(guest.store.data().dropped.is_empty());
    guest.call::<_, ()>("keep", (b,))?;
    assert_eq!(guest.store.data().dropped, [1]);
    let (kept,) = guest.call::<_, (Option<ResourceAny>,)>("kept", ())?;
    let kept = kept.expect("it is kept");
    assert_eq!(guest.value(kept)?, 2);
    guest.drop(kept)?;
    assert_eq!(guest.alive()?, 0);
    Ok(())
}

#[test]
fn lists_of_resources_pass() -> Result<()> {
    let mut guest = Guest::new()?;
    let (counters,) = guest.call::<_, (Vec<ResourceAny>,)>("many", (100_u32,))?;
    assert_eq!(guest.alive()?, 100);
    let (total,) = guest.call::<_, (u32,)>("total", (&counters[..],))?;
    assert_eq!(total, 4950);
    for counter in counters {
        guest.drop(counter)?;
    }
    assert_eq!(guest.store.data().dropped, (0..100).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn resources_pass_as_values_of_any_type() -> Result<()> {
    let mut guest = Guest::new()?;
    let mut results = [Val::Bool(false)];
    let create = guest.func("[constructor]counter");
    create.call(&mut guest.store, &[Val::U32(7)], &mut results)?;
    let Val::Resource(counter) = results[0] else {
        panic!("expected a resource, found {:?}", results[0]);
    };
    let add = guest.func("[method]counter.add");
    let params = [Val::Resource(counter), Val::U32(1)];
    add.call(&mut guest.store, &params, &mut results)?;
    assert_eq!(results, [Val::U32(8)]);

    let total = guest.func("total");
    let params = [Val::List(vec![params[0].clone(), params[0].clone()])];
    total.call(&mut guest.store, &params, &mut results)?;
    assert_eq!(results, [Val::U32(16)]);
    guest.drop(counter)?;

    // Values that are no resources.
    for wrong in [Val::U32(0), Val::Option(None), Val::List(vec![])] {
        let mut guest = Guest::new()?;
        let value = guest.func("[method]counter.value");
        let error = value
            .call(&mut guest.store, &[wrong], &mut results)
            .unwrap_err();
        assert!(!format!("{error:?}").contains("cannot enter"), "{error:?}");
    }
    Ok(())
}

#[test]
fn a_type_is_one_of_an_instance() -> Result<()> {
    let mut guest = Guest::new()?;
    let ty = |guest: &mut Guest| {
        let store = &mut guest.store;
        let interface = guest
            .instance
            .get_export_index(&mut *store, None, INTERFACE);
        let interface = interface.expect("it is exported");
        let index = guest
            .instance
            .get_export_index(&mut *store, Some(&interface), "counter");
        guest
            .instance
            .get_resource(store, index.expect("it is exported"))
            .expect("it is a resource type")
    };
    let counters = ty(&mut guest);
    let counter = guest.create(1)?;
    assert_eq!(counter.ty(), counters);
    assert_eq!(ty(&mut guest), counters);
    assert_ne!(ty(&mut Guest::new()?), counters);
    assert_ne!(counters, ResourceType::host::<u8>());
    Ok(())
}

#[test]
fn a_resource_of_another_instance_is_refused() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(1)?;

    // Another instance of the same component in the same store.
    let component = Component::new(guest.store.engine(), guests::counters())?;
    let mut linker = Linker::<Log>::new(guest.store.engine());
    linker.define_unknown_imports_as_traps(&component)?;
    let instance = linker.instantiate(&mut guest.store, &component)?;
    let first = std::mem::replace(&mut guest.instance, instance);

    let other = guest.create(2)?;
    assert_eq!(guest.value(other)?, 2);
    let error = guest.value(counter).unwrap_err();
    assert!(
        format!("{error:?}").contains("mismatched resource types"),
        "{error:?}"
    );
    guest.instance = first;
    assert_eq!(guest.value(counter)?, 1);
    assert!(guest.value(other).is_err());
    Ok(())
}

#[test]
fn a_destructor_traps() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(u32::MAX)?;
    let error = guest.drop(counter).unwrap_err();
    assert!(format!("{error:?}").contains("unreachable"), "{error:?}");
    assert_eq!(guest.store.data().dropped, [u32::MAX]);
    // The instance can't be used any more, but its handles can't do harm.
    let error = guest.alive().unwrap_err();
    assert!(format!("{error:?}").contains("cannot enter"), "{error:?}");
    assert!(guest.drop(counter).is_err());
    Ok(())
}

#[test]
fn a_host_function_of_a_destructor_fails() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.create(5)?;
    guest.store.data_mut().fail = true;
    let error = guest.drop(counter).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "the host fails at 5");
    assert!(guest.alive().is_err());
    Ok(())
}

#[test]
fn a_host_function_of_a_destructor_panics() -> Result<()> {
    let mut guest = Guest::new()?;
    let (a, b) = (guest.create(5)?, guest.create(6)?);
    guest.store.data_mut().panic = true;
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // In the middle of a function of the guest.
        let _ = guest.call::<_, (ResourceAny,)>("[static]counter.merge", (a, b));
    }))
    .unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), "the host panics at 5");
    Ok(())
}
