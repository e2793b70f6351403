//! Less than the right path, or its directory.

use super::path_way::{PathWay, usual};

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 8] = [
    usual("path-without-leading-slash",
        "The path was signed without its leading slash, {signed}: sign it with it.",
        |_, right| right.strip_prefix(b"/").map(<[u8]>::to_vec).into_iter().collect()),
    usual("path-without-trailing-slash",
        "The path was signed without its trailing slash, {signed}: sign it as it is requested.",
        |_, right| right.strip_suffix(b"/").map(<[u8]>::to_vec).into_iter().collect()),
    usual("path-with-trailing-slash",
        "The path was signed with a trailing slash, {signed}: sign it as it is requested.",
        |_, right| vec![[right, b"/"].concat()]),
    usual("path-not-signed",
        "The path was not signed: it belongs into what is hashed.",
        |_, _| vec![Vec::new()]),
    usual("path-without-extension",
        "The path was signed without its extension, {signed}: sign it as it is requested.",
        |_, right| without_extension(right)),
    usual("path-directory",
        "The link was signed for the directory {signed} and not for the file: sign the file, or set secure_token_uri to the \
         directory and give --path.",
        |_, right| cuts(right).flat_map(|(above, _)| [[above, b"/"].concat(), above.to_vec()]).collect()),
    usual("path-wildcard",
        "The path was signed as {signed}, where \"*\" is a plain character: sign the file, or set secure_token_uri to the \
         directory and sign that, without the \"*\".",
        |_, right| cuts(right).flat_map(|(above, _)| [[above, b"/*"].concat(), [above, b"/**"].concat()]).collect()),
    usual("path-without-beginning",
        "The path was signed without its beginning, {signed}: sign the path of the URL, or set secure_token_uri.",
        |_, right| cuts(right).flat_map(|(_, below)| [below.to_vec(), below.get(1..).unwrap_or_default().to_vec()]).collect()),
];

/// The path up to each slash and from there on, the last slash first.
fn cuts(path: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let slashes = path.iter().enumerate().rev();
    let slashes = slashes.filter(|(_, byte)| **byte == b'/');
    slashes.filter_map(|(at, _)| path.split_at_checked(at))
}

/// Without `.gz`, without `.tar.gz`.
fn without_extension(path: &[u8]) -> Vec<Vec<u8>> {
    let name = path.rsplit(|&byte| byte == b'/').next();
    let from_behind = name.unwrap_or_default().iter().rev().zip(1usize..);
    let dots = from_behind.filter(|(byte, _)| **byte == b'.');
    let bare = dots.filter_map(|(_, length)| path.get(..path.len().saturating_sub(length)));
    // A name that is nothing but its dot and what follows has no extension.
    bare.filter(|bare| !bare.ends_with(b"/"))
        .map(<[u8]>::to_vec)
        .collect()
}
