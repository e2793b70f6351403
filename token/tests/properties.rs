//! What holds for every link, of every scheme.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{SentLink, fields, front, has_time, link, path, sign, spelt, token_text};
use proptest::prelude::*;
use token::{
    Carrier, Claims, ClientIp, Encoding, Link, Reason, RequestParts, Rules, Scheme, Scope, Source,
    TimeEvent, TimeSpelling, TokenId, Verdict, scheme,
};

const NOW: u64 = 1_800_000_000;

/// When a link opens last that was to open until then; `None` for ever.
fn rounded(scheme: &Scheme, expires: u64) -> Option<u64> {
    let lifetime = Rules::of(scheme).lifetime;
    let time = scheme.facts().format().and_then(|format| format.time);
    has_time(scheme).then(|| match time.map(|time| time.spelling) {
        Some(TimeSpelling::Minutes { .. }) => (expires - lifetime) / 60 * 60 + lifetime,
        _ => expires,
    })
}

/// A link that was signed, and what it takes to open it.
#[derive(Clone, Debug)]
struct Signed {
    scheme: Scheme,
    key: Vec<u8>,
    path: Vec<u8>,
    client_ip: Option<Vec<u8>>,
    expires: u64,
    /// What makes it open.
    sent: Vec<u8>,
}

impl Signed {
    fn verdict(&self) -> Verdict {
        self.verdict_under(&Rules::of(&self.scheme), NOW)
    }

    fn verdict_under(&self, rules: &Rules, now: u64) -> Verdict {
        let scheme = &self.scheme;
        let sent = SentLink::new(scheme, &self.path, &self.sent);
        let (sources, secret) = (sent.sources(), spelt(scheme, &self.key));
        let secrets: [&[u8]; 1] = [&secret];
        let request = RequestParts {
            client_ip: self.client_ip.as_deref(),
            ..sent.parts(&sources, &secrets)
        };
        scheme.verify(&request, rules, now).unwrap()
    }

    /// What its token is known by: as it was opened, and as it is written.
    fn ids(&self) -> (Option<TokenId>, Option<TokenId>) {
        let rules = Rules::of(&self.scheme);
        let sent = SentLink::new(&self.scheme, &self.path, &self.sent);
        let target = sent.parts(&[], &[]).target.to_vec();
        let verdict = self.verdict();
        let token = verdict.token();
        let text = token.map(|token| token_text(&rules, token, &target, &self.sent));
        let written = text.and_then(|text| self.scheme.token_id(text));
        (token.map(|token| token.id), written)
    }

    fn opens(&self) -> bool {
        matches!(self.verdict(), Verdict::Passed(_))
    }

    /// With one byte of one part changed, if that changes more than the spelling.
    fn altered(
        &self,
        part: fn(&mut Self) -> &mut Vec<u8>,
        at: prop::sample::Index,
        to: u8,
    ) -> Option<Self> {
        let mut altered = self.clone();
        let bytes = part(&mut altered);
        let at = at.index(bytes.len());
        bytes[at] = to;
        (percent_decoded(bytes) != percent_decoded(part(&mut self.clone()))).then_some(altered)
    }
}

/// Escapes that are none stay.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|_| *byte == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(*byte));
        rest = &rest[if escaped.is_some() { 3 } else { 1 }..];
    }
    decoded
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
        scheme in prop::sample::select(scheme::all()),
        key in prop::collection::vec(any::<u8>(), 1..100),
        tail in prop::collection::vec(printable(), 0..150),
        address in prop::option::of(any::<std::net::IpAddr>()),
        lifetime in 60..100_000_000u64,
    ) -> Signed {
        let path = path(&scheme, &[b"/d/", tail.trim_ascii()].concat());
        let client_ip = address
            .filter(|_| scheme.facts().client_ip != ClientIp::Never)
            .map(|address| address.to_string().into_bytes());
        // A window lets no link in that was issued further ahead than it opens.
        let has_window = scheme.facts().format().is_some_and(|format| format.window);
        let expires = NOW + if has_window { 60 } else { lifetime };
        let fields = fields(&scheme);
        let link = Link {
            client_ip: client_ip.as_deref(),
            ..link(&scheme, &path, &fields, expires)
        };
        let sent = sign(&scheme, &link, &Rules::of(&scheme), &spelt(&scheme, &key)).unwrap();
        Signed { scheme, key, path, client_ip, expires, sent: sent.into_bytes() }
    }
}

