//! What holds for every link, of every scheme.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{SentLink, sign, spelt};
use proptest::prelude::*;
use token::{
    Claims, ClientIp, Link, Reason, RequestParts, Rules, SCHEMES, Scheme, Source, TimeSpelling,
    Verdict,
};

const NOW: u64 = 1_800_000_000;

/// When a link opens last that was to open until then.
fn rounded(scheme: Scheme, expires: u64) -> u64 {
    let lifetime = Rules::of(scheme).lifetime;
    match scheme.facts().format().map(|format| format.time.spelling) {
        Some(TimeSpelling::Minutes { .. }) => (expires - lifetime) / 60 * 60 + lifetime,
        _ => expires,
    }
}

/// A link that was signed, and what it takes to open it.
#[derive(Clone, Debug)]
struct Signed {
    scheme: &'static str,
    key: Vec<u8>,
    path: Vec<u8>,
    client_ip: Option<Vec<u8>>,
    expires: u64,
    /// What makes it open.
    sent: Vec<u8>,
}

impl Signed {
    fn scheme(&self) -> Scheme {
        token::scheme::by_name(self.scheme.as_bytes()).unwrap()
    }

    fn verdict(&self) -> Verdict {
        self.verdict_under(&Rules::of(self.scheme()), NOW)
    }

    fn verdict_under(&self, rules: &Rules, now: u64) -> Verdict {
        let scheme = self.scheme();
        let sent = SentLink::new(scheme, &self.path, &self.sent);
        let (sources, secret) = (sent.sources(), spelt(scheme, &self.key));
        let secrets: [&[u8]; 1] = [&secret];
        let request = RequestParts {
            client_ip: self.client_ip.as_deref(),
            ..sent.parts(&sources, &secrets)
        };
        scheme.verify(&request, rules, now).unwrap()
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

/// Bytes of a path, but for those that stand between the entries of an ectoken, and the one that ends a path.
fn printable() -> impl Strategy<Value = u8> {
    prop_oneof![0x20..0x7fu8, 0x80..=0xffu8].prop_map(|byte| match byte {
        b'&' | b',' | b'?' => b'_',
        byte => byte,
    })
}

prop_compose! {
    fn signed()(
        scheme in 0..SCHEMES.len(),
        key in prop::collection::vec(any::<u8>(), 1..100),
        tail in prop::collection::vec(printable(), 0..150),
        address in prop::option::of(any::<std::net::IpAddr>()),
        lifetime in 60..100_000_000u64,
    ) -> Signed {
        let scheme = SCHEMES[scheme];
        let path = [b"/", tail.trim_ascii()].concat();
        let client_ip = address
            .filter(|_| scheme.facts().client_ip != ClientIp::Never)
            .map(|address| address.to_string().into_bytes());
        let expires = NOW + lifetime;
        let link = Link {
            path: &path,
            target: &path,
            expires: Some(expires),
            client_ip: client_ip.as_deref(),
            claims: &[],
        };
        let sent = sign(scheme, &link, &Rules::of(scheme), &spelt(scheme, &key)).unwrap();
        Signed { scheme: scheme.name(), key, path, client_ip, expires, sent: sent.into_bytes() }
    }
}

proptest! {
    #[test]
    fn what_is_signed_opens(link in signed()) {
        prop_assert!(link.opens());
        let verdict = link.verdict();
        prop_assert_eq!(verdict.claims().and_then(Claims::expires), Some(rounded(link.scheme(), link.expires)));
    }

    #[test]
    fn a_path_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.path, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_token_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.sent, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_secret_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.key, at, to);
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
        let Some(name) = &link.scheme().facts().params.expires else { return Ok(()) };
        let name = std::str::from_utf8(name).unwrap();
        let mut honest = link.clone();
        honest.path.extend_from_slice(digits.as_bytes());
        let signed = Link {
            path: &honest.path,
            target: &honest.path,
            expires: Some(honest.expires),
            client_ip: honest.client_ip.as_deref(),
            claims: &[],
        };
        let scheme = honest.scheme();
        let query = sign(scheme, &signed, &Rules::of(scheme), &honest.key).unwrap();
        let token = query.split('&').next().unwrap().to_owned();

        let text = [honest.path.as_slice(), honest.expires.to_string().as_bytes()].concat();
        for border in 1..text.len() {
            let (path, expires) = text.split_at(border);
            let Ok(expires) = std::str::from_utf8(expires) else { continue };
            let altered = Signed {
                path: path.to_vec(),
                sent: format!("{token}&{name}={zeros}{expires}").into_bytes(),
                ..honest.clone()
            };
            let is_honest = path == honest.path && zeros.is_empty();
            prop_assert_eq!(altered.opens(), is_honest, "{:?}", altered);
        }
    }

    #[test]
    fn a_secret_among_others_opens_and_is_named(link in signed(), before in prop::collection::vec("[a-z]{0,40}", 0..5)) {
        let scheme = link.scheme();
        let secret = spelt(scheme, &link.key);
        let before: Vec<Vec<u8>> = before.iter().map(|key| spelt(scheme, key.as_bytes())).collect();
        let mut secrets: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
        prop_assume!(!secrets.contains(&secret.as_slice()));
        secrets.push(&secret);
        let sent = SentLink::new(scheme, &link.path, &link.sent);
        let sources = [Source::value(b""), Source::value(b"x=1"), sent.sources()[0]];
        let request = RequestParts {
            client_ip: link.client_ip.as_deref(),
            ..sent.parts(&sources, &secrets)
        };
        let verdict = scheme.verify(&request, &Rules::of(scheme), NOW).unwrap();
        prop_assert_eq!(verdict.token().map(|token| token.secret as usize), Some(before.len()));
    }

    #[test]
    fn a_wrong_token_is_never_called_expired_or_too_long(link in signed(), late in 0..10_000_000_000u64) {
        let mut altered = link.clone();
        altered.key.push(b'x');
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
            "token=[0-9]{0,12}_?[0-9a-f]{38,42}".prop_map(String::into_bytes),
        ],
        target in prop_oneof![
            any::<Vec<u8>>(),
            "(/[0-9]{10,13}){0,2}(/[0-9a-f]{30,34}){0,2}/[a-z?#/]{0,9}".prop_map(String::into_bytes),
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
                target: &target,
                sources: &[Source::query(&query)],
                secrets: &[&secret],
                client_ip: client_ip.as_deref(),
                ..RequestParts::default()
            };
            prop_assert!(!matches!(scheme.verify(&request, &rules, now).unwrap(), Verdict::Passed(_)));
            let link = Link {
                path: &path,
                target: &target,
                expires: Some(now),
                client_ip: client_ip.as_deref(),
                claims: &[],
            };
            let _ = sign(scheme, &link, &rules, &secret);
        }
    }
}
