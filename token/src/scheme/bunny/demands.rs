//! What an opened token demands of the request.

use core::iter::once;

use super::sent::SentText;
use crate::judge::{Demands, Obstacle};
use crate::{Claims, Reason, Request, Rules};

/// What a token says.
pub(super) struct Demanded<'a> {
    pub(super) expires: u64,
    pub(super) path: Option<PathLimit<'a>>,
    /// `token_countries`.
    pub(super) countries: Option<SentText<'a>>,
    /// `token_countries_blocked`.
    pub(super) countries_blocked: Option<SentText<'a>>,
}

/// `token_path`, a plain string with which the path has to begin.
pub(super) struct PathLimit<'a> {
    pub(super) prefix: SentText<'a>,
    /// The path that the server serves by.
    pub(super) served: &'a [u8],
}

impl Demands for Demanded<'_> {
    fn claims(&self) -> Result<Claims, Reason> {
        Ok(Claims::signed(Some(self.expires)))
    }

    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        if let Some(limit) = &self.path
            && !limit.admits(rules.ignore_case)
        {
            return Err(Obstacle::Because(Reason::Url));
        }
        if self.countries.or(self.countries_blocked).is_none() {
            return Ok(());
        }
        // Nobody can tell without a country, or with something that is none.
        let country = request.country()?.filter(|code| is_country(code));
        let Some(country) = country else {
            return Err(Obstacle::Because(Reason::Country));
        };
        let is_listed = |list: Option<SentText<'_>>, otherwise| match list {
            Some(list) => has_country(list, country).ok_or(Obstacle::Because(Reason::Malformed)),
            None => Ok(otherwise),
        };
        // Where there are both lists, both count.
        let is_admitted = is_listed(self.countries, true)?;
        let is_blocked = is_listed(self.countries_blocked, false)?;
        if is_admitted && !is_blocked {
            Ok(())
        } else {
            Err(Obstacle::Because(Reason::Country))
        }
    }
}

impl PathLimit<'_> {
    fn admits(&self, ignore_case: bool) -> bool {
        let mut path = self.served.iter();
        self.prefix.decoded().all(|wanted| {
            path.next().is_some_and(|byte| {
                *byte == wanted || (ignore_case && byte.eq_ignore_ascii_case(&wanted))
            })
        })
    }
}

/// ISO 3166 has letters; what maps addresses to countries has some codes of its own, such as `A1`.
fn is_country(code: &[u8]) -> bool {
    code.len() == 2 && code.iter().all(u8::is_ascii_alphanumeric)
}

/// Whether a list of two-letter codes has this one. `None` where an entry is none: what cannot be read can neither
/// admit nor block.
pub(super) fn has_country(list: SentText<'_>, country: &[u8]) -> Option<bool> {
    let mut is_listed = false;
    let mut entry = [0; 2];
    let mut length = 0usize;
    for byte in list.decoded().chain(once(b',')) {
        match byte {
            b',' if length == entry.len() => {
                is_listed |= entry.eq_ignore_ascii_case(country);
                length = 0;
            }
            b' ' if length != 1 => {}
            byte if byte.is_ascii_alphanumeric() => {
                *entry.get_mut(length)? = byte;
                length = length.saturating_add(1);
            }
            _ => return None,
        }
    }
    Some(is_listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_stand_between_commas_and_each_is_read() {
        let has = |list: &str| has_country(SentText::escaped(list.as_bytes()), b"DE");
        for list in ["DE", "de", "CA,DE", "DE%2CCA", " DE , CA", "A1,De"] {
            assert_eq!(has(list), Some(true), "{list}");
        }
        for list in ["CA", "CA,US", "ED"] {
            assert_eq!(has(list), Some(false), "{list}");
        }
        for list in [
            "",
            ",",
            "DE,",
            ",DE",
            "DE,,CA",
            "D E",
            "DEU",
            "D",
            "DE;CA",
            "DE,C\u{e9}",
        ] {
            assert_eq!(has(list), None, "{list}");
        }
    }

    #[test]
    fn a_path_begins_as_it_is_meant() {
        let admits = |prefix: &'static str, served: &'static str, ignore_case| {
            let prefix = SentText::escaped(prefix.as_bytes());
            let served = served.as_bytes();
            PathLimit { prefix, served }.admits(ignore_case)
        };
        assert!(admits("%2Fa", "/a", false));
        assert!(admits("/a", "/ab", false));
        assert!(!admits("/a/", "/a", false));
        assert!(!admits("/a%2F", "/ab", false));
        assert!(!admits("/A", "/ab", false));
        assert!(admits("/A", "/ab", true));
    }
}
