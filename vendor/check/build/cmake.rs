//! Whether CMake is there.

use std::env;

/// Whether there is a `cmake` where a command is looked for.
pub fn is_installed() -> bool {
    let name = format!("cmake{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(&name).is_file())
}
