//! `secure-token formats`: the schemes whose tokens are digests, as secure_token_format would write them.

use std::process::ExitCode;

use serde_json::{Value, json};
use token::{Boundary, ClientIp, Facts, Format, SecretSpelling, scheme};

use crate::output::{self, Colour, Style, Trouble};

/// List the formats of the schemes: what a link looks like and what is hashed
///
/// Each is what secure_token_format takes behind a name, and --format of sign, verify and explain: one that is almost
/// right is copied and changed.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token formats
  secure-token formats --json")]
pub(crate) struct Args {
    /// Print JSON: name, link, digest, message, options, client_ip
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let schemes = scheme::all();
    let facts = schemes.iter().map(|scheme| scheme.facts());
    let formats = facts.filter_map(|facts| Some((facts, facts.format()?)));
    if args.json {
        output::print_json(&formats.map(object).collect())?;
    } else {
        let style = Style::of_stdout();
        let texts: Vec<String> = formats.map(|format| text(format, style)).collect();
        output::print(&texts.concat())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn object((facts, format): (&Facts, &Format)) -> Value {
    json!({
        "name": facts.name,
        "link": facts.link(&facts.params),
        "digest": format.digest.to_string(),
        "message": format.message_text(),
        "options": options(facts),
        "client_ip": facts.client_ip != ClientIp::Never,
    })
}

fn text((facts, format): (&Facts, &Format), style: Style) -> String {
    let options = options(facts).join(" ");
    let words = [
        quoted(&facts.link(&facts.params)),
        format.digest.to_string(),
        quoted(&format.message_text()),
        options,
    ];
    let words = words.join(" ");
    let name = style.paint(&facts.name, Colour::Bold);
    format!("{name}\n  {}\n", words.trim_end())
}

/// Between quotes, as a configuration has it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// The words behind link, digest and message.
pub(crate) fn options(facts: &Facts) -> Vec<String> {
    let Some(format) = facts.format() else {
        return Vec::new();
    };
    let exclusive = (facts.boundary == Boundary::Exclusive).then(|| "exclusive".to_owned());
    let lifetime = format
        .lifetime
        .map(|seconds| format!("ttl={}", length(seconds)));
    let window = format.window.then(|| "window".to_owned());
    let status = facts
        .expired_status
        .map(|status| format!("expired_status={status}"));
    let secret = match format.secret {
        SecretSpelling::Text => None,
        spelling => Some(format!("secret={}", spelling_word(spelling))),
    };
    [exclusive, lifetime, window, secret, status]
        .into_iter()
        .flatten()
        .collect()
}

/// How secrets are written, in a word.
pub(crate) const fn spelling_word(spelling: SecretSpelling) -> &'static str {
    match spelling {
        SecretSpelling::Text => "text",
        SecretSpelling::Base64 => "base64",
        SecretSpelling::Base64Url => "base64url",
        SecretSpelling::Hex => "hex",
    }
}

/// `3h`, `30m`, `90s`
fn length(seconds: u64) -> String {
    let whole = |unit: u64| {
        let count = seconds.checked_div(unit)?;
        (count.checked_mul(unit) == Some(seconds)).then_some(count)
    };
    match (whole(3600), whole(60)) {
        (Some(hours), _) => format!("{hours}h"),
        (None, Some(minutes)) => format!("{minutes}m"),
        (None, None) => format!("{seconds}s"),
    }
}
