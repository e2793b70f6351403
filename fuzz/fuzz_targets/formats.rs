//! Formats of an operator's own: no text panics, and what can be parsed is decided as the second opinion decides, opens
//! what it signs, and nothing that was changed.
#![no_main]

use fuzz::input::Lines;
use fuzz::naive::Said;
use fuzz::naive::digest::{Asked, decide};
use fuzz::naive::query::{pair, split_target};
use fuzz::naive::rows::Row;
use fuzz::request::{Asking, verdict};
use fuzz::text::{bytes, percent_decoded, served, text};
use libfuzzer_sys::fuzz_target;
use token::{Carrier, Claim, Failure, Field, FieldKind, Link, Rules, Scheme, Secret, TokenPart};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let [link, digest, message, options] = [(); 4].map(|()| lines.string());
    let words: Vec<&str> = options.split(' ').filter(|word| !word.is_empty()).collect();
    let scheme = match Scheme::own("own", &link, &digest, &message, &words) {
        Ok(scheme) => scheme,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let rules = Rules::of(&scheme);
    let row = Row {
        name: "own".to_owned(),
        link,
        digest,
        // The second opinion counts bytes.
        message: text(message.as_bytes()),
        options: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    let asking = Asking::read(lines, &row, rules.lifetime);
    for warning in asking
        .flags
        .has('w')
        .then(|| scheme.facts().warnings())
        .into_iter()
        .flatten()
    {
        assert!(!warning.to_string().is_empty());
    }
    // A built-in scheme may have these very strings, and then other code decides.
    if let Some(asked) = asking.signed(&row) {
        let verdict = verdict(&scheme, &rules, &asked);
        assert_eq!(
            Said::from(&verdict),
            decide(&row, &asked),
            "{verdict:?}: {row:?} {asked:?}"
        );
    }
    sign(&scheme, &row, &rules, &asking);
});

/// What the scheme itself signs opens, until it expires, and not for another secret.
fn sign(scheme: &Scheme, row: &Row, rules: &Rules, asking: &Asking) {
    let asked = &asking.asked;
    let (raw, query) = split_target(&asked.target);
    let Some(path) = served(raw) else { return };
    // What is there already of the token's own goes, as signers have it.
    let is_own = |piece: &&str| {
        let name = bytes(pair(piece).0);
        rules
            .params
            .names()
            .any(|own| own.eq_ignore_ascii_case(&name))
    };
    let query: Vec<&str> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|piece| !is_own(piece))
        .collect();
    let query = query.join("&");
    let target = if query.is_empty() {
        raw.to_owned()
    } else {
        format!("{raw}?{query}")
    };
    let format = scheme.facts().format().expect("a format");
    let expires = asked.clock.now.saturating_add(30);
    // Those in front of the token and behind it are the path's own.
    let is_given = |(field, id): &(&Field, u8)| {
        let is_of_path = format.prefix.contains(&TokenPart::Field(*id)) || format.rest == Some(*id);
        !is_of_path && field.kind != FieldKind::Ttl
    };
    let given = format.fields.iter().zip(0u8..).filter(is_given);
    let fields: Vec<Claim<'_>> = given
        .map(|(field, _)| Claim {
            name: field.name.as_bytes(),
            value: b"0",
        })
        .collect();
    let values: Vec<Vec<u8>> = format
        .variables
        .iter()
        .map(|name| value(asked, name))
        .collect();
    let variables: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let (path, target) = (bytes(&path), bytes(&target));
    let address = asked.client_ip.as_deref().map(bytes);
    let link = Link {
        path: &path,
        target: &target,
        expires: format.time.map(|_| expires),
        issued: Some(asked.clock.now),
        client_ip: address.as_deref(),
        fields: &fields,
        variables: &variables,
        ..Link::default()
    };
    let rules = Rules {
        ignore_case: asked.ignore_case,
        lifetime: asked.lifetime,
        ..rules.clone()
    };
    let (mut sent, mut at) = (String::new(), 0);
    let signed = scheme.sign_fields(
        &link,
        &rules,
        Secret::new(&asked.secret),
        &mut |_| Err(Failure),
        &mut |fields| {
            at = fields.at;
            fields.write(scheme, &rules.params, &mut sent)
        },
    );
    if signed.is_err() {
        return;
    }
    let is_in_path = scheme.facts().carrier == Carrier::Path;
    let (front, behind) = if is_in_path {
        ([&target[..at], sent.as_bytes()].concat(), &target[at..])
    } else {
        let mark = if query.is_empty() { b"?" } else { b"&" };
        (
            [&target, mark.as_slice(), sent.as_bytes()].concat(),
            &[][..],
        )
    };
    let signed = [&front, behind].concat();
    let mut request = Asked {
        target: text(&signed),
        ..asked.clone()
    };
    request.clock.skew = 60;
    request.clock.longest = None;
    // A token in the path makes another path of "/..".
    if served(split_target(&request.target).0).is_none() {
        return;
    }
    let verdict_of = |request: &Asked| verdict(scheme, &rules, request).reason();
    let refused = verdict_of(&request);
    let opens = !is_in_path || stays(&text(&front), &text(behind));
    assert_eq!(refused.is_none(), opens, "{refused:?}: {row:?} {request:?}");
    request.secret.push(b'x');
    assert!(
        verdict_of(&request).is_some(),
        "with another secret: {row:?} {request:?}"
    );
}

/// Whether the path up to the token is served as it was sent. A ".." goes over a token as over any segment, and what is
/// left has none: `secure-token sign` declines such links.
fn stays(front: &str, behind: &str) -> bool {
    let whole = format!("{front}{behind}");
    let parts = percent_decoded(front).zip(served(split_target(behind).0));
    parts.is_some_and(|(front, behind)| {
        served(split_target(&whole).0) == Some(format!("{front}{behind}"))
    })
}

fn value(asked: &Asked, name: &str) -> Vec<u8> {
    let mut known = asked.variables.iter();
    let value = known.find(|(own, _)| own.eq_ignore_ascii_case(name));
    value.map(|(_, value)| bytes(value)).unwrap_or_default()
}
