use std::string::ToString as _;
use std::vec;

use super::*;
use crate::format::table;
use crate::{Scheme, scheme};
use Warning as W;

mod any;
mod hashed;
mod opens;

fn own(link: &str, digest: &str, message: &str) -> Scheme {
    let scheme = Scheme::own("own", link, digest, message, &[]);
    scheme.unwrap_or_else(|error| panic!("{error}"))
}

fn ids(scheme: &Scheme) -> Vec<&'static str> {
    let warnings = scheme.facts().warnings();
    warnings.iter().map(|warning| warning.id).collect()
}

/// The fields whose border can be moved, once it is seen that one token opens the two links.
fn border(scheme: &Scheme) -> Option<String> {
    let warnings = scheme.facts().warnings();
    let warning = warnings.iter().find(|warning| warning.id == W::BORDER)?;
    let pair = warning.pair.as_ref().unwrap();
    let [one, other] = &pair.links;
    assert_ne!(one, other);
    for link in [one, other] {
        assert_eq!(hashed::hashed(scheme.facts(), link), pair.message, "{link}");
        assert!(opens::opens(scheme, &pair.message, link), "{link}");
    }
    let text = warning.text.strip_prefix("nothing tells ").unwrap();
    Some(text.split(';').next().unwrap().to_string())
}

#[test]
fn built_in_formats_have_the_weaknesses_that_their_vendors_gave_them() {
    for (name, expected) in [
        ("azion", &[W::EXTENSION][..]),
        ("gcore", &[W::BORDER]),
        ("gcore-video", &[W::FREE_SEGMENT]),
        ("gcore-mp4", &[W::EXTENSION, W::BORDER]),
        ("secure-link", &[W::BORDER]),
        ("secure-link-secret", &[W::FREE_SEGMENT, W::NO_EXPIRY]),
        ("secure-link-hmac", &[]),
        ("leaseweb", &[W::EXTENSION]),
        ("bunny-basic", &[W::EXTENSION, W::BORDER]),
        ("keycdn", &[]),
        ("keycdn-image", &[W::BORDER, W::NO_EXPIRY]),
        ("cdn77", &[]),
        ("cdn77-path", &[]),
        ("cdnsun", &[]),
        ("cdnvideo", &[W::EXTENSION]),
        ("cloudflare", &[]),
        ("fastly", &[]),
        ("alibaba-a", &[]),
        ("huawei-a", &[]),
        ("tencent-a", &[]),
        ("edgeone-a", &[]),
        ("alibaba-b", &[W::EXTENSION]),
        ("tencent-b", &[W::EXTENSION]),
        ("alibaba-c", &[W::EXTENSION]),
        ("edgeone-c", &[W::EXTENSION]),
        ("alibaba-c2", &[W::EXTENSION]),
        ("tencent-c", &[W::EXTENSION]),
        ("tencent-d", &[W::EXTENSION]),
        ("edgeone-d", &[W::EXTENSION]),
        ("qiniu", &[W::EXTENSION]),
        ("flussonic", &[W::EXTENSION, W::BORDER]),
        ("lighttpd", &[W::EXTENSION]),
        ("lighttpd-hmac-sha1", &[]),
        ("lighttpd-hmac-sha256", &[]),
    ] {
        let scheme = scheme::by_name(name.as_bytes()).unwrap();
        assert_eq!(ids(&scheme), expected, "{name}");
        border(&scheme);
    }
}

#[test]
fn every_row_is_looked_at() {
    for row in table::ROWS {
        let (facts, _) = table::facts(row).unwrap();
        for warning in facts.warnings() {
            assert_eq!(warning.pair.is_some(), warning.id == W::BORDER);
            assert!(warning.text.contains("; write "), "{warning}");
        }
    }
}

