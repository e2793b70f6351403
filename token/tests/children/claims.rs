//! What the children of a link have of it.

use crate::*;

#[test]
fn fields_of_the_operators_own_are_the_childs() {
    for (name, stated, kept) in [
        (
            "gcore-mp4",
            &[("speed", "7"), ("buffer", "9")][..],
            "&speed=7&buffer=9",
        ),
        ("alibaba-a", &[("rand", "0abc"), ("uid", "17")], "-0abc-17-"),
        (
            "flussonic",
            &[("salt", "pepper"), ("start", "1799999999")],
            "-pepper-1800000600-1799999999",
        ),
        ("secure-link-hmac", &[("ttl", "900")], "&e=900"),
    ] {
        let scheme = by_name(name);
        let fields = claims(stated);
        let sent = signed(
            &scheme,
            Link {
                path: b"/d/a",
                client_ip: bound(&scheme),
                fields: &fields,
                ..Link::default()
            },
        );
        assert!(sent.contains(kept), "{sent}");
        let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
        assert!(text.contains(kept), "{text}");
        assert_eq!(reason(&scheme, b"/d/b", &text), None, "{name}");
    }
}

fn bound(scheme: &Scheme) -> Option<&'static [u8]> {
    (scheme.facts().client_ip != ClientIp::Never).then_some(CLIENT)
}

#[test]
fn a_time_is_written_as_the_parent_has_it() {
    let scheme = by_name("secure-link-hmac");
    let fields = claims(&[("ttl", "900")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            fields: &fields,
            ..Link::default()
        },
    );
    let issued = "2027-01-15T08:00:00%2B00:00";
    // By the scheme's own message, as it cannot be told how to spell a time.
    let token = hmac_of(&format!("/d/a|{issued}|900"));
    let other = format!("st={token}&ts={issued}&e=900");
    assert_ne!(sent, other);
    let text = child(&scheme, b"/d/a", other.as_bytes(), b"/d/b").unwrap();
    assert_eq!(
        text,
        format!(
            "st={}&ts={issued}&e=900",
            hmac_of(&format!("/d/b|{issued}|900"))
        )
    );
}

fn hmac_of(message: &str) -> String {
    let own = Scheme::own("own", "?st={token}", "hmac-sha256:base64url", "{path}", &[]).unwrap();
    let link = Link {
        path: message.as_bytes(),
        ..Link::default()
    };
    let sent = sign(&own, &link, &Rules::of(&own), SECRET).unwrap();
    sent.trim_start_matches("st=").to_owned()
}

#[test]
fn what_a_token_restricts_it_restricts_in_the_child() {
    for (name, stated) in [
        (
            "ectoken",
            &[("ec_country_allow", "DE"), ("ec_url_allow", "/d/")][..],
        ),
        ("ectoken", &[("ec_country_deny", "FR")]),
        ("bunny", &[("token_countries", "DE"), ("token_path", "/d/")]),
        ("bunny", &[("token_countries_blocked", "FR,US")]),
    ] {
        let scheme = by_name(name);
        let claims = claims(stated);
        let sent = signed(
            &scheme,
            Link {
                path: b"/d/a",
                claims: &claims,
                ..Link::default()
            },
        );
        let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
        assert_eq!(reason(&scheme, b"/d/b", &text), None, "{name}");
        let abroad = verdict(&scheme, b"/d/b", &text, CLIENT, b"FR");
        assert_eq!(abroad.reason(), Some(Reason::Country), "{name}");
        assert!(
            reason(&scheme, b"/d/c", &text).is_some(),
            "{name}: for the directory no more"
        );
    }
}

#[test]
fn claims_that_mean_nothing_to_a_server_go_along() {
    let scheme = by_name("akamai");
    let stated = claims(&[
        ("id", "user 7"),
        ("data", "x=1"),
        ("st", "1799999000"),
        ("acl", "/d/*"),
    ]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            claims: &stated,
            ..Link::default()
        },
    );
    let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
    assert!(
        text.starts_with("hdnts=st=1799999000~exp=1800000600~id=user%207~data=x=1~acl=/d/b~hmac="),
        "{text}"
    );
    assert_eq!(reason(&scheme, b"/d/b", &text), None);

    let scheme = by_name("ectoken");
    let stated = claims(&[("user", "7"), ("ec_clientip", "192.0.2.0/24")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            claims: &stated,
            ..Link::default()
        },
    );
    let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
    assert_eq!(
        verdict(&scheme, b"/d/b", &text, OTHER_CLIENT, b"").reason(),
        Some(Reason::ClientIp)
    );
    assert_eq!(
        verdict(&scheme, b"/d/b", &text, b"192.0.2.99", b"").reason(),
        None
    );
}

#[test]
fn a_path_that_is_a_pattern_of_others_is_signed_as_a_url() {
    let scheme = by_name("akamai");
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            ..Link::default()
        },
    );
    let parent = SentLink::new(&scheme, b"/d/a", sent.as_bytes());
    let (sources, secrets) = (parent.sources(), [SECRET]);
    let text = after(
        &scheme,
        &parent.parts(&sources, &secrets),
        b"/d/*",
        b"/d/*?x=1",
    )
    .unwrap();
    assert!(!text.contains("acl="), "{text}");
    assert_eq!(reason(&scheme, b"/d/*", &text), None);
    assert_eq!(reason(&scheme, b"/d/b", &text), Some(Reason::Signature));
}

