//! Profilers.

use crate::{alone, assert_conflict};
#[cfg(all(feature = "profiling", target_os = "linux"))]
use crate::{directory, subprocess::Subprocess};
use libwasmtime::{Config, Engine, ProfilingStrategy};
use std::fs;

fn engine(profiler: ProfilingStrategy) -> Engine {
    Engine::new(Config::new().profiler(profiler)).unwrap()
}

#[test]
fn ones_that_the_c_api_has_not() {
    alone("profiler::ones_that_the_c_api_has_not", || {
        assert_conflict("profiler(ProfilingStrategy::Pulley)", |config| {
            config.profiler(ProfilingStrategy::Pulley);
        });
        for (profiler, there) in [
            (
                ProfilingStrategy::JitDump,
                cfg!(all(feature = "profiling", target_os = "linux")),
            ),
            (
                ProfilingStrategy::VTune,
                cfg!(all(feature = "profiling", target_arch = "x86_64")),
            ),
            (ProfilingStrategy::PerfMap, cfg!(unix)),
        ] {
            if !there {
                let name = format!("profiler(ProfilingStrategy::{profiler:?})");
                assert_conflict(&name, |config| {
                    config.profiler(profiler);
                });
            }
        }
    });
}

/// The file is there from the start, and stays open for other engines.
#[cfg(all(feature = "profiling", target_os = "linux"))]
#[test]
fn jitdump() {
    let directory = directory("profiler-jitdump");
    let mut process = Subprocess::new("profiler::jitdump");
    process.command().current_dir(&directory);
    process.run(|| {
        let _first = engine(ProfilingStrategy::JitDump);
        let _second = engine(ProfilingStrategy::JitDump);
        let file = format!("jit-{}.dump", std::process::id());
        assert!(fs::metadata(file).unwrap().len() > 0);
    });
}

/// If the file can't be created, the profiler is refused.
#[cfg(all(feature = "profiling", target_os = "linux"))]
#[test]
fn jitdump_without_its_file() {
    let directory = directory("profiler-jitdump_without_its_file");
    let mut process = Subprocess::new("profiler::jitdump_without_its_file");
    process.command().current_dir(&directory);
    process.run(|| {
        // A directory has that name, so creating the file fails for any user.
        fs::create_dir(format!("jit-{}.dump", std::process::id())).unwrap();
        assert_conflict("profiler(ProfilingStrategy::JitDump)", |config| {
            config.profiler(ProfilingStrategy::JitDump);
        });
    });
}

#[cfg(unix)]
#[test]
fn perf_map() {
    alone("profiler::perf_map", || {
        let _first = engine(ProfilingStrategy::PerfMap);
        let _second = engine(ProfilingStrategy::PerfMap);
        let file = format!("/tmp/perf-{}.map", std::process::id());
        assert!(fs::exists(&file).unwrap());
        fs::remove_file(file).unwrap();
    });
}

#[cfg(unix)]
#[test]
fn perf_map_without_its_file() {
    alone("profiler::perf_map_without_its_file", || {
        let file = format!("/tmp/perf-{}.map", std::process::id());
        fs::create_dir(&file).unwrap();
        assert_conflict("profiler(ProfilingStrategy::PerfMap)", |config| {
            config.profiler(ProfilingStrategy::PerfMap);
        });
        fs::remove_dir(file).unwrap();
    });
}

#[cfg(all(feature = "profiling", target_arch = "x86_64", target_os = "linux"))]
#[test]
fn vtune() {
    alone("profiler::vtune", || {
        let _engine = engine(ProfilingStrategy::VTune);
    });
}
