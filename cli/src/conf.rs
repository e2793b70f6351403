//! What a configuration of NGINX says of a location: the scheme, its secrets and what else signer and module agree on.

mod blocks;
mod find;
mod include;
mod schemes;
mod settings;
mod tokens;

use std::path::PathBuf;

use explain::RevokedFile;
use token::Scheme;

use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::playlist::Way;
use crate::secrets::Secrets;

#[derive(clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfArgs {
    /// Take the schemes, their secrets and what else signer and module agree on from this configuration of NGINX, in
    /// place of the options for them. Of several schemes of a location, --scheme names the one that signs; verify and
    /// explain take the first whose token the link has
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "link", "digest"])]
    config: Option<PathBuf>,

    /// The location in that configuration, as it is written there: /films/, '~ \.mp4$', @films; or its place,
    /// nginx.conf:12. May be left out where one alone is protected
    #[arg(long, value_name = "LOCATION", requires = "config")]
    location: Option<String>,

    /// A name of the server that has the location, where several have one of that name
    #[arg(long, value_name = "NAME", requires = "config")]
    server: Option<String>,
}

/// A scheme that is in force, and what opens its links.
pub(crate) struct Guard {
    /// With the words behind its name.
    pub(crate) scheme: Scheme,
    pub(crate) secrets: Secrets,
    /// The names that they go by, in their order.
    pub(crate) secret_ids: Vec<String>,
}

impl Guard {
    /// Secrets that have no names but their numbers.
    pub(crate) fn new(scheme: Scheme, secrets: Secrets) -> Self {
        let secret_ids = (1..=secrets.len()).map(|number| number.to_string());
        Self {
            scheme,
            secret_ids: secret_ids.collect(),
            secrets,
        }
    }
}

/// What a location says.
pub(crate) struct Location {
    /// Its schemes, in their order: one at least.
    pub(crate) guards: Vec<Guard>,
    param: Option<String>,
    ttl: Option<u64>,
    ignore_case: bool,
    keep_slashes: bool,
    is_unbound: bool,
    pub(crate) clock_skew: Option<u64>,
    pub(crate) max_lifetime: Option<u64>,
    /// What is revoked.
    pub(crate) revoked: Vec<RevokedFile>,
    /// What comes into the links of playlists.
    pub(crate) playlist: Option<Way>,
    /// Directives by which NGINX counts, and where they stand.
    counting: Vec<String>,
}

impl Location {
    /// Says what NGINX alone decides.
    pub(crate) fn warn(&self) {
        for directive in &self.counting {
            output::warning(&format!(
                "{directive} counts in NGINX, and how often and by whom a link was used is not known here"
            ));
        }
    }
}

impl ConfArgs {
    /// What the location says, of the scheme of that name alone where there is one; `None` where no configuration was
    /// named. What it leaves to the command line goes into `link`. Secrets that are given stand in place of its own.
    /// `settled`: options of the request that are given, or that make no difference.
    pub(crate) fn read(
        &self,
        link: &mut LinkArgs,
        scheme: Option<&str>,
        secrets: Option<Secrets>,
        settled: &[&str],
    ) -> Result<Option<Location>, Trouble> {
        let Some(file) = &self.config else {
            return Ok(None);
        };
        let blocks = include::read(file)?;
        let found = find::location(&blocks, self.location.as_deref(), self.server.as_deref())?;
        let directory = file.parent().unwrap_or(std::path::Path::new(""));
        let of_link = [
            link.named_path().map(|_| "--path"),
            link.client_ip.as_ref().map(|_| "--client-ip"),
        ];
        let asked = settings::Asked {
            scheme,
            settled: [of_link.into_iter().flatten().collect(), settled.to_vec()].concat(),
            secrets,
            variables: &link.var,
        };
        let location = settings::of(&found, directory, &asked)?;
        link.complete(
            location.param.as_deref(),
            location.ttl,
            location.ignore_case,
            location.keep_slashes,
        )?;
        link.is_unbound = location.is_unbound;
        Ok(Some(location))
    }
}
