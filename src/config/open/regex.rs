//! What the regular expression of a location begins with.

/// Whether a path that begins with `prefix` may match. Where that is not easily told, it may.
pub(super) fn may_match_below(regex: &[u8], prefix: &[u8]) -> bool {
    let Beginnings { texts, are_all } = beginnings(regex);
    texts.iter().any(|text| {
        let is_long_enough = !are_all || text.len() >= prefix.len();
        // Whether the expression looks at case is not known here.
        is_long_enough
            && text
                .iter()
                .zip(prefix)
                .all(|(a, b)| a.eq_ignore_ascii_case(b))
    })
}

/// Everything that matches begins with one of these, but for case.
struct Beginnings {
    texts: Vec<Vec<u8>>,
    /// Nothing comes behind them.
    are_all: bool,
}

fn beginnings(regex: &[u8]) -> Beginnings {
    let mut found = Beginnings {
        texts: Vec::new(),
        are_all: false,
    };
    match regex.strip_prefix(b"^") {
        Some(anchored) if !has_alternatives(anchored) => {
            let (text, rest) = literal(anchored);
            match alternatives(rest) {
                None => found.texts.push(text),
                Some(all) => {
                    let whole = |alternative| [text.as_slice(), &literal(alternative).0].concat();
                    found.texts.extend(all.map(whole));
                }
            }
            found.are_all = rest == b"$";
        }
        // Anything.
        _ => found.texts.push(Vec::new()),
    }
    found
}

/// Whether an alternative may stand outside of all parentheses, where `^` says nothing about it.
fn has_alternatives(regex: &[u8]) -> bool {
    let mut depth = 0usize;
    let mut bytes = regex.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            // Inside of brackets none of this has its meaning.
            b'[' => return regex.contains(&b'|'),
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The text that a regular expression begins with, and what stands behind it.
fn literal(regex: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut text = Vec::new();
    let mut rest = regex;
    loop {
        let (byte, behind) = match rest {
            [b'\\', byte, behind @ ..] if byte.is_ascii_punctuation() => (*byte, behind),
            // What is not ASCII may be a piece of a letter, and what repeats it is about the letter.
            [byte, behind @ ..] if byte.is_ascii() && !b"\\^$.|?*+()[]{}# ".contains(byte) => {
                (*byte, behind)
            }
            _ => return (text, rest),
        };
        // What is repeated may be there no time at all.
        if let [b'?' | b'*' | b'{', ..] = behind {
            return (text, b"");
        }
        text.push(byte);
        rest = behind;
    }
}

/// The alternatives of a group that `regex` begins with, where nothing else is in it.
fn alternatives(regex: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let group = regex.strip_prefix(b"(")?;
    let end = group.iter().position(|byte| *byte == b')')?;
    let (group, behind) = group.split_at_checked(end)?;
    let group = match group {
        [b'?', b':', group @ ..] => group,
        [b'?', b'<', name @ ..] if name.first()?.is_ascii_alphabetic() => {
            name.splitn(2, |byte| *byte == b'>').nth(1)?
        }
        [b'?' | b'*', ..] => return None,
        group => group,
    };
    // A bar or a parenthesis behind a backslash ends nothing.
    let is_escaped = |pair: &[u8]| matches!(pair, [b'\\', b'|' | b'\\']);
    if group.iter().any(|byte| b"([".contains(byte))
        || group.ends_with(b"\\")
        || group.windows(2).any(is_escaped)
    {
        return None;
    }
    if let [_, b'?' | b'*' | b'{', ..] = behind {
        return None;
    }
    Some(group.split(|byte| *byte == b'|'))
}
