//! The restrictions that an ectoken can state: their names, and what they say in words.

use token::Reason;

/// A restriction by its option's name.
pub struct Restriction {
    /// Without the two hyphens.
    pub flag: &'static str,
    /// Its name in the token.
    pub claim: &'static str,
    /// What its value is called: `CODES`.
    pub value: &'static str,
    /// What its value has to look like.
    pub form: &'static str,
    /// What it says, to go before its entries.
    pub says: &'static str,
    /// What a request that it does not hold for is refused with.
    pub reason: Reason,
}

impl Restriction {
    /// What goes without it, to be told at the end of its help.
    pub const fn without(&self) -> &'static str {
        match self.reason {
            Reason::Url => ". Without it, only the path of the URL and what begins with it",
            _ => "",
        }
    }
}

const fn restriction(
    flag: &'static str,
    claim: &'static str,
    value: &'static str,
    form: &'static str,
    says: &'static str,
    reason: Reason,
) -> Restriction {
    Restriction {
        flag,
        claim,
        value,
        form,
        says,
        reason,
    }
}

/// Every restriction that has an option of its own.
#[rustfmt::skip]
pub const RESTRICTIONS: &[Restriction] = &[
    restriction("url-allow", "ec_url_allow", "PATHS", "beginnings of decoded paths, such as /videos/",
        "opens only paths that begin with", Reason::Url),
    restriction("country-allow", "ec_country_allow", "CODES", "countries of two letters, such as DE,FR",
        "opens only to clients in", Reason::Country),
    restriction("country-deny", "ec_country_deny", "CODES", "countries of two letters, such as DE,FR",
        "does not open to clients in", Reason::Country),
    restriction("ref-allow", "ec_ref_allow", "PAGES",
        "hosts, or hosts with the beginning of a path, without http://, such as *.example.com,example.org/shop/; \
         \"missing\" for visitors whom no page led here",
        "opens only from the pages", Reason::Referrer),
    restriction("ref-deny", "ec_ref_deny", "PAGES",
        "hosts, or hosts with the beginning of a path, without http://, such as *.example.com,example.org/shop/; \
         \"missing\" for visitors whom no page led here",
        "does not open from the pages", Reason::Referrer),
    restriction("host-allow", "ec_host_allow", "HOSTS", "hosts without a port, such as *.example.com,example.org",
        "opens only on the hosts", Reason::Host),
    restriction("host-deny", "ec_host_deny", "HOSTS", "hosts without a port, such as *.example.com,example.org",
        "does not open on the hosts", Reason::Host),
    restriction("proto-allow", "ec_proto_allow", "PROTOCOLS", "http, https or both",
        "opens only over", Reason::Protocol),
    restriction("proto-deny", "ec_proto_deny", "PROTOCOLS", "http, https or both",
        "does not open over", Reason::Protocol),
];

/// The one that has no option here, for it is `--client-ip`.
pub const CLIENT_IP: Restriction = restriction(
    "client-ip",
    "ec_clientip",
    "ADDRESSES",
    "addresses and networks, such as 192.0.2.7,2001:db8::/32",
    "opens only to clients with the addresses",
    Reason::ClientIp,
);

/// The restriction of that name in a token.
pub fn by_claim(name: &[u8]) -> Option<&'static Restriction> {
    static CLIENT: Restriction = CLIENT_IP;
    RESTRICTIONS
        .iter()
        .chain([&CLIENT])
        .find(|restriction| restriction.claim.as_bytes() == name)
}
