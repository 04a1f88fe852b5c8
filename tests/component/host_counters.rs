//! Resources of the host.

use crate::{assert_error, guests};
use libwasmtime::component::{
    Component, ComponentNamedList, Instance, Lift, Linker, Lower, Resource, ResourceAny,
    ResourceTable, ResourceType, Val,
};
use libwasmtime::{Engine, Result, Store, bail};

struct Counter(u32);

#[derive(Default)]
struct Host {
    table: ResourceTable,
    dropped: Vec<u32>,
    fail: bool,
    panic: bool,
}

impl Host {
    fn delete(&mut self, counter: Resource<Counter>) -> Result<u32> {
        Ok(self.table.delete(counter)?.0)
    }

    fn drop(&mut self, rep: u32) -> Result<()> {
        let value = self.delete(Resource::new_own(rep))?;
        self.dropped.push(value);
        if self.panic {
            panic!("the host panics at {value}");
        }
        if self.fail {
            bail!("the host fails at {value}");
        }
        Ok(())
    }
}

fn define(linker: &mut Linker<Host>) -> Result<()> {
    let mut host = linker.instance("test:guests/host-counters")?;
    let ty = ResourceType::host::<Counter>();
    host.resource("counter", ty, |mut store, rep| store.data_mut().drop(rep))?;
    host.func_wrap("[constructor]counter", |mut store, (start,): (u32,)| {
        Ok((store.data_mut().table.push(Counter(start))?,))
    })?;
    host.func_wrap(
        "[method]counter.add",
        |mut store, (counter, n): (Resource<Counter>, u32)| {
            assert!(!counter.owned());
            let counter = store.data_mut().table.get_mut(&counter)?;
            counter.0 += n;
            Ok((counter.0,))
        },
    )?;
    host.func_wrap(
        "[method]counter.value",
        |store, (counter,): (Resource<Counter>,)| Ok((store.data().table.get(&counter)?.0,)),
    )?;
    host.func_wrap(
        "[static]counter.merge",
        |mut store, (a, b): (Resource<Counter>, Resource<Counter>)| {
            assert!(a.owned() && !b.owned());
            let host = store.data_mut();
            let sum = host.table.get(&b)?.0 + host.delete(a)?;
            Ok((host.table.push(Counter(sum))?,))
        },
    )?;
    host.func_wrap("absorb", |mut store, (counter,): (Resource<Counter>,)| {
        assert!(counter.owned());
        Ok((store.data_mut().delete(counter)?,))
    })?;
    host.func_wrap("inspect", |store, (counter,): (Resource<Counter>,)| {
        assert!(!counter.owned());
        Ok((store.data().table.get(&counter)?.0,))
    })
}

/// Returns the guest and all that it imports, which may be defined again.
fn load() -> Result<(Component, Linker<Host>)> {
    let engine = Engine::default();
    let component = Component::new(&engine, guests::host_counters())?;
    let mut linker = Linker::new(&engine);
    define(&mut linker)?;
    linker.allow_shadowing(true);
    Ok((component, linker))
}

struct Guest {
    store: Store<Host>,
    instance: Instance,
}

impl Guest {
    fn new() -> Result<Guest> {
        let (component, linker) = load()?;
        Guest::of(&component, &linker)
    }

    fn of(component: &Component, linker: &Linker<Host>) -> Result<Guest> {
        let mut store = Store::new(linker.engine(), Host::default());
        let instance = linker.instantiate(&mut store, component)?;
        Ok(Guest { store, instance })
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let func = self
            .instance
            .get_typed_func::<P, R>(&mut self.store, name)?;
        func.call(&mut self.store, params)
    }

    /// Creates a counter of the host's.
    fn push(&mut self, value: u32) -> Result<Resource<Counter>> {
        Ok(self.store.data_mut().table.push(Counter(value))?)
    }

    fn value(&self, counter: &Resource<Counter>) -> Result<u32> {
        Ok(self.store.data().table.get(counter)?.0)
    }

    /// Checks which counters the guest dropped, and that no others are left.
    #[track_caller]
    fn assert_dropped(&self, values: &[u32]) {
        assert_eq!(self.store.data().dropped, values);
        assert!(self.store.data().table.is_empty());
    }
}

fn borrow(counter: &Resource<Counter>) -> Resource<Counter> {
    Resource::new_borrow(counter.rep())
}

