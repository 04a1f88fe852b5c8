//! The sources and destinations of a program's standard streams.

use super::MemoryOutputPipe;
use std::any::Any;
use std::io::Write;
use std::path::PathBuf;

/// The source of a program's standard input.
#[derive(Default)]
pub(super) enum Input {
    #[default]
    Empty,
    Inherit,
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// The destination of a program's standard output or error.
#[derive(Default)]
pub(super) enum Output {
    #[default]
    Nowhere,
    Inherit,
    File(PathBuf),
    Pipe(MemoryOutputPipe),
    Writer(Box<dyn Write + Send>),
}

impl Output {
    pub(super) fn to(writer: impl Write + Send + 'static) -> Output {
        match (&writer as &dyn Any).downcast_ref::<MemoryOutputPipe>() {
            Some(pipe) => Output::Pipe(pipe.clone()),
            None => Output::Writer(Box::new(writer)),
        }
    }
}
