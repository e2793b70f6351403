//! What signer and verifier have to agree on: the options of a link, whatever is done with it.

use explain::url::Url;
use explain::{path, query, time};
use token::query::is_param_name;
use token::{Carrier, ClientIp, Params, Rules, Scheme};

use crate::output::Trouble;
use crate::variables::{Variable, VariableParser};

#[derive(clap::Args)]
#[command(next_help_heading = "Link")]
pub(crate) struct LinkArgs {
    /// The client's address. The link is bound to it, where the scheme has that. Where links state restrictions:
    /// signing, the addresses and networks that it opens to; verifying, where the request comes from
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) client_ip: Option<String>,

    /// Whether a configuration says that links are bound to no address.
    #[arg(skip)]
    pub(crate) is_unbound: bool,

    /// The path that the token is for, as the scheme signs it, in place of the URL's own: as secure_token_uri says,
    /// such as the directory of a stream
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    /// Other names of the parameters, as in secure_token_param: "token=sig,expires=until"
    #[arg(long, value_name = "token=NAME,expires=NAME", value_parser = ParamNames::parse)]
    param: Option<ParamNames>,

    /// As secure_token_ttl: how long a link opens from the time of issue on that it carries. Without it, as the vendor
    /// has it
    #[arg(long, value_name = "TIME", value_parser = time::duration)]
    ttl: Option<u64>,

    /// That of a configuration, which schemes without a time of issue ignore.
    #[arg(skip)]
    inherited_ttl: Option<u64>,

    /// As with "secure_token_ignore_case on": the path is signed in lower case, and restrictions do not mind the
    /// case of paths
    #[arg(long)]
    ignore_case: bool,

    /// The value of a variable of NGINX that the scheme hashes: host=cdn.example.com. Without it, $host and $scheme are
    /// those of the URL. May be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = VariableParser)]
    pub(crate) var: Vec<Variable>,

    /// As with "merge_slashes off": "//" in a path is not "/"
    #[arg(long)]
    keep_slashes: bool,
}

impl LinkArgs {
    /// What a configuration says, where the command line says nothing.
    pub(crate) fn complete(
        &mut self,
        param: Option<&str>,
        ttl: Option<u64>,
        ignore_case: bool,
        keep_slashes: bool,
    ) -> Result<(), String> {
        if let (None, Some(param)) = (&self.param, param) {
            let names = ParamNames::parse(param);
            self.param = Some(names.map_err(|why| format!("secure_token_param: {why}"))?);
        }
        self.inherited_ttl = ttl;
        self.ignore_case |= ignore_case;
        self.keep_slashes |= keep_slashes;
        Ok(())
    }

    /// The names of the parameters of a scheme.
    pub(crate) fn params(&self, scheme: &Scheme) -> Result<Params, Trouble> {
        let params = &scheme.facts().params;
        let Some(names) = &self.param else {
            return Ok(params.clone());
        };
        if scheme.facts().carrier == Carrier::Path {
            let name = scheme.name();
            return Err(format!(
                "tokens of {name} stand in the path and have no parameters; leave --param out"
            )
            .into());
        }
        if names.expires.is_some() && params.expires.is_none() {
            let name = scheme.name();
            return Err(format!(
                "tokens of {name} have their expiry inside; leave \"expires=\" out of --param"
            )
            .into());
        }
        let params = params.renamed(
            names.token.as_deref().map(str::as_bytes),
            names.expires.as_deref().map(str::as_bytes),
        );
        if params.clash() {
            return Err("--param: token and expiry would have the same name; give them two".into());
        }
        Ok(params)
    }

    pub(crate) fn rules(&self, scheme: &Scheme) -> Result<Rules, Trouble> {
        Ok(Rules {
            params: self.params(scheme)?,
            ignore_case: self.ignore_case,
            clock_skew: 0,
            max_lifetime: None,
            lifetime: self.lifetime(scheme)?,
        })
    }

    /// How long a link opens from its time of issue on, where that is the time it carries.
    fn lifetime(&self, scheme: &Scheme) -> Result<u64, Trouble> {
        let name = scheme.name();
        let vendor = scheme.facts().lifetime();
        let inherited = self.inherited_ttl;
        let vendor = inherited
            .filter(|_| scheme.facts().needs_lifetime())
            .or(vendor);
        match (self.ttl, scheme.facts().needs_lifetime()) {
            (Some(_), false) => {
                Err(format!("links of {name} say when they expire, or never do; leave --ttl out").into())
            }
            (None, true) if vendor.is_none() => Err(format!(
                "links of {name} carry the time of their issue; say with --ttl how long they open from then on"
            )
            .into()),
            (own, _) => Ok(own.or(vendor).unwrap_or_default()),
        }
    }

    /// The path that the token of a URL is for.
    pub(crate) fn path(&self, scheme: &Scheme, url: &Url<'_>) -> Result<Vec<u8>, String> {
        if let Some(path) = &self.path {
            return Ok(path.as_bytes().to_vec());
        }
        let sent = url.sent_path();
        let path = query::path_token(scheme, sent).map_or(sent, |found| found.rest);
        self.normalised(path)
    }

    /// A path as NGINX serves by it.
    pub(crate) fn normalised(&self, path: &[u8]) -> Result<Vec<u8>, String> {
        path::normalised(path, !self.keep_slashes).map_err(|bad| bad.as_str().to_owned())
    }

    /// NGINX's `merge_slashes`.
    pub(crate) const fn merges_slashes(&self) -> bool {
        !self.keep_slashes
    }

    /// The path that NGINX serves by; empty where it would refuse the URL.
    pub(crate) fn served_path(&self, url: &Url<'_>) -> Vec<u8> {
        path::normalised(url.sent_path(), !self.keep_slashes).unwrap_or_default()
    }

    /// The path that was named in place of the URL's own.
    pub(crate) fn named_path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The address that the scheme is told of.
    pub(crate) fn client_ip(&self, scheme: &Scheme) -> Option<&[u8]> {
        match scheme.facts().client_ip {
            ClientIp::Never => None,
            ClientIp::Optional | ClientIp::Always | ClientIp::Claimed => {
                self.client_ip.as_deref().map(str::as_bytes)
            }
        }
    }
}

/// `token=NAME,expires=NAME`
#[derive(Clone, Default)]
struct ParamNames {
    token: Option<String>,
    expires: Option<String>,
}

impl ParamNames {
    fn parse(text: &str) -> Result<Self, String> {
        let mut names = Self::default();
        for word in text.split([',', ' ']) {
            let (slot, name) = match word.split_once('=') {
                Some(("token", name)) => (&mut names.token, name),
                Some(("expires", name)) => (&mut names.expires, name),
                _ => {
                    return Err(
                        "write \"token=NAME\", \"expires=NAME\", or both with a comma between"
                            .to_owned(),
                    );
                }
            };
            if !is_param_name(name.as_bytes()) {
                return Err("a name has letters, digits, \"-\", \".\", \"_\" and \"~\", and at least one of them".to_owned());
            }
            if slot.replace(name.to_owned()).is_some() {
                return Err(format!(
                    "\"{word}\" is the second name for the same parameter; remove one"
                ));
            }
        }
        Ok(names)
    }
}