#[test]
fn a_guest_makes_uses_and_drops_a_resource() -> Result<()> {
    let mut guest = Guest::new()?;
    assert_eq!(
        guest.call::<_, (u32,)>("create-and-drop", (40_u32, 2_u32))?,
        (42,)
    );
    guest.assert_dropped(&[42]);
    for n in 0..10_000_u32 {
        guest.call::<_, (u32,)>("create-and-drop", (n, 0_u32))?;
    }
    assert_eq!(guest.store.data().dropped.len(), 10_001);
    Ok(())
}

#[test]
fn a_guest_returns_a_resource() -> Result<()> {
    let mut guest = Guest::new()?;
    let (counter,) = guest.call::<_, (Resource<Counter>,)>("create", (7_u32,))?;
    assert!(counter.owned());
    assert_eq!(guest.value(&counter)?, 7);
    // What the host owns, the host drops.
    assert_eq!(guest.store.data_mut().delete(counter)?, 7);
    guest.assert_dropped(&[]);

    let (counters,) = guest.call::<_, (Vec<Resource<Counter>>,)>("create-many", (10_u32,))?;
    for (value, counter) in (0..).zip(counters) {
        assert_eq!(guest.store.data_mut().delete(counter)?, value);
    }
    guest.assert_dropped(&[]);
    Ok(())
}

#[test]
fn a_guest_consumes_an_owned_resource() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(7)?;
    assert_eq!(guest.call::<_, (u32,)>("add-to-own", (counter,))?, (8,));
    guest.assert_dropped(&[8]);

    // The guest passes it on to the host.
    let counter = guest.push(9)?;
    assert_eq!(guest.call::<_, (u32,)>("pass-own", (counter,))?, (9,));
    guest.assert_dropped(&[8]);

    let counter = guest.push(10)?;
    let (counter,) = guest.call::<_, (Resource<Counter>,)>("echo", (counter,))?;
    assert_eq!(guest.value(&counter)?, 10);
    Ok(())
}

#[test]
fn a_guest_borrows_a_resource() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(7)?;
    // Both an owned resource and a borrowed one can be lent, any number of times.
    for value in [8, 9] {
        let (result,) = guest.call::<_, (u32,)>("add-to-borrow", (&counter,))?;
        assert_eq!(result, value);
    }
    let (result,) = guest.call::<_, (u32,)>("pass-borrow", (borrow(&counter),))?;
    assert_eq!((result, guest.value(&counter)?), (9, 9));
    assert!(counter.owned());

    // It is still there to be given away.
    assert_eq!(guest.call::<_, (u32,)>("pass-own", (counter,))?, (9,));
    guest.assert_dropped(&[]);
    Ok(())
}

#[test]
fn owned_and_borrowed_resources_pass_together() -> Result<()> {
    let mut guest = Guest::new()?;
    let (a, b) = (guest.push(1)?, guest.push(2)?);
    let (merged,) = guest.call::<_, (Resource<Counter>,)>("merge", (a, &b))?;
    assert_eq!((guest.value(&merged)?, guest.value(&b)?), (3, 2));
    Ok(())
}

#[test]
fn a_guest_keeps_a_resource() -> Result<()> {
    let mut guest = Guest::new()?;
    let (a, b) = (guest.push(1)?, guest.push(2)?);
    guest.call::<_, ()>("keep", (a,))?;
    guest.call::<_, ()>("keep", (b,))?;
    assert_eq!(guest.store.data().dropped, [1]);
    let (kept,) = guest.call::<_, (Option<Resource<Counter>>,)>("kept", ())?;
    assert_eq!(guest.value(&kept.expect("it is kept"))?, 2);
    let (kept,) = guest.call::<_, (Option<Resource<Counter>>,)>("kept", ())?;
    assert!(kept.is_none());
    Ok(())
}

