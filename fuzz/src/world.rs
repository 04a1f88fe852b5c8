//! Everything that the calls have created so far.

use crate::counted::{Counted, Counter};
use crate::judge::Violation;
use crate::source::Source;
use libwasmtime::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, Engine, ExnRef, ExternRef, Func, Global, HeapType,
    Instance, InstancePre, Linker, Memory, Module, ModuleExport, OwnedRooted, Rooted, SharedMemory,
    StoreContextMut, StoreLimits, StructRef, StructRefPre, StructType, Table, Tag, TypedFunc,
};
use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

/// A store's context.
pub type Cx<'a> = StoreContextMut<'a, Data>;

/// Identifies a store among all, including those that were dropped.
pub type Owner = u64;

/// The number of objects of a kind that are kept.
const KEPT: usize = 24;

/// Objects of stores, each with its store.
pub struct Pool<H>(Vec<(Owner, H)>);

impl<H> Default for Pool<H> {
    fn default() -> Self {
        Pool(Vec::new())
    }
}

impl<H: Clone> Pool<H> {
    pub fn put(&mut self, source: &Source, owner: Owner, handle: H) {
        keep(&mut self.0, source, (owner, handle));
    }

    /// Returns one of them, mostly of this store, and whether it belongs to another.
    pub fn pick(&self, source: &Source, owner: Owner) -> Option<(H, bool)> {
        if source.once_in(12) {
            let (of, handle) = source.pick(&self.0)?;
            return Some((handle.clone(), *of != owner));
        }
        let own: Vec<_> = self.0.iter().filter(|(of, _)| *of == owner).collect();
        source.pick(&own).map(|(_, handle)| (handle.clone(), false))
    }
}

impl<H> Pool<H> {
    /// Drops those of a store.
    pub fn drop_of(&mut self, owner: Owner) {
        self.0.retain(|(of, _)| *of != owner);
    }
}

/// Keeps an object, and replaces another if there are many.
pub fn keep<T>(objects: &mut Vec<T>, source: &Source, object: T) {
    if objects.len() < KEPT {
        objects.push(object);
    } else {
        let place = source.below(KEPT);
        objects[place] = object;
    }
}

/// A linker, and the stores that something in it may belong to.
pub struct Linked {
    pub linker: Linker<Data>,
    pub owners: HashSet<Owner>,
}

/// What was instantiated, and the stores to which its imports may belong.
#[derive(Clone)]
pub struct Prepared {
    pub pre: InstancePre<Data>,
    pub owners: HashSet<Owner>,
}

/// An allocator of structs, and their type.
#[derive(Clone)]
pub struct Structs {
    pub pre: Arc<StructRefPre>,
    pub ty: StructType,
}

/// An allocator of arrays, and their type.
#[derive(Clone)]
pub struct Arrays {
    pub pre: Arc<ArrayRefPre>,
    pub ty: ArrayType,
}

/// All objects.
#[derive(Default)]
pub struct Pools {
    pub engines: Vec<Engine>,
    pub modules: Vec<Module>,
    pub module_exports: Vec<ModuleExport>,
    pub linkers: Vec<Arc<Mutex<Linked>>>,
    pub prepared: Vec<Prepared>,
    pub shared_memories: Vec<SharedMemory>,
    pub funcs: Pool<Func>,
    /// Typed host functions, and of which kind they are.
    pub wrapped: Pool<(Func, usize)>,
    pub typed: Pool<TypedFunc<i32, i32>>,
    pub memories: Pool<Memory>,
    pub tables: Pool<Table>,
    pub globals: Pool<Global>,
    pub tags: Pool<Tag>,
    pub instances: Pool<Instance>,
    pub rooted: Pool<Rooted<ExternRef>>,
    pub anyrefs: Pool<Rooted<AnyRef>>,
    pub exnrefs: Pool<Rooted<ExnRef>>,
    pub owned: Pool<OwnedRooted<ExternRef>>,
    pub structrefs: Pool<Rooted<StructRef>>,
    pub arrayrefs: Pool<Rooted<ArrayRef>>,
    pub owned_anyrefs: Pool<OwnedRooted<AnyRef>>,
    pub structs: Pool<Structs>,
    pub arrays: Pool<Arrays>,
    /// Types of structs and arrays, of any engine.
    pub heap_types: Vec<HeapType>,
}

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident: $text:literal,)*) => {
        /// The number of events of each kind.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Tally {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Tally {
            pub fn add(&mut self, other: &Tally) {
                $(self.$name += other.$name;)*
            }

            /// Reads what `Display` writes.
            pub fn read(text: &str) -> Option<Tally> {
                let mut parts = text.split(", ");
                Some(Tally {
                    $($name: parts.next()?.strip_suffix($text)?.trim_end().parse().ok()?,)*
                })
            }
        }

        impl fmt::Display for Tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let parts = [$(format!("{} {}", self.$name, $text),)*];
                f.write_str(&parts.join(", "))
            }
        }
    };
}

