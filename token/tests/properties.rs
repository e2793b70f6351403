//! What holds for every link, of every scheme.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

use proptest::prelude::*;
use token::{
    Claims, ClientIp, Failure, Link, Reason, RequestParts, Rules, SCHEMES, Scheme, Scope, Secret,
    SignError, Verdict,
};

const NOW: u64 = 1_800_000_000;

/// The query that opens a link.
fn sign(
    scheme: &dyn Scheme,
    link: &Link<'_>,
    rules: &Rules<'_>,
    secret: &[u8],
) -> Result<String, SignError> {
    let mut query = String::new();
    let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
    scheme.sign(link, rules, Secret::new(secret), &mut random, &mut query)?;
    Ok(query)
}

/// Whether the scheme's tokens are for a beginning of a path, and not for the path as a whole.
fn is_for_beginnings(scheme: &dyn Scheme) -> bool {
    scheme.facts().scope == Scope::Prefix
}

/// A link that was signed, and what it takes to open it.
#[derive(Clone, Debug)]
struct Signed {
    scheme: &'static str,
    secret: Vec<u8>,
    path: Vec<u8>,
    client_ip: Option<Vec<u8>>,
    expires: u64,
    query: Vec<u8>,
}

impl Signed {
    fn scheme(&self) -> &'static dyn Scheme {
        token::scheme::by_name(self.scheme.as_bytes()).unwrap()
    }

    fn verdict(&self) -> Verdict {
        self.verdict_under(&Rules::of(self.scheme()), NOW)
    }

    fn verdict_under(&self, rules: &Rules<'_>, now: u64) -> Verdict {
        let request = RequestParts {
            path: &self.path,
            sources: &[&self.query],
            secrets: &[&self.secret],
            client_ip: self.client_ip.as_deref(),
            ..RequestParts::default()
        };
        self.scheme().verify(&request, rules, now).unwrap()
    }

    fn opens(&self) -> bool {
        matches!(self.verdict(), Verdict::Passed(_))
    }

    /// With one byte of one part changed, if that changes it.
    fn altered(
        &self,
        part: fn(&mut Self) -> &mut Vec<u8>,
        at: prop::sample::Index,
        to: u8,
    ) -> Option<Self> {
        let mut altered = self.clone();
        let bytes = part(&mut altered);
        let at = at.index(bytes.len());
        let before = std::mem::replace(&mut bytes[at], to);
        (before != to).then_some(altered)
    }
}

/// Bytes of a path, but for those that stand between the entries of an ectoken.
fn printable() -> impl Strategy<Value = u8> {
    prop_oneof![0x20..0x7fu8, 0x80..=0xffu8].prop_map(|byte| match byte {
        b'&' | b',' => b'_',
        byte => byte,
    })
}

prop_compose! {
    fn signed()(
        scheme in 0..SCHEMES.len(),
        secret in prop::collection::vec(any::<u8>(), 1..100),
        tail in prop::collection::vec(printable(), 0..150),
        address in prop::option::of(any::<std::net::IpAddr>()),
        lifetime in 1..100_000_000u64,
    ) -> Signed {
        let scheme = SCHEMES[scheme];
        let path = [b"/", tail.trim_ascii()].concat();
        let client_ip = address
            .filter(|_| scheme.facts().client_ip != ClientIp::Never)
            .map(|address| address.to_string().into_bytes());
        let expires = NOW + lifetime;
        let link = Link {
            path: &path,
            expires: Some(expires),
            client_ip: client_ip.as_deref(),
            claims: &[],
        };
        let query = sign(scheme, &link, &Rules::of(scheme), &secret).unwrap();
        Signed { scheme: scheme.name(), secret, path, client_ip, expires, query: query.into_bytes() }
    }
}

