//! What is printed, for people and for programs.

use serde_json::{Value, json};
use token::{Anatomy, Verdict};

use super::claims::Told;
use super::diagnosis::{Diagnosis, Mistake};
use super::digest;
use super::found::Found;
use super::steps::{self, Outcome, Step};
use crate::output::{Colour, Style};
use crate::request::Asked;
use crate::text::{quote, show};
use crate::{time, verify};

/// Room for the words in front of a line.
const WIDTH: usize = 12;

pub(super) struct Report {
    verdict: Verdict,
    found: Found,
    steps: Vec<Step>,
    /// What is hashed, the secret as dots; `None` where tokens are encrypted.
    hashed: Option<String>,
    /// The right tokens, one for each secret.
    computed: Vec<String>,
    claims: Vec<Told>,
    mistakes: Vec<Mistake>,
}

impl Report {
    pub(super) fn new(
        asked: &Asked<'_>,
        found: &Found,
        verdict: Verdict,
        diagnosis: Diagnosis,
    ) -> Self {
        let is_digest = asked.scheme.facts().anatomy != Anatomy::Sealed;
        let has_token = !found.token.is_empty();
        Self {
            verdict,
            steps: steps::of(asked, &verdict, &diagnosis.claims),
            hashed: (is_digest && has_token).then(|| digest::hashed(asked, found)),
            computed: if is_digest && has_token {
                digest::computed(asked, found)
                    .into_iter()
                    .flatten()
                    .collect()
            } else {
                Vec::new()
            },
            found: found.clone(),
            claims: diagnosis.claims,
            mistakes: diagnosis.mistakes,
        }
    }

    pub(super) fn text(&self, asked: &Asked<'_>, style: Style) -> String {
        let mut text = Text {
            lines: Vec::new(),
            style,
        };
        self.add_link(asked, &mut text);
        self.add_steps(&mut text);
        self.add_signature(&mut text);
        self.add_claims(&mut text);
        self.add_mistakes(&mut text);
        text.heading("verdict");
        let verdict = verify::text(asked, &self.verdict, style);
        format!(
            "{}\n  {}\n",
            text.lines.join("\n"),
            verdict.replace('\n', "\n  ")
        )
    }

    fn add_link(&self, asked: &Asked<'_>, text: &mut Text) {
        let params = asked.rules.params;
        text.heading("link");
        text.line("scheme", asked.scheme.name());
        if !self.found.sent_token.is_empty() {
            let place = asked.place().filter(|place| !place.is_args());
            let place = place.map_or_else(String::new, |place| format!(" of {}", place.name));
            let place = match params.token {
                Some(name) => format!("the parameter {}{place}", quote(name)),
                None if place.is_empty() => "the first piece of the query".to_owned(),
                None => format!("the first piece{place}"),
            };
            text.line(
                "token",
                &format!("{}  ({place})", show(&self.found.sent_token)),
            );
        }
        if let (Some(expires), Some(name)) = (&self.found.expires, params.expires) {
            text.line(
                "expiry",
                &format!("{}  (the parameter {})", show(expires), quote(name)),
            );
            if let Some(seconds) = self.found.seconds() {
                text.line("", &time::told(seconds, asked.now));
                if let Some(local) = time::local(seconds) {
                    text.line("", &format!("{local}, in the time zone of this machine"));
                }
            }
        }
        text.line("path", &show(&asked.path));
        if let Some(address) = asked.client_ip {
            text.line("client", &show(address));
        }
    }

    fn add_steps(&self, text: &mut Text) {
        text.heading("checks");
        for step in &self.steps {
            let colour = match step.outcome {
                Outcome::Passed => Colour::Green,
                Outcome::Failed => Colour::Red,
                Outcome::Unknown | Outcome::NotReached => Colour::Yellow,
            };
            text.coloured(step.outcome.as_str(), colour, &step.said);
        }
    }

    fn add_signature(&self, text: &mut Text) {
        let Some(hashed) = &self.hashed else { return };
        text.heading("signature");
        text.line("hashed", hashed);
        let given = show(&self.found.token);
        for (right, number) in self.computed.iter().zip(1u64..) {
            let label = if self.computed.len() > 1 {
                format!("secret {number}")
            } else {
                "computed".to_owned()
            };
            text.line(&label, right);
        }
        text.line("given", &given);
        if let Some(at) = self.differs_at() {
            let mark = format!(
                "{}^ differs from character {at} on",
                " ".repeat(at.saturating_sub(1))
            );
            text.line("", &mark);
        }
    }

    /// The first character, from 1, in which the token is another than the first secret makes.
    fn differs_at(&self) -> Option<usize> {
        let right = self.computed.first()?;
        let given = show(&self.found.token);
        let given = given.trim_end_matches('=');
        if self.computed.iter().any(|right| right == given) {
            return None;
        }
        let same = right
            .chars()
            .zip(given.chars())
            .take_while(|(right, given)| right == given);
        Some(same.count().saturating_add(1))
    }

    fn add_claims(&self, text: &mut Text) {
        if self.claims.is_empty() {
            return;
        }
        text.heading("claims");
        for told in &self.claims {
            let (word, colour) = match told.holds {
                Some(true) => ("holds", Colour::Green),
                Some(false) => ("fails", Colour::Red),
                None => ("no matter", Colour::Yellow),
            };
            text.coloured(word, colour, &format!("{}={}", told.name, told.value));
            text.line("", &told.says);
        }
    }

    fn add_mistakes(&self, text: &mut Text) {
        for (is_certain, heading) in [(true, "found"), (false, "perhaps")] {
            let said: Vec<&Mistake> = self
                .mistakes
                .iter()
                .filter(|mistake| mistake.is_certain == is_certain)
                .collect();
            if !said.is_empty() {
                text.heading(heading);
                text.lines
                    .extend(said.iter().map(|mistake| format!("  {}", mistake.text)));
            }
        }
    }

    pub(super) fn object(&self, asked: &Asked<'_>) -> Value {
        let mut object = verify::object(asked, &self.verdict);
        let name = |name: Option<&[u8]>| name.map(show);
        let token = &self.found.sent_token;
        let step = |step: &Step| json!({ "check": step.said, "outcome": step.outcome.as_str() });
        let claim = |told: &Told| json!({ "name": told.name, "value": told.value, "says": told.says, "holds": told.holds });
        let mistake =
            |mistake: &Mistake| json!({ "text": mistake.text, "certain": mistake.is_certain });
        let more = json!({
            "path": show(&asked.path),
            "token": (!token.is_empty()).then(|| show(token)),
            "token_param": name(asked.rules.params.token),
            "expires_sent": self.found.expires.as_deref().map(show),
            "expires_param": name(asked.rules.params.expires),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "hashed": self.hashed,
            "computed": self.computed,
            "differs_at": self.differs_at(),
            "claims": self.claims.iter().map(claim).collect::<Vec<_>>(),
            "mistakes": self.mistakes.iter().map(mistake).collect::<Vec<_>>(),
        });
        if let Value::Object(more) = more {
            object.extend(more);
        }
        Value::Object(object)
    }
}

struct Text {
    lines: Vec<String>,
    style: Style,
}

impl Text {
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
}
