//! Holds the Rust bindings against NGINX's own headers before anything is built on them.
//!
//! The *ABI witness* is one C constant, compiled with the headers and flags of the NGINX that the module
//! is built for and read from the object file, so that nothing need run on the machine it is built for.
//! It states size and field offsets of every structure in `abi/layout.txt`: `src/abi.rs` compares them
//! with those of `nginx-sys`, and a wrong header tree ends the build instead of corrupting a worker.
//! And it has a structure for every bit field of that list, filled with that field alone. What bindgen
//! makes of bit fields has been wrong, so `src/ngx/bits.rs` goes by these and never by the bindings.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LAYOUT: &str = "abi/layout.txt";
const HEADERS: &str = "#include <ngx_config.h>\n#include <ngx_core.h>\n#include <ngx_http.h>\n";
/// What the witness is found by in the object file.
const MARK: &[u8; 32] = b"secure-token: witness of the ABI";

type Failure = Box<dyn Error>;

/// A number that C and Rust must agree on.
struct Fact {
    /// How C states it.
    c: String,
    /// How Rust states it.
    rust: String,
}

/// A bit field.
struct Bits {
    structure: String,
    field: String,
}

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={LAYOUT}");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (facts, bits) = read_layout()?;
    let witness = Witness::compile(&facts, &bits, &out)?;
    write_checks(&facts, &witness, &out)?;
    write_bits(facts.len(), &bits, &witness, &out)?;

    if env::var("CARGO_CFG_TARGET_OS")? == "macos" {
        // NGINX's own functions are found when it loads the module.
        println!("cargo::rustc-cdylib-link-arg=-undefined");
        println!("cargo::rustc-cdylib-link-arg=dynamic_lookup");
    }
    Ok(())
}

fn read_layout() -> Result<(Vec<Fact>, Vec<Bits>), Failure> {
    let text = fs::read_to_string(LAYOUT)?;
    let mut facts = Vec::new();
    let mut bits = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(structure) = words.next() else {
            continue;
        };
        facts.push(Fact {
            c: format!("sizeof({structure})"),
            rust: format!("::core::mem::size_of::<::nginx_sys::{structure}>()"),
        });
        for word in words {
            if let Some(field) = word.strip_prefix(':') {
                bits.push(Bits {
                    structure: structure.to_owned(),
                    field: field.to_owned(),
                });
                continue;
            }
            // bindgen renames what is a word of Rust's.
            let rust = if word == "type" { "type_" } else { word };
            facts.push(Fact {
                c: format!("offsetof({structure}, {word})"),
                rust: format!("::core::mem::offset_of!(::nginx_sys::{structure}, {rust})"),
            });
        }
    }
    Ok((facts, bits))
}

/// What the C compiler made of the witness: bytes of the machine that the module is built for.
struct Witness {
    bytes: Vec<u8>,
    is_big_endian: bool,
}

impl Witness {
    fn compile(facts: &[Fact], bits: &[Bits], out: &Path) -> Result<Self, Failure> {
        let file = out.join("witness.c");
        fs::write(&file, in_c(facts, bits)?)?;
        let mut compiler = cc::Build::new();
        for flag in nginx_flags()? {
            compiler.flag(flag);
        }
        // Machine code is wanted, which a linker's language would not be.
        compiler.flag("-fno-lto").warnings(false).file(file);
        let objects = compiler.cargo_metadata(false).try_compile_intermediates()?;
        let object = fs::read(objects.first().ok_or("the ABI witness was not compiled")?)?;
        let mut places = (0..object.len()).filter(|&at| object[at..].starts_with(MARK));
        let (Some(place), None) = (places.next(), places.next()) else {
            return Err("the ABI witness is not to be found in what the C compiler made".into());
        };
        Ok(Self {
            bytes: object[place + MARK.len()..].to_vec(),
            is_big_endian: env::var("CARGO_CFG_TARGET_ENDIAN")? == "big",
        })
    }

