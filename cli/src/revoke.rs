//! `secure-token revoke`: the lines by which a server ends links before their time.

use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use explain::TokenFields;
use explain::text::show;
use token::{Revocation, revocations};

use crate::clock;
use crate::conf::{ConfArgs, Guard};
use crate::lines::{read_line, without_end};
use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::request_args::{RequestArgs, deciding, link_request};
use crate::scheme_args::SchemeArgs;
use crate::secrets::Secrets;
use crate::variables;

/// Write the lines that end links before their time, for secure_token_revoked_file and secure_token_revoke
///
/// For each link a line with its token, and above it a comment that says what it was for. A link may be a URL, or a line
/// of an access log that has it as NGINX writes it: "GET /film.mp4?st=…&e=… HTTP/1.1". Whether the token opens anything
/// makes no difference, and no secret is needed. Append the lines to the file, or send them to the location:
/// curl --data-binary @- https://cdn.example.com/revoke
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token revoke --scheme azion 'https://cdn.example.com/film.mp4?st=TOKEN&e=1795514400' >>/etc/nginx/revoked
  grep -F 'forum.example.org' /var/log/nginx/access.log | secure-token revoke --scheme azion -
  secure-token revoke --config /etc/nginx/nginx.conf --location /films/ '/films/a.mp4?st=TOKEN&e=1795514400' |
      curl -sf --data-binary @- http://127.0.0.1/revoke
  secure-token revoke --key 2026-07 --before 2026-11-24T10:00:00Z

Exit status: 0 done, 2 something is no link of the scheme, or the command was used wrongly; other lines are written")]
pub(crate) struct Args {
    /// What to revoke: https://host/path?query, /path?query, or a line of an access log. "-" reads them from standard
    /// input, one a line
    url: Vec<OsString>,

    /// Revoke all that a secret signed, by the id that it has in the configuration. May be given several times
    #[arg(long, value_name = "ID")]
    key: Vec<String>,

    /// Revoke all tokens of a session, with schemes that have one. May be given several times
    #[arg(long, value_name = "ID")]
    session: Vec<String>,

    /// Revoke all that was issued before this: a Unix time in seconds, or a date with its zone
    #[arg(long, value_name = "TIME", value_parser = clock::instant)]
    before: Option<u64>,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    conf: ConfArgs,

    #[command(flatten)]
    link: LinkArgs,

    #[command(flatten)]
    request: RequestArgs,
}

pub(crate) fn run(mut args: Args) -> Result<ExitCode, Trouble> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in args.others()? {
        writeln!(out, "{line}")?;
    }
    if args.url.is_empty() {
        out.flush()?;
        return if args.revokes_others() {
            Ok(ExitCode::SUCCESS)
        } else {
            Err("nothing to revoke; name links, \"-\" for those of standard input, or --key, --session or --before".into())
        };
    }
    let name = args.scheme.name();
    // To know a token takes no secret.
    let no_secrets = || Secrets::of(Vec::new());
    let settled = ["--path", "--client-ip", "--country"];
    let settled = [&settled, args.request.settled().as_slice()].concat();
    let guards = match args
        .conf
        .read(&mut args.link, name, Some(no_secrets()), &settled)?
    {
        Some(location) => location.guards,
        None => vec![Guard::new(args.scheme.required()?, no_secrets())],
    };
    let guards = args.request.asked(guards)?;
    let schemes = guards.iter().map(|guard| &guard.scheme);
    args.link.var.extend(schemes.flat_map(variables::empty));
    let revoker = Revoker {
        guards,
        link: args.link,
        request: args.request,
    };
    let mut code = ExitCode::SUCCESS;
    for text in &args.url {
        if text == "-" {
            revoker.lines_of(BufReader::new(io::stdin().lock()), &mut out, &mut code)?;
        } else {
            revoker.write(text.as_bytes(), None, &mut out, &mut code)?;
        }
    }
    out.flush()?;
    Ok(code)
}

impl Args {
    /// Whether there is anything but tokens.
    fn revokes_others(&self) -> bool {
        !self.key.is_empty() || !self.session.is_empty() || self.before.is_some()
    }