tally! {
    /// Calls of the API.
    calls: "calls",
    /// Those that returned an error.
    errors: "errors",
    /// Those that panicked as they should.
    panics: "panics",
    /// Those that a host function's panic passed through.
    host_panics: "host panics",
    /// Calls from WebAssembly, or from the host, to the host.
    callbacks: "callbacks",
    /// Polls of asynchronous calls after which they had not finished.
    pauses: "pauses",
    /// Asynchronous calls that were dropped or forgotten before they had finished.
    abandoned: "abandoned",
    /// Instances that were created.
    instances: "instances",
}

/// What all stores, host functions and threads share.
pub struct Shared {
    pub source: Source,
    pub data: Counter,
    pub closures: Counter,
    pub externrefs: Counter,
    pub writers: Counter,
    /// Futures of host functions and of epoch callbacks.
    pub futures: Counter,
    /// The wakers of tasks that wait for something that hasn't happened yet.
    pub parked: Mutex<Vec<Waker>>,
    /// Whether a future was forgotten, with all that it owns.
    pub has_forgotten: AtomicBool,
    pools: Mutex<Pools>,
    tally: Mutex<Tally>,
    violation: Mutex<Option<Violation>>,
    next: AtomicU64,
}

impl Shared {
    pub fn new(input: &[u8]) -> Shared {
        Shared {
            source: Source::new(input),
            data: Counter::default(),
            closures: Counter::default(),
            externrefs: Counter::default(),
            writers: Counter::default(),
            futures: Counter::default(),
            parked: Mutex::default(),
            has_forgotten: AtomicBool::new(false),
            pools: Mutex::default(),
            tally: Mutex::default(),
            violation: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    /// Returns a new number.
    pub fn serial(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// Accesses the objects. The closure must not call back in.
    pub fn pools<R>(&self, f: impl FnOnce(&mut Pools) -> R) -> R {
        f(&mut self.pools.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn tally(&self, f: impl FnOnce(&mut Tally)) {
        f(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn take_tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the first violation, so that it counts even if it is lost while it unwinds.
    pub fn note_violation(&self, violation: Violation) -> Violation {
        let mut first = self
            .violation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(violation).clone()
    }

    pub fn violation(&self) -> Option<Violation> {
        let first = self
            .violation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        first.clone()
    }
}

/// How a host function failed that the call that entered it doesn't know of yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Raised {
    #[default]
    Nothing,
    /// It returned this error.
    Error(u64),
    /// It panicked with this.
    Panic(u64),
    /// It returned values that may be of another type or store.
    Misuse,
}

/// The data of a store.
pub struct Data {
    pub shared: Arc<Shared>,
    pub owner: Owner,
    /// How deep calls into the store and back are nested.
    pub depth: usize,
    /// Whether asynchronous host functions are for this store. The others have few, so that
    /// they can be entered synchronously.
    pub prefers_async: bool,
    /// Whether the store has to be entered asynchronously.
    pub is_async: bool,
    /// Whether an asynchronous call is running, at any depth.
    pub in_async_call: bool,
    pub raised: Raised,
    pub limits: StoreLimits,
    _counted: Counted,
}

impl Data {
    pub fn new(shared: &Arc<Shared>, limits: StoreLimits) -> Data {
        Data {
            shared: shared.clone(),
            owner: shared.serial(),
            depth: 0,
            prefers_async: shared.source.any(),
            is_async: false,
            in_async_call: false,
            raised: Raised::Nothing,
            limits,
            _counted: shared.data.count(),
        }
    }
}
