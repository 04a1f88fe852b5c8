//! Lists in prose that have to stay true as the code changes.

mod code;
mod examples;
mod invariants;
mod ledger;
mod markdown;
mod tests_of_ledger;
mod upstream;
mod variables;