    /// The lines for what is no token.
    fn others(&self) -> Result<Vec<String>, Trouble> {
        let mut lines = Vec::new();
        for (word, ids) in [("key", &self.key), ("session", &self.session)] {
            for id in ids {
                let line = format!("{word} {id}");
                if let Some(why) = objection(line.as_bytes()) {
                    return Err(format!("--{word}: {why}").into());
                }
                if word == "key" && Revocation::Key(id.as_bytes()).is_of_a_place() {
                    output::warning(&format!(
                        "--key: {id} may be a secret's place, which its replacement has as well; a file takes the line, and \
                         secure_token_revoke does not"
                    ));
                }
                lines.push(line);
            }
        }
        lines.extend(self.before.map(|time| {
            let date = explain::time::rfc3339(time);
            format!("before {}", date.unwrap_or_else(|| time.to_string()))
        }));
        Ok(lines)
    }
}

/// What is wrong with a line that would be read otherwise than it is meant.
fn objection(line: &[u8]) -> Option<String> {
    if line.contains(&b'\n') {
        return Some("an id is one line; write it without line breaks".to_owned());
    }
    match revocations(line).next() {
        Some((_, Ok(_))) => None,
        Some((_, Err(error))) => Some(format!("it {error}")),
        None => Some("it is empty".to_owned()),
    }
}

struct Revoker {
    guards: Vec<Guard>,
    link: LinkArgs,
    request: RequestArgs,
}

impl Revoker {
    fn lines_of(
        &self,
        mut input: impl io::BufRead,
        out: &mut impl Write,
        code: &mut ExitCode,
    ) -> Result<(), Trouble> {
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            let read = read_line(&mut input, &mut line);
            let read = read
                .map_err(|error| format!("cannot read line {number} of standard input: {error}"))?;
            if read == 0 {
                break;
            }
            let text = without_end(&line).trim_ascii();
            if !text.is_empty() {
                self.write(text, Some(number), out, code)?;
            }
        }
        Ok(())
    }

    /// Writes what ends a link, or says why nothing does.
    fn write(
        &self,
        text: &[u8],
        number: Option<u64>,
        out: &mut impl Write,
        code: &mut ExitCode,
    ) -> Result<(), Trouble> {
        match self.line(text) {
            Ok((path, token)) => {
                out.write_all(b"# ")?;
                out.write_all(path.as_bytes())?;
                out.write_all(b"\ntoken ")?;
                out.write_all(&token)?;
                out.write_all(b"\n")?;
            }
            Err(Trouble::Because(why)) => {
                match number {
                    Some(number) => output::error(&format!("line {number}: {why}")),
                    None => output::error(&why),
                }
                *code = ExitCode::from(output::TROUBLE);
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    /// What a link is for, and its token as it was sent.
    fn line(&self, text: &[u8]) -> Result<(String, Vec<u8>), Trouble> {
        let logged = logged_target(text);
        let url = logged.as_deref().unwrap_or(text);
        let requests = self
            .guards
            .iter()
            .map(|guard| link_request(guard, &self.link, &self.request, url));
        let request = deciding(requests.collect::<Result<_, _>>()?)?;
        let token = TokenFields::of(&request).sent_token;
        let scheme = &request.scheme;
        if token.is_empty() {
            return Err(format!("{}: it has no token of {}", show(url), scheme.name()).into());
        }
        if scheme.token_id(&token).is_none() {
            return Err(format!(
                "{}: what stands in the place of its token is none of {}",
                show(url),
                scheme.name()
            )
            .into());
        }
        Ok((show(&request.path), token))
    }
}

/// What was asked for, in a line of an access log: between a method and a version, in quotes, as NGINX escapes it.
fn logged_target(line: &[u8]) -> Option<Vec<u8>> {
    let mut quoted = line.split(|&byte| byte == b'"');
    let request = quoted.find_map(|text| {
        let end = last_of(text, b" HTTP/")?;
        let front = text.get(..end)?;
        let blank = front.iter().position(|&byte| byte == b' ')?;
        let (method, target) = front.split_at_checked(blank)?;
        let is_method = !method.is_empty() && method.iter().all(u8::is_ascii_uppercase);
        is_method.then(|| target.get(1..).unwrap_or_default())
    })?;
    Some(unescaped(request))
}

fn last_of(text: &[u8], piece: &[u8]) -> Option<usize> {
    text.windows(piece.len())
        .rposition(|window| window == piece)
}

/// NGINX writes `\x22` for a quote, a backslash and what is not ASCII.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let escaped = behind
            .strip_prefix(b"x")
            .filter(|_| byte == b'\\')
            .and_then(|digits| digits.get(..2))
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(escaped) => {
                plain.push(escaped);
                rest = behind.get(3..).unwrap_or_default();
            }
            None => plain.push(byte),
        }
    }
    plain
}
