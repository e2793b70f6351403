//! A secret in a file of its own.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use nginx_sys::O_NONBLOCK;
use token::Secret;
use zeroize::Zeroizing;

const EMPTY: &str = "is empty; write the secret into it";

/// A secret as it stands in a file.
pub(super) struct InFile {
    pub(super) text: Zeroizing<Box<[u8]>>,
    pub(super) open_to_others: bool,
}

/// Why a file gives no secret.
pub(super) enum Unusable {
    Io(io::Error),
    Because(&'static str),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

pub(super) fn read(path: &Path) -> Result<InFile, Unusable> {
    // What has no end and no writer must not hold up NGINX: a pipe would at opening, /proc/kmsg at reading.
    let mut options = File::options();
    options.read(true).custom_flags(O_NONBLOCK as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unusable::Because(
            "is not a file; name one that holds the secret",
        ));
    }
    // So are the files that the kernel makes up, and what it would say is no secret.
    if metadata.len() == 0 {
        return Err(Unusable::Because(EMPTY));
    }
    if metadata.len() > Secret::LONGEST_FILE as u64 {
        return Err(Unusable::Because(
            "has more than 64 KiB; name a file that holds one secret",
        ));
    }
    // Room for all of it at once, so that no copy is left where it grew.
    let mut secret = Zeroizing::new(Vec::with_capacity(Secret::LONGEST_FILE));
    file.take(Secret::LONGEST_FILE as u64)
        .read_to_end(&mut secret)?;
    let text = Secret::in_file(&secret);
    if text.is_empty() {
        return Err(Unusable::Because(EMPTY));
    }
    Ok(InFile {
        text: Zeroizing::new(text.into()),
        open_to_others: metadata.permissions().mode() & 0o004 != 0,
    })
}
