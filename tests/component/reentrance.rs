//! Calls of a guest while it runs, and after it has trapped.

use crate::{assert_error, guests};
use libwasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower};
use libwasmtime::{Engine, Module, Result, Store, StoreContextMut, bail};

/// What the host does when the guest calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Then {
    #[default]
    Return,
    CallAgain,
    CallAnother,
    Fail,
    Panic,
}

#[derive(Default)]
struct Host {
    then: Then,
    /// The guest that calls, and another one.
    instances: Vec<Instance>,
    /// The errors that the host has found.
    errors: Vec<String>,
}

fn host_call(mut store: StoreContextMut<'_, Host>) -> Result<()> {
    let instance = match store.data().then {
        Then::Return => return Ok(()),
        Then::CallAgain => store.data().instances[0],
        Then::CallAnother => store.data().instances[1],
        Then::Fail => bail!("the host fails"),
        Then::Panic => panic!("the host panics"),
    };
    let count = instance.get_typed_func::<(), (u32,)>(&mut store, "count")?;
    if let Err(error) = count.call(&mut store, ()) {
        store.data_mut().errors.push(format!("{error:?}"));
    }
    Ok(())
}

struct Guest {
    store: Store<Host>,
}

impl Guest {
    fn new(then: Then) -> Result<Guest> {
        let engine = Engine::default();
        let component = Component::new(&engine, guests::reentrant())?;
        let mut linker = Linker::<Host>::new(&engine);
        let mut host = linker.instance("host")?;
        host.func_wrap("call", |store, (): ()| host_call(store))?;
        host.func_wrap("echo", |store, (text,): (String,)| {
            host_call(store)?;
            Ok((text,))
        })?;
        let mut store = Store::new(&engine, Host::default());
        for _ in 0..2 {
            let instance = linker.instantiate(&mut store, &component)?;
            store.data_mut().instances.push(instance);
        }
        store.data_mut().then = then;
        Ok(Guest { store })
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let instance = self.store.data().instances[0];
        let func = instance.get_typed_func::<P, R>(&mut self.store, name)?;
        func.call(&mut self.store, params)
    }
}

const CANNOT_ENTER: &str = "cannot enter component instance";
const CANNOT_LEAVE: &str = "cannot leave component instance";

#[test]
fn the_host_is_called() -> Result<()> {
    let mut guest = Guest::new(Then::Return)?;
    guest.call::<_, ()>("call", ())?;
    assert_eq!(guest.call::<_, (String,)>("echo", ("text",))?.0, "text");
    assert_eq!(guest.call::<_, (u32,)>("count", ())?, (1,));
    Ok(())
}

// Version 48: this needs a libwasmtime with asynchronous components. Without them, the instance can
// be entered; look at `may_enter`.
#[test]
fn an_instance_is_not_entered_while_it_runs() -> Result<()> {
    let mut guest = Guest::new(Then::CallAgain)?;
    guest.call::<_, ()>("call", ())?;
    assert_eq!(guest.call::<_, (String,)>("echo", ("text",))?.0, "text");
    let errors = &guest.store.data().errors;
    assert_eq!(errors.len(), 2);
    assert!(
        errors.iter().all(|error| error.contains(CANNOT_ENTER)),
        "{errors:?}"
    );
    // It can be entered afterwards, and was never entered meanwhile.
    assert_eq!(guest.call::<_, (u32,)>("count", ())?, (1,));
    Ok(())
}

#[test]
fn another_instance_is_entered_meanwhile() -> Result<()> {
    let mut guest = Guest::new(Then::CallAnother)?;
    guest.call::<_, ()>("call", ())?;
    assert_eq!(guest.call::<_, (String,)>("echo", ("text",))?.0, "text");
    assert_eq!(guest.store.data().errors, [""; 0]);

    let another = guest.store.data().instances[1];
    let count = another.get_typed_func::<(), (u32,)>(&mut guest.store, "count")?;
    assert_eq!(count.call(&mut guest.store, ())?, (3,));
    Ok(())
}

#[test]
fn a_trap_is_the_end_of_the_instance() -> Result<()> {
    for (name, expected) in [
        ("trap", "unreachable"),
        ("recurse", "call stack exhausted"),
        ("call-and-trap", "unreachable"),
    ] {
        let mut guest = Guest::new(Then::Return)?;
        assert_error(guest.call::<_, ()>(name, ()), expected);
        assert_error(guest.call::<_, (u32,)>("count", ()), CANNOT_ENTER);
        assert_error(guest.call::<_, ()>(name, ()), CANNOT_ENTER);
    }

    let mut guest = Guest::new(Then::Return)?;
    assert_eq!(guest.call::<_, (u32,)>("divide", (7_u32, 2_u32))?, (3,));
    let result = guest.call::<_, (u32,)>("divide", (7_u32, 0_u32));
    assert_error(result, "integer divide by zero");
    assert_error(
        guest.call::<_, (u32,)>("divide", (7_u32, 2_u32)),
        CANNOT_ENTER,
    );
    Ok(())
}

// Version 48: a trap is noted in the store, whatever code it was in; look at `set_trapped`.
#[test]
fn a_trap_is_the_end_of_all_instances_in_the_store() -> Result<()> {
    let mut guest = Guest::new(Then::Return)?;
    assert_error(guest.call::<_, ()>("trap", ()), "unreachable");
    let another = guest.store.data().instances[1];
    let count = another.get_typed_func::<(), (u32,)>(&mut guest.store, "count")?;
    assert_error(count.call(&mut guest.store, ()), CANNOT_ENTER);

    // So is one of a module.
    let mut guest = Guest::new(Then::Return)?;
    let module = r#"(module (func (export "trap") (unreachable)))"#;
    let module = Module::new(guest.store.engine(), module)?;
    let module = libwasmtime::Instance::new(&mut guest.store, &module, &[])?;
    let trap = module.get_typed_func::<(), ()>(&mut guest.store, "trap")?;
    assert!(trap.call(&mut guest.store, ()).is_err());
    assert_error(guest.call::<_, (u32,)>("count", ()), CANNOT_ENTER);

    let mut guest = Guest::new(Then::Return)?;
    assert_eq!(guest.call::<_, (u32,)>("count", ())?, (1,));
    Ok(())
}

#[test]
fn a_failure_of_the_host_is_the_end_of_the_instance() -> Result<()> {
    for name in ["call", "call-and-trap"] {
        let mut guest = Guest::new(Then::Fail)?;
        let error = guest.call::<_, ()>(name, ()).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "the host fails");
        assert_error(guest.call::<_, (u32,)>("count", ()), CANNOT_ENTER);
    }
    let mut guest = Guest::new(Then::Fail)?;
    let error = guest.call::<_, (String,)>("echo", ("text",)).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "the host fails");
    Ok(())
}

#[test]
fn a_panic_of_the_host_is_the_end_of_the_instance() -> Result<()> {
    let mut guest = Guest::new(Then::Panic)?;
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = guest.call::<_, ()>("call", ());
    }))
    .unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the host panics"));
    assert_error(guest.call::<_, (u32,)>("count", ()), CANNOT_ENTER);
    Ok(())
}

#[test]
fn the_host_is_not_called_while_memory_is_allocated_or_freed() -> Result<()> {
    let mut guest = Guest::new(Then::Return)?;
    assert_error(
        guest.call::<_, (u32,)>("call-in-realloc", ("text",)),
        CANNOT_LEAVE,
    );
    let mut guest = Guest::new(Then::Return)?;
    assert_error(
        guest.call::<_, (u32,)>("call-in-post-return", ()),
        CANNOT_LEAVE,
    );
    Ok(())
}
