//! Inputs can be played, once and again.

use libwasmtime_fuzz::Tally;

/// Bytes of no order.
fn bytes(seed: u8) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    let next = std::iter::repeat_with(|| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 56) as u8
    });
    next.take(4000).collect()
}

#[test]
fn an_input_is_always_the_same_sequence() {
    for seed in 0..5 {
        let input = bytes(seed);
        let first = libwasmtime_fuzz::run(&input).expect("there is no violation");
        let second = libwasmtime_fuzz::run(&input).expect("there is no violation");
        assert_eq!(first, second);
        assert!(first.calls > 50 && first.errors > 0, "{first}");
    }
}

#[test]
fn the_shortest_inputs_are_sequences_too() {
    for len in 0..40 {
        libwasmtime_fuzz::run(&bytes(9)[..len]).expect("there is no violation");
    }
}

#[test]
fn a_tally_is_read_as_it_is_written() {
    let tally = Tally {
        calls: 1,
        errors: 2,
        panics: 3,
        host_panics: 4,
        callbacks: 5,
        pauses: 6,
        abandoned: 7,
        instances: 8,
    };
    assert_eq!(Tally::read(&tally.to_string()), Some(tally));
    assert_eq!(Tally::read("nothing"), None);
}
