//! What signer and verifier have to agree on: the options of a link, whatever is done with it.

use explain::url::Url;
use token::query::is_param_name;
use token::{ClientIp, Params, Rules, Scheme};

use crate::output::Trouble;

#[derive(clap::Args)]
#[command(next_help_heading = "Link")]
pub(crate) struct LinkArgs {
    /// The client's address. gcore: the link is bound to it. ectoken: signing, the addresses and networks
    /// that it opens to; verifying, where the request comes from
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) client_ip: Option<String>,

    /// The path that the token is for, decoded, in place of the URL's own: as secure_token_uri says, such as
    /// the directory of a stream
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    /// Other names of the parameters, as in secure_token_param: "token=sig,expires=until"
    #[arg(long, value_name = "token=NAME,expires=NAME", value_parser = ParamNames::parse)]
    param: Option<ParamNames>,

    /// As with "secure_token_ignore_case on": azion and gcore sign the path in lower case, and the
    /// restrictions of an ectoken do not mind the case of paths
    #[arg(long)]
    ignore_case: bool,

    /// As with "merge_slashes off": "//" in a path is not "/"
    #[arg(long)]
    keep_slashes: bool,
}

impl LinkArgs {
    /// The names of the parameters of a scheme.
    pub(crate) fn params<'a>(&'a self, scheme: &dyn Scheme) -> Result<Params<'a>, Trouble> {
        let params = scheme.facts().params;
        let Some(names) = &self.param else {
            return Ok(params);
        };
        if names.expires.is_some() && params.expires.is_none() {
            let name = scheme.name();
            return Err(format!(
                "tokens of {name} have their expiry inside; leave \"expires=\" out of --param"
            )
            .into());
        }
        let bytes = |name: &'a Option<String>| name.as_deref().map(str::as_bytes);
        let params = params.renamed(bytes(&names.token), bytes(&names.expires));
        if params.clash() {
            return Err("--param: token and expiry would have the same name; give them two".into());
        }
        Ok(params)
    }

    pub(crate) fn rules<'a>(&'a self, scheme: &dyn Scheme) -> Result<Rules<'a>, Trouble> {
        Ok(Rules {
            params: self.params(scheme)?,
            ignore_case: self.ignore_case,
            clock_skew: 0,
            max_lifetime: None,
        })
    }

    /// The path that the token of a URL is for.
    pub(crate) fn path(&self, url: &Url<'_>) -> Result<Vec<u8>, String> {
        match &self.path {
            Some(path) => Ok(path.as_bytes().to_vec()),
            None => url
                .served_path(!self.keep_slashes)
                .map_err(|bad| bad.as_str().to_owned()),
        }
    }

    /// The path that was named in place of the URL's own.
    pub(crate) fn named_path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The address that the scheme is told of.
    pub(crate) fn client_ip(&self, scheme: &dyn Scheme) -> Option<&[u8]> {
        match scheme.facts().client_ip {
            ClientIp::Never => None,
            ClientIp::Optional | ClientIp::Claimed => self.client_ip.as_deref().map(str::as_bytes),
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
