//! Files of what is revoked, as the module reads them.

use std::fs;
use std::path::Path;

use explain::RevokedFile;
use token::revocations;

use crate::output::Trouble;

/// # Errors
/// Where it cannot be read, or one of its lines cannot.
pub(crate) fn read(path: &Path) -> Result<RevokedFile, Trouble> {
    let name = path.display().to_string();
    let text = fs::read(path).map_err(|error| format!("cannot read \"{name}\": {error}"))?;
    let mut lines = revocations(&text);
    let wrong = lines.find_map(|(line, revocation)| Some((line, revocation.err()?)));
    if let Some((line, error)) = wrong {
        return Err(format!("{name}:{line}: the line {error}").into());
    }
    drop(lines);
    Ok(RevokedFile { name, text })
}
