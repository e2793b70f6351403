//! `secure-token keygen`: secrets.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;
use zeroize::Zeroizing;

use crate::output::{self, Trouble};

/// Make a secret: random bytes of the system's generator, as text
///
/// The text is the secret, and not the bytes that it encodes. It is printed with a newline, which the
/// module and this command drop when they read it from a file.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token keygen --out /etc/nginx/secrets/videos
  secure-token keygen --length 16 --format base64url")]
pub(crate) struct Args {
    /// How many random bytes; 16 are enough
    #[arg(long, value_name = "BYTES", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    length: u16,

    /// How they are written: two hexadecimal digits for each byte, or four characters for three
    #[arg(long, value_enum, default_value_t = SecretFormat::Hex)]
    format: SecretFormat,

    /// Write the secret to this new file, which only its owner can read. A file that exists is left alone
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Print JSON: secret, or file; and bytes, format
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SecretFormat {
    Hex,
    Base64url,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    if args.length < 16 {
        output::warning("less than 16 random bytes can be found by trying; leave --length out");
    }
    let mut bytes = Zeroizing::new(vec![0; usize::from(args.length)]);
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the operating system gave no random bytes: {error}"))?;
    let (format, mut secret) = match args.format {
        SecretFormat::Hex => ("hex", Zeroizing::new(HEXLOWER.encode(&bytes))),
        SecretFormat::Base64url => ("base64url", Zeroizing::new(BASE64URL_NOPAD.encode(&bytes))),
    };
    secret.push('\n');
    let about = json!({ "bytes": args.length, "format": format });
    match &args.out {
        Some(file) => {
            write_new(file, secret.as_bytes())?;
            if args.json {
                print_with(about, "file", &file.to_string_lossy())?;
            }
        }
        None if args.json => print_with(about, "secret", secret.trim_end())?,
        None => output::print_bytes(secret.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print_with(mut about: serde_json::Value, name: &str, value: &str) -> Result<(), Trouble> {
    if let Some(object) = about.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
    output::print_json(&about)
}

fn write_new(path: &PathBuf, text: &[u8]) -> Result<(), Trouble> {
    let name = path.display();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                format!(
                    "\"{name}\" exists, and a secret in use must not be lost; choose another name"
                )
            }
            _ => format!("cannot write \"{name}\": {error}"),
        })?;
    file.write_all(text)
        .and_then(|()| file.sync_all())
        .map_err(|error| format!("cannot write \"{name}\": {error}").into())
}