#[test]
fn a_resource_is_one_of_any_type_meanwhile() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(7)?;
    let any = ResourceAny::try_from_resource(counter, &mut guest.store)?;
    assert!(any.owned());
    assert_eq!(any.ty(), ResourceType::host::<Counter>());
    assert_eq!(guest.call::<_, (u32,)>("add-to-borrow", (any,))?, (8,));

    let add = guest.instance.get_func(&mut guest.store, "add-to-borrow");
    let mut results = [Val::Bool(false)];
    add.expect("it is exported")
        .call(&mut guest.store, &[Val::Resource(any)], &mut results)?;
    assert_eq!(results, [Val::U32(9)]);

    assert!(Resource::<u8>::try_from_resource_any(any, &mut guest.store).is_err());
    let counter = Resource::<Counter>::try_from_resource_any(any, &mut guest.store)?;
    assert_eq!(guest.value(&counter)?, 9);

    // Dropping one of any type calls no destructor of the host.
    let any = counter.try_into_resource_any(&mut guest.store)?;
    any.resource_drop(&mut guest.store)?;
    assert!(guest.store.data().dropped.is_empty());
    assert!(!guest.store.data().table.is_empty());
    Ok(())
}

#[test]
fn a_host_function_gets_resources_of_any_type() -> Result<()> {
    let (component, mut linker) = load()?;
    let mut host = linker.instance("test:guests/host-counters")?;
    host.func_new("inspect", |mut store, _, params, results| {
        let Val::Resource(any) = params[0] else {
            bail!("expected a resource, found {:?}", params[0]);
        };
        assert!(!any.owned());
        let counter = any.try_into_resource::<Counter>(&mut store)?;
        results[0] = Val::U32(store.data().table.get(&counter)?.0 + 100);
        Ok(())
    })?;
    host.func_new("absorb", |mut store, _, params, results| {
        let Val::Resource(any) = params[0] else {
            bail!("expected a resource, found {:?}", params[0]);
        };
        assert!(any.owned());
        let counter = any.try_into_resource::<Counter>(&mut store)?;
        results[0] = Val::U32(store.data_mut().delete(counter)? + 200);
        Ok(())
    })?;
    let mut guest = Guest::of(&component, &linker)?;

    let counter = guest.push(1)?;
    assert_eq!(guest.call::<_, (u32,)>("pass-borrow", (&counter,))?, (101,));
    assert_eq!(guest.call::<_, (u32,)>("pass-own", (counter,))?, (201,));
    guest.assert_dropped(&[]);
    Ok(())
}

#[test]
fn a_resource_that_is_gone_is_refused() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    guest.call::<_, (u32,)>("pass-own", (&counter,))?;
    // The guest has it, or had it.
    assert_error(
        guest.call::<_, (u32,)>("pass-own", (&counter,)),
        "already consumed",
    );
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    guest.call::<_, ()>("keep", (&counter,))?;
    assert_error(
        guest.call::<_, (u32,)>("add-to-borrow", (&counter,)),
        "already consumed",
    );

    // The host has deleted it behind the guest's back.
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    guest
        .store
        .data_mut()
        .delete(Resource::new_own(counter.rep()))?;
    assert_error(
        guest.call::<_, (u32,)>("add-to-own", (counter,)),
        "resource not present",
    );
    Ok(())
}

#[test]
fn a_borrowed_resource_is_not_given_away() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    let result = guest.call::<_, (u32,)>("add-to-own", (borrow(&counter),));
    assert_error(result, "cannot lower a `borrow` resource into an `own`");
    assert_eq!(guest.value(&counter)?, 1);
    Ok(())
}

#[test]
fn a_resource_of_another_type_is_refused() -> Result<()> {
    let mut guest = Guest::new()?;
    let other = guest
        .instance
        .get_typed_func::<(Resource<u8>,), (u32,)>(&mut guest.store, "add-to-own");
    assert!(other.is_err());

    let other = guest.store.data_mut().table.push(1_u8)?;
    let any = other.try_into_resource_any(&mut guest.store)?;
    assert!(guest.call::<_, (u32,)>("add-to-own", (any,)).is_err());
    Ok(())
}

#[test]
fn a_host_function_of_another_type_is_not_linked() -> Result<()> {
    let (component, mut linker) = load()?;
    let mut host = linker.instance("test:guests/host-counters")?;
    host.func_wrap("inspect", |_, (_,): (Resource<u8>,)| Ok((0_u32,)))?;
    assert!(linker.instantiate_pre(&component).is_err());
    Ok(())
}

