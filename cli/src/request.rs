//! A request for a link, as NGINX would see it: what `verify` and `explain` have in common.

use token::{ClientIp, Reason, RequestParts, Rules, Scheme, Verdict};

use crate::elsewhere;
use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::secrets::Secrets;
use crate::source::{Header, Place, Sources};
use crate::text::{quote, show};
use crate::time;
use crate::url::{Url, host_name};

#[derive(clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// The time of the request: a Unix time in seconds, or a date with its zone. Without it, now
    #[arg(long, value_name = "TIME", value_parser = time::instant)]
    now: Option<u64>,

    /// A header of the request, "Referer: https://www.example.com/", "Host: cdn.example.com", or one that
    /// --source reads, "Cookie: link=st=…&e=…". Without a Host it is the URL's. May be given several times
    #[arg(long, value_name = "HEADER", value_parser = Header::parse)]
    pub(crate) header: Vec<Header>,

    /// As secure_token_source: where the token is looked for, in this order. args, or text with $args, $arg_NAME,
    /// $cookie_NAME and $http_NAME: '$cookie_link', 'st=$cookie_st&e=$cookie_e'. Without it, args
    #[arg(long, value_name = "SOURCES", value_parser = Sources::parse)]
    source: Vec<Sources>,

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

impl RequestArgs {
    /// Where the token is looked for.
    pub(crate) fn places(&self, url: &Url<'_>) -> Vec<Place> {
        let places = self
            .source
            .iter()
            .flat_map(|sources| sources.places(url, &self.header));
        let mut places: Vec<Place> = places.collect();
        if places.is_empty() {
            places.push(Place::args(url));
        }
        places
    }

    /// A header that has no part in the verdict was most likely meant to have one.
    fn warn_of_unread(&self, scheme: &dyn Scheme, rules: &Rules<'_>) {
        for header in &self.header {
            let is_read = header.is("host")
                || header.is("referer")
                || self.source.iter().any(|sources| sources.reads(header))
                || elsewhere::has_token(scheme, &rules.params, header);
            if !is_read {
                output::warning(&format!(
                    "nothing reads the header {}: a token in it takes --source, a country is given with --country, and an \
                     address with --client-ip",
                    quote(header.name.as_bytes())
                ));
            }
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
    pub(crate) headers: &'a [Header],
    /// The places where the token is looked for, in their order.
    pub(crate) places: Vec<Place>,
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
        args.warn_of_unread(scheme, &rules);
        let last = |name: &str| args.header.iter().rfind(|header| header.is(name));
        let authority = last("host").map_or(parsed.authority(), |host| host.value.as_bytes());
        let referrer = last("referer").map_or("", |header| &header.value);
        Ok(Self {
            scheme: with_extra(scheme, args.legacy)?,
            rules,
            path,
            headers: &args.header,
            places: args.places(&parsed),
            url: parsed,
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

    /// The place that holds the token: the first one decides, as in NGINX.
    pub(crate) fn place(&self) -> Option<&Place> {
        let has_token = |place: &&Place| self.rules.params.find(&place.text).is_some();
        self.places.iter().find(has_token)
    }

    /// The text that the token stands in; where it stands nowhere, the query.
    pub(crate) fn source(&self) -> &[u8] {
        self.place().map_or(self.query(), |place| &place.text)
    }

    /// Whether a link may be bound to an address of which nothing was said.
    pub(crate) fn may_be_bound(&self) -> bool {
        self.scheme.facts().client_ip == ClientIp::Optional && self.client_ip.is_none()
    }

    /// Whether the time of a link that passed is over, and only the skew let it in.
    pub(crate) fn is_within_skew(&self, verdict: &Verdict) -> bool {
        let rules = Rules {
            clock_skew: 0,
            ..self.rules
        };
        verdict.reason().is_none() && self.decide(&rules).reason() == Some(Reason::Expired)
    }

    /// What the module would decide.
    pub(crate) fn verdict(&self) -> Verdict {
        self.decide(&self.rules)
    }

    fn decide(&self, rules: &Rules<'_>) -> Verdict {
        let sources: Vec<&[u8]> = self
            .places
            .iter()
            .map(|place| place.text.as_slice())
            .collect();
        let parts = self.parts(&sources, &self.secrets);
        let verdict = self.scheme.verify(&parts, rules, self.now);
        // All answers are at hand, so that none can fail.
        verdict.unwrap_or(Verdict::Refused {
            reason: Reason::Malformed,
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
