use std::string::ToString as _;

use super::super::parse;

const LINK: &str = "?st={token}&e={expires}";
const TIME: &str = "?st={token}&t={time}";

#[test]
fn a_digest_that_is_wrong_is_told_what_to_write() {
    for (digest, error) in [
        (
            "",
            "in the digest: it does not say how the digest is written; write one of hex, base64, base64url, such as \"hmac-sha256:hex\"",
        ),
        (
            "md6:hex",
            "in the digest, at \"md6\": no digest has this name; write one of md5, sha1, sha256, sha384, sha512, with \"hmac-\" in front for a HMAC",
        ),
        (
            "md5",
            "in the digest \"md5\": it does not say how the digest is written; write one of hex, base64, base64url, such as \"md5:hex\"",
        ),
        (
            "md5:base32",
            "in the digest, at \"base32\": no digest is written so; write one of hex, base64, base64url",
        ),
        (
            "my secret:1k",
            "in the digest: no digest has this name; write one of md5, sha1, sha256, sha384, sha512, with \"hmac-\" in front for a HMAC",
        ),
        (
            "hmac-:hex",
            "in the digest, at \"hmac-\": no digest has this name; write one of md5, sha1, sha256, sha384, sha512, with \"hmac-\" in front for a HMAC",
        ),
        (
            "hmac-md5:hex:x",
            "in the digest, at \"hex:x\": no digest is written so; write one of hex, base64, base64url",
        ),
        (
            "md5:hex",
            "in the message: anybody could make such a token; write {secret} into the message, or \"hmac-md5:hex\" as the digest",
        ),
    ] {
        let found = parse("own", LINK, digest, "{path}{expires}", &[]).unwrap_err();
        assert_eq!(found.to_string(), error, "{digest}");
    }
}

#[test]
fn an_option_that_is_wrong_is_told_what_to_write() {
    for (link, options, error) in [
        (
            LINK,
            &["ttl=3h"][..],
            "in the option \"ttl=3h\": links carry no time of issue; write {time} into the link",
        ),
        (
            LINK,
            &["window"][..],
            "in the option \"window\": links carry no time of issue; write {time} into the link",
        ),
        (
            LINK,
            &["exclusive", "exclusive"][..],
            "in the option: \"exclusive\" stands there twice; write it once",
        ),
        (
            LINK,
            &["exclusive=1"][..],
            "in the option: there is no such option; write \"exclusive\", \"ttl=time\", \"window\", \"expired_status=code\" or \"secret=text|hex|base64|base64url\"",
        ),
        (
            LINK,
            &["expired_status=399"][..],
            "in the option \"expired_status=399\": it is a status from 400 to 599; write \"expired_status=410\" for one",
        ),
        (
            LINK,
            &["expired_status=+410"][..],
            "in the option \"expired_status=+410\": it is a status from 400 to 599; write \"expired_status=410\" for one",
        ),
        (
            LINK,
            &["secret=rot13"][..],
            "in the option, at \"secret\": no secret is written so; write \"secret=text\", \"secret=hex\", \"secret=base64\" or \"secret=base64url\"",
        ),
        (
            LINK,
            &["foo"][..],
            "in the option: there is no such option; write \"exclusive\", \"ttl=time\", \"window\", \"expired_status=code\" or \"secret=text|hex|base64|base64url\"",
        ),
        (
            TIME,
            &["ttl=0"][..],
            "in the option \"ttl=0\": it is a time of a second at least; write \"ttl=30m\" for one",
        ),
        (
            TIME,
            &["ttl=1m1h"][..],
            "in the option \"ttl=1m1h\": it is a time of a second at least; write \"ttl=30m\" for one",
        ),
        (
            TIME,
            &["ttl="][..],
            "in the option \"ttl=\": it is a time of a second at least; write \"ttl=30m\" for one",
        ),
        (
            TIME,
            &["ttl"][..],
            "in the option: there is no such option; write \"exclusive\", \"ttl=time\", \"window\", \"expired_status=code\" or \"secret=text|hex|base64|base64url\"",
        ),
        (
            TIME,
            &["ttl=5 5"][..],
            "in the option \"ttl=5 5\": it is a time of a second at least; write \"ttl=30m\" for one",
        ),
    ] {
        let message = if link == TIME {
            "{path}{time}"
        } else {
            "{path}{expires}"
        };
        let found = parse("own", link, "hmac-sha256:hex", message, options).unwrap_err();
        assert_eq!(found.to_string(), error, "{options:?}");
    }
}
