use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const WORDS: &[&str] = &[
    "?",
    "/",
    "&",
    "=",
    "st=",
    "e=",
    "-",
    "_",
    ",",
    "{",
    "}",
    "{{",
    "}}",
    "[",
    "]",
    "|",
    "\\",
    "\\n",
    "\n",
    "$",
    "$host",
    "${host}",
    "$1",
    "x",
    "1",
    "é",
    "{token}",
    "{expires}",
    "{expires?}",
    "{expires:hex}",
    "{time}",
    "{time:iso}",
    "{time:yyyymmddhhmm+8}",
    "{ttl}",
    "{start}",
    "{start:hex?}",
    "{uid}",
    "{uid?}",
    "{b}",
    "{rest*}",
    "{rest}",
    "{path}",
    "{path:raw}",
    "{dir}",
    "{parent}",
    "{stream}",
    "{uri:raw}",
    "{args}",
    "{client_ip}",
    "{secret}",
];

fn words(most: usize) -> impl Strategy<Value = String> {
    vec(select(WORDS), 0..most).prop_map(|words| words.concat())
}

/// Links that are right, as a rule.
fn link() -> impl Strategy<Value = String> {
    let field = select(
        &[
            "",
            "&e={expires}",
            "&u={uid?}&e={expires?}",
            "&t={time:hex}&l={ttl?}",
            "&s={start}",
        ][..],
    );
    let text = select(
        &[
            "{token}",
            "{b}-{token}",
            "{token},{b?}",
            "x{token}=={b}!{c}",
        ][..],
    );
    let front = select(&["", "/dl", "/{uid}", "/a-{uid}_{d}/x"][..]);
    let behind = select(
        &[
            "{path}",
            "/{rest*}",
            "/{expires}{path}",
            "/{start:hex}-{time:yyyymmddhhmm-3}{path}",
        ][..],
    );
    prop_oneof![
        (text.clone(), field).prop_map(|(text, field)| std::format!("?st={text}{field}")),
        (front, text, behind)
            .prop_map(|(front, text, behind)| std::format!("{front}/{text}{behind}")),
    ]
}

/// Parts of messages; of those with a field, one takes what a link has.
fn parts() -> impl Strategy<Value = Vec<&'static str>> {
    let part = select(
        &[
            "{expires}",
            "{time}",
            "{ttl}",
            "{start}",
            "{uid}",
            "{b}",
            "{c}",
            "{rest}",
            "{path}",
            "{uri:raw}",
            "$host",
            "${host}",
            "$host_x",
            "x",
            "_",
            "\n",
            "\\n",
            "\\\\",
            "{{",
            "}}",
            "\\[",
            "|",
            "\\|",
            "\\$",
            "[{client_ip}]",
            "[x{uid}y|n\\|o]",
            "[$host|]",
            "[{b}]",
            "é",
        ][..],
    );
    vec(part, 1..12)
}

/// Whether a link has the field of such a part.
fn is_of(link: &str, part: &str) -> bool {
    let name = part
        .split_once('{')
        .and_then(|(_, name)| name.split_once('}'));
    match name.map(|(name, _)| name) {
        None | Some("client_ip" | "host") => true,
        Some("path" | "uri:raw") => link.starts_with('?') || link.ends_with("{path}"),
        Some(name) => {
            name.starts_with('{')
                || [":", "?", "*", "}"]
                    .iter()
                    .any(|end| link.contains(&std::format!("{{{name}{end}")))
        }
    }
}

fn assert_is_written_as_it_was_read(facts: &Facts) {
    let format = format_of(facts);
    let (link, message) = (facts.link(&facts.params), format.message_text());
    let digest = format.digest.to_string();
    let again = own(&link, &digest, &message, &[]);
    assert_eq!(format_of(&again), format, "{link} {message}");
    assert_eq!(again.params, facts.params, "{link}");
    assert_eq!((again.carrier, again.scope), (facts.carrier, facts.scope));
    assert_eq!(
        (again.link(&again.params), format_of(&again).message_text()),
        (link, message)
    );
}

proptest! {
    #[test]
    fn no_text_stops_the_parser(link in words(12), digest in words(3), message in words(12), option in words(3)) {
        let facts = parse("own", &link, "hmac-md5:hex", &message, &[]);
        let _ = parse("own", &link, &digest, &message, &[&option]).map_err(|error| error.to_string());
        if let Ok((facts, _)) = facts {
            assert_is_written_as_it_was_read(&facts);
        }
    }

    #[test]
    fn any_characters_are_an_error_or_a_format(link in "[?/]\\PC{0,30}", message in "\\PC{0,30}") {
        let _ = parse("own", &link, "hmac-md5:hex", &message, &[]).map_err(|error| error.to_string());
    }

    #[test]
    fn what_is_written_is_read_again(link in link(), parts in parts(), is_keyed in any::<bool>()) {
        let (digest, secret) = if is_keyed { ("hmac-sha256:hex", "") } else { ("md5:base64url", "{secret}") };
        // A message has to have these where the link does.
        let all = ["{expires}", "{time}", "{ttl}", "{start}"];
        let parts = parts.into_iter().filter(|part| is_of(&link, part));
        let message: String = parts.chain(all.into_iter().filter(|part| is_of(&link, part))).collect();
        assert_is_written_as_it_was_read(&own(&link, digest, &std::format!("x{message}{secret}"), &[]));
    }
}
