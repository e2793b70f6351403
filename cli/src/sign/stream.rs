//! URLs from standard input: for each line one line.

use std::io::{self, BufReader, BufWriter, Write as _};
use std::process::ExitCode;

use serde_json::json;

use super::signer::Signer;
use crate::clock;
use crate::lines::{read_line, without_end};
use crate::output::{self, Trouble};

/// Room for what is read at once.
const BUFFER: usize = 64 * 1024;

pub(super) fn run(signer: &Signer<'_>, is_json: bool) -> Result<ExitCode, Trouble> {
    let mut input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let mut code = ExitCode::SUCCESS;
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        // Whoever waits for the answer to a line before the next one gets it now.
        if input.buffer().is_empty() {
            out.flush()?;
        }
        number = number.saturating_add(1);
        line.clear();
        let cannot =
            |error: io::Error| format!("cannot read line {number} of standard input: {error}");
        if read_line(&mut input, &mut line).map_err(cannot)? == 0 {
            out.flush()?;
            return Ok(code);
        }
        let text = without_end(&line);
        if text.is_empty() {
            out.write_all(b"\n")?;
            continue;
        }
        match signer.sign(text, clock::now()) {
            Ok(signed) => {
                if let Some(warning) = &signed.warning {
                    output::warning(&format!("line {number}: {warning}"));
                }
                out.write_all(&signed.line(is_json))?;
            }
            Err(message) => {
                output::error(&format!("line {number}: {message}"));
                code = ExitCode::from(output::TROUBLE);
                if is_json {
                    write!(out, "{}", json!({ "line": number, "error": message }))?;
                }
                out.write_all(b"\n")?;
            }
        }
    }
}
