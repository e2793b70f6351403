//! `secure_token_max_clients` and `secure_token_max_uses`.

use links::Prefixes;

use super::block::{Block, Wrong, wrong};
use super::words::number;
use crate::gate::{MaxClients, MaxUses};

/// The most clients of a link that are told apart.
const MOST_CLIENTS: u64 = 100;
/// The most uses of a link that are counted.
const MOST_USES: u64 = 1_000_000_000;

const OFF_ALONE: &str = "\"off\" takes no further parameter; remove what stands behind";

/// `secure_token_max_clients off | number [ipv4=bits] [ipv6=bits]`
pub(super) fn clients(block: &mut Block<'_>) -> Result<(), Wrong> {
    let clients = match block.words {
        [b"off"] => None,
        [b"off", ..] => return Err(wrong(OFF_ALONE)),
        [first, rest @ ..] => Some(MaxClients {
            number: number(first, 1..=MOST_CLIENTS)
                .and_then(|number| number.try_into().ok())
                .ok_or_else(|| {
                    wrong(format!(
                        "must be \"off\" or how many clients may use a link, from 1 to {MOST_CLIENTS}"
                    ))
                })?,
            prefixes: prefixes(rest)?,
        }),
        [] => return Err(Wrong::Said),
    };
    block.once(|written| &mut written.max_clients, clients)
}

fn prefixes(words: &[&[u8]]) -> Result<Prefixes, Wrong> {
    let mut ipv4 = None;
    let mut ipv6 = None;
    for word in words {
        let (slot, bits, most, name) = if let Some(bits) = word.strip_prefix(b"ipv4=") {
            (&mut ipv4, bits, 32, "ipv4=")
        } else if let Some(bits) = word.strip_prefix(b"ipv6=") {
            (&mut ipv6, bits, 128, "ipv6=")
        } else {
            return Err(wrong(
                "unknown parameter; write \"ipv4=24\" or \"ipv6=56\", the bits of an address that tell clients apart",
            ));
        };
        let bits = number(bits, 1..=most).and_then(|bits| u8::try_from(bits).ok());
        let bits = bits.ok_or_else(|| {
            wrong(format!(
                "behind \"{name}\" stands how many bits of an address tell clients apart, from 1 to {most}, such as \
                 \"ipv4=24\" or \"ipv6=56\""
            ))
        })?;
        if slot.replace(bits).is_some() {
            return Err(wrong(format!(
                "\"{name}\" is given twice; remove one of them"
            )));
        }
    }
    Ok(Prefixes::new(
        ipv4.unwrap_or(Prefixes::USUAL_IPV4),
        ipv6.unwrap_or(Prefixes::USUAL_IPV6),
    ))
}

/// `secure_token_max_uses off | number [head=free]`
pub(super) fn uses(block: &mut Block<'_>) -> Result<(), Wrong> {
    let uses = match block.words {
        [b"off"] => None,
        [b"off", ..] => return Err(wrong(OFF_ALONE)),
        [first, rest @ ..] => Some(MaxUses {
            number: number(first, 1..=MOST_USES).ok_or_else(|| {
                wrong(format!(
                    "must be \"off\" or how often a link may be used, from 1 to {MOST_USES}"
                ))
            })?,
            head_is_free: match rest {
                [] => false,
                [b"head=free"] => true,
                _ => {
                    return Err(wrong(
                        "unknown parameter; write \"head=free\" behind the number, or nothing",
                    ));
                }
            },
        }),
        [] => return Err(Wrong::Said),
    };
    block.once(|written| &mut written.max_uses, uses)
}