#[test]
fn each_reading_of_an_escaped_token_has_its_children() {
    let scheme = by_name("akamai").with_word(b"escape_early").unwrap();
    let stated = claims(&[("id", "a b!")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            client_ip: Some(CLIENT),
            claims: &stated,
            ..Link::default()
        },
    );
    let escaped = sent.replacen('%', "%25", 99).replace('~', "%7e");
    for sent in [&sent, &escaped] {
        let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
        assert!(text.contains("~id=a%20b!~"), "{text}");
        assert_eq!(reason(&scheme, b"/d/b", &text), None);
        let elsewhere = verdict(&scheme, b"/d/b", &text, OTHER_CLIENT, b"");
        assert_eq!(elsewhere.reason(), Some(Reason::ClientIp));
    }
}

#[test]
fn a_token_that_leaves_arguments_free_leaves_them_free_in_the_child() {
    let scheme = by_name("bunny");
    let stated = claims(&[("token_ignore_params", "true")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            claims: &stated,
            ..Link::default()
        },
    );
    let text = child(&scheme, b"/d/a", format!("{sent}&x=1").as_bytes(), b"/d/b").unwrap();
    assert!(
        text.contains("&token_ignore_params=true&expires="),
        "{text}"
    );
    assert_eq!(
        reason(&scheme, b"/d/b", &format!("{text}&_HLS_msn=7")),
        None
    );
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            ..Link::default()
        },
    );
    let text = child(&scheme, b"/d/a", sent.as_bytes(), b"/d/b").unwrap();
    assert!(reason(&scheme, b"/d/b", &format!("{text}&_HLS_msn=7")).is_some());
}

#[test]
fn how_fast_a_link_may_be_read_is_the_childs_too_unless_that_says_otherwise() {
    let scheme = by_name("bunny");
    let stated = claims(&[("limit", "100")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            claims: &stated,
            ..Link::default()
        },
    );
    let parent = SentLink::new(&scheme, b"/d/a", sent.as_bytes());
    let (sources, secrets) = (parent.sources(), [SECRET]);
    let request = parent.parts(&sources, &secrets);
    let text = |target: &str| after(&scheme, &request, b"/d/b", target.as_bytes());
    assert!(text("/d/b").unwrap().contains("&limit=100&"));
    assert!(!text("/d/b?limit=100").unwrap().contains("limit"));
    assert_eq!(text("/d/b?limit=200"), Err(SignError::Claim));
}

#[test]
fn an_old_token_that_does_not_say_whether_it_is_bound_has_children_that_do() {
    let scheme = by_name("bunny");
    for (message, is_bound) in [("", false), ("192.0.2.7", true)] {
        let own = Scheme::own(
            "own",
            "?token={token}",
            "sha256:base64url",
            "{secret}{path}",
            &[],
        )
        .unwrap();
        let path = format!("/d/a1800000600{message}");
        let link = Link {
            path: path.as_bytes(),
            ..Link::default()
        };
        let old = sign(&own, &link, &Rules::of(&own), SECRET).unwrap() + "&expires=1800000600";
        let text = child(&scheme, b"/d/a", old.as_bytes(), b"/d/b").unwrap();
        assert_eq!(text.starts_with("token=HS256-1-"), is_bound, "{text}");
        assert_eq!(reason(&scheme, b"/d/b", &text), None);
        let elsewhere = verdict(&scheme, b"/d/b", &text, OTHER_CLIENT, b"");
        assert_eq!(elsewhere.reason().is_some(), is_bound);
    }
}

#[test]
fn a_token_in_the_path_has_children_with_theirs_in_the_path() {
    let scheme = by_name("bunny");
    let stated = claims(&[("token_countries", "DE"), ("token_path", "/d/")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            claims: &stated,
            ..Link::default()
        },
    );
    let in_path = |sent: &str| sent.replacen("token=", "/bcdn_token=", 1);
    let target = in_path(&sent) + "/d/a";
    let decoded = target.replace("%2F", "/");
    let request = RequestParts {
        path: decoded.as_bytes(),
        target: target.as_bytes(),
        sources: &[Source {
            carrier: Carrier::Query,
            text: b"",
        }],
        secrets: &[SECRET],
        country: Some(b"DE"),
        ..RequestParts::default()
    };
    let text = after(&scheme, &request, b"/d/b", b"/d/b").unwrap();
    assert!(text.starts_with("/bcdn_token=HS256-"), "{text}");
    assert!(
        text.ends_with("&token_countries=DE&expires=1800000600"),
        "{text}"
    );
    let target = format!("{text}/d/b");
    let child = RequestParts {
        path: target.as_bytes(),
        target: target.as_bytes(),
        ..request
    };
    let rules = Rules::of(&scheme);
    assert_eq!(scheme.verify(&child, &rules, NOW).unwrap().reason(), None);
    let elsewhere = RequestParts {
        country: Some(b"FR"),
        ..child
    };
    assert_eq!(
        scheme.verify(&elsewhere, &rules, NOW).unwrap().reason(),
        Some(Reason::Country)
    );
}
