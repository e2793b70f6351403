//! Schemes as `secure_token_link` and `secure_token_digest` want them.

use token::{FormatError, Scheme};

use super::complaint::Names;
use super::{Complaint, Setting, Written};
use crate::nginx::Level;

impl Written {
    /// Gives the schemes in force the link and the digest that are written. Returns what speaks against that.
    ///
    /// # Errors
    /// What is wrong with either.
    pub(super) fn reshape(&mut self) -> Result<Vec<Complaint>, Complaint> {
        let (link, digest) = (self.link.clone(), self.digest.clone());
        let mut warnings = Vec::new();
        if let Some(link) = link {
            let reshape = Scheme::with_link;
            warnings.extend(self.reshape_with("secure_token_link", "links", &link, reshape)?);
        }
        if let Some(digest) = digest {
            let reshape = Scheme::with_digest;
            warnings.extend(self.reshape_with(
                "secure_token_digest",
                "digests",
                &digest,
                reshape,
            )?);
        }
        Ok(warnings)
    }

    fn reshape_with(
        &mut self,
        directive: &str,
        what: &str,
        setting: &Setting<impl AsRef<str>>,
        reshape: fn(&Scheme, &str) -> Result<Scheme, FormatError>,
    ) -> Result<Vec<Complaint>, Complaint> {
        let Some(chosen) = &mut self.schemes else {
            return Ok(Vec::new());
        };
        let complaint = |level, message: String| Complaint {
            level,
            place: setting.place,
            message: format!("\"{directive}\": {message}"),
        };
        match &*chosen.value {
            [] => Ok(Vec::new()),
            [scheme] => {
                let reshaped = reshape(scheme, setting.value.as_ref());
                let reshaped =
                    reshaped.map_err(|error| complaint(Level::Emergency, error.to_string()))?;
                // What speaks against the scheme itself is known.
                let known = scheme.facts().warnings();
                let warnings = reshaped.facts().warnings().into_iter();
                let warnings = warnings.filter(|new| known.iter().all(|old| old.id != new.id));
                let warnings = warnings.map(|new| complaint(Level::Warn, new.to_string()));
                let warnings = warnings.collect();
                chosen.value = [reshaped].into();
                Ok(warnings)
            }
            schemes => Err(complaint(
                Level::Emergency,
                format!(
                    "the {} are in force here, and it does not say whose {what} are meant; remove the directive, or choose \
                 one of the schemes",
                    Names(schemes)
                ),
            )),
        }
    }
}
