//! Text that looks the same and is not: `é` as one character (NFC, as most systems write it) or as two (NFD, as macOS
//! names files).

use unicode_normalization::UnicodeNormalization as _;

/// Composed, as most systems write it. `None` for what is no text.
pub fn nfc(text: &[u8]) -> Option<Vec<u8>> {
    Some(
        std::str::from_utf8(text)
            .ok()?
            .nfc()
            .collect::<String>()
            .into_bytes(),
    )
}

/// Decomposed.
pub fn nfd(text: &[u8]) -> Option<Vec<u8>> {
    Some(
        std::str::from_utf8(text)
            .ok()?
            .nfd()
            .collect::<String>()
            .into_bytes(),
    )
}

/// Whether a path begins with a text in another normal form, and not as it stands.
pub fn begins_in_another_form(path: &[u8], text: &[u8]) -> bool {
    let (Some(all), Some(start)) = (nfc(path), nfc(text)) else {
        return false;
    };
    !path.starts_with(text) && all.starts_with(&start)
}
