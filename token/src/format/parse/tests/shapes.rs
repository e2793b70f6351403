use super::*;
use crate::Params;

fn named(name: &str) -> Facts {
    table::facts(table::by_name(name).unwrap()).unwrap().0
}

#[test]
fn a_link_may_have_another_shape_and_the_same_fields() {
    let facts = named("tencent-a");
    let link = "?auth={uid}-{token}-{rand}&t={time}";
    let other = facts.with_link(link).unwrap().0;
    assert_eq!(other.link(&other.params), link);
    assert_eq!(
        format_of(&other).message_text(),
        format_of(&facts).message_text()
    );
    assert_eq!(format_of(&other).fields, format_of(&facts).fields);
    let again = other.with_link(&facts.link(&facts.params)).unwrap().0;
    assert_eq!(format_of(&again), format_of(&facts));
    assert_eq!(again.params, facts.params);
}

#[test]
fn a_link_may_move_to_the_path_and_back() {
    let facts = named("edgeone-d");
    let moved = facts.with_link("/x/{time}/{token}{path}").unwrap().0;
    assert_eq!(
        (moved.carrier, &moved.params),
        (Carrier::Path, &Params::NONE)
    );
    let back = moved.with_link("?sign={token}&t={time}").unwrap().0;
    assert_eq!(format_of(&back), format_of(&facts));
    assert_eq!((back.carrier, back.params), (facts.carrier, facts.params));
}

#[test]
fn other_fields_are_another_format() {
    for (name, link, error) in [
        (
            "tencent-a",
            "?sign={time}-{rand}-{token}",
            "links of tencent-a have {uid} as well; write it into the link",
        ),
        (
            "azion",
            "?st={token}&e={expires}&u={uid}",
            "links of azion have no {uid}; leave it out",
        ),
        (
            "alibaba-c",
            "/{token}/{time}{path}",
            "links of alibaba-c have {time:hex}, and no {time}; write {time:hex} instead",
        ),
        (
            "cdn77",
            "?secure={token}&e={expires}",
            "links of cdn77 have {expires?}, and no {expires}; write {expires?} instead",
        ),
        (
            "secure-link-secret",
            "/{prefix}/{token}{path}",
            "links of secure-link-secret have {link*} as well; write it into the link",
        ),
        (
            "cloudflare",
            "/{time}/{token}{path}",
            "a slash that is in a token would end its segment; write \"base64url\" or \"hex\" into the digest, or a \
             link that begins with \"?\"",
        ),
    ] {
        let found = named(name).with_link(link).unwrap_err().to_string();
        assert_eq!(found, std::format!("in the link \"{link}\": {error}"));
    }
}

#[test]
fn a_digest_is_chosen_where_the_vendor_leaves_the_choice() {
    let own = own("?st={token}", "hmac-sha1:hex", "{path}", &[]);
    for (facts, digest, error) in [
        (
            named("azion"),
            "sha256:hex",
            "the vendor of azion leaves no choice; leave it out, or write \"md5:base64url\"",
        ),
        (
            named("huawei-a"),
            "sha512:hex",
            "no link of huawei-a has it; write one of \"md5:hex\", \"sha256:hex\"",
        ),
        (
            own.clone(),
            "hmac-sha256:hex",
            "the format has its own; write it in \"secure_token_format\"",
        ),
    ] {
        let found = facts.with_digest(digest).unwrap_err().to_string();
        assert_eq!(found, std::format!("in the digest \"{digest}\": {error}"));
    }
    assert!(own.with_digest("hmac-sha1:hex").is_ok());
    let chosen = named("huawei-a").with_digest("sha256:hex").unwrap().0;
    assert_eq!(format_of(&chosen).digest.to_string(), "sha256:hex");
}
