//! Tokens as they are sent: with escapes of their own, with those of a URL, and in whatever carries them.

use proptest::prelude::*;

use crate::*;

/// Percent-encodes these bytes of a text.
fn encoded(text: &str, bytes: impl Fn(u8) -> bool) -> String {
    let piece = |byte: u8| {
        if bytes(byte) {
            format!("%{byte:02x}")
        } else {
            char::from(byte).to_string()
        }
    };
    text.bytes().map(piece).collect()
}

/// Undoes the escapes of a text in ASCII.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (digits, behind) = piece.split_at(2);
        decoded.push(char::from(u8::from_str_radix(digits, 16).unwrap()));
        decoded.push_str(behind);
    }
    decoded
}

fn token_of(order: &Order<'_>) -> String {
    let query = order.sign().unwrap();
    query.strip_prefix("hdnts=").unwrap().to_owned()
}

#[test]
fn escapes_that_a_signer_made_and_those_of_a_url_are_told_apart() {
    let order = Order {
        scheme: akamai(&["escape_early"]),
        ..Order::new("/a", "acl=/*~id=x y~data=a=1&b=%~ip=192.0.2.7")
    };
    let token = token_of(&order);
    assert!(token.contains("~id=x%20y~data=a%3d1%26b%3d%25~"), "{token}");
    assert_eq!(order.reason(&format!("hdnts={token}")), None);
    let whole = encoded(&token, |byte| !byte.is_ascii_alphanumeric());
    assert_eq!(order.reason(&format!("hdnts={whole}")), None);
    // What was decoded on its way is no longer what was signed.
    let decoded = token.replace("%20", " ");
    let reason = order.reason(&format!("hdnts={decoded}"));
    assert_eq!(reason, Some(Reason::Signature));
}

#[test]
fn a_percent_sign_that_was_signed_may_be_sent_as_it_is_or_encoded() {
    let order = Order::new("/a", "acl=/*~data=100%~id=%zz%41");
    let token = token_of(&order);
    assert!(token.contains("~id=%25zz%2541~data=100%25~"), "{token}");
    assert_eq!(order.reason(&format!("hdnts={token}")), None);
    let bare = token.replace("%25", "%");
    assert_eq!(order.reason(&format!("hdnts={bare}")), None);
    let twice = token.replace("%25", "%2525");
    assert_eq!(
        order.reason(&format!("hdnts={twice}")),
        Some(Reason::Signature)
    );
}

#[test]
fn a_token_opens_up_to_the_longest_length_in_either_reading() {
    let signed = |data: usize| {
        let claims = format!("acl=/*~data={}", "z".repeat(data));
        token_of(&Order::new("/a", &claims))
    };
    let order = Order::new("/a", "");
    let reason = |token: &str| order.reason(&format!("hdnts={token}"));
    let most = 8192 - signed(1).len() + 1;
    let longest = signed(most);
    assert_eq!(longest.len(), 8192);
    assert_eq!(reason(&longest), None);
    assert_eq!(reason(&(longest + "0")), Some(Reason::Malformed));

    let escaped = encoded(&signed(most / 3), |byte| byte == b'z');
    assert_eq!(reason(&escaped), None);
    let longer = encoded(&signed(most / 3 + 40), |byte| byte == b'z');
    assert_eq!(reason(&longer), Some(Reason::Malformed));

    let claims = format!("acl=/*~data={}", "z".repeat(most + 1));
    assert_eq!(Order::new("/a", &claims).sign(), Err(SignError::Length));
}

#[test]
fn a_cookie_carries_a_token_as_a_query_does() {
    let order = Order::new("/a/b", "acl=/a/*");
    let cookie = format!("hdnts={}", token_of(&order));
    let sources = [Source::query(b"x=1"), Source::value(cookie.as_bytes())];
    let request = RequestParts {
        path: b"/a/b",
        sources: &sources,
        secrets: &[SECRET],
        ..RequestParts::default()
    };
    assert_eq!(order.reason_of(&request), None);
    let request = RequestParts {
        sources: &sources[..1],
        ..request
    };
    assert_eq!(order.reason_of(&request), Some(Reason::Missing));
}

proptest! {
    #[test]
    fn whatever_of_a_token_is_percent_encoded_it_opens(
        words in prop::sample::select(vec![&[][..], &["sha1"], &["escape_early"], &["md5", "escape_early"]]),
        claim in prop::sample::select(vec!["acl=/a*b", "url=/a!b"]),
        data in "[ -}]{1,40}",
        escaped: [bool; 256],
    ) {
        let claims = format!("{claim}~data={data}");
        let order = Order { scheme: akamai(words), ..Order::new("/a!b", &claims) };
        let token = token_of(&order);
        prop_assert_eq!(order.reason(&format!("hdnts={token}")), None);
        let hashed = if words.contains(&"escape_early") {
            token
        } else {
            decoded(&token)
        };
        // Else a percent sign of the signer's begins an escape, and an ampersand ends the argument.
        let sent = encoded(&hashed, |byte| b"%&".contains(&byte) || escaped[usize::from(byte)]);
        prop_assert_eq!(order.reason(&format!("hdnts={sent}")), None);
    }
}
