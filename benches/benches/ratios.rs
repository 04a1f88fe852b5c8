//! Prints the results of the benchmarks, as a table for each link mode.

use libwasmtime_bench::{Goal, ROWS, Row, Side};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let results = target().join("criterion");
    let mut found = false;
    for mode in ["static", "vendored", "dynamic", "load"] {
        let table = Table {
            mode,
            results: &results,
        };
        let lines: Vec<_> = ROWS.iter().flat_map(|row| table.lines(row)).collect();
        if lines.is_empty() {
            continue;
        }
        found = true;
        println!("\n## `{mode}`\n");
        println!(
            "| what | wasmtime (ns) | libwasmtime (ns) | bare C (ns) | over | ratio | goal \
             | floor | met |"
        );
        println!("|---|---:|---:|---:|---|---:|---:|---:|---|");
        for line in lines {
            println!("{line}");
        }
    }
    if !found {
        eprintln!(
            "no results below {}: run `cargo bench` first",
            results.display()
        );
        std::process::exit(1);
    }
}

/// Returns the directory for the output of Cargo and criterion.
fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => target.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
    }
}

/// The results of one link mode.
struct Table<'a> {
    mode: &'static str,
    results: &'a Path,
}

impl Table<'_> {
    /// Returns a line for each goal; none if the case wasn't run on all sides.
    fn lines(&self, row: &Row) -> Vec<String> {
        let lines = row.goals.iter().map(|goal| self.line(row, goal));
        lines.collect::<Option<_>>().unwrap_or_default()
    }

    fn line(&self, row: &Row, goal: &Goal) -> Option<String> {
        let time = |side| self.time(row, side);
        let (native, of, c) = (time(Side::Native)?, time(goal.of)?, time(Side::C)?);
        let over = time(goal.over)?;
        let (ratio, limit, floor) = (of / over, goal.ratio(self.mode), c / over);
        let met = if ratio <= limit {
            "yes"
        } else if floor > limit {
            "no, nor does C"
        } else {
            "**no**"
        };
        let what = match goal.of {
            Side::Bound => "the same, bound",
            Side::Native | Side::Ours | Side::C => row.what,
        };
        Some(format!(
            "| {what} | {} | {} | {} | {} | {ratio:.2} | {limit:.2} | {floor:.2} | {met} |",
            number(native),
            number(of),
            number(c),
            goal.over.name(),
        ))
    }

    /// Returns the nanoseconds of one operation: the median of all samples, on which a busy
    /// machine has the least effect.
    fn time(&self, row: &Row, side: Side) -> Option<f64> {
        // Criterion derives a file name from the group's.
        let group = format!("{}/{}", self.mode, row.id).replace(['/', ':'], "_");
        let file = self
            .results
            .join(group)
            .join(side.name())
            .join("new")
            .join("estimates.json");
        let estimates: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let median = estimates["median"]["point_estimate"].as_f64()?;
        Some(median / f64::from(row.times))
    }
}

/// Formats a number with about three digits.
fn number(ns: f64) -> String {
    match ns {
        ..10.0 => format!("{ns:.2}"),
        ..100.0 => format!("{ns:.1}"),
        _ => format!("{ns:.0}"),
    }
}