    fn number(&self, index: usize) -> Result<usize, Failure> {
        let bytes = self.slice(8 * index, 8)?.try_into()?;
        let number = if self.is_big_endian {
            u64::from_be_bytes(bytes)
        } else {
            u64::from_le_bytes(bytes)
        };
        Ok(number.try_into()?)
    }

    fn slice(&self, at: usize, length: usize) -> Result<&[u8], Failure> {
        let rest = self.bytes.get(at..).and_then(|rest| rest.get(..length));
        rest.ok_or_else(|| "the ABI witness is cut off".into())
    }
}

/// The witness: the mark, a number for every fact, two for every bit field (where its structure stands,
/// and how long that is), and those structures.
fn in_c(facts: &[Fact], bits: &[Bits]) -> Result<String, Failure> {
    let mut fields = String::new();
    let mut numbers = String::new();
    let mut values = String::new();
    for Fact { c, .. } in facts {
        writeln!(numbers, "        {c},")?;
    }
    for (index, Bits { structure, field }) in bits.iter().enumerate() {
        writeln!(fields, "    {structure} s{index};")?;
        writeln!(
            numbers,
            "        offsetof(struct witness, s{index}) - offsetof(struct witness, numbers), \
             sizeof({structure}),"
        )?;
        writeln!(values, "    .s{index} = {{ .{field} = -1 }},")?;
    }
    let mark = str::from_utf8(MARK)?;
    Ok(format!(
        "{HEADERS}#include <stdint.h>\n\
         struct witness {{\n    char mark[{}];\n    uint64_t numbers[{}];\n{fields}}};\n\
         const struct witness secure_token_witness = {{\n    .mark = \"{mark}\",\n    \
         .numbers = {{\n{numbers}    }},\n{values}}};\n",
        MARK.len(),
        facts.len() + 2 * bits.len(),
    ))
}

/// The include folders and preprocessor flags that NGINX itself is compiled with.
fn nginx_flags() -> Result<Vec<String>, Failure> {
    let include = env::var("DEP_NGINX_INCLUDE")?;
    let cflags = env::var("DEP_NGINX_CFLAGS").unwrap_or_default();
    let folders = env::split_paths(&include).map(|folder| format!("-I{}", folder.display()));
    let flags = cflags.split_whitespace().map(str::to_owned);
    Ok(folders.chain(flags).collect())
}

/// Writes the checks that `src/abi.rs` makes.
fn write_checks(facts: &[Fact], witness: &Witness, out: &Path) -> Result<(), Failure> {
    let mut rust = String::new();
    for (index, fact) in facts.iter().enumerate() {
        let number = witness.number(index)?;
        writeln!(
            rust,
            "const _: () = assert!({} == {number}, \"{} is {number} in NGINX's headers\");",
            fact.rust, fact.c
        )?;
    }
    fs::write(out.join("abi.rs"), rust)?;
    Ok(())
}

/// Writes the places of the bit fields, which `src/ngx/bits.rs` goes by: the word of 32 bits that has the
/// field, and its bits there.
fn write_bits(
    first_number: usize,
    bits: &[Bits],
    witness: &Witness,
    out: &Path,
) -> Result<(), Failure> {
    let mut rust = String::new();
    for (index, Bits { structure, field }) in bits.iter().enumerate() {
        let start = witness.number(first_number + 2 * index)?;
        let size = witness.number(first_number + 2 * index + 1)?;
        let words = witness.slice(start, size)?.chunks(4).enumerate();
        let mut filled = words.filter(|(_, word)| word.iter().any(|byte| *byte != 0));
        let (Some((position, mask)), None) = (filled.next(), filled.next()) else {
            return Err(format!("{LAYOUT}: {structure}.{field} lies in no single word").into());
        };
        writeln!(
            rust,
            "/// `{field}`.\n\
             // SAFETY: this is where the C compiler put it.\n\
             pub(in crate::ngx) const {}: Bits<::nginx_sys::{structure}> =\n    \
             unsafe {{ Bits::new({}, {mask:?}) }};",
            format!("{}_{field}", structure.trim_end_matches("_t")).to_uppercase(),
            4 * position,
        )?;
    }
    fs::write(out.join("bits.rs"), rust)?;
    Ok(())
}
