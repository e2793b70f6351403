//! `acl`: patterns of paths, joined by `!`. In them `*` stands for anything, slashes too, and `?` for any one byte.

use crate::text::split;

/// The most patterns of a token.
const MOST: usize = 32;
/// The most bytes that are compared for a token. No pattern that anybody means comes near: it takes many stars, each
/// before a long text that a path nearly has, over and over.
const MOST_STEPS: u32 = 1 << 20;

/// Whether a path fits any of the patterns, as a whole. `None` where they are too many, or there is none.
pub(super) fn fit(patterns: &[u8], path: &[u8], ignore_case: bool) -> Option<bool> {
    if patterns.is_empty() || split(patterns, b'!').nth(MOST).is_some() {
        return None;
    }
    let mut search = Search {
        ignore_case,
        steps: MOST_STEPS,
    };
    Some(split(patterns, b'!').any(|pattern| search.fits(pattern, path)))
}

struct Search {
    ignore_case: bool,
    /// How many are left.
    steps: u32,
}

impl Search {
    fn is_same(&self, one: &[u8], other: &[u8]) -> bool {
        if self.ignore_case {
            one.eq_ignore_ascii_case(other)
        } else {
            one == other
        }
    }

    fn fits(&mut self, pattern: &[u8], path: &[u8]) -> bool {
        let literal = memchr::memchr2(b'*', b'?', pattern).unwrap_or(pattern.len());
        let (Some((beginning, wild)), Some((start, rest))) = (
            pattern.split_at_checked(literal),
            path.split_at_checked(literal),
        ) else {
            return false;
        };
        self.is_same(beginning, start) && (wild == b"*" || self.fits_wildly(wild, rest))
    }

    fn fits_wildly(&mut self, mut pattern: &[u8], mut path: &[u8]) -> bool {
        // What stands behind the last star, and what is left of the path behind what it took so far. Stars in front of
        // it need not be tried again: it can take whatever they would.
        let mut star: Option<(&[u8], &[u8])> = None;
        loop {
            match (pattern, path) {
                ([b'*', behind @ ..], _) => {
                    star = Some((behind, path));
                    pattern = behind;
                }
                ([], []) => return true,
                ([one, behind @ ..], [byte, rest @ ..])
                    if *one == b'?'
                        || self
                            .is_same(core::slice::from_ref(one), core::slice::from_ref(byte)) =>
                {
                    (pattern, path) = (behind, rest);
                }
                _ => {
                    let Some((behind, [_, rest @ ..])) = star else {
                        return false;
                    };
                    star = Some((behind, rest));
                    (pattern, path) = (behind, rest);
                }
            }
            let Some(left) = self.steps.checked_sub(1) else {
                return false;
            };
            self.steps = left;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn fits(patterns: &str, path: &str) -> Option<bool> {
        fit(patterns.as_bytes(), path.as_bytes(), false)
    }

    /// What a pattern means, without a thought of how long it takes.
    fn means(pattern: &[u8], path: &[u8]) -> bool {
        match (pattern, path) {
            ([], []) => true,
            ([b'*', behind @ ..], _) => (0..=path.len()).any(|taken| means(behind, &path[taken..])),
            ([b'?', behind @ ..], [_, rest @ ..]) => means(behind, rest),
            ([one, behind @ ..], [byte, rest @ ..]) => one == byte && means(behind, rest),
            _ => false,
        }
    }

    #[test]
    fn a_pattern_is_for_the_path_as_a_whole() {
        for (patterns, path, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a", "/ab", false),
            ("/a", "/", false),
            ("/a/*", "/a/", true),
            ("/a/*", "/a/b/c.ts", true),
            ("/a/*", "/a", false),
            ("/a/*", "/b/a/c", false),
            ("/*/c", "/a/b/c", true),
            ("/*/c", "/a/b/c/d", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/a/c", true),
            ("/a?c", "/ac", false),
            ("*.m3u8", "/a/b.m3u8", true),
            ("*.m3u8", "/a/b.m3u8.ts", false),
            ("*", "/any/thing", true),
            ("**", "", true),
            ("/x!/a/*!/y", "/a/b", true),
            ("/x!/y", "/x!/y", false),
            ("/x!", "/x", true),
            ("!/x", "/y", false),
            ("/A", "/a", false),
        ] {
            assert_eq!(fits(patterns, path), Some(expected), "{patterns}, {path}");
        }
    }

    #[test]
    fn case_is_ignored_where_that_is_asked_for() {
        assert_eq!(fit(b"/A/*.TS", b"/a/b.tS", true), Some(true));
        assert_eq!(fit(b"/A/*.TS", b"/a/b.tS", false), Some(false));
    }

    #[test]
    fn no_pattern_and_more_than_anybody_needs_are_of_no_form() {
        assert_eq!(fits("", ""), None);
        let patterns: Vec<&str> = ["/b"; 31].into_iter().chain(["/a"]).collect();
        assert_eq!(fits(&patterns.join("!"), "/a"), Some(true));
        assert_eq!(
            fits(&[patterns.join("!"), "/a".into()].join("!"), "/a"),
            None
        );
    }

    #[test]
    fn a_pattern_that_would_take_long_fits_nothing() {
        let path: String = "a".repeat(4000);
        let costly = ["*", &"a".repeat(1999), "b"].concat();
        assert_eq!(fits(&costly, &path), Some(false));
        // It would fit the path in the end.
        assert_eq!(fits(&costly, &(path.clone() + "b")), Some(false));
        assert_eq!(fits(&"*a".repeat(1000), &path), Some(true));
    }

    proptest! {
        #[test]
        fn what_fits_is_what_is_meant(pattern in "[ab/*?]{0,10}", path in "[ab/]{0,12}") {
            let expected = (!pattern.is_empty()).then(|| means(pattern.as_bytes(), path.as_bytes()));
            prop_assert_eq!(fits(&pattern, &path), expected);
        }
    }
}
