//! The example `micropython`.

use super::wasi::{assert_fails, directory, program};
use super::{assert_prints, example};
use std::fs;

fn python_calls_functions_of_the_host() {
    let python = program("micropython-wasi.wasm");
    let directory = directory("micropython");
    fs::write(directory.join("file"), "in the file").unwrap();
    let python = |program: &str| {
        let mut run = example("micropython");
        run.args(["--dir", "."])
            .arg(&python)
            .args(["-c", program])
            .current_dir(&directory);
        run
    };
    let system = format!(r#"{{"ok":true,"result":"{}"}}"#, std::env::consts::OS);
    let unknown = r#"{"ok":false,"error":"the host has no function n?ne"}"#;
    let program = r#"
import host
print(host.call("system", "null"))
print(host.call("echo", "[1, {}]"))
print(host.call("n\"ne", "null"))"#;
    let echoed = r#"{"ok":true,"result":[1, {}]}"#;
    assert_prints(&mut python(program), &[&system, echoed, unknown]);
    assert_prints(&mut python("print(open('file').read())"), &["in the file"]);
    let exit = python("import sys; sys.exit(3)").status().unwrap();
    assert_eq!(exit.code(), Some(3));
}

fn mistakes_on_the_command_line() {
    let python = || example("micropython");
    assert_fails(&mut python(), 2, "error: no MicroPython is named");
    assert_fails(
        python().arg("--dri=."),
        2,
        "error: there is no option `--dri`: did you mean",
    );
    let help = python().arg("--help").output().unwrap();
    assert!(help.status.success(), "{help:?}");
}

crate::tests![
    python_calls_functions_of_the_host,
    mistakes_on_the_command_line,
];
