//! Queries, taken apart as one would by hand.

/// The name and the value of a piece.
pub fn pair(piece: &str) -> (&str, &str) {
    piece.split_once('=').unwrap_or((piece, ""))
}

/// The values of a name, in order.
pub fn values<'q>(query: &'q str, name: &str) -> Vec<&'q str> {
    let pairs = query.split('&').map(pair);
    pairs
        .filter(|(own, _)| *own == name)
        .map(|(_, value)| value)
        .collect()
}

/// The pieces that have none of these names.
pub fn without<'q>(query: &'q str, names: &[&str]) -> Vec<&'q str> {
    let pieces = query.split('&');
    pieces
        .filter(|piece| !names.contains(&pair(piece).0))
        .collect()
}

/// Path and query of what a client asks for.
pub fn split_target(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}
