//! What holds for every link.

use proptest::prelude::*;
use token::Reason;

use super::{CLIENT, signed, verdict_of};

fn arguments() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_.-]{0,8}", "[ -%'-~äß]{0,12}", 0..12)
        .prop_map(|arguments| arguments.into_iter().collect::<Vec<_>>())
        .prop_filter("they are the application's", |arguments| {
            let is_known = |name: &str| {
                let bound = name.get(4..).unwrap_or_default();
                let known = ["token", "expires", "limit"];
                name.starts_with("token") || known.contains(&name) || bound == "limit"
            };
            !arguments.iter().any(|(name, _)| is_known(name))
        })
}

fn escaped(value: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    value.bytes().map(escape).collect()
}

fn query(arguments: &[(String, String)]) -> String {
    let pieces: Vec<String> = arguments
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    pieces.join("&")
}

proptest! {
    #[test]
    fn arguments_are_signed_whatever_their_order_and_spelling(
        arguments in arguments(),
        (order, at) in (any::<u64>(), any::<prop::sample::Index>()),
        client in prop::option::of(any::<std::net::IpAddr>()),
    ) {
        let text = client.map(|client| client.to_string());
        let token = signed(&format!("/a?{}", query(&arguments)), &[], text.as_deref());
        let reason = |arguments: &[(String, String)]| {
            let target = format!("/a?{}&{token}", query(arguments));
            verdict_of("/a", &target, text.as_deref().unwrap_or(CLIENT), None).reason()
        };
        prop_assert_eq!(reason(&arguments), None);
        let mut moved = arguments.clone();
        moved.rotate_left(order as usize % arguments.len().max(1));
        moved.reverse();
        prop_assert_eq!(reason(&moved), None);

        // One altered, one left out, one more.
        if !arguments.is_empty() {
            let at = at.index(arguments.len());
            let mut altered = arguments.clone();
            altered[at].1.push('x');
            prop_assert_eq!(reason(&altered), Some(Reason::Signature));
            altered.remove(at);
            prop_assert_eq!(reason(&altered), Some(Reason::Signature));
        }
        let mut more = arguments.clone();
        more.push(("zzzzzzzzzz".to_owned(), String::new()));
        prop_assert_eq!(reason(&more), Some(Reason::Signature));
    }

    #[test]
    fn a_prefix_opens_what_begins_with_it_and_nothing_else(
        prefix in "/[a-z0-9/ %ä]{0,8}",
        path in "/[a-z0-9/ %ä]{0,12}",
        is_below: bool,
    ) {
        let token = signed(&format!("{prefix}x"), &[("token_path", &prefix)], None);
        let path = if is_below { format!("{prefix}{path}") } else { path };
        let opens = verdict_of(&path, &format!("{}?{token}", escaped(&path)), CLIENT, None);
        let expected = (!path.starts_with(&prefix)).then_some(Reason::Url);
        prop_assert_eq!(opens.reason(), expected);
    }
}
