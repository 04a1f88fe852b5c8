//! The cases, a module per topic. They are compiled twice: `api` is the crate that is
//! measured.

pub mod asynchronous;
pub mod binding;
pub mod call;
pub mod component;
pub mod failure;
pub mod host;
pub mod instantiate;
pub mod link;
pub mod memory;
pub mod object;
pub mod reference;

use super::{api, engine};
use crate::Bencher;
