//! A path whose directory is signed, and was signed otherwise.

use super::path_way::{PathWay, usual};
use crate::path::{UNRESERVED, lower_escapes, percent_encoded};

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 4] = [
    usual("path-file-for-directory",
        "The path of the file was signed, {signed}: sign its directory, {right}.",
        |request, _| vec![request.path.clone(), request.url.sent_path().to_vec()]),
    usual("path-directory-with-slash",
        "The directory was signed with a slash more, {signed}: sign {right}.",
        |_, right| vec![[right, b"/"].concat(), [b"/", right].concat(), [b"/", right, b"/"].concat()]),
    usual("path-directory-encoded",
        "The directory was signed percent-encoded, {signed}: sign it decoded, {right}.",
        |_, right| {
            let text = percent_encoded(right, UNRESERVED);
            [lower_escapes(&text), text].map(String::into_bytes).into()
        }),
    usual("path-directory-case",
        "The directory was signed in lower case, {signed}: sign {right}, or set secure_token_ignore_case.",
        |_, right| vec![right.to_ascii_lowercase()]),
];
