//! `secure-token schemes` and `secure-token reasons`: what there is, for people and for programs that
//! make tables of it.

use std::process::ExitCode;

use serde_json::{Value, json};
use token::{
    Anatomy, Boundary, Carrier, ClientIp, Extra, Facts, Field, FieldKind, Format, Name, Reason,
    Scope, scheme,
};

use crate::formats;
use crate::output::{self, Colour, Style, Trouble};

/// List the schemes, and how their tokens are made
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token schemes
  secure-token schemes --json")]
pub(crate) struct SchemesArgs {
    /// Print JSON: name, title, vendor, carrier, link, parameters, anatomy, digest, message, fields, options, secret,
    /// client_ip, scope, exclusive, expired_status, lifetime, words
    #[arg(long)]
    json: bool,
}

/// List the reasons for which a link is refused
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token reasons
  secure-token reasons --json")]
pub(crate) struct ReasonsArgs {
    /// Print JSON: reason, status, summary
    #[arg(long)]
    json: bool,
}

pub(crate) fn schemes(args: &SchemesArgs) -> Result<ExitCode, Trouble> {
    let schemes = scheme::all();
    let facts = schemes.iter().map(|scheme| scheme.facts());
    if args.json {
        output::print_json(&facts.map(scheme_object).collect())?;
    } else {
        let style = Style::of_stdout();
        let parts: Vec<_> = facts.map(|facts| scheme_text(facts, style)).collect();
        output::print(&parts.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn reasons(args: &ReasonsArgs) -> Result<ExitCode, Trouble> {
    if args.json {
        let objects = Reason::ALL.map(|reason| {
            json!({
                "reason": reason.as_str(),
                "status": Reason::status_of(Some(reason), false),
                "summary": reason.summary(),
            })
        });
        output::print_json(&Value::from_iter(objects))?;
    } else {
        let width = Reason::ALL.map(|reason| reason.as_str().len());
        let width = width.into_iter().max().unwrap_or_default();
        let lines =
            Reason::ALL.map(|reason| format!("{:width$}  {}\n", reason.as_str(), reason.summary()));
        output::print(&lines.concat())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn scheme_text(facts: &Facts, style: Style) -> String {
    let message = message(facts);
    let made = match &message {
        Some(message) => format!("{} of {message}", digest(facts).unwrap_or_default()),
        None => "claims, encrypted".to_owned(),
    };
    let client_ip = match facts.client_ip {
        ClientIp::Never => "tokens are bound to none",
        ClientIp::Optional => {
            "tokens are bound to the client's where secure_token_client_ip is set"
        }
        ClientIp::Always => "tokens are bound to the client's unless secure_token_client_ip is off",
        ClientIp::Claimed => "tokens are bound to the client's where they say so",
    };
    let last_second = match facts.boundary {
        Boundary::Inclusive => "in that very second a link still opens",
        Boundary::Exclusive => "in that very second a link no longer opens",
    };
    let mut text = format!(
        "{}  {}\n  link     {}\n  token    {made}\n  address  {client_ip}\n  expiry   {last_second}\n",
        style.paint(&facts.name, Colour::Bold),
        facts.title,
        facts.link(&facts.params),
    );
    for extra in facts.extras {
        text.push_str(&format!("  {:<7}  {}\n", extra.to_string(), extra.text()));
    }
    text.push_str(&format!("  vendor   {}\n", facts.vendor));
    text
}

fn scheme_object(facts: &Facts) -> Value {
    let name = |name: &Option<Name>| {
        name.as_ref()
            .map(|name| String::from_utf8_lossy(name).into_owned())
    };
    json!({
        "name": facts.name,
        "title": facts.title,
        "vendor": facts.vendor,
        "carrier": match facts.carrier {
            Carrier::Query => "query",
            Carrier::Value => "value",
            Carrier::Path => "path",
        },
        "link": facts.link(&facts.params),
        "parameters": { "token": name(&facts.params.token), "expires": name(&facts.params.expires) },
        "anatomy": match facts.anatomy {
            Anatomy::Digest(_) => "digest",
            Anatomy::Signed { .. } => "signed",
            Anatomy::Sealed => "sealed",
        },
        "digest": digest(facts),
        "message": message(facts),
        "fields": fields(facts),
        "options": formats::options(facts),
        "secret": formats::spelling_word(facts.secret()),
        "client_ip": match facts.client_ip {
            ClientIp::Never => "never",
            ClientIp::Optional => "optional",
            ClientIp::Always => "always",
            ClientIp::Claimed => "claimed",
        },
        "scope": match facts.scope {
            Scope::Exact => "exact",
            Scope::Directory => "directory",
            Scope::Tree => "tree",
            Scope::Everything => "everything",
            Scope::Prefix => "prefix",
            Scope::Pattern => "pattern",
        },
        "exclusive": facts.boundary == Boundary::Exclusive,
        "expired_status": facts.expired_status,
        "lifetime": facts.lifetime(),
        "words": facts.extras.iter().map(Extra::to_string).collect::<Vec<_>>(),
    })
}

/// The fields of links that are neither token nor time.
fn fields(facts: &Facts) -> Value {
    let fields = facts.format().map_or(&[][..], |format| &format.fields);
    let field = |field: &Field| {
        json!({
            "name": field.name,
            "kind": match field.kind {
                FieldKind::Free => "free",
                FieldKind::Ttl => "ttl",
                FieldKind::Start(_) => "start",
            },
            "optional": field.is_optional,
        })
    };
    fields.iter().map(field).collect()
}

/// `None` where a token is encrypted.
fn digest(facts: &Facts) -> Option<String> {
    match facts.anatomy {
        Anatomy::Signed { digest, .. } => Some(digest.to_owned()),
        _ => facts.format().map(|format| format.digest.to_string()),
    }
}

/// What is hashed: `{secret}{path}{expires}`. `None` where a token is encrypted.
fn message(facts: &Facts) -> Option<String> {
    match facts.anatomy {
        Anatomy::Signed { message, .. } => Some(message.to_owned()),
        _ => facts.format().map(Format::message_text),
    }
}