#[test]
fn two_fields_of_any_length_that_touch_can_be_cut_anew() {
    let query = "?st={token}&e={expires}&u={uid}&v={v?}";
    let ends = |one: &str, other: &str| std::format!("where {one} ends and {other} begins");
    for (link, message, expected) in [
        (
            query,
            "{expires}{path}{client_ip}",
            ends("{path}", "{client_ip}"),
        ),
        (
            query,
            "{path}{expires}{client_ip}",
            ends("{path}", "{client_ip}"),
        ),
        (query, "{path}{expires}{uid}", ends("{path}", "{uid}")),
        (query, "{expires}{path}{uid}", ends("{path}", "{uid}")),
        (query, "{expires}{path}_{uid}", ends("{path}", "{uid}")),
        (query, "{expires}{uid}{path}", ends("{uid}", "{path}")),
        (query, "{expires}{path}[{uid}:]", ends("{path}", "{uid}")),
        (
            query,
            "{expires}{path:raw}{args}",
            ends("{path:raw}", "{args}"),
        ),
        (
            query,
            "{expires}{path:raw}%{uid}",
            ends("{path:raw}", "{uid}"),
        ),
        (query, "{expires}{stream}{v}", ends("{stream}", "{v}")),
        (
            query,
            "{expires}{client_ip}{uid}{dir}",
            ends("{client_ip}", "{uid}"),
        ),
        (
            query,
            "{expires}{client_ip}:{uid}",
            ends("{client_ip}", "{uid}"),
        ),
        (query, "{expires}{path}$host", ends("{path}", "$host")),
        (
            query,
            "{expires}{parent}$remote_addr",
            ends("{parent}", "$remote_addr"),
        ),
        (
            query,
            "{expires}[{v}|none]{path}",
            "{v} from the text \"none\"".into(),
        ),
        (
            "?t={token}&s={start}&e={expires}",
            "{path}{start}{expires}",
            ends("{path}", "{start}"),
        ),
        (
            "?t={token}&s={time}&l={ttl}",
            "{time}{path}{ttl}",
            ends("{path}", "{ttl}"),
        ),
        (
            "?t={token}&e={expires?}&u={uid}",
            "{expires}{uid}",
            ends("{expires}", "{uid}"),
        ),
        (
            "?t={token}-{expires}-{uid}",
            "{path}-{expires}{uid}",
            ends("{path}", "{uid}"),
        ),
        (
            "/{a}/{b}/{token}/{expires}{path}",
            "{a}{b}{expires}",
            ends("{a}", "{b}"),
        ),
        (
            "/{a}/{token}/{expires}/{rest*}",
            "{expires}{a}{rest}",
            ends("{a}", "{rest}"),
        ),
        (
            "?k={a}-x-{b}-x-{token}&e={expires}",
            "{expires}{path}\n{a}-{b}",
            ends("{a}", "{b}"),
        ),
        (query, "{path}{uid}{dir}{expires}", ends("{path}", "{uid}")),
        (
            query,
            "{stream}{expires}{path}{uid}",
            ends("{path}", "{uid}"),
        ),
        (
            query,
            "{path}{uid}{expires}{v}:{v}",
            ends("{path}", "{uid}"),
        ),
        (
            "?st={x}){time}-x-{token}&t={rand}",
            "{x}{path}{rand}:{time}~{client_ip}a$is_args.{dir}",
            ends("{path}", "{rand}"),
        ),
    ] {
        let scheme = own(link, "hmac-sha1:hex", message);
        assert_eq!(border(&scheme), Some(expected), "{link} {message}");
    }
}

#[test]
fn what_cannot_be_in_a_field_ends_it() {
    let query = "?st={token}&e={expires}&u={uid}&v={v?}";
    for (link, message) in [
        (query, "{path}{expires}"),
        (query, "{expires}{path}"),
        (query, "{uid}{expires}\n{path}"),
        (query, "{path}\n{uid}\n{v}{expires}"),
        (query, "{path}\t$host\t{expires}"),
        (query, "{uid}&{v}{expires}"),
        (query, "$host{path}{expires}"),
        (query, "$scheme://$host{path}{expires}"),
        (query, "{client_ip}{path}{expires}"),
        (query, "{client_ip}_{uid}{expires}"),
        (query, "[{client_ip}|none]{path}{expires}"),
        ("?t={token}-{a}-{b}-{time}", "{path}-{a}-{b}-{time}"),
        ("?t={token}-x-{a}-x-{b}-{time}", "{path}\n{a}-x-{b}-{time}"),
        ("?t={token}&e={expires:hex}", "{path}{expires}"),
        ("?t={token}&e={expires:yyyymmddhhmm+8}", "{path}{expires}"),
        ("?t={token}&e={expires:iso}", "{path}{expires}"),
        ("?t={token}&s={time}&l={ttl}", "{path}|{time}|{ttl}"),
        (
            "?t={token}&s={start:hex}&e={expires}",
            "{start}{path}{expires}",
        ),
        ("/{a}_{b}/{token}/{expires}{path}", "{a}_{b}_{expires}"),
        (
            "/{token}-{a}-{b}/{expires}{path}",
            "{path}\n{a}%2a{b}{expires}",
        ),
        ("/{a}/{b}/{token}/{expires}{path}", "{a}/{b}/{expires}"),
        (query, "{path}{expires}{path}"),
        (query, "{uid}{expires}:{uid}"),
        (query, "{dir}{expires}{path}"),
    ] {
        let scheme = own(link, "hmac-sha1:hex", message);
        assert_eq!(border(&scheme), None, "{link} {message}");
    }
    for message in [
        "{path}{secret}{uid}{expires}",
        "{expires}{path}{secret}{client_ip}",
    ] {
        assert_eq!(border(&own(query, "md5:hex", message)), None, "{message}");
    }
}

