//! The examples of components.

use super::{assert_prints, example};

fn plugins() {
    let expected = [
        "shout:",
        "  log: shouting",
        "  HELLO, WORLD",
        "  error: there is nothing to shout",
        "  log: shouting",
        "  TO BE OR NOT TO BE",
        "count:",
        "  log: 2 words, 2 in total",
        "  2 words, 2 in total",
        "  error: there are no words",
        "  log: 6 words, 8 in total",
        "  6 words, 8 in total",
        "  count.words = 8",
        "count:",
        "  refused: the store `count` is full",
    ];
    assert_prints(&mut example("component_plugins"), &expected);
}

crate::tests![plugins];
