//! What holds for the children of every link, of every scheme.

use crate::*;

prop_compose! {
    /// A scheme, a path of its links, and what makes that open.
    fn parents()(
        scheme in prop::sample::select(scheme::all()),
        is_bound: bool,
        tail in "[a-z0-9 _.+@-]{0,40}",
        lifetime in 60..100_000_000u64,
    ) -> (Scheme, Vec<u8>, String, bool) {
        let path = path(&scheme, format!("/d/{}", tail.trim()).as_bytes());
        let is_bound = is_bound && scheme.facts().client_ip != ClientIp::Never;
        let has_window = scheme.facts().format().is_some_and(|format| format.window);
        let expires = NOW + if has_window { 60 } else { lifetime };
        let fields = fields(&scheme);
        let is_always_bound = !matches!(scheme.facts().client_ip, ClientIp::Never | ClientIp::Claimed);
        let link = Link {
            client_ip: (is_bound || is_always_bound).then_some(CLIENT),
            ..link(&scheme, &path, &fields, expires)
        };
        let sent = sign(&scheme, &link, &Rules::of(&scheme), SECRET).unwrap();
        (scheme, path, sent, is_bound || is_always_bound)
    }
}

proptest! {
    #[test]
    fn a_child_opens_as_long_as_its_parent(
        (scheme, parent, sent, _) in parents(),
        name in "[a-z0-9_.@-]{1,40}",
    ) {
        let path = path(&scheme, format!("/e/{name}").as_bytes());
        let text = child(&scheme, &parent, sent.as_bytes(), &path).unwrap();
        let opened = verdict(&scheme, &path, &text, CLIENT, b"DE");
        prop_assert_eq!(opened.reason(), None);
        let own = verdict(&scheme, &parent, &sent, CLIENT, b"DE");
        prop_assert_eq!(opened.claims(), own.claims());
        prop_assert_eq!(own.claims().is_some_and(|claims| claims.expires().is_some()), has_time(&scheme));
        prop_assert_eq!(text, child(&scheme, &parent, sent.as_bytes(), &path).unwrap());
    }

    #[test]
    fn a_child_has_children_as_its_parent_has(
        (scheme, parent, sent, _) in parents(),
        name in "[a-z0-9]{1,10}",
    ) {
        let middle = path(&scheme, b"/d/middle");
        let path = path(&scheme, format!("/e/{name}").as_bytes());
        let of_parent = child(&scheme, &parent, sent.as_bytes(), &path).unwrap();
        let sent = child(&scheme, &parent, sent.as_bytes(), &middle).unwrap();
        prop_assert_eq!(child(&scheme, &middle, sent.as_bytes(), &path).unwrap(), of_parent);
    }

    #[test]
    fn the_token_of_a_child_opens_no_other_path(
        (scheme, parent, sent, _) in parents(),
        name in "[a-z0-9]{1,10}",
        other in "[a-z0-9]{1,10}",
    ) {
        prop_assume!(matches!(scheme.facts().scope, Scope::Exact | Scope::Prefix | Scope::Pattern));
        prop_assume!(!other.starts_with(&name));
        let at = |name: &str| path(&scheme, format!("/d/{name}").as_bytes());
        let text = child(&scheme, &parent, sent.as_bytes(), &at(&name)).unwrap();
        prop_assert!(reason(&scheme, &at(&other), &text).is_some());
        prop_assert!(reason(&scheme, &parent, &text).is_some() || parent.starts_with(&at(&name)));
    }

    #[test]
    fn a_child_of_a_bound_parent_is_bound((scheme, parent, sent, is_bound) in parents()) {
        let path = path(&scheme, b"/d/child");
        let text = child(&scheme, &parent, sent.as_bytes(), &path).unwrap();
        let opened = verdict(&scheme, &path, &text, OTHER_CLIENT, b"DE");
        prop_assert_eq!(opened.reason().is_some(), is_bound);
    }

    #[test]
    fn a_child_altered_in_any_byte_does_not_open((scheme, parent, sent, _) in parents(), at: prop::sample::Index) {
        let path = path(&scheme, b"/d/child");
        let text = child(&scheme, &parent, sent.as_bytes(), &path).unwrap();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        // Neither another spelling of the same byte, nor of the same base64.
        bytes[at] = if bytes[at] == b'5' { b'6' } else { b'5' };
        let altered = String::from_utf8(bytes).unwrap();
        prop_assert!(reason(&scheme, &path, &altered).is_some(), "{text} {altered}");
    }

    #[test]
    fn no_token_of_any_bytes_makes_it_panic(
        target: Vec<u8>,
        path: Vec<u8>,
        (scheme, parent, sent, _) in parents(),
    ) {
        let link = SentLink::new(&scheme, &parent, sent.as_bytes());
        let (sources, secrets) = (link.sources(), [SECRET]);
        let request = RequestParts { client_ip: Some(CLIENT), ..link.parts(&sources, &secrets) };
        let rules = Rules::of(&scheme);
        let verdict = scheme.verify(&request, &rules, NOW).unwrap();
        let token = verdict.token().unwrap();
        let other = RequestParts { target: &target, sources: &[Source::query(&path)], ..request };
        for request in [&request, &other] {
            let child = Child { path: &path, target: &target };
            let _ = scheme.sign_child(request, token, &child, &rules, &mut String::new());
        }
    }
}
