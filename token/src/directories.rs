//! The directories of a path, as formats hash them.

/// Up to the last slash, and with it.
pub(crate) fn directory(path: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'/', path).and_then(|at| at.checked_add(1));
    end.and_then(|end| path.get(..end)).unwrap_or_default()
}

/// A directory without its outer slashes.
pub(crate) fn stream(path: &[u8]) -> &[u8] {
    let directory = directory(path);
    let inner = directory.strip_prefix(b"/").unwrap_or(directory);
    inner.strip_suffix(b"/").unwrap_or(inner)
}

/// Directories that are tried above a file, at most.
const MOST_PARENTS: usize = 32;

/// Each directory above a file, the deepest first, without a slash at its end; not the root.
pub(crate) fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = path;
    let above = core::iter::from_fn(move || {
        rest = rest.get(..memchr::memrchr(b'/', rest)?)?;
        Some(rest)
    });
    above.take_while(|path| !path.is_empty()).take(MOST_PARENTS)
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn a_directory_ends_with_the_last_slash_and_a_stream_has_none_around_it() {
        for (path, expected) in [
            ("/a/b/c.mp4", ("/a/b/", "a/b")),
            ("/a/b/", ("/a/b/", "a/b")),
            ("/c.mp4", ("/", "")),
            ("//a", ("//", "")),
            ("a", ("", "")),
            ("", ("", "")),
        ] {
            let path = path.as_bytes();
            let found = (directory(path), stream(path));
            assert_eq!(found, (expected.0.as_bytes(), expected.1.as_bytes()));
        }
    }

    #[test]
    fn the_parents_of_a_file_are_those_below_the_root_and_not_endless() {
        let all = |path: &'static [u8]| parents(path).collect::<Vec<_>>();
        assert_eq!(all(b"/a/b/c.mp4"), [b"/a/b".as_slice(), b"/a"]);
        assert_eq!(all(b"/a/b/"), [b"/a/b".as_slice(), b"/a"]);
        assert!(all(b"/c.mp4").is_empty());
        assert!(all(b"").is_empty());
        let deep: String = (0..100).map(|_| "/a").collect();
        assert_eq!(parents(deep.as_bytes()).count(), MOST_PARENTS);
    }
}
