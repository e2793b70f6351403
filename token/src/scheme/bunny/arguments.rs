//! The arguments of a link beside token and expiry, which are signed.
//!
//! They are hashed decoded, with nothing but `=` and `&` between them, and right behind digits and an address. A name
//! that begins with a digit could have taken it from the expiry; a name or value with `&` in it may have been two
//! arguments when it was signed, one of which was a restriction; a control byte may be the padding of a hash that was
//! extended. Such arguments are refused, whoever signed them.

use core::cmp::Ordering;

use super::sent::SentText;
use super::{COUNTRIES, COUNTRIES_BLOCKED, IGNORE_PARAMS, LIMIT, TOKEN_PATH};
use crate::Reason;

/// The most arguments of a link.
const MOST: usize = 64;
/// Bytes of an IPv4 address.
const ADDRESS: usize = 4;

/// An argument.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Argument<'a> {
    pub(super) name: SentText<'a>,
    pub(super) value: SentText<'a>,
}

/// The arguments that are signed, in the order in which they are, and those that the token itself knows.
pub(super) struct Arguments<'a> {
    list: [Argument<'a>; MOST],
    count: usize,
    own: Own<'a>,
}

/// The values of the token's own arguments.
#[derive(Clone, Copy, Default)]
struct Own<'a> {
    token_path: Option<SentText<'a>>,
    countries: Option<SentText<'a>>,
    countries_blocked: Option<SentText<'a>>,
    ignore_params: Option<SentText<'a>>,
}

impl<'a> Arguments<'a> {
    /// Of pieces as they were sent.
    ///
    /// # Errors
    /// [`Reason::Duplicate`] and [`Reason::Malformed`].
    pub(super) fn of(pieces: impl Iterator<Item = &'a [u8]> + Clone) -> Result<Self, Reason> {
        Self::new(pieces.filter(|piece| !piece.is_empty()).map(Argument::sent))
    }

    /// # Errors
    /// [`Reason::Duplicate`] and [`Reason::Malformed`].
    pub(super) fn new(all: impl Iterator<Item = Argument<'a>> + Clone) -> Result<Self, Reason> {
        let mut own = Own::default();
        for argument in all.clone() {
            own.take(argument)?;
        }
        let mut arguments = Self {
            list: [Argument::default(); MOST],
            count: 0,
            own,
        };
        for argument in all.filter(|argument| own.signs(*argument)) {
            if !argument.is_of_one_reading() {
                return Err(Reason::Malformed);
            }
            let slot = arguments.list.get_mut(arguments.count);
            *slot.ok_or(Reason::Malformed)? = argument;
            arguments.count = arguments.count.saturating_add(1);
        }
        if own
            .token_path
            .is_some_and(|path| path.decoded().next() != Some(b'/'))
        {
            return Err(Reason::Malformed);
        }
        arguments.sort()?;
        Ok(arguments)
    }

    fn sort(&mut self) -> Result<(), Reason> {
        let list = self.list.get_mut(..self.count).unwrap_or_default();
        list.sort_unstable_by(Argument::compare);
        // One of two arguments by one name would be the one that counts, and nobody knows which.
        let is_unique = list.is_sorted_by(|one, other| one.compare(other) == Ordering::Less);
        is_unique.then_some(()).ok_or(Reason::Duplicate)
    }

    pub(super) fn sorted(&self) -> &[Argument<'a>] {
        self.list.get(..self.count).unwrap_or_default()
    }

    pub(super) fn token_path(&self) -> Option<SentText<'a>> {
        self.own.token_path
    }

    pub(super) fn countries(&self) -> Option<SentText<'a>> {
        self.own.countries
    }

    pub(super) fn countries_blocked(&self) -> Option<SentText<'a>> {
        self.own.countries_blocked
    }

    /// Whether arguments other than those that say so and say which paths are free.
    pub(super) fn are_ignored(&self) -> bool {
        self.own.ignores()
    }

    /// Whether the first name could be that of an argument the token knows, with the bytes of an address in front of
    /// it: nothing that was signed says whether it is bound to an address.
    pub(super) fn may_hide_an_address(&self) -> bool {
        let first = self.sorted().first();
        first.is_some_and(|first| {
            let behind = || first.name.decoded().skip(ADDRESS);
            let known = [
                TOKEN_PATH,
                COUNTRIES,
                COUNTRIES_BLOCKED,
                IGNORE_PARAMS,
                LIMIT,
            ];
            let mut known = known.iter();
            known.any(|known| behind().eq(known.iter().copied()))
        })
    }
}

impl<'a> Argument<'a> {
    pub(super) fn sent(piece: &'a [u8]) -> Self {
        let at = memchr::memchr(b'=', piece).unwrap_or(piece.len());
        let (name, value) = piece.split_at_checked(at).unwrap_or_default();
        Self {
            name: SentText::escaped(name),
            value: SentText::escaped(value.get(1..).unwrap_or_default()),
        }
    }

    /// As the vendor's libraries sort.
    fn compare(&self, other: &Self) -> Ordering {
        self.name.decoded().cmp(other.name.decoded())
    }

    /// Whether what is hashed of it can be nothing else than this argument.
    fn is_of_one_reading(&self) -> bool {
        let mut name = self.name.decoded();
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~[]".contains(&byte);
        let is_value_byte = |byte: u8| !byte.is_ascii_control() && byte != b'&';
        self.name.is_whole()
            && self.value.is_whole()
            && name.next().is_some_and(is_letter)
            && name.all(is_name_byte)
            && self.value.decoded().all(is_value_byte)
    }
}

impl<'a> Own<'a> {
    /// Keeps an argument that the token knows. By another spelling of its name it would be signed, and restrict nothing:
    /// such are refused.
    fn take(&mut self, argument: Argument<'a>) -> Result<(), Reason> {
        let slots = [
            (TOKEN_PATH, &mut self.token_path),
            (COUNTRIES, &mut self.countries),
            (COUNTRIES_BLOCKED, &mut self.countries_blocked),
            (IGNORE_PARAMS, &mut self.ignore_params),
        ];
        for (name, slot) in slots {
            if argument.name.means(name) {
                if !argument.name.is_spelt(name) {
                    return Err(Reason::Malformed);
                }
                return match slot.replace(argument.value) {
                    Some(_) => Err(Reason::Duplicate),
                    None => Ok(()),
                };
            }
        }
        Ok(())
    }

    fn ignores(&self) -> bool {
        self.ignore_params.is_some_and(|value| value.means(b"true"))
    }

    /// Whether an argument is signed.
    fn signs(&self, argument: Argument<'a>) -> bool {
        let is_always = |known: &[u8]| argument.name.means(known);
        !self.ignores() || is_always(TOKEN_PATH) || is_always(IGNORE_PARAMS)
    }
}
