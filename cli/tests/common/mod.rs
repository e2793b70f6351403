//! Runs the command as a user does. Whatever is run is watched: no secret may come out of it.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod ectoken;

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use md5::{Digest as _, Md5};

pub(crate) const SECRET: &str = "s3cret-of-16-bytes-and-more";
/// 2026-11-24 10:00:00 UTC. Whether that is past or to come depends on the day: for what is told the time
/// by [`NOW`], and for what does not ask for it.
pub(crate) const EXPIRES: u64 = 1_795_514_400;
/// One day before.
pub(crate) const NOW: &str = "1795428000";

/// A day from now: an expiry that `sign` finds nothing strange in.
pub(crate) static TOMORROW: LazyLock<String> = LazyLock::new(|| (now() + 86400).to_string());

/// What a clock that the whole test is given consists of, as `faketime` does.
const CLOCK: [&str; 4] = [
    "LD_PRELOAD",
    "FAKETIME",
    "FAKETIME_SHARED",
    "DONT_FAKE_MONOTONIC",
];

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// What a run of the command left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// What was printed, where that is all that there was to say.
    pub(crate) fn quietly(self) -> String {
        assert_eq!(self.err, "");
        self.out
    }

    pub(crate) fn line(self) -> String {
        assert_eq!(
            (self.code, self.out.lines().count()),
            (0, 1),
            "{}{}",
            self.out,
            self.err
        );
        self.out.trim_end().to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// The command, in an environment of its own.
pub(crate) struct Cli {
    pub(crate) dir: PathBuf,
    secrets: Vec<Vec<u8>>,
    env: Vec<(String, String)>,
}

impl Cli {
    /// With a secret in the file `key`.
    pub(crate) fn new() -> Self {
        Self::with_secret(SECRET)
    }

    pub(crate) fn with_secret(secret: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let mut cli = Self {
            dir,
            secrets: Vec::new(),
            env: Vec::new(),
        };
        cli.secret_file("key", secret.as_bytes());
        cli
    }

    /// Writes a file that holds a secret, byte by byte.
    pub(crate) fn secret_file(&mut self, name: &str, text: &[u8]) {
        let path = self.dir.join(name);
        let _ = fs::remove_file(&path);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .unwrap();
        file.write_all(text).unwrap();
        self.keep_quiet(text);
    }

    /// This must not be printed, whatever is run.
    pub(crate) fn keep_quiet(&mut self, secret: &[u8]) {
        let secret = secret.trim_ascii();
        // NGINX's own example has a secret that is called as what is printed of it.
        if secret.len() > 3 && secret != b"secret" {
            self.secrets.push(secret.to_vec());
        }
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"")
    }

    pub(crate) fn run_with(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_secure-token"))
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(
                CLOCK
                    .iter()
                    .filter_map(|name| Some((name, env::var_os(name)?))),
            )
            .env("TZ", "UTC")
            .envs(self.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let text = stdin.to_vec();
        // It may end before it has read all.
        let writer = std::thread::spawn(move || drop(input.write_all(&text)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        for secret in &self.secrets {
            for stream in [&output.stdout, &output.stderr] {
                let is_there = stream.windows(secret.len()).any(|window| window == *secret);
                assert!(!is_there, "{args:?} printed a secret");
            }
        }
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `sign` with the secret of the file `key`.
    pub(crate) fn sign(&self, scheme: &str, args: &[&str]) -> Ran {
        let first = ["sign", "--scheme", scheme, "--secret-file", "key"];
        self.run(&[&first, args].concat())
    }

    /// `verify`, a day before [`EXPIRES`].
    pub(crate) fn verify(&self, scheme: &str, args: &[&str]) -> Ran {
        let first = [
            "verify",
            "--scheme",
            scheme,
            "--secret-file",
            "key",
            "--now",
            NOW,
        ];
        self.run(&[&first, args].concat())
    }

    /// The mistakes that `explain` is certain of and those that it guesses, a day before [`EXPIRES`].
    pub(crate) fn mistakes(&self, scheme: &str, args: &[&str]) -> (Vec<String>, Vec<String>) {
        let first = [
            "explain",
            "--json",
            "--scheme",
            scheme,
            "--secret-file",
            "key",
            "--now",
            NOW,
        ];
        let ran = self.run(&[&first, args].concat());
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        let of = |certain: bool| {
            let mistakes = ran.json()["mistakes"].as_array().unwrap().clone();
            let kept = mistakes
                .into_iter()
                .filter(|mistake| mistake["certain"] == certain);
            kept.map(|mistake| mistake["text"].as_str().unwrap().to_owned())
                .collect()
        };
        (of(true), of(false))
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

pub(crate) fn md5(text: impl AsRef<[u8]>) -> [u8; 16] {
    Md5::digest(text).into()
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

/// What links of azion in the tests of `explain` are for.
pub(crate) const PATH: &str = "/videos/my film.mp4";
pub(crate) const URL: &str = "https://cdn.example.com/videos/my%20film.mp4";

/// A link for [`URL`] with that token.
pub(crate) fn azion(token: &str) -> String {
    format!("{URL}?st={token}&e={EXPIRES}")
}

/// The one mistake that is found, and for certain.
#[track_caller]
pub(crate) fn one((mut certain, guessed): (Vec<String>, Vec<String>)) -> String {
    assert_eq!(
        (certain.len(), guessed.len()),
        (1, 0),
        "{certain:?} {guessed:?}"
    );
    certain.remove(0)
}

/// The one mistake in a link of azion.
#[track_caller]
pub(crate) fn the_mistake(link: &str) -> String {
    one(Cli::new().mistakes("azion", &[link]))
}

#[track_caller]
pub(crate) fn is_named(link: &str, said: &str) {
    let mistake = the_mistake(link);
    assert!(mistake.contains(said), "{mistake}");
}

/// MD5 of secret, path and expiry.
pub(crate) fn azion_token(secret: &str, path: &str, expires: impl std::fmt::Display) -> String {
    base64url(md5(format!("{secret}{path}{expires}")))
}

/// MD5 of expiry, path, address, a blank and the secret.
pub(crate) fn gcore_token(
    secret: &str,
    path: &str,
    expires: impl std::fmt::Display,
    address: &str,
) -> String {
    base64url(md5(format!("{expires}{path}{address} {secret}")))
}
