//! The cases, and how fast each should be.

/// The code that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The `wasmtime` crate.
    Native,
    /// The `libwasmtime` crate.
    Ours,
    /// A bound function of the `libwasmtime` crate, where `Ours` is the same written by hand.
    Bound,
    /// The C API, without anything around it.
    C,
}

impl Side {
    /// Returns the name of its benchmarks.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Native => "wasmtime",
            Side::Ours => "libwasmtime",
            Side::Bound => "bound",
            Side::C => "C",
        }
    }
}

/// How much slower libwasmtime may be than another side.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// Which side is compared: `Ours` or `Bound`.
    pub of: Side,
    pub over: Side,
    /// The ratio if libwasmtime is part of the program.
    pub inside: f64,
    /// The ratio if it is a shared library.
    pub shared: f64,
}

impl Goal {
    const fn native(inside: f64) -> Goal {
        Goal {
            of: Side::Ours,
            over: Side::Native,
            inside,
            shared: inside,
        }
    }

    const fn c(inside: f64) -> Goal {
        Goal {
            of: Side::Ours,
            over: Side::C,
            inside,
            shared: inside,
        }
    }

    const fn bound(inside: f64) -> Goal {
        Goal {
            of: Side::Bound,
            over: Side::Ours,
            inside,
            shared: inside,
        }
    }

    const fn shared(self, shared: f64) -> Goal {
        Goal { shared, ..self }
    }

