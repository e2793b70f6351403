//! The options that say what NGINX knows of a request: what `verify` and `explain` have in common.

use std::path::PathBuf;

use explain::place::{Header, Place};
use explain::text::{quote, show};
use explain::url::{Url, host_name};
use explain::{LinkRequest, RevokedFile, elsewhere, time};
use jiff::tz::TimeZone;
use token::{Carrier, Reason, Scheme, Secret};

use crate::clock;
use crate::conf::{Guard, Location};
use crate::extra_args::ExtraArgs;
use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::source::Sources;
use crate::{revoked, variables};

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

    /// As secure_token_clock_skew: how long after its expiry a link still opens. Without it, not at all
    #[arg(long, value_name = "TIME", value_parser = time::duration)]
    clock_skew: Option<u64>,

    /// As secure_token_max_lifetime: refuse links that expire later than this from now
    #[arg(long, value_name = "TIME", value_parser = time::duration)]
    max_lifetime: Option<u64>,

    /// As secure_token_revoked_file: what is revoked. May be given several times
    #[arg(long, value_name = "FILE")]
    revoked_file: Vec<PathBuf>,

    /// What stands in those, or in those of a configuration.
    #[arg(skip)]
    revoked: Vec<RevokedFile>,

    #[command(flatten)]
    pub(crate) extra: ExtraArgs<false>,
}

impl RequestArgs {
    /// The options for what a configuration cannot say that are given.
    pub(crate) fn settled(&self) -> Vec<&'static str> {
        let source = (!self.source.is_empty()).then_some("--source");
        let country = self.country.as_ref().map(|_| "--country");
        source.into_iter().chain(country).collect()
    }

    /// What the words behind schemes ask them for in addition, of those that have such words.
    ///
    /// # Errors
    /// Where none has.
    pub(crate) fn asked(&self, guards: Vec<Guard>) -> Result<Vec<Guard>, Trouble> {
        let mut declined = None;
        let mut is_asked = false;
        let mut asked = Vec::with_capacity(guards.len());
        for guard in guards {
            match self.extra.apply(&guard.scheme) {
                Ok(scheme) => {
                    is_asked = true;
                    asked.push(Guard { scheme, ..guard });
                }
                Err(trouble) => {
                    declined = declined.or(Some(trouble));
                    asked.push(guard);
                }
            }
        }
        match declined {
            Some(trouble) if !is_asked => Err(trouble),
            _ => Ok(asked),
        }
    }

    /// What a configuration says, where the command line says nothing.
    pub(crate) fn complete(&mut self, location: &Location) {
        self.clock_skew = self.clock_skew.or(location.clock_skew);
        self.max_lifetime = self.max_lifetime.or(location.max_lifetime);
        if self.revoked_file.is_empty() {
            self.revoked.clone_from(&location.revoked);
        }
    }

    /// Reads the files of what is revoked that were named.
    pub(crate) fn read_revoked(&mut self) -> Result<(), Trouble> {
        for file in &self.revoked_file {
            self.revoked.push(revoked::read(file)?);
        }
        Ok(())
    }

    /// # Errors
    /// Where a source was named for a scheme that has none.
    fn check_source(&self, scheme: &Scheme) -> Result<(), Trouble> {
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
    fn warn_of_unread(&self, request: &LinkRequest<'_>) {
        let (scheme, rules) = (&request.scheme, &request.rules);
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
    guard: &'a Guard,
    link: &'a LinkArgs,
    args: &'a RequestArgs,
    url: &'a [u8],
) -> Result<LinkRequest<'a>, Trouble> {
    let scheme = &guard.scheme;
    let parsed = Url::parse(url)?;
    let path = link
        .path(scheme, &parsed)
        .map_err(|why| format!("{}: {why}", show(url)))?;
    args.check_source(scheme)?;
    let mut rules = link.rules(scheme)?;
    rules.clock_skew = args.clock_skew.unwrap_or(0);
    rules.max_lifetime = args.max_lifetime;
    let last = |name: &str| args.header.iter().rfind(|header| header.is(name));
    let authority = last("host").map_or(parsed.authority(), |host| host.value.as_bytes());
    let referrer = last("referer").map_or("", |header| &header.value);
    Ok(LinkRequest {
        scheme: scheme.clone(),
        rules,
        path,
        served_path: link.served_path(&parsed),
        stated_path: link.named_path().map(str::as_bytes),
        target: parsed.target(),
        headers: &args.header,
        places: args.places(&parsed),
        url: parsed,
        secrets: guard.secrets.bytes(),
        secret_ids: guard.secret_ids.clone(),
        revoked: &args.revoked,
        client_ip: link.client_ip.as_deref().map(str::as_bytes),
        country: args.country.as_deref().map(str::as_bytes),
        referrer: referrer.as_bytes(),
        host: host_name(authority),
        protocol: parsed.protocol(),
        variables: variables::values(scheme, &link.var, &parsed, Some(authority))?,
        now: args.now.unwrap_or_else(clock::now),
        zone: TimeZone::system(),
    })
}

/// Of the requests for a link, one for each scheme, the one that decides, as in the module: the first whose token the
/// link has, and where it has none, the very first.
pub(crate) fn deciding(requests: Vec<LinkRequest<'_>>) -> Result<LinkRequest<'_>, Trouble> {
    let is_carried =
        |request: &LinkRequest<'_>| request.verdict().reason() != Some(Reason::Missing);
    let at = requests.iter().position(is_carried).unwrap_or(0);
    Ok(requests.into_iter().nth(at).ok_or("there is no scheme")?)
}

/// What of a command line is most likely not meant.
pub(crate) fn warn(request: &LinkRequest<'_>, link: &LinkArgs, args: &RequestArgs) {
    let scheme = &request.scheme;
    if link.client_ip.is_some() && link.client_ip(scheme).is_none() {
        let name = scheme.name();
        output::warning(&format!(
            "links of {name} carry no address, and --client-ip does nothing"
        ));
    }
    args.warn_of_unread(request);
    for (secret, number) in request.secrets.iter().zip(1u64..) {
        if let Err(error) = scheme.prepare(Secret::new(secret)) {
            output::warning(&format!("secret {number} {error}"));
        }
    }
}
