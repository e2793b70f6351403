//! Places in a request that may hold a token: the query, and headers with their cookies.

use token::Source;

use crate::url::Url;

/// A header of the request.
#[derive(Clone, Debug)]
pub struct Header {
    /// As it was sent.
    pub name: String,
    /// Without the blanks around it.
    pub value: String,
}

impl Header {
    /// Reads `Name: value`.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or(
            "write the name, a colon and the value: \"Referer: https://www.example.com/\"",
        )?;
        let name = name.trim();
        if name.contains('_') {
            return Err(
                "NGINX drops a header with \"_\" in its name; write \"-\", which is \"_\" in the variable. With \
                 underscores_in_headers on, the two are the same"
                    .to_owned(),
            );
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(
                "the name of a header has letters, digits and \"-\": \"X-Link: …\"".to_owned(),
            );
        }
        Ok(Self {
            name: name.to_owned(),
            value: value.trim().to_owned(),
        })
    }

    /// Whether it has that name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// NGINX's variable that has its value.
    pub fn variable(&self) -> String {
        format!("$http_{}", self.name.to_ascii_lowercase().replace('-', "_"))
    }

    /// The value of a cookie, found as NGINX finds it: the first one of that name, in any case, behind a ";" or,
    /// as older NGINX has it, a ",".
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut rest = self.value.as_str();
        while self.is("cookie") {
            let (own, behind) = rest.split_at_checked(name.len()).unwrap_or_default();
            if own.eq_ignore_ascii_case(name) {
                let mut behind = behind.trim_start_matches(' ').chars();
                if behind.next() == Some('=') {
                    return behind.as_str().trim_start_matches(' ').split(';').next();
                }
                // What stands in place of the "=" is skipped, be it the ";" itself.
                rest = behind.as_str();
            }
            let (_, next) = rest.split_once([';', ','])?;
            rest = next.trim_start_matches(' ');
        }
        None
    }

    /// Names and values of the cookies, where this is their header.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = if self.is("cookie") {
            self.value.as_str()
        } else {
            ""
        };
        let cookies = text.split(';').filter_map(|cookie| cookie.split_once('='));
        cookies.map(|(name, value)| (name.trim_matches(' '), value.trim_start_matches(' ')))
    }
}

/// A place where a token may stand, and the text that is there.
#[derive(Clone, Debug)]
pub struct Place {
    /// As `secure_token_source` names it.
    pub name: String,
    /// Nothing of it decoded.
    pub text: Vec<u8>,
}

/// What `secure_token_source` calls the query.
pub const ARGS: &str = "args";

impl Place {
    /// The query.
    pub fn args(url: &Url<'_>) -> Self {
        Self {
            name: ARGS.to_owned(),
            text: url.query.unwrap_or_default().to_vec(),
        }
    }

    /// The place as a scheme looks into it.
    pub(crate) fn source(&self) -> Source<'_> {
        if self.is_args() {
            Source::query(&self.text)
        } else {
            Source::value(&self.text)
        }
    }

    /// Whether it is the query.
    pub fn is_args(&self) -> bool {
        self.name == ARGS
    }
}
