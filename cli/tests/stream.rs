//! `secure-token sign -`: URLs from standard input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Cli, TOMORROW, azion_token};

fn args() -> [&'static str; 8] {
    [
        "sign",
        "--scheme",
        "azion",
        "--secret-file",
        "key",
        "--expires-at",
        &TOMORROW,
        "-",
    ]
}

fn signed(path: &str) -> String {
    format!(
        "{path}?st={}&e={}\n",
        azion_token(common::SECRET, path, &*TOMORROW),
        *TOMORROW
    )
}

#[test]
fn each_line_is_answered_by_a_line_in_order() {
    let paths: Vec<String> = (0..20_000)
        .map(|number| format!("/videos/{number}.mp4"))
        .collect();
    let ran = Cli::new().run_with(&args(), paths.join("\n").as_bytes());
    assert_eq!(ran.code, 0);
    let expected: String = paths.iter().map(|path| signed(path)).collect();
    assert!(ran.quietly() == expected);
}

#[test]
fn a_line_that_cannot_be_signed_is_answered_by_an_empty_one_and_named() {
    let ran = Cli::new().run_with(&args(), b"/a\n/b b\r\n\n/c\r\n/d?st=1\n/e");
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.out,
        format!("{}\n\n{}\n{}", signed("/a"), signed("/c"), signed("/e"))
    );
    let errors: Vec<&str> = ran.err.lines().collect();
    assert!(
        errors[0].starts_with("secure-token: error: line 2: ")
            && errors[1].starts_with("secure-token: error: line 5: ")
    );
    assert_eq!(errors.len(), 2, "{}", ran.err);
}

#[test]
fn as_json_an_error_is_an_object_as_well() {
    let ran = Cli::new().run_with(&[&args()[..7], &["--json", "-"]].concat(), b"/a\nb\n");
    let objects: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects[0]["path"], "/a");
    assert_eq!(objects[1]["line"], 2);
    assert!(objects[1]["error"].as_str().unwrap().contains("is no URL"));
}

#[test]
fn bytes_that_are_no_text_are_signed_as_they_are() {
    // The test harness wants text back, so that only what can be shown of it comes back.
    let ran = Cli::new().run_with(&args(), b"/%FF\n");
    assert_eq!(ran.code, 0);
    let token = common::base64url(common::md5(
        [common::SECRET.as_bytes(), b"/\xff", TOMORROW.as_bytes()].concat(),
    ));
    assert_eq!(ran.out, format!("/%FF?st={token}&e={}\n", *TOMORROW));
}

#[test]
fn an_answer_does_not_wait_for_the_next_line() {
    let cli = Cli::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_secure-token"))
        .args(args())
        .current_dir(&cli.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (answer, answers) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        output
            .lines()
            .try_for_each(|line| answer.send(line.unwrap()))
    });
    for path in ["/a", "/b"] {
        writeln!(input, "{path}").unwrap();
        let line = answers.recv_timeout(Duration::from_secs(20));
        assert_eq!(line.map(|line| line + "\n"), Ok(signed(path)));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_error_to_speak_of() {
    let cli = Cli::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_secure-token"))
        .args(args())
        .current_dir(&cli.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all("/a\n".repeat(100_000).as_bytes());
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory() {
    let ran = Cli::new().run_with(&args(), &vec![b'a'; 2 << 20]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("1 MiB"), "{}", ran.err);
}

#[test]
fn standard_input_has_either_urls_or_the_secret() {
    let cli = Cli::new();
    let ran = cli.run(&[
        "sign",
        "--scheme",
        "azion",
        "--secret-stdin",
        "--expires-in",
        "1h",
        "-",
    ]);
    assert!(
        ran.code == 2 && ran.err.contains("--secret-file"),
        "{}",
        ran.err
    );
    let ran = cli.sign("azion", &["--expires-in", "1h", "-", "/a"]);
    assert!(
        ran.code == 2 && ran.err.contains("\"-\" stands for all URLs"),
        "{}",
        ran.err
    );
}
