//! Plays inputs for a while, in child processes, and reports those that ended badly.
//!
//! ```text
//! cargo run -p libwasmtime-fuzz --release -- --seconds 60 [--seed N]
//! cargo run -p libwasmtime-fuzz --release -- --seed N --input M
//! ```
//!
//! with the features of the link mode, for example `--no-default-features --features load`;
//! without, libwasmtime is built from source.
//!
//! The second command plays one input again, in this process. The first one prints it when it
//! has found something. An input is determined by its seed and number, and by this package's
//! sources.

use libwasmtime_fuzz::Tally;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The number of inputs that a child process plays.
const BATCH: u64 = 100;

/// The longest time of an input. Most take a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// The greatest length of an input, in bytes.
const LONGEST: u64 = 8192;

struct Args {
    seconds: u64,
    seed: u64,
    input: Option<u64>,
    /// The first input of a batch to play, as a child process.
    batch: Option<u64>,
}

fn main() -> ExitCode {
    let args = match parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    libwasmtime_fuzz::silence_panics();
    let played = match (args.input, args.batch) {
        (Some(number), _) => play(args.seed, number..number + 1),
        (None, Some(first)) => play(args.seed, first..first + BATCH),
        (None, None) => supervise(&args),
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Args, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut parsed = Args {
        seconds: 60,
        seed: now.map_or(0, |now| now.as_secs()),
        input: None,
        batch: None,
    };
    while let Some(name) = args.next() {
        let value = args.next().and_then(|value| value.parse().ok());
        let value: u64 = value.ok_or_else(|| format!("`{name}` takes a number"))?;
        match name.as_str() {
            "--seconds" => parsed.seconds = value,
            "--seed" => parsed.seed = value,
            "--input" => parsed.input = Some(value),
            "--batch" => parsed.batch = Some(value),
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok(parsed)
}

/// Plays inputs in this process, and prints each number.
fn play(seed: u64, numbers: std::ops::Range<u64>) -> Result<(), String> {
    let mut sum = Tally::default();
    for number in numbers {
        say(&format!("at {number}"));
        match libwasmtime_fuzz::run(&input(seed, number)) {
            Ok(tally) => sum.add(&tally),
            Err(violation) => return Err(violation.to_string()),
        }
    }
    say(&format!("done {sum}"));
    Ok(())
}

fn say(line: &str) {
    // It doesn't matter if nobody reads it any more.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Returns the bytes of an input.
fn input(seed: u64, number: u64) -> Vec<u8> {
    // SplitMix64, from a state that is different for each input.
    let mut state = seed.rotate_left(32) ^ number.wrapping_mul(0xd134_2543_de82_ef95);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let words = next() % (LONGEST / 8) + 8;
    (0..words).flat_map(|_| next().to_le_bytes()).collect()
}

/// Lets child processes play inputs until the time is over.
fn supervise(args: &Args) -> Result<(), String> {
    let seed = args.seed;
    let begin = Instant::now();
    let mut first = 0;
    println!("seed {seed}, for {} seconds", args.seconds);
    let mut sum = Tally::default();
    while begin.elapsed().as_secs() < args.seconds {
        sum.add(&supervise_batch(seed, first)?);
        first += BATCH;
    }
    let seconds = begin.elapsed().as_secs();
    println!("{first} inputs in {seconds} seconds: {sum}");
    Ok(())
}

/// Lets a child process play a batch.
fn supervise_batch(seed: u64, first: u64) -> Result<Tally, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .args(["--seed", &seed.to_string(), "--batch", &first.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let output = child.stdout.take().expect("it is piped");
    let (send, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let mut at = first;
    let mut done = None;
    let mut hangs = false;
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => match line.split_once(' ') {
                Some(("at", number)) => at = number.parse().unwrap_or(at),
                Some(("done", tally)) => done = Tally::read(tally),
                _ => println!("{line}"),
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                hangs = true;
                // It may have ended just now.
                let _ = child.kill();
            }
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let _ = reader.join();
    match done {
        Some(done) if status.success() => Ok(done),
        _ => Err(format!(
            "input {at} of seed {seed} {}: play it again with `--seed {seed} --input {at}`",
            if hangs {
                format!("takes longer than {} seconds", PATIENCE.as_secs())
            } else {
                format!("ended the process, {status}")
            }
        )),
    }
}
