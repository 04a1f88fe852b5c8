//! The API, a module per topic.

mod vec;