    /// Returns the ratio in a link mode.
    pub fn ratio(&self, mode: &str) -> f64 {
        match mode {
            "dynamic" | "load" => self.shared,
            _ => self.inside,
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of the benchmark: topic and case.
    pub id: &'static str,
    pub what: &'static str,
    /// The number of operations in one iteration.
    pub times: u32,
    pub goals: &'static [Goal],
}

const TYPED_CALL: &[Goal] = &[Goal::native(1.15).shared(1.3), Goal::c(1.05)];
const UNTYPED_CALL: &[Goal] = &[Goal::native(0.35)];
const TYPED_HOST: &[Goal] = &[Goal::c(1.1)];
const UNTYPED_HOST: &[Goal] = &[Goal::native(1.0)];
const BINDING: &[Goal] = &[Goal::c(1.1), Goal::bound(1.05)];
const INSTANTIATE: &[Goal] = &[Goal::native(1.1)];
const MEMORY: &[Goal] = &[Goal::native(1.5)];
const REFERENCE: &[Goal] = &[Goal::native(1.2)];
const OBJECT: &[Goal] = &[Goal::native(1.3), Goal::c(1.05)];
const COMPONENT: &[Goal] = &[Goal::native(1.3), Goal::c(1.05)];
const LINKER: &[Goal] = &[Goal::native(1.3)];
const ASYNC_CALL: &[Goal] = &[Goal::native(1.15)];
const ASYNC_HOST: &[Goal] = &[Goal::native(1.3)];
const ASYNC_INSTANTIATE: &[Goal] = &[Goal::native(1.15)];

/// Calls of the host, and accesses to memory, in one iteration.
pub const LOOP: u32 = 1000;

/// Everything that is measured.
pub const ROWS: &[Row] = &[
    row("call::typed_nullary", "typed call, `()`", 1, TYPED_CALL),
    row(
        "call::typed_mixed",
        "typed call, `(i32, i64) -> f32`",
        1,
        TYPED_CALL,
    ),
    row(
        "call::untyped_nullary",
        "`Func::call`, `()`",
        1,
        UNTYPED_CALL,
    ),
    row(
        "call::untyped_mixed",
        "`Func::call`, `(i32, i64) -> f32`",
        1,
        UNTYPED_CALL,
    ),
    row(
        "host::typed_nullary",
        "typed host function, `()`",
        LOOP,
        TYPED_HOST,
    ),
    row(
        "host::typed_mixed",
        "typed host function, `(i32, i64) -> f32`",
        LOOP,
        TYPED_HOST,
    ),
    row(
        "host::typed_caller",
        "typed host function that changes the store's data",
        LOOP,
        TYPED_HOST,
    ),
    row(
        "host::untyped_nullary",
        "untyped host function, `()`",
        LOOP,
        UNTYPED_HOST,
    ),
    row(
        "host::untyped_mixed",
        "untyped host function, `(i32, i64) -> f32`",
        LOOP,
        UNTYPED_HOST,
    ),
    row(
        "binding::numbers",
        "host function that adds to the store's data, `(i32) -> i64`",
        LOOP,
        BINDING,
    ),
    row(
        "binding::bytes",
        "host function that takes 64 bytes of the guest's memory",
        LOOP,
        BINDING,
    ),
    row(
        "binding::text",
        "host function that takes a text of 64 bytes",
        LOOP,
        BINDING,
    ),
    row(
        "binding::object",
        "host function that adds to an object which the guest holds",
        LOOP,
        BINDING,
    ),
    row(
        "binding::callback",
        "host function that calls a function of the guest",
        LOOP,
        BINDING,
    ),
    row(
        "instantiate::on_demand",
        "store, `InstancePre::instantiate`, drop; on demand",
        1,
        INSTANTIATE,
    ),
    row(
        "instantiate::pooled",
        "store, `InstancePre::instantiate`, drop; pooled",
        1,
        INSTANTIATE,
    ),
    row("memory::read", "`Memory::read` of 8 bytes", LOOP, MEMORY),
    row("memory::write", "`Memory::write` of 8 bytes", LOOP, MEMORY),
    row("memory::slice", "a byte of `Memory::data`", LOOP, MEMORY),
    row(
        "reference::externref",
        "`externref` in and out",
        1,
        REFERENCE,
    ),
    row("object::new", "struct, made and dropped", 1, OBJECT),
    row("object::field", "a field of a struct, read", LOOP, OBJECT),
    row(
        "object::set_field",
        "a field of a struct, set",
        LOOP,
        OBJECT,
    ),
    row(
        "object::array_new",
        "array of 1,000 `i32`s, made and dropped",
        1,
        OBJECT,
    ),
    row(
        "object::array_elems",
        "array of 1,000 `i32`s, read by `elems`",
        1,
        OBJECT,
    ),
    row(
        "object::array_get",
        "an element of an array, read by `get`",
        LOOP,
        OBJECT,
    ),
    row(
        "object::bytes_new",
        "array of 1,000 bytes, made and dropped",
        1,
        OBJECT,
    ),
    row(
        "object::bytes_copy",
        "array of 1,000 bytes, copied to a slice",
        1,
        OBJECT,
    ),
    row(
        "object::externref",
        "`externref`, made, passed in and dropped",
        1,
        OBJECT,
    ),
    row(
        "component::typed_nullary",
        "typed call of a component, `()`",
        1,
        COMPONENT,
    ),
    row(
        "component::typed_mixed",
        "typed call of a component, four scalars",
        1,
        COMPONENT,
    ),
    row(
        "component::untyped_mixed",
        "`component::Func::call`, four scalars",
        1,
        COMPONENT,
    ),
    row(
        "component::string",
        "typed call of a component, a string in and out",
        1,
        COMPONENT,
    ),
    row(
        "component::bytes",
        "typed call of a component, 1,000 bytes in",
        1,
        COMPONENT,
    ),
    row(
        "component::records",
        "typed call of a component, 100 records in and out",
        1,
        COMPONENT,
    ),
    row(
        "component::host_mixed",
        "typed host function of a component, `(u32, u64) -> f32`",
        LOOP,
        COMPONENT,
    ),
    row(
        "component::host_string",
        "typed host function of a component, a string in and out",
        LOOP,
        COMPONENT,
    ),
    row(
        "component::host_resource",
        "resource of the host, made, lent and dropped by a component",
        LOOP,
        COMPONENT,
    ),
    row(
        "component::instantiate",
        "instantiation of a component with functions of the host",
        1,
        COMPONENT,
    ),
    row("failure::trap", "trap and its backtrace", 1, REFERENCE),
    row(
        "failure::host_error",
        "error of a host function",
        1,
        REFERENCE,
    ),
    row("link::build", "linker with 1,000 host functions", 1, LINKER),
    row(
        "link::instantiate",
        "store and module with 1,000 imports, linked",
        1,
        LINKER,
    ),
    row(
        "asynchronous::typed_nullary",
        "typed `call_async`, `()`",
        1,
        ASYNC_CALL,
    ),
    row(
        "asynchronous::typed_mixed",
        "typed `call_async`, `(i32, i64) -> f32`",
        1,
        ASYNC_CALL,
    ),
    row(
        "asynchronous::untyped_mixed",
        "`Func::call_async`, `(i32, i64) -> f32`",
        1,
        ASYNC_CALL,
    ),
    row(
        "asynchronous::ready_nullary",
        "async host function that is ready at once, `()`",
        LOOP,
        ASYNC_HOST,
    ),
    row(
        "asynchronous::ready_mixed",
        "async host function that is ready at once, `(i32, i64) -> f32`",
        LOOP,
        ASYNC_HOST,
    ),
    row(
        "asynchronous::yield_nullary",
        "async host function that yields once, `()`",
        LOOP,
        ASYNC_HOST,
    ),
    row(
        "asynchronous::yield_mixed",
        "async host function that yields once, `(i32, i64) -> f32`",
        LOOP,
        ASYNC_HOST,
    ),
    row(
        "asynchronous::instantiate_pooled",
        "store, `InstancePre::instantiate_async`, drop; pooled",
        1,
        ASYNC_INSTANTIATE,
    ),
    row(
        "asynchronous::instantiate_start",
        "the same with a start function",
        1,
        ASYNC_INSTANTIATE,
    ),
];

const fn row(id: &'static str, what: &'static str, times: u32, goals: &'static [Goal]) -> Row {
    Row {
        id,
        what,
        times,
        goals,
    }
}
