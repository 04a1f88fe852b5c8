//! Queries pkg-config for the package `wasmtime`.

use std::path::PathBuf;

use crate::mode::Kind;
use crate::target::Target;

/// The package, as pkg-config describes it.
pub struct Package {
    /// Its version.
    pub version: String,
    /// The directories of its libraries.
    pub libraries: Vec<PathBuf>,
    /// The directories of its headers.
    pub headers: Vec<PathBuf>,
}

/// Returns the files that could describe the package, in the order in which pkg-config searches
/// for one.
pub fn files() -> Vec<PathBuf> {
    let own = ["PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"]
        .into_iter()
        .filter_map(std::env::var_os);
    let built_in = ::pkg_config::get_variable("pkg-config", "pc_path").ok();
    own.chain(built_in.map(Into::into))
        .flat_map(|list| std::env::split_paths(&list).collect::<Vec<_>>())
        .map(|directory| directory.join("wasmtime.pc"))
        .collect()
}

/// Queries the package. If it is to be linked statically, pkg-config also returns the
/// directories of its private libraries.
///
/// # Errors
///
/// Returns the reason why pkg-config wasn't asked, failed, or doesn't know the package.
pub fn package(target: &Target, kind: Kind) -> Result<Package, String> {
    use ::pkg_config::Error;

    let answer = ::pkg_config::Config::new()
        .cargo_metadata(false)
        .statik(kind == Kind::Static)
        .probe("wasmtime");
    match answer {
        Ok(package) => Ok(Package {
            version: package.version,
            libraries: package.link_paths,
            headers: package.include_paths,
        }),
        Err(Error::EnvNoPkgConfig(variable)) => Err(format!("not asked, as {variable} is set")),
        Err(Error::CrossCompilation) => Err(format!(
            "not asked, as it describes packages for {} and not for {}; to change that, set \
             PKG_CONFIG_ALLOW_CROSS=1, and PKG_CONFIG_SYSROOT_DIR or PKG_CONFIG_LIBDIR to a \
             directory of the target",
            target.host(),
            target.triple
        )),
        Err(Error::Command { cause, .. }) => Err(format!("pkg-config didn't run: {cause}")),
        Err(Error::Failure { output, .. } | Error::ProbeFailure { output, .. }) => {
            let text = String::from_utf8_lossy(&output.stderr);
            let line = text.lines().find(|line| !line.trim().is_empty());
            Err(line.unwrap_or("it failed without a reason").to_owned())
        }
        Err(other) => Err(other.to_string()),
    }
}
