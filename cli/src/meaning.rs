//! What a verdict means, and what to do about it.

use explain::text::show;
use explain::{LinkRequest, RevokedBy, time};
use token::{Carrier, Encoding, Format, Params, Reason, Scheme, TimeEvent, TimeSpelling, Verdict};

/// What finds out more about a refusal, where there is more to be found.
pub(crate) const fn advice(reason: Reason) -> &'static str {
    match reason {
        Reason::Signature | Reason::Malformed | Reason::Missing => {
            " \"secure-token explain\" with the same options knows the usual mistakes."
        }
        _ => "",
    }
}

/// One sentence or two for people.
pub(crate) fn of(request: &LinkRequest<'_>, verdict: &Verdict, reason: Reason) -> String {
    match request.opens_later(verdict) {
        Some(start) => format!(
            "The link is right, and does not open yet: it opens from {} on. If it was made just now, see whether both \
             clocks are right.",
            time::utc(start)
        ),
        None if reason == Reason::Revoked => revoked(request),
        None => meaning(reason, &request.scheme, &request.rules.params),
    }
}

fn revoked(request: &LinkRequest<'_>) -> String {
    let meaning = meaning(Reason::Revoked, &request.scheme, &request.rules.params);
    match request.revoked_by() {
        Some(RevokedBy { file, line, word }) => {
            format!("{meaning} It is line {line} of {file}, \"{word}\".")
        }
        None => meaning,
    }
}

fn meaning(reason: Reason, scheme: &Scheme, params: &Params) -> String {
    let is_digest = scheme.facts().format().is_some();
    let token = match &params.token {
        None if scheme.facts().carrier == Carrier::Path => {
            format!("what the path begins with, {}", scheme.facts().link(params))
        }
        Some(name) => format!("the parameter \"{}\"", show(name)),
        None => "the first piece of the query, in front of all parameters".to_owned(),
    };
    let text = match reason {
        Reason::Missing if scheme.facts().carrier == Carrier::Path => {
            return format!(
                "There is no token: it is {token}. See whether the link was signed, and whether something in front of \
                 NGINX takes segments of the path away."
            );
        }
        Reason::Missing => {
            return format!(
                "There is no token: it is {token}. See whether the link still has its query, and whether the \
                 signer and secure_token_param use the same names."
            );
        }
        Reason::Duplicate => {
            return format!(
                "The token or its expiry is there twice: {token} must stand in the query once. Do not sign a link \
                 that is signed already."
            );
        }
        Reason::Malformed => {
            if let Some(format) = scheme.facts().format() {
                return malformed(format);
            }
            "The token is not base64url of the right length, or it was decrypted and a claim in it cannot be read."
        }
        Reason::ClientIp if is_digest => {
            "Links are bound to the client's address here, and the address is empty. Give the address with --client-ip."
        }
        Reason::ClientIp => {
            "The token is for other addresses than this client's. Sign it for this one (ec_clientip), and see that \
             NGINX knows the client's own address and not a proxy's."
        }
        Reason::NoSecret => {
            "There is no secret to try, or none that is written as the scheme demands. Name the one that the link was \
             signed with."
        }
        Reason::Signature if is_digest => {
            "No secret fits: the path, the expiry, the address or the token is another than was signed, or it was \
             signed with another secret."
        }
        Reason::Signature => {
            "No secret decrypts the token: it was made with another secret, or it was altered or cut off."
        }
        Reason::UnsupportedClaim => {
            "The token has a claim \"ec_…\" that the module does not know and that may be a restriction. Leave it \
             out when you sign."
        }
        Reason::Expired => {
            "The link is right, and its time is over. Sign a new one; if it was made just now, see whether both \
             clocks are right."
        }
        Reason::Lifetime => {
            "The link is right, but it expires later than secure_token_max_lifetime allows, or never. Sign it for a \
             shorter time."
        }
        Reason::Url => {
            "The token is for other paths than this one. Sign it with this path or a directory above it (ec_url_allow)."
        }
        Reason::Country => {
            "The token is not for clients of this country, or nobody knows the country. See that \
             secure_token_country is set; here it is given with --country."
        }
        Reason::Referrer => {
            "The token is not for visitors from this page, or from no page. Browsers often send the host alone: \
             sign it with hosts without a path (ec_ref_allow)."
        }
        Reason::Host => {
            "The token is not for this host. Sign it with the host that clients ask for, without a port (ec_host_allow)."
        }
        Reason::Protocol => {
            "The token is not for this protocol. Behind a balancer that takes TLS off, NGINX sees http \
             (ec_proto_allow)."
        }
        Reason::Revoked => {
            "The link is right, and the operator ended it: by secure_token_revoked_file, or secure_token_revoke. Sign a new \
             one, if whoever has it may have one."
        }
        Reason::Shared => {
            "The link is right, and as many clients as secure_token_max_clients allows came before this one."
        }
        Reason::Used => {
            "The link is right, and was used as often as secure_token_max_uses allows. Sign a new one."
        }
    };
    text.to_owned()
}

/// What a link of a format looks like that this one does not.
fn malformed(format: &Format) -> String {
    let digits = match format.digest.encoding {
        Encoding::Base64Url => "characters of base64url",
        Encoding::Base64 => "characters of base64",
        Encoding::Hex => "hexadecimal digits in lower case",
    };
    let time = format.time.map_or_else(String::new, |time| {
        let name = match time.event {
            TimeEvent::Expiry => "expiry",
            TimeEvent::Issue => "time",
        };
        let form = match time.spelling {
            TimeSpelling::Seconds => "a Unix time in seconds".to_owned(),
            TimeSpelling::Hex => "a Unix time in eight hexadecimal digits".to_owned(),
            TimeSpelling::Minutes { east } => format!("YYYYMMDDHHMM in UTC{east:+}"),
            TimeSpelling::Iso => {
                "a date of ISO 8601 or of HTTP, or a Unix time in seconds".to_owned()
            }
        };
        format!(", or the {name} is not {form}")
    });
    let fields = if format.fields.is_empty() {
        ""
    } else {
        ", or another field is absent or not of its form"
    };
    format!(
        "The token is not {} {digits}{time}{fields}, or the path has a control character.",
        format.digest.text_length()
    )
}
