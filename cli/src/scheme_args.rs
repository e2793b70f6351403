//! The options that say which scheme a link is of.

use std::str::FromStr;

use token::Scheme;

use crate::output::{self, Trouble};
use crate::schemes::{SchemeName, built_in};
use crate::words::words;

#[derive(clap::Args)]
#[command(next_help_heading = "Scheme")]
pub(crate) struct SchemeArgs {
    /// The scheme, as in the directive secure_token; with --config, one of those that the location has
    #[arg(long, value_parser = SchemeName)]
    scheme: Option<String>,

    /// A format of your own in place of a scheme, as behind the name in secure_token_format: link, digest and message,
    /// then options, with blanks between and quotes where one has blanks:
    /// '?sig={token}&exp={expires} hmac-sha256:hex "{expires}\n{path}"'. A whole line of nginx.conf will do, from
    /// secure_token_format to its semicolon. Backslashes mean what they mean there: \n is a newline, and so is \\n
    #[arg(
        long,
        value_name = "LINK DIGEST MESSAGE",
        conflicts_with = "scheme",
        allow_hyphen_values = true
    )]
    format: Option<OwnFormat>,

    /// As secure_token_link: other names or another place for the fields of the scheme
    #[arg(long, value_name = "LINK")]
    link: Option<String>,

    /// As secure_token_digest: another digest, where the vendor leaves the choice
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
}

/// The scheme of a `--format`.
#[derive(Clone)]
struct OwnFormat(Scheme);

const DIRECTIVE: &str = "secure_token_format";

/// What a format is called that has no name.
const OWN: &str = "own";

impl FromStr for OwnFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The whole directive, as a configuration has it.
        let directive = text.trim().strip_prefix(DIRECTIVE);
        let directive = directive.filter(|rest| rest.starts_with(char::is_whitespace));
        let named = directive.map(|rest| rest.strip_suffix(';').unwrap_or(rest));
        let words = words(named.unwrap_or(text))?;
        let (name, words) = match words.split_first() {
            Some((name, words)) if named.is_some() => (name.as_str(), words),
            _ => (OWN, words.as_slice()),
        };
        let [link, digest, message, options @ ..] = words else {
            return Err("write link, digest and message with blanks between: \
                 '?sig={token}&exp={expires} hmac-sha256:hex \"{expires}\\n{path}\"'"
                .to_owned());
        };
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Scheme::own(name, link, digest, message, &options)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

impl SchemeArgs {
    /// The name of one of a configuration's schemes.
    pub(crate) fn name(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// The scheme that was named or described; `None` where none was.
    pub(crate) fn named(&self) -> Result<Option<Scheme>, Trouble> {
        let built_in = self.scheme.as_deref().map(built_in).transpose()?;
        let own = self.format.as_ref().map(|own| own.0.clone());
        let Some(mut scheme) = built_in.or(own) else {
            return match (&self.link, &self.digest) {
                (None, None) => Ok(None),
                _ => Err("--link and --digest change a scheme; name it with --scheme".into()),
            };
        };
        if let Some(digest) = &self.digest {
            let changed = scheme.with_digest(digest);
            scheme = changed.map_err(|error| format!("--digest: {error}"))?;
        }
        if let Some(link) = &self.link {
            let changed = scheme.with_link(link);
            scheme = changed.map_err(|error| format!("--link: {error}"))?;
        }
        if self.format.is_some() {
            for warning in scheme.facts().warnings() {
                output::warning(&format!("--format: {warning}"));
            }
        }
        Ok(Some(scheme))
    }

    /// The scheme, which has to be named or described.
    pub(crate) fn required(&self) -> Result<Scheme, Trouble> {
        self.named()?.ok_or_else(|| {
            "name the scheme with --scheme, or describe it with --format; \"secure-token schemes\" lists them".into()
        })
    }
}
