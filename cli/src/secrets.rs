//! Where secrets come from. They are wiped when they are dropped, and never printed.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use token::Secret;
use zeroize::Zeroizing;

use crate::output::{self, Trouble};

/// A secret's bytes, as somebody gave them.
#[derive(Clone)]
pub(crate) struct SecretText(Zeroizing<Vec<u8>>);

impl FromStr for SecretText {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
    }
}

/// What is said where there has to be one.
pub(crate) const NO_SECRET: &str =
    "there is no secret; name the file that holds it with --secret-file";

#[derive(clap::Args)]
#[command(next_help_heading = "Secrets")]
pub(crate) struct SecretArgs {
    /// Read a secret from this file; one newline at its end is dropped, as the module does
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,

    /// Read a secret from standard input; one newline at its end is dropped
    #[arg(long)]
    secret_stdin: bool,

    /// Take a secret from this environment variable, as it is
    #[arg(long, value_name = "VARIABLE")]
    secret_env: Vec<String>,

    /// The secret itself. Others see it in the list of processes: prefer a file
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    secret: Vec<SecretText>,
}

/// The secrets of a command, in the order in which they are tried: files, standard input, environment,
/// command line.
#[derive(Clone)]
pub(crate) struct Secrets(Vec<SecretText>);

impl SecretArgs {
    pub(crate) const fn reads_stdin(&self) -> bool {
        self.secret_stdin
    }

    fn read(&self) -> Result<Secrets, Trouble> {
        let mut secrets = Vec::new();
        for file in &self.secret_file {
            secrets.push(from_file(file)?);
        }
        if self.secret_stdin {
            secrets.push(from_reader(io::stdin().lock(), "standard input")?);
        }
        for name in &self.secret_env {
            secrets.push(from_environment(name)?);
        }
        if !self.secret.is_empty() {
            output::warning(
                "a secret on the command line is seen by everybody who lists the processes, and stays in \
                 the shell's history; write it to a file and name that with --secret-file",
            );
        }
        for secret in &self.secret {
            if secret.0.is_empty() {
                return Err("the secret of --secret is empty; write the secret itself".into());
            }
            secrets.push(secret.clone());
        }
        Ok(Secrets(secrets))
    }

    const fn is_empty(&self) -> bool {
        self.secret_file.is_empty()
            && !self.secret_stdin
            && self.secret_env.is_empty()
            && self.secret.is_empty()
    }

    /// The secrets that the command line names; `None` where it names none.
    pub(crate) fn given(&self) -> Result<Option<Secrets>, Trouble> {
        (!self.is_empty()).then(|| self.read()).transpose()
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }
}

impl Secrets {
    pub(crate) const fn of(secrets: Vec<SecretText>) -> Self {
        Self(secrets)
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn bytes(&self) -> Vec<&[u8]> {
        self.0.iter().map(|text| text.0.as_slice()).collect()
    }

    /// The first one, which signs.
    pub(crate) fn first(&self) -> &[u8] {
        self.0.first().map_or(b"", |text| text.0.as_slice())
    }
}

pub(crate) fn from_file(path: &Path) -> Result<SecretText, Trouble> {
    let name = path.display();
    let cannot = |error: io::Error| format!("cannot read \"{name}\": {error}");
    let file = fs::File::open(path).map_err(cannot)?;
    let metadata = file.metadata().map_err(cannot)?;
    // So are the files that the kernel makes up: one may have no end, and what it says is no secret.
    if metadata.is_file() && metadata.len() == 0 {
        return Err(empty(&format!("\"{name}\"")));
    }
    if metadata.is_file() && metadata.permissions().mode() & 0o004 != 0 {
        output::warning(&format!(
            "others can read \"{name}\"; take that right away with \"chmod o-r\""
        ));
    }
    from_reader(file, &format!("\"{name}\""))
}

fn from_reader(reader: impl Read, name: &str) -> Result<SecretText, Trouble> {
    // Room for all of it at once, so that no copy is left where it grew.
    let room = Secret::LONGEST_FILE.saturating_add(1);
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    reader
        .take(room as u64)
        .read_to_end(&mut text)
        .map_err(|error| format!("cannot read {name}: {error}"))?;
    if text.len() > Secret::LONGEST_FILE {
        return Err(format!("{name} has more than 64 KiB; it is to hold one secret").into());
    }
    let length = Secret::in_file(&text).len();
    text.truncate(length);
    if text.is_empty() {
        return Err(empty(name));
    }
    Ok(SecretText(text))
}

fn empty(name: &str) -> Trouble {
    format!("{name} is empty; write the secret into it").into()
}

fn from_environment(name: &str) -> Result<SecretText, Trouble> {
    match std::env::var_os(name) {
        Some(value) if !value.is_empty() => {
            let text = Zeroizing::new(value.into_encoded_bytes());
            Ok(SecretText(Zeroizing::new(text.to_vec())))
        }
        // The name is not repeated: it may be the secret itself.
        _ => Err("the environment variable that --secret-env names has no secret; set it, or use --secret-file".into()),
    }
}
