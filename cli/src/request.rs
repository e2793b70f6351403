//! A request for a link, as NGINX would see it: what `verify` and `explain` have in common.

use token::{RequestParts, Rules, Scheme, Verdict};

use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::secrets::Secrets;
use crate::text::show;
use crate::time;
use crate::url::{Url, host_name};

#[derive(clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// The time of the request: a Unix time in seconds, or a date with its zone. Without it, now
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    now: Option<u64>,

    /// A header of the request, "Referer: https://www.example.com/" or "Host: cdn.example.com". No other header
    /// is looked at. Without it the host is the URL's
    #[arg(long, value_name = "HEADER", value_parser = Header::parse)]
    header: Vec<Header>,

    /// The client's country, a code of two letters, as secure_token_country would give it; "" for one that is
    /// not known
    #[arg(long, value_name = "CODE")]
    country: Option<String>,

    /// As secure_token_clock_skew: how long after its expiry a link still opens
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time::duration)]
    clock_skew: u64,

    /// As secure_token_max_lifetime: refuse links that expire later than this from now
    #[arg(long, value_name = "TIME", value_parser = time::duration)]
    max_lifetime: Option<u64>,

    /// As "secure_token ectoken legacy": take tokens of version 2, which are not authenticated
    #[arg(long)]
    legacy: bool,
}

#[derive(Clone)]
enum Header {
    Host(String),
    Referer(String),
}

impl Header {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or(
            "write the name, a colon and the value: \"Referer: https://www.example.com/\"",
        )?;
        let value = value.trim().to_owned();
        match name.trim().to_ascii_lowercase().as_str() {
            "host" => Ok(Self::Host(value)),
            "referer" => Ok(Self::Referer(value)),
            _ => Err("no scheme looks at this header; only Host and Referer count. A country is given with \
                      --country, an address with --client-ip"
                .to_owned()),
        }
    }
}

/// A link, and everything that is known of the request for it.
pub(crate) struct Asked<'a> {
    pub(crate) scheme: &'static dyn Scheme,
    pub(crate) rules: Rules<'a>,
    pub(crate) url: Url<'a>,
    /// The path that the token is for.
    pub(crate) path: Vec<u8>,
    pub(crate) secrets: Vec<&'a [u8]>,
    pub(crate) client_ip: Option<&'a [u8]>,
    pub(crate) country: Option<&'a [u8]>,
    pub(crate) referrer: &'a [u8],
    pub(crate) host: Vec<u8>,
    pub(crate) protocol: String,
    pub(crate) now: u64,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(
        scheme: &'static dyn Scheme,
        link: &'a LinkArgs,
        args: &'a RequestArgs,
        secrets: &'a Secrets,
        url: &'a [u8],
    ) -> Result<Self, Trouble> {
        let parsed = Url::parse(url)?;
        let path = link
            .path(&parsed)
            .map_err(|why| format!("{}: {why}", show(url)))?;
        if link.client_ip.is_some() && link.client_ip(scheme).is_none() {
            let name = scheme.name();
            output::warning(&format!(
                "links of {name} carry no address, and --client-ip does nothing"
            ));
        }
        let mut rules = link.rules(scheme)?;
        rules.clock_skew = args.clock_skew;
        rules.max_lifetime = args.max_lifetime;
        let (mut authority, mut referrer) = (parsed.authority(), "");
        for header in &args.header {
            match header {
                Header::Host(value) => authority = value.as_bytes(),
                Header::Referer(value) => referrer = value,
            }
        }
        Ok(Self {
            scheme: with_extra(scheme, args.legacy)?,
            rules,
            url: parsed,
            path,
            secrets: secrets.bytes(),
            client_ip: link.client_ip(scheme),
            country: args.country.as_deref().map(str::as_bytes),
            referrer: referrer.as_bytes(),
            host: host_name(authority),
            protocol: parsed.protocol(),
            now: args.now.unwrap_or_else(time::now),
        })
    }

    pub(crate) fn query(&self) -> &'a [u8] {
        self.url.query.unwrap_or_default()
    }

    /// What the module would decide.
    pub(crate) fn verdict(&self) -> Verdict {
        let sources = [self.query()];
        let parts = self.parts(&sources, &self.secrets);
        let verdict = self.scheme.verify(&parts, &self.rules, self.now);
        // All answers are at hand, so that none can fail.
        verdict.unwrap_or(Verdict::Refused {
            reason: token::Reason::Malformed,
            claims: None,
        })
    }

    /// The same request with a query and secrets of the caller's.
    pub(crate) fn parts<'b>(
        &'b self,
        sources: &'b [&'b [u8]],
        secrets: &'b [&'b [u8]],
    ) -> RequestParts<'b> {
        RequestParts {
            path: &self.path,
            sources,
            secrets,
            client_ip: self.client_ip,
            country: self.country,
            referrer: self.referrer,
            host: &self.host,
            protocol: self.protocol.as_bytes(),
        }
    }
}

/// The scheme that does in addition what `--legacy` asks for.
fn with_extra(
    scheme: &'static dyn Scheme,
    is_legacy: bool,
) -> Result<&'static dyn Scheme, Trouble> {
    const WORD: &str = "legacy";
    if !is_legacy {
        return Ok(scheme);
    }
    let extra = scheme
        .facts()
        .extras
        .iter()
        .find(|extra| extra.word == WORD);
    let extra = extra
        .ok_or_else(|| format!("{} has no older version; leave --{WORD} out", scheme.name()))?;
    output::warning(extra.warning);
    Ok(extra.scheme)
}