/// Bytes of base64 in the other alphabet are the same token where the scheme takes either.
fn alphabet(scheme: &Scheme, sent: &[u8]) -> Vec<u8> {
    let format = scheme.facts().format();
    let is_either = format.is_some_and(|format| format.digest.encoding == Encoding::Base64);
    let bare = sent.iter().map(|byte| match byte {
        b'-' if is_either => b'+',
        b'_' if is_either => b'/',
        byte => *byte,
    });
    bare.collect()
}

proptest! {
    #[test]
    fn what_is_signed_opens(link in signed()) {
        prop_assert!(link.opens());
        let verdict = link.verdict();
        prop_assert_eq!(verdict.claims().and_then(Claims::expires), rounded(&link.scheme, link.expires));
    }

    #[test]
    fn a_path_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let is_whole = matches!(link.scheme.facts().scope, Scope::Exact | Scope::Prefix);
        prop_assume!(is_whole && at.index(link.path.len()) >= front(&link.scheme).len());
        let altered = link.altered(|link| &mut link.path, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_token_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.sent, at, to);
        let own = alphabet(&link.scheme, &link.sent);
        let altered = altered.filter(|altered| alphabet(&link.scheme, &altered.sent) != own);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn a_token_is_known_by_the_same_however_it_is_spelled(
        link in signed(), at: prop::sample::Index, to: u8, escaped in prop::collection::vec(any::<bool>(), 600),
    ) {
        let (opened, written) = link.ids();
        prop_assert!(opened.is_some());
        prop_assert_eq!(opened, written);
        let mut altered = link.clone();
        let index = at.index(altered.sent.len());
        altered.sent[index] = to;
        let mut escapes = link.clone();
        if link.scheme.facts().carrier != Carrier::Path {
            let escape = |(byte, is_escaped): (&u8, &bool)| match byte {
                b'=' | b'&' => vec![*byte],
                byte if *is_escaped => format!("%{byte:02x}").into_bytes(),
                byte => vec![*byte],
            };
            escapes.sent = link.sent.iter().zip(escaped.iter().chain(&[false; 9000])).flat_map(escape).collect();
        }
        for spelling in [altered, escapes] {
            let (other, written) = spelling.ids();
            prop_assert!(other.is_none() || other == opened);
            prop_assert_eq!(other, written);
        }
    }

    #[test]
    fn the_digest_alone_says_what_a_token_is_known_by(link in signed()) {
        let (id, _) = link.ids();
        let rules = Rules::of(&link.scheme);
        let sent = SentLink::new(&link.scheme, &link.path, &link.sent);
        let verdict = link.verdict();
        let text = token_text(&rules, verdict.token().unwrap(), sent.parts(&[], &[]).target, &link.sent);
        let Some(format) = link.scheme.facts().format() else { return Ok(()) };
        let length = format.digest.text_length();
        let known = |text: &[u8]| link.scheme.token_id(text) == id;
        prop_assert!(text.windows(length).any(known));
        prop_assert!(!known(b""));
        prop_assert!(!known(b"="));
        prop_assert!(!text.windows(length - 1).any(known));
    }

    #[test]
    fn other_links_are_known_by_others(link in signed(), more in "[a-z]{1,9}") {
        prop_assume!(link.scheme.facts().scope == Scope::Exact);
        let mut key = link.key.clone();
        key.extend_from_slice(more.as_bytes());
        let path = [&link.path, more.as_bytes()].concat();
        let fields = fields(&link.scheme);
        for (path, key) in [(&path, &link.key), (&link.path, &key)] {
            let unsigned = Link { client_ip: link.client_ip.as_deref(), ..common::link(&link.scheme, path, &fields, link.expires) };
            let sent = sign(&link.scheme, &unsigned, &Rules::of(&link.scheme), &spelt(&link.scheme, key)).unwrap();
            let other = Signed { path: path.clone(), key: key.clone(), sent: sent.into_bytes(), ..link.clone() };
            prop_assert_ne!(other.ids().0, link.ids().0);
        }
    }

    #[test]
    fn a_secret_altered_in_any_byte_does_not_open(link in signed(), at: prop::sample::Index, to: u8) {
        let altered = link.altered(|link| &mut link.key, at, to);
        prop_assert!(!altered.is_some_and(|altered| altered.opens()));
    }

    #[test]
    fn another_client_does_not_open_a_bound_link(
        link in signed().prop_filter("bound to an address", |link| link.client_ip.is_some()),
        address: std::net::IpAddr,
    ) {
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
        let scheme = &link.scheme;
        let facts = scheme.facts();
        let Some(name) = &facts.params.expires else { return Ok(()) };
        let Some(time) = facts.format().and_then(|format| format.time) else { return Ok(()) };
        let is_expiry = time.event == TimeEvent::Expiry && time.spelling == TimeSpelling::Seconds;
        prop_assume!(is_expiry && facts.scope == Scope::Exact);
        let name = std::str::from_utf8(name).unwrap();
        let mut honest = link.clone();
        honest.path.extend_from_slice(digits.as_bytes());
        let fields = fields(scheme);
        let signed = Link {
            client_ip: honest.client_ip.as_deref(),
            ..common::link(scheme, &honest.path, &fields, honest.expires)
        };
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
        let scheme = &link.scheme;
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
        let rules = Rules { max_lifetime: Some(0), ..Rules::of(&altered.scheme) };
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
            "hdnts=((ip|st|exp|acl|id|url)=[0-9./*%~]{0,12}~){0,4}hmac=([0-9a-f]{64}|[0-9a-f]{30,42})".prop_map(String::into_bytes),
            "token=[0-9]{0,12}_?[0-9a-f]{38,42}".prop_map(String::into_bytes),
            "(token=(HS256-)?(1-)?[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]&?|expires=[0-9]{10}&?|token_[a-z_]{4,17}=[%2Fa-z,]{0,9}&?|[a-z%_]{0,9}=[+%0-9&]{0,9}&?){1,9}".prop_map(String::into_bytes),
        ],
        target in prop_oneof![
            any::<Vec<u8>>(),
            "(/[0-9]{10,13}){0,2}(/[0-9a-f]{30,34}){0,2}/[a-z?#/]{0,9}".prop_map(String::into_bytes),
            "/bcdn_token=(HS256-(1-)?)?[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048](&token_path=%2F[a-z%]{0,5})?&expires=[0-9]{10}(/[a-z?&=]{0,9})?".prop_map(String::into_bytes),
        ],
        secret: Vec<u8>,
        client_ip: Option<Vec<u8>>,
        now: u64,
        clock_skew: u64,
        max_lifetime: Option<u64>,
        ignore_case: bool,
    ) {
        let schemes = scheme::all();
        let extras = schemes.iter().flat_map(|scheme| {
            let extras = scheme.facts().extras.iter();
            extras.filter_map(|extra| scheme.with_word(extra.to_string().as_bytes()).ok())
        });
        for scheme in schemes.iter().cloned().chain(extras) {
            let rules = Rules { clock_skew, max_lifetime, ignore_case, ..Rules::of(&scheme) };
            let request = RequestParts {
                path: &path,
                target: &target,
                sources: &[Source::query(&query)],
                secrets: &[&secret],
                client_ip: client_ip.as_deref(),
                ..RequestParts::default()
            };
            prop_assert!(!matches!(scheme.verify(&request, &rules, now).unwrap(), Verdict::Passed(_)));
            let fields = fields(&scheme);
            let link = Link {
                path: &path,
                target: &target,
                expires: Some(now),
                client_ip: client_ip.as_deref(),
                fields: &fields,
                ..Link::default()
            };
            let _ = sign(&scheme, &link, &rules, &secret);
            let _ = sign(&scheme, &link, &rules, &spelt(&scheme, &secret));
        }
    }
}
