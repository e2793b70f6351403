//! Advanced token authentication of bunny.net.
//!
//! A token is `HS256-` and base64url of a HMAC-SHA256 over the signed path, the expiry, the client's address where the
//! token is bound to one (`HS256-1-`), and every other argument of the link, decoded and sorted by name. The older form
//! has no prefix, and is SHA-256 of the secret and the same, with the address as text.
//!
//! Nothing stands between these parts, and nothing says which of them are there. So that a link is of one reading,
//! arguments whose names or values could be taken for other parts are refused: see [`arguments`].

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::vendor::Vendor;
use super::{FieldSink, Random};
#[cfg(feature = "inspect")]
use crate::Place;
use crate::hmac::Hmac;
use crate::judge::{Judge, Opening};
use crate::key::Prepared;
use crate::{
    Anatomy, Boundary, Carrier, Child, ClientIp, Facts, Failure, FieldParam, Hash, Key, KeyError,
    Link, Name, Params, Reason, Request, Rules, Scope, Secret, SecretSpelling, SignError, TokenId,
    Verdict,
};

use address::Addresses;
use arguments::Arguments;
use carry::Carried;
use demands::{Demanded, PathLimit};
use message::message;
use token::Token;

mod address;
mod arguments;
mod carry;
mod demands;
mod message;
mod sent;
mod sign;
mod token;

/// The arguments that are the token's own beside itself and its expiry.
const TOKEN_PATH: &[u8] = b"token_path";
const COUNTRIES: &[u8] = b"token_countries";
const COUNTRIES_BLOCKED: &[u8] = b"token_countries_blocked";
const IGNORE_PARAMS: &[u8] = b"token_ignore_params";
/// The argument that the vendor's servers read and ours leave to the application.
const LIMIT: &[u8] = b"limit";

static FIELDS: [FieldParam; 4] = [
    FieldParam {
        name: Name::of("token_path"),
        field: 0,
    },
    FieldParam {
        name: Name::of("token_countries"),
        field: 1,
    },
    FieldParam {
        name: Name::of("token_countries_blocked"),
        field: 2,
    },
    FieldParam {
        name: Name::of("token_ignore_params"),
        field: 3,
    },
];

/// The name of the scheme.
pub(super) const NAME: &str = "bunny";

/// The facts of the scheme `bunny`.
pub(super) fn facts() -> Facts {
    Facts {
        name: NAME.into(),
        title: "bunny.net advanced token authentication".into(),
        vendor: "https://docs.bunny.net/cdn/security/token-authentication/advanced".into(),
        extras: &[],
        carrier: Carrier::Query,
        params: Params {
            token: Some(Name::of("token")),
            expires: Some(Name::of("expires")),
            fields: Cow::Borrowed(&FIELDS),
        },
        client_ip: ClientIp::Claimed,
        scope: Scope::Exact,
        boundary: Boundary::Inclusive,
        expired_status: None,
        anatomy: Anatomy::Signed {
            secret: SecretSpelling::Text,
            digest: "hmac-sha256:base64url",
            message: "{token_path|path:raw}{expires}{client_ip}{args:sorted}",
        },
    }
}

/// The scheme `bunny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bunny;

impl Vendor for Bunny {
    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        let hmac = Hmac::new(Hash::Sha256, secret.expose());
        Ok(hmac.map(|hmac| Key(Prepared::Hmac(Box::new(hmac)))))
    }

    fn open(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        let carried = match carry::carry(request, &rules.params)? {
            Ok(carried) => carried,
            Err(reason) => return Ok(Verdict::refused(reason)),
        };
        match open(&carried, request, rules, judge)? {
            Ok(verdict) => Ok(verdict),
            Err(reason) => Ok(Verdict::refused(reason)),
        }
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        _: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign(link, rules, secret, sink)
    }

    fn sign_child(
        &self,
        parent: &impl Request,
        child: &Child<'_>,
        rules: &Rules,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign_child(parent, child, rules, sink)
    }

    fn token_id(&self, text: &[u8]) -> Option<TokenId> {
        // A segment of a path has the names as well.
        let text = text.strip_prefix(b"/").unwrap_or(text);
        let fields = carry::IN_PATH.find(text);
        let token = fields.map_or(text, |fields| fields.token);
        Token::read(token).map(|token| token.id())
    }

    fn signs_target(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn place_in_path(&self, path: &[u8]) -> Option<Place> {
        carry::in_path(path, 0).map(|(_, place)| place)
    }

    #[cfg(feature = "inspect")]
    fn has_form(&self, text: &[u8]) -> bool {
        Token::read(text).is_some()
    }
}

/// Opens a token that was found. The outer error is [`Failure`], the inner one says what is wrong with the token.
fn open(
    carried: &Carried<'_>,
    request: &impl Request,
    rules: &Rules,
    judge: Judge,
) -> Result<Result<Verdict, Reason>, Failure> {
    let (Some(token), Some(expires)) = (Token::read(carried.token), carried.expiry()) else {
        return Ok(Err(Reason::Malformed));
    };
    let arguments = match Arguments::of(carried.pieces()) {
        Ok(arguments) => arguments,
        Err(reason) => return Ok(Err(reason)),
    };
    if token.may_hide_an_address() && arguments.may_hide_an_address() {
        return Ok(Err(Reason::Malformed));
    }
    let Some(paths) = carried.paths(request)? else {
        return Ok(Err(Reason::Malformed));
    };
    let client = match token.may_be_bound() {
        true => request.client_ip()?,
        false => None,
    };
    let addresses = Addresses::of(client);
    if token.is_bound() && addresses.packed().is_none() {
        return Ok(Err(Reason::ClientIp));
    }
    let message = message(&arguments, &paths, &expires, rules);
    let mut reason = Reason::NoSecret;
    for index in 0..u32::MAX {
        let Some(secret) = request.secret(index as usize)? else {
            break;
        };
        if secret.is_empty() {
            continue;
        }
        if token.fits(&message, &addresses, secret) {
            let opening = Opening {
                secret: index,
                place: carried.place,
                id: token.id(),
            };
            let demanded = Demanded {
                expires: expires.seconds,
                path: arguments.token_path().map(|prefix| PathLimit {
                    prefix,
                    served: paths.served,
                }),
                countries: arguments.countries(),
                countries_blocked: arguments.countries_blocked(),
            };
            return judge.decide(opening, &demanded, request, rules).map(Ok);
        }
        reason = Reason::Signature;
    }
    Ok(Err(reason))
}
