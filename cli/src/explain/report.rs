//! What is printed of a link, for people and for programs.

use explain::text::{quote, show};
use explain::{
    ClaimReport, DigestReport, Findings, LinkRequest, Mistake, Step, StepResult, TokenFields, time,
};
use serde_json::{Value, json};
use token::{Carrier, Name, TimeEvent};

use crate::output::{Colour, Style};
use crate::verdict;

/// Room for the words in front of a line.
const WIDTH: usize = 12;

/// The report for people.
pub(super) fn text(request: &LinkRequest<'_>, findings: &Findings, style: Style) -> String {
    let mut report = ReportLines {
        lines: Vec::new(),
        style,
    };
    report.add_link(request, findings);
    report.add_steps(&findings.steps);
    if let Some(digest) = &findings.digest {
        report.add_digest(digest, &show(&findings.fields.token));
    }
    report.add_claims(&findings.claims);
    report.add_mistakes(&findings.mistakes);
    report.heading("verdict");
    let verdict = verdict::text(request, &findings.verdict, style);
    format!(
        "{}\n  {}\n",
        report.lines.join("\n"),
        verdict.replace('\n', "\n  ")
    )
}

/// The report for programs.
pub(super) fn object(request: &LinkRequest<'_>, findings: &Findings) -> Value {
    let mut object = verdict::object(request, &findings.verdict);
    let name = |name: &Option<Name>| name.as_deref().map(show);
    let fields = &findings.fields;
    let params = &request.rules.params;
    let digest = findings.digest.as_ref();
    let step = |step: &Step| json!({ "check": step.check, "outcome": step.result.as_str() });
    let claim = |claim: &ClaimReport| json!({ "name": claim.name, "value": claim.value, "says": claim.meaning, "holds": claim.holds });
    let mistake = |mistake: &Mistake| {
        json!({
            "id": mistake.usual.map(|usual| usual.id),
            "text": mistake.text,
            "certain": mistake.is_certain,
        })
    };
    let more = json!({
        "path": show(&request.path),
        "token": (!fields.sent_token.is_empty()).then(|| show(&fields.sent_token)),
        "token_param": name(&params.token),
        "expires_sent": fields.time.as_deref().map(show),
        "expires_param": name(&params.expires),
        "fields": named_fields(request, fields),
        "steps": findings.steps.iter().map(step).collect::<Vec<_>>(),
        "hashed": digest.map(|digest| &digest.message),
        "computed": digest.map_or(&[][..], |digest| &digest.computed),
        "differs_at": digest.and_then(|digest| digest.differs_at),
        "claims": findings.claims.iter().map(claim).collect::<Vec<_>>(),
        "mistakes": findings.mistakes.iter().map(mistake).collect::<Vec<_>>(),
    });
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

/// The fields that are neither token nor time, by their names.
fn named_fields(request: &LinkRequest<'_>, fields: &TokenFields) -> Value {
    let format = request.scheme.facts().format();
    let own = format.map_or(&[][..], |format| &format.fields);
    let named = own.iter().zip(&fields.fields);
    named
        .map(|(field, value)| (field.name.to_string(), Value::from(show(value))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

struct ReportLines {
    lines: Vec<String>,
    style: Style,
}

impl ReportLines {
    fn heading(&mut self, word: &str) {
        self.lines.push(self.style.paint(word, Colour::Bold));
    }

    fn line(&mut self, label: &str, value: &str) {
        self.lines.push(format!("  {label:WIDTH$} {value}"));
    }

    fn coloured(&mut self, label: &str, colour: Colour, value: &str) {
        let label = self.style.paint(format!("{label:WIDTH$}"), colour);
        self.lines.push(format!("  {label} {value}"));
    }

    fn add_link(&mut self, request: &LinkRequest<'_>, findings: &Findings) {
        let params = &request.rules.params;
        let fields = &findings.fields;
        self.heading("link");
        self.line("scheme", request.scheme.name());
        if !fields.sent_token.is_empty() {
            let place = request.place().filter(|place| !place.is_args());
            let place = place.map_or_else(String::new, |place| format!(" of {}", place.name));
            let place = match &params.token {
                Some(name) => format!("the parameter {}{place}", quote(name)),
                None if request.scheme.facts().carrier == Carrier::Path => {
                    let format = request.scheme.facts().format();
                    let is_first = format.is_none_or(|format| format.prefix.is_empty());
                    let first = if is_first { "the first " } else { "" };
                    format!("{first}segments of the path")
                }
                None if place.is_empty() => "the first piece of the query".to_owned(),
                None => format!("the first piece{place}"),
            };
            self.line("token", &format!("{}  ({place})", show(&fields.sent_token)));
        }
        if let Some(sent) = &fields.time {
            let place = match &params.expires {
                Some(name) => format!("the parameter {}", quote(name)),
                None => "beside the token".to_owned(),
            };
            let format = request.scheme.facts().format();
            let time = format.and_then(|format| format.time);
            let label = match time.map(|time| time.event) {
                Some(TimeEvent::Issue) => "issued",
                _ => "expiry",
            };
            self.line(label, &format!("{}  ({place})", show(sent)));
            if let Some(expires) = fields.expires(request) {
                let verb = if label == "issued" { "expires " } else { "" };
                self.line("", &format!("{verb}{}", time::dated(expires, request.now)));
                if let Some(local) = time::local(expires, &request.zone) {
                    self.line("", &format!("{local}, in the time zone of this machine"));
                }
            }
        }
        let format = request.scheme.facts().format();
        let own = format.map_or(&[][..], |format| &format.fields);
        for (field, value) in own.iter().zip(&fields.fields) {
            if !value.is_empty() {
                self.line(&field.name, &show(value));
            }
        }
        self.line("path", &show(&request.path));
        if let Some(address) = request.bound_ip() {
            self.line("client", &show(address));
        }
    }

    fn add_steps(&mut self, steps: &[Step]) {
        self.heading("checks");
        for step in steps {
            let colour = match step.result {
                StepResult::Passed => Colour::Green,
                StepResult::Failed => Colour::Red,
                StepResult::Unknown | StepResult::NotReached => Colour::Yellow,
            };
            self.coloured(step.result.as_str(), colour, &step.check);
        }
    }

    fn add_digest(&mut self, digest: &DigestReport, token: &str) {
        self.heading("signature");
        self.line("hashed", &digest.message);
        for (right, number) in digest.computed.iter().zip(1u64..) {
            let label = if digest.computed.len() > 1 {
                format!("secret {number}")
            } else {
                "computed".to_owned()
            };
            self.line(&label, right);
        }
        self.line("given", token);
        if let Some(at) = digest.differs_at {
            let room = " ".repeat(at.saturating_sub(1));
            self.line("", &format!("{room}^ differs from character {at} on"));
        }
    }

    fn add_claims(&mut self, claims: &[ClaimReport]) {
        if claims.is_empty() {
            return;
        }
        self.heading("claims");
        for claim in claims {
            let (word, colour) = match claim.holds {
                Some(true) => ("holds", Colour::Green),
                Some(false) => ("fails", Colour::Red),
                None => ("no matter", Colour::Yellow),
            };
            self.coloured(word, colour, &format!("{}={}", claim.name, claim.value));
            self.line("", &claim.meaning);
        }
    }

    fn add_mistakes(&mut self, mistakes: &[Mistake]) {
        for (is_certain, heading) in [(true, "found"), (false, "perhaps")] {
            let said: Vec<&Mistake> = mistakes
                .iter()
                .filter(|mistake| mistake.is_certain == is_certain)
                .collect();
            if !said.is_empty() {
                self.heading(heading);
                self.lines
                    .extend(said.iter().map(|mistake| format!("  {}", mistake.text)));
            }
        }
    }
}