proptest! {
    #[test]
    fn what_is_signed_opens(link in signed()) {
        prop_assert!(link.opens());
        let verdict = link.verdict();
        prop_assert_eq!(verdict.claims().and_then(Claims::expires), Some(link.expires));
    }

    #[test]
    fn a_path_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.path, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_query_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.query, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_secret_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.secret, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn another_client_does_not_open_a_bound_link(link in signed(), address: std::net::IpAddr) {
        prop_assume!(link.client_ip.is_some());
        let mut altered = link.clone();
        altered.client_ip = Some(address.to_string().into_bytes());
        let own: std::net::IpAddr = String::from_utf8(link.client_ip.unwrap()).unwrap().parse().unwrap();
        prop_assume!(address.to_canonical() != own.to_canonical());
        prop_assert!(!altered.opens());
        altered.client_ip = None;
        prop_assert!(!altered.opens());
    }

    /// Schemes that put nothing between path and expiry: wherever the border is moved, however the
    /// digits are spelt.
    #[test]
    fn one_token_opens_one_path_and_one_expiry(link in signed(), digits in "[0-9*+,./-]{0,12}", zeros in "0{0,3}") {
        let Some(name) = link.scheme().facts().params.expires else { return Ok(()) };
        let name = std::str::from_utf8(name).unwrap();
        let mut honest = link.clone();
        honest.path.extend_from_slice(digits.as_bytes());
        let signed = Link {
            path: &honest.path,
            expires: Some(honest.expires),
            client_ip: honest.client_ip.as_deref(),
            claims: &[],
        };
        let scheme = honest.scheme();
        let query = sign(scheme, &signed, &Rules::of(scheme), &honest.secret).unwrap();
        let token = query.split('&').next().unwrap().to_owned();

        let text = [honest.path.as_slice(), honest.expires.to_string().as_bytes()].concat();
        for border in 1..text.len() {
            let (path, expires) = text.split_at(border);
            let Ok(expires) = std::str::from_utf8(expires) else { continue };
            let altered = Signed {
                path: path.to_vec(),
                query: format!("{token}&{name}={zeros}{expires}").into_bytes(),
                ..honest.clone()
            };
            let is_honest = path == honest.path && zeros.is_empty();
            prop_assert_eq!(altered.opens(), is_honest, "{:?}", altered);
        }
    }

    #[test]
    fn a_secret_among_others_opens_and_is_named(link in signed(), before in prop::collection::vec("[a-z]{0,40}", 0..5)) {
        let mut secrets: Vec<&[u8]> = before.iter().map(String::as_bytes).collect();
        prop_assume!(!secrets.contains(&link.secret.as_slice()));
        secrets.push(&link.secret);
        let request = RequestParts {
            path: &link.path,
            sources: &[b"", b"x=1", &link.query],
            secrets: &secrets,
            client_ip: link.client_ip.as_deref(),
            ..RequestParts::default()
        };
        let scheme = link.scheme();
        let verdict = scheme.verify(&request, &Rules::of(scheme), NOW).unwrap();
        prop_assert_eq!(verdict.claims().map(Claims::secret), Some(before.len()));
    }

    #[test]
    fn a_wrong_token_is_never_called_expired_or_too_long(link in signed(), late in 0..10_000_000_000u64) {
        let mut altered = link.clone();
        altered.secret.push(b'x');
        let rules = Rules { max_lifetime: Some(0), ..Rules::of(altered.scheme()) };
        let verdict = altered.verdict_under(&rules, late);
        prop_assert_eq!(verdict.reason(), Some(Reason::Signature));
        prop_assert_eq!(verdict.claims(), None);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(
        path: Vec<u8>,
        query in prop_oneof![
            any::<Vec<u8>>(),
            "((st|e|md5|expires|%73t|x)=([0-9A-Za-z_%=-]{0,30})&?){0,6}".prop_map(String::into_bytes),
            "[0-9A-Za-z_%-]{20,200}={0,3}(&x=1)?".prop_map(String::into_bytes),
            "[0-9a-f]{20,200}".prop_map(String::into_bytes),
        ],
        secret: Vec<u8>,
        client_ip: Option<Vec<u8>>,
        now: u64,
        clock_skew: u64,
        max_lifetime: Option<u64>,
        ignore_case: bool,
    ) {
        let extras = SCHEMES.iter().flat_map(|scheme| scheme.facts().extras).map(|extra| extra.scheme);
        for scheme in SCHEMES.iter().copied().chain(extras) {
            let rules = Rules { clock_skew, max_lifetime, ignore_case, ..Rules::of(scheme) };
            let request = RequestParts {
                path: &path,
                sources: &[&query],
                secrets: &[&secret],
                client_ip: client_ip.as_deref(),
                ..RequestParts::default()
            };
            prop_assert!(!matches!(scheme.verify(&request, &rules, now).unwrap(), Verdict::Passed(_)));
            let link = Link {
                path: &path,
                expires: Some(now),
                client_ip: client_ip.as_deref(),
                claims: &[],
            };
            let _ = sign(scheme, &link, &rules, &secret);
        }
    }
}

#[test]
fn the_clock_decides_at_the_very_second() {
    for (name, in_the_last_second) in [("azion", true), ("gcore", false), ("ectoken", true)] {
        let opens = |now: u64, clock_skew, max_lifetime| {
            let scheme = token::scheme::by_name(name.as_bytes()).unwrap();
            let rules = Rules {
                clock_skew,
                max_lifetime,
                ..Rules::of(scheme)
            };
            let link = Link {
                path: b"/a",
                expires: Some(NOW),
                ..Link::default()
            };
            let query = sign(scheme, &link, &rules, b"s").unwrap();
            let request = RequestParts {
                path: b"/a",
                sources: &[query.as_bytes()],
                secrets: &[b"s"],
                ..RequestParts::default()
            };
            scheme.verify(&request, &rules, now).unwrap().reason()
        };
        let last = (!in_the_last_second).then_some(Reason::Expired);
        assert_eq!(opens(NOW - 1, 0, None), None);
        assert_eq!(opens(NOW, 0, None), last);
        assert_eq!(opens(NOW + 1, 0, None), Some(Reason::Expired));
        assert_eq!(opens(NOW + 59, 60, None), None);
        assert_eq!(opens(NOW + 60, 60, None), last);
        assert_eq!(opens(NOW + 61, 60, None), Some(Reason::Expired));
        assert_eq!(opens(NOW - 100, 0, Some(100)), None);
        assert_eq!(opens(NOW - 101, 0, Some(100)), Some(Reason::Lifetime));
        assert_eq!(opens(u64::MAX, u64::MAX, Some(u64::MAX)), last);
    }
}

#[test]
fn case_is_ignored_where_that_is_asked_for() {
    for &scheme in SCHEMES {
        let rules = Rules {
            ignore_case: true,
            ..Rules::of(scheme)
        };
        let path = "/Films/ÄPFEL/".to_owned() + &"LONG".repeat(40);
        let link = Link {
            path: path.as_bytes(),
            expires: Some(NOW),
            ..Link::default()
        };
        let query = sign(scheme, &link, &rules, b"s").unwrap();
        let opens = |path: &str, rules: &Rules<'_>| {
            let request = RequestParts {
                path: path.as_bytes(),
                sources: &[query.as_bytes()],
                secrets: &[b"s"],
                ..RequestParts::default()
            };
            scheme
                .verify(&request, rules, NOW - 1)
                .unwrap()
                .reason()
                .is_none()
        };
        let lower = path.to_ascii_lowercase();
        assert!(opens(&path, &rules) && opens(&lower, &rules));
        // Where paths are hashed, signers sign the lower-case one.
        let signed = if is_for_beginnings(scheme) {
            &path
        } else {
            &lower
        };
        let other = if is_for_beginnings(scheme) {
            &lower
        } else {
            &path
        };
        assert!(opens(signed, &Rules::of(scheme)));
        assert!(!opens(other, &Rules::of(scheme)));
    }
}

