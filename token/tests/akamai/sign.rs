//! What is signed, and what is not.

use crate::*;

/// The names of a token's fields, in order.
fn fields(query: &str) -> Vec<&str> {
    let token = query.strip_prefix("hdnts=").unwrap();
    token
        .split('~')
        .map(|field| field.split_once('=').unwrap().0)
        .collect()
}

#[test]
fn a_path_that_is_no_pattern_is_signed_as_the_only_one_and_any_other_as_a_url() {
    for (path, kind) in [
        ("/films/1.mp4", "acl"),
        ("/", "acl"),
        ("/a b/ü&c#d", "acl"),
        ("/a*", "url"),
        ("/a?", "url"),
        ("/a!b", "url"),
        ("/~user/a", "url"),
    ] {
        let sent = path.replace('?', "%3F");
        let order = Order {
            target: &sent,
            ..Order::new(path, "")
        };
        let query = order.sign().unwrap();
        let expected: &[&str] = match kind {
            "acl" => &["exp", "acl", "hmac"],
            _ => &["exp", "hmac"],
        };
        assert_eq!(fields(&query), expected, "{path}");
        assert_eq!(order.reason(&query), None, "{path}");
        for other in ["/", "/films/1.mp4x", "/ab", "/a", "/b"] {
            if other != path {
                let order = Order::new(other, "");
                assert!(order.reason(&query).is_some(), "{path}, {other}");
            }
        }
    }
}

#[test]
fn fields_stand_in_the_vendors_order_whatever_the_callers() {
    let order = Order::new("/a", "data=d~id=i~acl=/*~st=1700000000~ip=192.0.2.7");
    let query = order.sign().unwrap();
    let expected = ["ip", "st", "exp", "acl", "id", "data", "hmac"];
    assert_eq!(fields(&query), expected);
    assert_eq!(order.reason(&query), None);
    let order = Order::new("/a", "id=i~url=/a");
    assert_eq!(fields(&order.sign().unwrap()), ["exp", "id", "hmac"]);
}

#[test]
fn claims_that_would_not_open_are_declined() {
    let refused = Err(SignError::Claim);
    for claims in [
        "acl=",
        "id=",
        "st=0",
        "st=now",
        "st=01",
        &format!("st={NOW}"),
        &format!("st={}", NOW + 1),
        "acl=/a~acl=/b",
        "acl=/a~url=/a",
        "geo=DE",
        "exp=1900000000",
        "hmac=00",
        "salt=x",
        "ACL=/a",
        "id=a\0",
        "acl=/a\n",
        &format!("acl={}", ["/a"; 33].join("!")),
    ] {
        assert_eq!(Order::new("/a", claims).sign(), refused, "{claims:?}");
    }
    let one = |name: &str, value: &str, words: &[&str]| {
        let claims = [Claim {
            name: name.as_bytes(),
            value: value.as_bytes(),
        }];
        let link = Link {
            path: b"/a",
            target: b"/a",
            expires: Some(NOW),
            claims: &claims,
            ..Link::default()
        };
        let order = Order {
            scheme: akamai(words),
            ..Order::new("/a", "")
        };
        order.sign_link(&link).map(|query| order.reason(&query))
    };
    // A tilde would end the value, unless it is escaped.
    for name in ["acl", "id", "data"] {
        assert_eq!(one(name, "/*~", &[]), Err(SignError::Claim));
    }
    assert_eq!(one("id", "~acl=/*", &["escape_early"]), Ok(None));
    assert_eq!(one("acl", "/*~", &["escape_early"]), Err(SignError::Claim));
    assert_eq!(one("url", "/a?b", &[]), Err(SignError::Path));
    assert_eq!(one("url", "a", &[]), Err(SignError::Path));
}

#[test]
fn an_address_is_signed_in_one_spelling_whoever_states_it() {
    let order = Order::new("/a", "");
    let link = |client_ip, claims| Link {
        path: b"/a",
        expires: Some(NOW),
        client_ip,
        claims,
        ..Link::default()
    };
    let address: &[u8] = b"2001:DB8:0::1";
    let claim = [Claim {
        name: b"ip",
        value: address,
    }];
    let told = order.sign_link(&link(Some(address), &[])).unwrap();
    let claimed = order.sign_link(&link(None, &claim)).unwrap();
    assert!(told.starts_with("hdnts=ip=2001:db8::1~"), "{told}");
    assert_eq!(told, claimed);
    let both = order.sign_link(&link(Some(address), &claim));
    assert_eq!(both, Err(SignError::ClientIp));
}

#[test]
fn a_secret_that_is_not_hexadecimal_signs_nothing() {
    let link = Link {
        path: b"/a",
        expires: Some(NOW),
        ..Link::default()
    };
    for secret in ["a", "a-secret", ""] {
        let mut signed = String::new();
        let (secret, random) = (Secret::new(secret.as_bytes()), &mut |_: &mut [u8]| Ok(()));
        let scheme = akamai(&[]);
        let result = scheme.sign(&link, &Rules::of(&scheme), secret, random, &mut signed);
        assert_eq!(result, Err(SignError::Secret));
        assert_eq!(signed, "");
    }
}

#[test]
fn a_url_needs_the_path_as_it_is_sent() {
    let order = Order {
        target: "",
        ..Order::new("/a*", "")
    };
    assert_eq!(order.sign(), Err(SignError::Path));
    let order = Order {
        target: "",
        ..Order::new("/a", "")
    };
    assert!(order.sign().is_ok());
}

#[test]
fn a_lower_case_url_is_signed_where_case_is_ignored() {
    for words in [&[][..], &["escape_early"]] {
        let mut order = Order {
            scheme: akamai(words),
            ..Order::new("/A!B", "")
        };
        order.rules.ignore_case = true;
        let query = order.sign().unwrap();
        for path in ["/A!B", "/a!b", "/a!B"] {
            let order = Order {
                path,
                target: path,
                rules: order.rules.clone(),
                scheme: order.scheme.clone(),
                ..order
            };
            assert_eq!(order.reason(&query), None, "{path}");
        }
    }
}