#[test]
fn handles_that_a_guest_has_not_are_traps() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    let result = guest.call::<_, ()>("keep-borrow", (&counter,));
    assert_error(result, "borrow handles still remain at the end of the call");

    for name in ["drop-twice", "use-after-drop", "use-after-pass"] {
        let mut guest = Guest::new()?;
        let counter = guest.push(1)?;
        let result = match name {
            "drop-twice" => guest.call::<_, ()>(name, (counter,)),
            _ => guest.call::<_, (u32,)>(name, (counter,)).map(drop),
        };
        assert_error(result, "unknown handle index");
        assert!(guest.store.data().table.is_empty());
    }
    for handle in [0, 1, 2, 1000, u32::MAX] {
        let mut guest = Guest::new()?;
        guest.push(1)?;
        let result = guest.call::<_, (u32,)>("forge", (handle,));
        assert!(result.is_err(), "{handle}");
    }
    Ok(())
}

#[test]
fn handles_that_a_guest_has_not_to_give_are_traps() -> Result<()> {
    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    let result = guest.call::<_, (u32,)>("own-borrow", (&counter,));
    assert_error(result, "cannot lift own resource from a borrow");
    assert_eq!(guest.value(&counter)?, 1);

    let mut guest = Guest::new()?;
    let counter = guest.push(1)?;
    let result = guest.call::<_, (Resource<Counter>,)>("merge-with-itself", (counter,));
    assert!(result.is_err());
    Ok(())
}

#[test]
fn a_destructor_fails() -> Result<()> {
    let mut guest = Guest::new()?;
    guest.store.data_mut().fail = true;
    let result = guest.call::<_, (u32,)>("create-and-drop", (1_u32, 2_u32));
    assert_eq!(
        result.unwrap_err().root_cause().to_string(),
        "the host fails at 3"
    );
    guest.assert_dropped(&[3]);
    Ok(())
}

#[test]
fn a_destructor_panics() -> Result<()> {
    let mut guest = Guest::new()?;
    guest.store.data_mut().panic = true;
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = guest.call::<_, (u32,)>("create-and-drop", (1_u32, 2_u32));
    }))
    .unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), "the host panics at 3");
    guest.assert_dropped(&[3]);
    Ok(())
}

/// A component that imports a resource in one interface, and an interface that uses it.
const USED: &str = r#"
    (component
        (import "test:guests/host-counters" (instance $counters
            (export "counter" (type $counter (sub resource)))))
        (alias export $counters "counter" (type $counter))
        (import "test:guests/more" (instance $more
            (alias outer 1 $counter (type $used))
            (export "counter" (type $counter (eq $used)))
            (export "value" (func (param "counter" (borrow $counter)) (result u32)))))
        (core func $value (canon lower (func $more "value")))
        (core module $m
            (import "" "value" (func $value (param i32) (result i32)))
            (func (export "value") (param i32) (result i32) (call $value (local.get 0))))
        (core instance $i (instantiate $m (with "" (instance (export "value" (func $value))))))
        (func (export "value") (param "counter" (own $counter)) (result u32)
            (canon lift (core func $i "value"))))
"#;

/// Only the interface that a resource is in has to define it.
#[test]
fn an_interface_uses_a_resource_of_another_one() -> Result<()> {
    let (_, mut linker) = load()?;
    let component = Component::new(linker.engine(), USED)?;
    assert_error(linker.instantiate_pre(&component), "test:guests/more");
    let mut more = linker.instance("test:guests/more")?;
    more.func_wrap("value", |store, (counter,): (Resource<Counter>,)| {
        Ok((store.data().table.get(&counter)?.0,))
    })?;
    let mut guest = Guest::of(&component, &linker)?;
    let counter = guest.push(7)?;
    assert_eq!(guest.call::<_, (u32,)>("value", (counter,))?, (7,));
    // It may define the same again, and nothing else.
    let mut more = linker.instance("test:guests/more")?;
    more.resource("counter", ResourceType::host::<Counter>(), |_, _| Ok(()))?;
    Guest::of(&component, &linker)?;
    let mut more = linker.instance("test:guests/more")?;
    more.resource("counter", ResourceType::host::<u8>(), |_, _| Ok(()))?;
    let mismatch = linker.instantiate_pre(&component);
    assert_error(mismatch, "mismatched resource types");
    // The types of functions are compared with what the resource is.
    let mut more = linker.instance("test:guests/more")?;
    more.resource("counter", ResourceType::host::<Counter>(), |_, _| Ok(()))?;
    more.func_wrap("value", |_, (_,): (Resource<u8>,)| Ok((0_u32,)))?;
    assert_error(linker.instantiate_pre(&component), "params.0");
    Ok(())
}