#[test]
fn a_signer_declines_what_would_not_open() {
    let declines = |name: &str, secret: &[u8], path: &[u8], expires, client_ip: Option<&[u8]>| {
        let scheme = token::scheme::by_name(name.as_bytes()).unwrap();
        let link = Link {
            path,
            expires,
            client_ip,
            claims: &[],
        };
        sign(scheme, &link, &Rules::of(scheme), secret).err()
    };
    for scheme in SCHEMES {
        let name = scheme.name();
        let of = |secret, path, expires| declines(name, secret, path, expires, None);
        assert_eq!(of(b"s", b"/a", Some(1)), None);
        assert_eq!(of(b"", b"/a", Some(1)), Some(SignError::Secret));
        assert_eq!(of(b"s", b"", Some(1)), Some(SignError::Path));
        assert_eq!(of(b"s", b"/a\0", Some(1)), Some(SignError::Path));
        assert_eq!(of(b"s", b"/a", Some(0)), Some(SignError::Expires));
        let too_late = Some(10_000_000_000);
        assert_eq!(of(b"s", b"/a", too_late), Some(SignError::Expires));
        let never = (name != "ectoken").then_some(SignError::Expires);
        assert_eq!(of(b"s", b"/a", None), never);
    }
    let bound_to = |name, address| declines(name, b"s", b"/a", Some(1), Some(address));
    assert_eq!(bound_to("azion", b"192.0.2.7"), Some(SignError::ClientIp));
    assert_eq!(bound_to("gcore", b"192.0.2.7"), None);
    assert_eq!(bound_to("gcore", b""), Some(SignError::ClientIp));
    assert_eq!(bound_to("ectoken", b"192.0.2.0/24"), None);
    assert_eq!(bound_to("ectoken", b"192.0.2"), Some(SignError::ClientIp));
}
