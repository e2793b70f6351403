use std::borrow::ToOwned as _;
use std::string::{String, ToString as _};
use std::vec::Vec;

use super::*;
use crate::format::table;
use crate::{Boundary, SecretSpelling, Time, TimeEvent, TimeSpelling};

mod round;
mod shapes;
mod wrong_links;
mod wrong_messages;
mod wrong_words;

fn own(link: &str, digest: &str, message: &str, options: &[&str]) -> Facts {
    let parsed = parse("own", link, digest, message, options);
    parsed.unwrap_or_else(|error| panic!("{error}")).0
}

fn format_of(facts: &Facts) -> &Format {
    facts.format().unwrap()
}

fn text(text: &str) -> TokenPart {
    TokenPart::Text(text.to_owned().into())
}

#[test]
fn an_argument_may_hold_one_field_and_that_of_the_token_several() {
    let facts = own(
        "?uid={uid}&auth={time:hex}-{token}-{n?}&exp={ttl?}",
        "sha256:hex",
        "{secret}{time}{ttl}{uid}{path}",
        &[],
    );
    let format = format_of(&facts);
    // The fields of the token's own text come first.
    let names: Vec<&str> = format.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["n", "uid", "ttl"]);
    assert_eq!(
        *format.token,
        [
            TokenPart::Time,
            text("-"),
            TokenPart::Token,
            text("-"),
            TokenPart::Field(0)
        ]
    );
    assert_eq!(facts.carrier, Carrier::Query);
    assert_eq!(facts.params.expires, None);
    assert!(format.token.contains(&TokenPart::Time));
    assert_eq!(
        facts.link(&facts.params),
        "?auth={time:hex}-{token}-{n?}&uid={uid}&exp={ttl?}"
    );
}

#[test]
fn the_segments_of_token_and_time_are_the_tokens_and_those_in_front_stay() {
    let facts = own(
        "/dl/{kind}/v-{video}/{expires:yyyymmddhhmm-3}/x-{token}{path}",
        "hmac-sha1:hex",
        "{expires}{path}",
        &[],
    );
    let format = format_of(&facts);
    assert_eq!(
        *format.prefix,
        [
            text("/dl/"),
            TokenPart::Field(0),
            text("/v-"),
            TokenPart::Field(1)
        ]
    );
    assert_eq!(
        *format.token,
        [TokenPart::Time, text("/x-"), TokenPart::Token]
    );
    assert_eq!(
        format.time,
        Some(Time {
            event: TimeEvent::Expiry,
            spelling: TimeSpelling::Minutes { east: -3 },
            is_optional: false
        })
    );
    assert_eq!(facts.carrier, Carrier::Path);
}

#[test]
fn what_is_left_of_a_path_may_be_a_field() {
    let facts = own("/p/{token}/{link*}", "md5:hex", "{link}{secret}", &[]);
    let format = format_of(&facts);
    assert_eq!(
        (format.rest, &*format.token),
        (Some(0), &[TokenPart::Token][..])
    );
    assert_eq!(facts.scope, Scope::Exact);
}

#[test]
fn brackets_say_what_stands_in_place_of_an_empty_field() {
    let facts = own(
        "?st={token}",
        "hmac-sha1:hex",
        "a[-{client_ip}-|no \\| ip]{path}[$host]|\\[{{}}\\$\\n",
        &[],
    );
    let literal = |text: &str| Part::Literal(text.to_owned().into());
    assert_eq!(
        *format_of(&facts).message,
        [
            literal("a"),
            Part::Choice {
                parts: 3,
                otherwise: 1
            },
            literal("-"),
            Part::ClientIp,
            literal("-"),
            literal("no | ip"),
            Part::Path,
            Part::Choice {
                parts: 1,
                otherwise: 0
            },
            Part::Variable(0),
            literal("|[{}$\n"),
        ]
    );
    assert_eq!(facts.client_ip, ClientIp::Optional);
}

#[test]
fn a_variable_is_known_by_its_name_in_braces_or_without_in_any_case() {
    let message = "$host${host}x$HOST.$uid_got{path}";
    let facts = own("?st={token}", "hmac-sha1:hex", message, &[]);
    let format = format_of(&facts);
    assert_eq!(*format.variables, ["host", "uid_got"]);
    assert_eq!(format.message_text(), "$host${host}x$host.$uid_got{path}");
}

#[test]
fn options_say_how_long_a_link_opens_and_how_its_secret_is_written() {
    let link = "?st={token}&t={time}";
    let options = [
        "exclusive",
        "ttl=1h30m",
        "window",
        "expired_status=410",
        "secret=hex",
    ];
    let facts = own(link, "hmac-sha512:base64url", "{path}{time}", &options);
    let format = format_of(&facts);
    assert_eq!(facts.boundary, Boundary::Exclusive);
    assert_eq!((facts.lifetime(), format.window), (Some(5400), true));
    assert_eq!(facts.expired_status, Some(410));
    assert_eq!(format.secret, SecretSpelling::Hex);
    for (option, seconds) in [
        ("ttl=60", 60),
        ("ttl=60s", 60),
        ("ttl=3h", 10_800),
        ("ttl=1h 30m 5", 5_405),
        ("ttl=1y1M1w1d", 34_819_200),
    ] {
        let facts = own(link, "hmac-md5:hex", "{path}{time}", &[option]);
        assert_eq!(facts.lifetime(), Some(seconds), "{option}");
    }
}

#[test]
fn the_scope_is_what_the_message_has_of_the_path() {
    for (link, message, scope) in [
        ("?st={token}", "{path}", Scope::Exact),
        ("?st={token}", "{path:raw}{dir}", Scope::Exact),
        ("?st={token}", "{uri:raw}", Scope::Exact),
        ("?st={token}", "$host$uri", Scope::Exact),
        ("?st={token}", "{dir}", Scope::Directory),
        ("?st={token}", "{stream}", Scope::Directory),
        ("?st={token}", "{parent}", Scope::Tree),
        ("/{video}/{token}{path}", "{video}", Scope::Tree),
        ("/{video}/{token}{path}", "$host", Scope::Everything),
        ("?st={token}&u={uid}", "{uid}{args}", Scope::Everything),
    ] {
        assert_eq!(
            own(link, "hmac-md5:hex", message, &[]).scope,
            scope,
            "{message}"
        );
    }
}

#[test]
fn a_string_may_be_long_and_have_many_fields() {
    let link = "?t={token}&a={a}&b={b}&c={c}&d={d}&e={e}&f={f}&g={g}&h={h}";
    own(link, "hmac-md5:hex", "{path}{a}", &[]);
    let error = parse(
        "own",
        &std::format!("{link}&i={{i}}"),
        "hmac-md5:hex",
        "{path}",
        &[],
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "in the link, at \"{i}\": a link has at most 8 fields besides token and time; leave this one out"
    );
    let long: String = "x".repeat(512 - "{path}".len());
    own(
        "?t={token}",
        "hmac-md5:hex",
        &std::format!("{{path}}{long}"),
        &[],
    );
    let error = parse(
        "own",
        "?t={token}",
        "hmac-md5:hex",
        &std::format!("{{path}}{long}x"),
        &[],
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .ends_with("it is too long; write at most 512 bytes")
    );
}
