//! All cases that libwasmtime_bench lists, once for each side.

#![allow(
    clippy::duplicate_mod,
    reason = "the same source is compiled with either crate"
)]

mod bound;
mod c;
mod clock;
mod collector;
mod counter;
mod native;
mod ours;
mod task;

use clock::ThreadTime;
use criterion::{Criterion, criterion_group, criterion_main};
use libwasmtime_bench::{LINK_MODE, ROWS, Side};
use std::time::Duration;

type Bencher<'a> = criterion::Bencher<'a, ThreadTime>;
type Case = fn(&mut Bencher);

/// The cases of all sides, in the order of [`ROWS`]. Some are measured as a bound function, too.
macro_rules! cases {
    ($($topic:ident::$case:ident $(and $bound:ident)?,)*) => {
        &[$((
            concat!(stringify!($topic), "::", stringify!($case)),
            &[
                (Side::Native, native::topics::$topic::$case),
                (Side::Ours, ours::topics::$topic::$case),
                $((Side::Bound, $bound::$case),)?
                (Side::C, c::$topic::$case),
            ],
        ),)*]
    };
}

const CASES: &[(&str, &[(Side, Case)])] = cases! {
    call::typed_nullary,
    call::typed_mixed,
    call::untyped_nullary,
    call::untyped_mixed,
    host::typed_nullary,
    host::typed_mixed,
    host::typed_caller,
    host::untyped_nullary,
    host::untyped_mixed,
    binding::numbers and bound,
    binding::bytes and bound,
    binding::text and bound,
    binding::object and bound,
    binding::callback and bound,
    instantiate::on_demand,
    instantiate::pooled,
    memory::read,
    memory::write,
    memory::slice,
    reference::externref,
    object::new,
    object::field,
    object::set_field,
    object::array_new,
    object::array_elems,
    object::array_get,
    object::bytes_new,
    object::bytes_copy,
    object::externref,
    component::typed_nullary,
    component::typed_mixed,
    component::untyped_mixed,
    component::string,
    component::bytes,
    component::records,
    component::host_mixed,
    component::host_string,
    component::host_resource,
    component::instantiate,
    failure::trap,
    failure::host_error,
    link::build,
    link::instantiate,
    asynchronous::typed_nullary,
    asynchronous::typed_mixed,
    asynchronous::untyped_mixed,
    asynchronous::ready_nullary,
    asynchronous::ready_mixed,
    asynchronous::yield_nullary,
    asynchronous::yield_mixed,
    asynchronous::instantiate_pooled,
    asynchronous::instantiate_start,
};

fn side_by_side(criterion: &mut Criterion<ThreadTime>) {
    let rows: Vec<_> = ROWS.iter().map(|row| row.id).collect();
    let cases: Vec<_> = CASES.iter().map(|(id, _)| *id).collect();
    assert_eq!(cases, rows, "a case is missing here or has no goal");

    for (id, sides) in CASES {
        let mut group = criterion.benchmark_group(format!("{LINK_MODE}/{id}"));
        for (side, case) in *sides {
            group.bench_function(side.name(), case);
        }
        group.finish();
    }
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .with_measurement(ThreadTime)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = side_by_side
}
criterion_main!(all);