#[test]
fn a_pair_of_links_is_shown_with_all_that_is_hashed_of_them() {
    let scheme = own(
        "?st={token}&e={expires}",
        "hmac-sha1:hex",
        "{expires}{path}{client_ip}",
    );
    assert_eq!(
        scheme.facts().warnings()[0].to_string(),
        "nothing tells where {path} ends and {client_ip} begins; write \"\\n\" between them, or one \
         token opens two links, such as /video2?st=TOKEN&e=2222222222 of the client 2.2.2.2 and \
         /video?st=TOKEN&e=2222222222 of the client 22.2.2.2"
    );
    let scheme = own(
        "?st={token}&e={expires}",
        "hmac-sha1:hex",
        "{expires}{path}$host",
    );
    assert_eq!(
        scheme.facts().warnings()[0].to_string(),
        "nothing tells where {path} ends and $host begins; write \"\\n\" between them, or one token \
         opens two links, such as /videox?st=TOKEN&e=2222222222, where $host is \"\" and \
         /video?st=TOKEN&e=2222222222, where $host is \"x\""
    );
}

#[test]
fn a_plain_digest_can_be_carried_on_where_nothing_secret_ends_it() {
    let link = "?st={token}&e={expires}&u={uid}";
    for (digest, message, is_open) in [
        ("md5:hex", "{secret}{path}{expires}", true),
        ("sha1:hex", "{secret}{expires}{path}", true),
        ("sha256:hex", "{expires}{secret}{path}", true),
        ("sha512:hex", "{secret}{path}{expires}$host", true),
        ("sha384:hex", "{secret}{path}{expires}", false),
        ("hmac-md5:hex", "{path}{expires}", false),
        ("md5:hex", "{secret}{path}{expires}{secret}", false),
        ("md5:hex", "{path}{secret}{expires}", false),
        ("md5:hex", "{expires}{path}{secret}{client_ip}", false),
    ] {
        let warnings = own(link, digest, message).facts().warnings();
        let found = warnings.iter().find(|warning| warning.id == W::EXTENSION);
        assert_eq!(found.is_some(), is_open, "{digest} {message}");
        // What a variable has is the server's to say.
        let says_nothing_opens =
            found.is_some_and(|warning| warning.text.contains("opens nothing"));
        assert_eq!(
            says_nothing_opens,
            is_open && !message.contains('$'),
            "{message}"
        );
    }
}

#[test]
fn a_token_is_for_a_path_and_ends() {
    for (link, message, expected) in [
        ("?st={token}&e={expires}", "{expires}", vec![W::ANY_PATH]),
        (
            "?st={token}&e={expires}",
            "{expires}$host",
            vec![W::ANY_PATH],
        ),
        (
            "?st={token}&e={expires}",
            "{expires}$HTTP_X$nginx_version$connection_requests$args",
            vec![W::BORDER, W::ANY_PATH],
        ),
        (
            "?st={token}&e={expires}",
            "{expires}${pid}\n$is_args",
            vec![W::ANY_PATH],
        ),
        ("?st={token}&e={expires}", "{expires}$film", vec![]),
        ("?st={token}&e={expires}", "{expires}$uri", vec![]),
        ("?st={token}&e={expires}", "{expires}\n{dir}", vec![]),
        ("?st={token}&e={expires?}", "{expires}\n{parent}", vec![]),
        ("?st={token}", "{path}", vec![W::NO_EXPIRY]),
        (
            "?st={token}&u={uid}",
            "{uid}",
            vec![W::ANY_PATH, W::NO_EXPIRY],
        ),
        (
            "/{film}/{token}/{expires}{path}",
            "{film}/{expires}",
            vec![],
        ),
        (
            "/{film}/{token}/{expires}{path}",
            "{expires}",
            vec![W::ANY_PATH],
        ),
        (
            "/{film}/{token}/{rest*}",
            "{rest}",
            vec![W::FREE_SEGMENT, W::NO_EXPIRY],
        ),
        (
            "/{film}/{token}/{expires}{path}",
            "{path}{expires}",
            vec![W::FREE_SEGMENT],
        ),
        (
            "/{film}/{token}/{expires}{path}",
            "{path}\n{expires}\n$uri",
            vec![],
        ),
        (
            "/dl/{token}-{user}/{expires}{path}",
            "{path}{expires}",
            vec![],
        ),
        ("/{film}/{token}/{rest*}", "{film}", vec![W::NO_EXPIRY]),
    ] {
        assert_eq!(
            ids(&own(link, "hmac-sha1:hex", message)),
            expected,
            "{link} {message}"
        );
    }
}
