//! What comes into the links, as the command line or a configuration says it.

use crate::output::Trouble;

/// What comes into the links of a playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A token of its own for each that leads below a directory: this one, or the playlist's own.
    Sign { under: Option<String> },
    /// The token that opened the playlist.
    Pass,
}

impl Way {
    /// The words behind `secure_token_playlist`; `None` for what is off.
    ///
    /// # Errors
    /// What NGINX does not take either.
    pub(crate) fn parse(words: &[&str]) -> Result<Option<Self>, String> {
        Ok(Some(match words {
            ["off"] => return Ok(None),
            ["pass"] => Self::Pass,
            ["sign"] => Self::Sign { under: None },
            ["sign", word] => match word.strip_prefix("under=") {
                Some(under) => Self::Sign {
                    under: Some(directory(under)?),
                },
                None => return Err(format!("\"{word}\" is not known; write \"under=/prefix/\"")),
            },
            _ => return Err("write \"off\", \"sign\" or \"pass\"".to_owned()),
        }))
    }

    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Sign { .. } => "sign",
            Self::Pass => "pass",
        }
    }
}

fn directory(text: &str) -> Result<String, String> {
    if text.starts_with('/') && text.ends_with('/') {
        return Ok(text.to_owned());
    }
    Err("write a decoded directory, from one slash to another: /films/".to_owned())
}

#[derive(clap::Args)]
#[command(next_help_heading = "Links")]
pub(crate) struct WayArgs {
    /// As "secure_token_playlist sign": a token of its own for each link that leads to one path, where that is below the
    /// directory of the playlist
    #[arg(long)]
    sign: bool,

    /// Sign what is below this directory instead, decoded, with a slash at its end
    #[arg(long, value_name = "PATH", requires = "sign", conflicts_with = "pass", value_parser = directory)]
    under: Option<String>,

    /// As "secure_token_playlist pass": the token that opens the playlist, which has to be one for a directory
    #[arg(long, conflicts_with = "sign")]
    pass: bool,
}

impl WayArgs {
    /// What the command line says or, where it says nothing, a configuration.
    pub(crate) fn chosen(&self, configured: Option<Way>) -> Result<Way, Trouble> {
        let own = if self.sign {
            Some(Way::Sign {
                under: self.under.clone(),
            })
        } else {
            self.pass.then_some(Way::Pass)
        };
        own.or(configured).ok_or_else(|| {
            "say with --sign or --pass which tokens come into the links, or name with --config and --location where \
             secure_token_playlist does"
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_read_as_nginx_reads_it() {
        let sign = |under: Option<&str>| Way::Sign {
            under: under.map(str::to_owned),
        };
        for (words, expected) in [
            (&["off"][..], None),
            (&["pass"], Some(Way::Pass)),
            (&["sign"], Some(sign(None))),
            (&["sign", "under=/a/"], Some(sign(Some("/a/")))),
        ] {
            assert_eq!(Way::parse(words), Ok(expected));
        }
        for words in [&["sign", "under=/a"][..], &["sign", "/a/"], &["on"], &[]] {
            assert!(Way::parse(words).is_err(), "{words:?}");
        }
    }
}
