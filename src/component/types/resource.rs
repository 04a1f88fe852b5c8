//! [`ResourceType`]: which resource a handle refers to.
//!
//! The C API's type is an object, whereas ours is plain data: a number for each resource of the
//! host, and one for every other that a component or a store has. The objects are kept in a table
//! of the process, which [`Scope`]s own parts of.

use crate::Engine;
use crate::Result;
use crate::error::format_err;
use crate::owned::Owned;
use crate::sys::{
    wasmtime_component_resource_type_equal, wasmtime_component_resource_type_new_host,
    wasmtime_component_resource_type_t,
};
use std::any::TypeId;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// A type of resources.
///
/// It is one of the host, or one that a component defines, of which each instance has its own, or
/// one that a component imports, of which nobody knows yet what it will be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ResourceType(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    /// A resource of the host, by its number.
    Host(u32),
    /// Another one, by its key in the table.
    Other(u64),
}

impl ResourceType {
    /// Returns the type of the host's resources that a [`Resource<T>`](crate::component::Resource)
    /// stands for.
    pub fn host<T: 'static>() -> ResourceType {
        ResourceType(Kind::Host(host_number::<T>()))
    }

    /// Returns the type of the host's resources that a number chosen by the host stands for. See
    /// [`ResourceDynamic`](crate::component::ResourceDynamic).
    pub fn host_dynamic(payload: u32) -> ResourceType {
        ResourceType(Kind::Host(host_number_of_payload(payload)))
    }

    /// Reports whether this is the type of the host with that number.
    pub(crate) fn is_host(self, number: u32) -> bool {
        self.0 == Kind::Host(number)
    }

    /// Returns the number of the type, if it is one of the host.
    pub(crate) fn host_number(self) -> Option<u32> {
        match self.0 {
            Kind::Host(number) => Some(number),
            Kind::Other(_) => None,
        }
    }

    /// Makes the C API's type.
    ///
    /// # Errors
    ///
    /// Returns an error if it belongs to a component or a store that is gone.
    pub(crate) fn to_c(self) -> Result<Owned<wasmtime_component_resource_type_t>> {
        match self.0 {
            Kind::Host(number) => Ok(new_host(number)),
            Kind::Other(key) => table().others.get(&key).cloned().ok_or_else(|| {
                format_err!("the resource's type belongs to a component or a store that is gone")
            }),
        }
    }
}

fn new_host(number: u32) -> Owned<wasmtime_component_resource_type_t> {
    // SAFETY: the result is owned.
    unsafe { Owned::from_c(wasmtime_component_resource_type_new_host(number)) }
}

/// Returns the number of the host's resources of type `T`.
///
/// Speed: the last type of each thread is kept: a resource that is made, lent and dropped takes
/// 800 ns instead of 1,190.
pub(crate) fn host_number<T: 'static>() -> u32 {
    thread_local! {
        static LAST: Cell<Option<(TypeId, u32)>> = const { Cell::new(None) };
    }

    let id = TypeId::of::<T>();
    if let Some((last, number)) = LAST.get() {
        if last == id {
            return number;
        }
    }
    let number = number(Key::Type(id));
    LAST.set(Some((id, number)));
    number
}

/// Returns the number of the host's resources that a number chosen by the host stands for.
pub(crate) fn host_number_of_payload(payload: u32) -> u32 {
    number(Key::Payload(payload))
}

/// Returns the number chosen by the host that stands for these resources, if one does.
pub(crate) fn payload_of_host_number(number: u32) -> Option<u32> {
    let table = table();
    let key = table.keys.get(number as usize)?;
    match key {
        Key::Type(_) => None,
        Key::Payload(payload) => Some(*payload),
    }
}

/// What a resource of the host is known by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Type(TypeId),
    Payload(u32),
}

/// All types of resources that are in use in the process.
#[derive(Default)]
struct Table {
    numbers: HashMap<Key, u32>,
    /// The keys by their numbers.
    keys: Vec<Key>,
    others: HashMap<u64, Owned<wasmtime_component_resource_type_t>>,
    next_other: u64,
}

fn table() -> MutexGuard<'static, Table> {
    static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(Mutex::default);

    // A panic leaves nothing half changed.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number(key: Key) -> u32 {
    let mut table = table();
    if let Some(number) = table.numbers.get(&key) {
        return *number;
    }
    let number = u32::try_from(table.keys.len()).expect("a program has fewer types of resources");
    table.numbers.insert(key, number);
    table.keys.push(key);
    number
}

/// A component or a store, whose types have resources of its own.
pub struct Scope {
    engine: Engine,
    /// The keys of the types in the table, which are removed together with the scope.
    keys: Mutex<Vec<u64>>,
}

impl Scope {
    pub(crate) fn new(engine: &Engine) -> Scope {
        Scope {
            engine: engine.clone(),
            keys: Mutex::default(),
        }
    }

    /// Returns the engine of the component or the store.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Finds which type an object of the C API stands for.
    pub(crate) fn resource_type(
        &self,
        raw: Owned<wasmtime_component_resource_type_t>,
    ) -> ResourceType {
        let equal = |other: &Owned<_>| {
            // SAFETY: invariant "Owned object": both types are owned.
            unsafe { wasmtime_component_resource_type_equal(raw.as_ptr(), other.as_ptr()) }
        };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = table();
        if let Some(key) = keys.iter().find(|key| equal(&table.others[*key])) {
            return ResourceType(Kind::Other(*key));
        }
        let mut numbers = table.numbers.values();
        if let Some(number) = numbers.find(|number| equal(&new_host(**number))) {
            return ResourceType(Kind::Host(*number));
        }
        let key = table.next_other;
        table.next_other += 1;
        table.others.insert(key, raw);
        keys.push(key);
        ResourceType(Kind::Other(key))
    }
}

// A panic leaves nothing half changed.
impl UnwindSafe for Scope {}
impl RefUnwindSafe for Scope {}

impl Drop for Scope {
    fn drop(&mut self) {
        let keys = self.keys.get_mut().unwrap_or_else(PoisonError::into_inner);
        if keys.is_empty() {
            return;
        }
        let mut table = table();
        for key in keys {
            table.others.remove(key);
        }
    }
}
