//! What a block says, and what it takes from the block around it.

use std::rc::Rc;

use token::Scheme;

use super::RevokedList;
use crate::gate::{ClientAddress, Cookie, MaxClients, MaxUses, MimeTypes, Source, Way};
use crate::nginx::{Level, Place, Value};

/// What a directive says, and where it stands.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// What the directives of a block say; `None` is not set. Lists and values are shared with the blocks that
/// inherit them.
#[derive(Clone, Default)]
pub(crate) struct Written {
    /// In the order in which they are tried; none is `off`.
    pub(crate) schemes: Option<Setting<Rc<[Scheme]>>>,
    /// In the order in which they are tried.
    pub(crate) secrets: Option<Rc<Vec<Setting<SecretValue>>>>,
    pub(crate) uri: Option<Setting<Rc<Value>>>,
    pub(crate) client_ip: Option<Setting<ClientAddress>>,
    pub(crate) sources: Option<Setting<Rc<[Source]>>>,
    pub(crate) params: Option<Setting<Rc<ParamNames>>>,
    pub(crate) link: Option<Setting<Rc<str>>>,
    pub(crate) digest: Option<Setting<Rc<str>>>,
    pub(crate) denied_status: Option<Setting<u16>>,
    pub(crate) expired_status: Option<Setting<u16>>,
    pub(crate) ignore_case: Option<Setting<bool>>,
    pub(crate) country: Option<Setting<Rc<Value>>>,
    pub(crate) clock_skew: Option<Setting<u64>>,
    pub(crate) max_lifetime: Option<Setting<u64>>,
    pub(crate) ttl: Option<Setting<u64>>,
    pub(crate) strip: Option<Setting<bool>>,
    pub(crate) preflight: Option<Setting<bool>>,
    pub(crate) dry_run: Option<Setting<bool>>,
    pub(crate) log_level: Option<Setting<Level>>,
    pub(crate) label: Option<Setting<Rc<str>>>,
    /// A value of `None` is `off`.
    pub(crate) playlist: Option<Setting<Option<Way>>>,
    pub(crate) playlist_types: Option<Setting<MimeTypes>>,
    pub(crate) playlist_max: Option<Setting<usize>>,
    /// A value of `None` is `off`.
    pub(crate) cookie: Option<Setting<Option<Rc<Cookie>>>>,
    pub(crate) revoked: Option<Setting<Rc<RevokedList>>>,
    /// A value of `None` is `off`.
    pub(crate) max_clients: Option<Setting<Option<MaxClients>>>,
    /// A value of `None` is `off`.
    pub(crate) max_uses: Option<Setting<Option<MaxUses>>>,
    /// In seconds; a value of `None` is `off`.
    pub(crate) playback_grace: Option<Setting<Option<u64>>>,
}

/// A secret and the name it goes by.
#[derive(Clone)]
pub(crate) struct SecretValue {
    pub(crate) directive: &'static str,
    pub(crate) text: Rc<Value>,
    pub(crate) id: Rc<[u8]>,
    /// The scheme that it is for alone.
    pub(crate) only_for: Option<Scheme>,
}

impl SecretValue {
    /// Whether a scheme may use it.
    pub(crate) fn is_for(&self, scheme: &Scheme) -> bool {
        let only = self.only_for.as_ref();
        only.is_none_or(|only| only.name() == scheme.name())
    }
}

/// Names of the token's parameters, where they are not the scheme's own.
#[derive(Default)]
pub(crate) struct ParamNames {
    pub(crate) token: Option<Box<[u8]>>,
    pub(crate) expires: Option<Box<[u8]>>,
}

impl Written {
    /// Takes from the outer block what is not set here. A directive that may be repeated is taken as a
    /// whole or not at all.
    pub(super) fn inherit(&mut self, outer: &Self) {
        // Without "..", so that the compiler names a field that is forgotten.
        let Self {
            schemes,
            secrets,
            uri,
            client_ip,
            sources,
            params,
            link,
            digest,
            denied_status,
            expired_status,
            ignore_case,
            country,
            clock_skew,
            max_lifetime,
            ttl,
            strip,
            preflight,
            dry_run,
            log_level,
            label,
            playlist,
            playlist_types,
            playlist_max,
            cookie,
            revoked,
            max_clients,
            max_uses,
            playback_grace,
        } = outer;
        inherit(&mut self.schemes, schemes);
        inherit(&mut self.secrets, secrets);
        inherit(&mut self.uri, uri);
        inherit(&mut self.client_ip, client_ip);
        inherit(&mut self.sources, sources);
        inherit(&mut self.params, params);
        inherit(&mut self.link, link);
        inherit(&mut self.digest, digest);
        inherit(&mut self.denied_status, denied_status);
        inherit(&mut self.expired_status, expired_status);
        inherit(&mut self.ignore_case, ignore_case);
        inherit(&mut self.country, country);
        inherit(&mut self.clock_skew, clock_skew);
        inherit(&mut self.max_lifetime, max_lifetime);
        inherit(&mut self.ttl, ttl);
        inherit(&mut self.strip, strip);
        inherit(&mut self.preflight, preflight);
        inherit(&mut self.dry_run, dry_run);
        inherit(&mut self.log_level, log_level);
        inherit(&mut self.label, label);
        inherit(&mut self.playlist, playlist);
        inherit(&mut self.playlist_types, playlist_types);
        inherit(&mut self.playlist_max, playlist_max);
        inherit(&mut self.cookie, cookie);
        inherit(&mut self.revoked, revoked);
        inherit(&mut self.max_clients, max_clients);
        inherit(&mut self.max_uses, max_uses);
        inherit(&mut self.playback_grace, playback_grace);
    }

    /// The schemes that open this block, in the order in which they are tried; none where it is off.
    pub(super) fn schemes(&self) -> &[Scheme] {
        self.schemes.as_ref().map_or(&[], |schemes| &schemes.value)
    }

    /// The secrets, in the order in which they are tried.
    pub(super) fn secrets(&self) -> &[Setting<SecretValue>] {
        self.secrets.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Those of them that a scheme may use.
    pub(super) fn secrets_for(
        &self,
        scheme: &Scheme,
    ) -> impl Iterator<Item = &Setting<SecretValue>> {
        let secrets = self.secrets().iter();
        secrets.filter(|secret| secret.value.is_for(scheme))
    }
}

fn inherit<T: Clone>(own: &mut Option<T>, outer: &Option<T>) {
    if own.is_none() {
        own.clone_from(outer);
    }
}
