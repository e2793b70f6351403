//! The options that say what NGINX knows of a request: what `verify` and `explain` have in common.

use explain::place::{Header, Place};
use explain::text::{quote, show};
use explain::url::{Url, host_name};
use explain::{LinkRequest, elsewhere, time};
use jiff::tz::TimeZone;
use token::{Carrier, Rules, Scheme, Secret};

use crate::clock;
use crate::extra_args::ExtraArgs;
use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::secrets::Secrets;
use crate::source::Sources;

#[derive(clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// The time of the request: a Unix time in seconds, or a date with its zone. Without it, now
    #[arg(long, value_name = "TIME", value_parser = clock::instant)]
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

    #[command(flatten)]
    extra: ExtraArgs,
}

impl RequestArgs {
    /// # Errors
    /// Where a source was named for a scheme that has none.
    fn check_source(&self, scheme: Scheme) -> Result<(), Trouble> {
        if self.source.is_empty() || scheme.facts().carrier != Carrier::Path {
            return Ok(());
        }
        let name = scheme.name();
        Err(format!(
            "tokens of {name} stand in the path and are looked for nowhere else; leave --source out"
        )
        .into())
    }

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
    fn warn_of_unread(&self, scheme: Scheme, rules: &Rules) {
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

/// The request for a link, as NGINX would see it.
pub(crate) fn link_request<'a>(
    scheme: Scheme,
    link: &'a LinkArgs,
    args: &'a RequestArgs,
    secrets: &'a Secrets,
    url: &'a [u8],
) -> Result<LinkRequest<'a>, Trouble> {
    let parsed = Url::parse(url)?;
    let path = link
        .path(scheme, &parsed)
        .map_err(|why| format!("{}: {why}", show(url)))?;
    if link.client_ip.is_some() && link.client_ip(scheme).is_none() {
        let name = scheme.name();
        output::warning(&format!(
            "links of {name} carry no address, and --client-ip does nothing"
        ));
    }
    args.check_source(scheme)?;
    let mut rules = link.rules(scheme)?;
    rules.clock_skew = args.clock_skew;
    rules.max_lifetime = args.max_lifetime;
    args.warn_of_unread(scheme, &rules);
    let last = |name: &str| args.header.iter().rfind(|header| header.is(name));
    let authority = last("host").map_or(parsed.authority(), |host| host.value.as_bytes());
    let referrer = last("referer").map_or("", |header| &header.value);
    for (secret, number) in secrets.bytes().into_iter().zip(1u64..) {
        if let Err(error) = scheme.prepare(Secret::new(secret)) {
            output::warning(&format!("secret {number} {error}"));
        }
    }
    let extra = args.extra.of(scheme)?;
    if let Some(extra) = extra {
        output::warning(extra.warning);
    }
    Ok(LinkRequest {
        scheme: extra.map_or(scheme, |extra| extra.scheme),
        extra,
        rules,
        path,
        served_path: link.served_path(&parsed),
        stated_path: link.named_path().map(str::as_bytes),
        target: parsed.target(),
        headers: &args.header,
        places: args.places(&parsed),
        url: parsed,
        secrets: secrets.bytes(),
        client_ip: link.client_ip.as_deref().map(str::as_bytes),
        country: args.country.as_deref().map(str::as_bytes),
        referrer: referrer.as_bytes(),
        host: host_name(authority),
        protocol: parsed.protocol(),
        now: args.now.unwrap_or_else(clock::now),
        zone: TimeZone::system(),
    })
}
