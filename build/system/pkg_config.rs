//! Asks pkg-config for the package `wasmtime`.

use std::path::PathBuf;

use crate::mode::Kind;
use crate::target::Target;

/// What pkg-config says of the package.
pub struct Package {
    /// Its version.
    pub version: String,
    /// Where its libraries are.
    pub libraries: Vec<PathBuf>,
    /// Where its headers are.
    pub headers: Vec<PathBuf>,
}

/// The files that could tell of the package, in the order in which pkg-config looks
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

/// Asks for the package. When it is linked statically, pkg-config names the
/// directories of its private libraries too.
///
/// # Errors
///
/// Why there is no answer.
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
        Err(Error::EnvNoPkgConfig(variable)) => Err(format!("not asked, for {variable} is set")),
        Err(Error::CrossCompilation) => Err(format!(
            "not asked, for it would answer for {} and not for {}; \
             PKG_CONFIG_ALLOW_CROSS=1 with a PKG_CONFIG_SYSROOT_DIR or PKG_CONFIG_LIBDIR \
             of the target changes that",
            target.host(),
            target.triple
        )),
        Err(Error::Command { cause, .. }) => Err(format!("pkg-config didn't run: {cause}")),
        Err(Error::Failure { output, .. } | Error::ProbeFailure { output, .. }) => {
            let text = String::from_utf8_lossy(&output.stderr);
            let line = text.lines().find(|line| !line.trim().is_empty());
            Err(line.unwrap_or("it failed and didn't say why").to_owned())
        }
        Err(other) => Err(other.to_string()),
    }
}
