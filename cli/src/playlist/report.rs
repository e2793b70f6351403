//! What became of the links, for people and for programs.

use explain::text::show;
use explain::time;
use playlist::Outcome;
use serde_json::{Value, json};
use token::SignError;

use super::Way;
use super::opened::Opened;
use super::rewritten::{Became, Rewritten, advice, is_missed};
use super::text::Kind;
use crate::output::{Colour, Style};

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Hls => "HLS",
            Self::Dash => "DASH",
        }
    }
}

const fn word(outcome: &Outcome<SignError>) -> &'static str {
    match outcome {
        Outcome::Signed => "signed",
        Outcome::HandedOn => "handed on",
        Outcome::Kept => "kept",
        Outcome::Left(_) => "left",
    }
}

fn why(outcome: &Outcome<SignError>) -> Option<String> {
    match outcome {
        Outcome::Left(why) => Some(advice(why)),
        Outcome::Kept => Some("it leads behind the token in the path".to_owned()),
        Outcome::Signed | Outcome::HandedOn => None,
    }
}

/// A line for each link, and one for all.
pub(super) fn text(opened: &Opened<'_>, rewritten: &Rewritten, style: Style) -> String {
    let mut text = String::new();
    let line = rewritten.links.iter().map(|link| link.line).max();
    let digits = line.unwrap_or_default().to_string().len();
    let kinds = rewritten.links.iter().map(|link| link.kind.len());
    let width = kinds.max().unwrap_or_default();
    for link in &rewritten.links {
        text.push_str(&row(link, (digits, width), style));
    }
    let count = |word_of: &str| rewritten.count(|outcome| word(outcome) == word_of);
    let counts = ["signed", "handed on", "kept", "left"].map(|word| (word, count(word)));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let way = match opened.way {
        Way::Sign { .. } => format!("sign under {}", show(&opened.under)),
        Way::Pass => "pass".to_owned(),
    };
    let expires = match opened.token.claims.expires() {
        Some(expires) => format!("expires {}", time::dated(expires, opened.request.now)),
        None => "never expires".to_owned(),
    };
    text.push_str(&format!(
        "{}, {}, {way}, {expires}: {}\n",
        rewritten.kind.name(),
        opened.request.scheme.name(),
        if counts.is_empty() {
            "no links".to_owned()
        } else {
            counts.join(", ")
        },
    ));
    text
}

fn row(link: &Became, (digits, width): (usize, usize), style: Style) -> String {
    let outcome = &link.outcome;
    let colour = match outcome {
        Outcome::Left(_) if is_missed(outcome) => Colour::Yellow,
        Outcome::Left(_) | Outcome::Kept => Colour::Bold,
        Outcome::Signed | Outcome::HandedOn => Colour::Green,
    };
    let done = style.paint(format_args!("{:<9}", word(outcome)), colour);
    let path = link.path.as_ref();
    let leads = path.map(|path| format!(" -> {}", show(path)));
    let why = why(outcome).map(|why| format!(": {why}"));
    format!(
        "{:>digits$}  {done}  {:<width$}  {}{}{}\n",
        link.line,
        link.kind,
        show(&link.written),
        leads.unwrap_or_default(),
        why.unwrap_or_default(),
    )
}

/// The same for programs.
pub(super) fn object(opened: &Opened<'_>, rewritten: &Rewritten) -> Value {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let request = opened.request;
    let expires = opened.token.claims.expires();
    let links = rewritten.links.iter().map(|link| {
        json!({
            "line": link.line,
            "done": word(&link.outcome),
            "kind": link.kind,
            "link": lossy(&link.written),
            "path": link.path.as_deref().map(lossy),
            "why": why(&link.outcome),
        })
    });
    let count = |word_of: &str| rewritten.count(|outcome| word(outcome) == word_of);
    json!({
        "kind": rewritten.kind.name(),
        "url": lossy(&request.url.with_query(request.query())),
        "way": opened.way.word(),
        "under": matches!(opened.way, Way::Sign { .. }).then(|| lossy(&opened.under)),
        "scheme": request.scheme.name(),
        "expires": expires,
        "expires_utc": expires.and_then(time::rfc3339),
        "links": links.collect::<Vec<_>>(),
        "signed": count("signed"),
        "handed_on": count("handed on"),
        "kept": count("kept"),
        "left": count("left"),
    })
}

/// What is said beside a playlist, of which some links have no token.
pub(super) fn warning(rewritten: &Rewritten) -> Option<String> {
    match rewritten.count(is_missed) {
        0 => None,
        1 => Some("a link is left without a token; --explain says which and why".to_owned()),
        count => Some(format!(
            "{count} links are left without a token; --explain says which and why"
        )),
    }
}
