//! Holds the Rust bindings against NGINX's own headers before anything is built on them.
//!
//! The *ABI witness* is one C constant, compiled with the headers and flags of the NGINX that the module
//! is built for and read from the object file, so that nothing need run on the machine it is built for.
//! It states size and field offsets of every structure in `abi/layout.txt`: `src/abi.rs` compares them
//! with those of `nginx-sys`, and a wrong header tree ends the build instead of corrupting a worker.
//! bindgen states them once more, for clang, which reads the headers for such bindings, must see what the
//! compiler of NGINX sees. And the witness has a structure for every bit field of that list, filled with that field alone. What bindgen
//! makes of bit fields has been wrong, so `src/nginx/bits.rs` goes by these and never by the bindings.

use std::collections::HashMap;
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
    let object = compile(&in_c(&facts, &bits)?, &out)?;
    let witness = find(&object)?;
    let is_big_endian = env::var("CARGO_CFG_TARGET_ENDIAN")? == "big";
    let mut numbers = witness.chunks_exact(8).map(|bytes| {
        let (big, little) = (u64::from_be_bytes, u64::from_le_bytes);
        let number = if is_big_endian { big } else { little };
        usize::try_from(number(bytes.try_into()?)).map_err(Failure::from)
    });
    let mut number = move || numbers.next().ok_or("the ABI witness is cut off")?;
    write_checks(&facts, &mut number, &by_bindgen(&facts, &out)?, &out)?;
    write_bits(&bits, &mut number, witness, &out)?;

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
        format_args!("{} + 2 * {}", facts.len(), bits.len()),
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

/// Has the C compiler make an object file of the witness.
fn compile(witness: &str, out: &Path) -> Result<Vec<u8>, Failure> {
    let file = out.join("witness.c");
    fs::write(&file, witness)?;
    let mut compiler = cc::Build::new();
    for flag in nginx_flags()? {
        compiler.flag(flag);
    }
    // Machine code is wanted, and no language between compiler and linker.
    compiler.flag("-fno-lto").warnings(false).file(file);
    let objects = compiler.cargo_metadata(false).try_compile_intermediates()?;
    let object = objects.first().ok_or("the ABI witness was not compiled")?;
    Ok(fs::read(object)?)
}

/// What stands behind the mark.
fn find(object: &[u8]) -> Result<&[u8], Failure> {
    let mut places = object.windows(MARK.len()).enumerate();
    let place = places.find(|(_, bytes)| bytes == MARK).map(|(at, _)| at);
    let witness = place.and_then(|at| object.get(at..)?.strip_prefix(MARK));
    witness.ok_or_else(|| "the ABI witness is not in what the C compiler made".into())
}

/// The facts as bindgen states them, with the clang that it loads.
fn by_bindgen(facts: &[Fact], out: &Path) -> Result<HashMap<String, usize>, Failure> {
    let mut header = String::from(HEADERS);
    for (index, Fact { c, .. }) in facts.iter().enumerate() {
        writeln!(header, "const size_t fact_{index} = {c};")?;
    }
    let file = out.join("facts.h");
    fs::write(&file, header)?;
    let bindings = bindgen::Builder::default()
        .header(file.to_string_lossy())
        .clang_args(nginx_flags()?)
        .allowlist_var("fact_.*")
        .generate()?
        .to_string();
    let stated = |line: &str| {
        let (name, number) = line.strip_prefix("pub const ")?.split_once(": usize = ")?;
        Some((name.to_owned(), number.trim_end_matches(';').parse().ok()?))
    };
    Ok(bindings.lines().filter_map(stated).collect())
}

/// Writes the checks that `src/abi.rs` makes.
fn write_checks(
    facts: &[Fact],
    number: &mut impl FnMut() -> Result<usize, Failure>,
    by_bindgen: &HashMap<String, usize>,
    out: &Path,
) -> Result<(), Failure> {
    let mut rust = String::new();
    for (index, fact) in facts.iter().enumerate() {
        let number = number()?;
        let by_clang = by_bindgen.get(&format!("fact_{index}")).copied();
        if by_clang != Some(number) {
            return Err(format!(
                "{LAYOUT}: {} is {number} by the C compiler and {by_clang:?} by clang",
                fact.c
            )
            .into());
        }
        writeln!(
            rust,
            "const _: () = assert!({} == {number}, \"{} is {number} in NGINX's headers\");",
            fact.rust, fact.c
        )?;
    }
    fs::write(out.join("abi.rs"), rust)?;
    Ok(())
}

/// Writes the places of the bit fields, which `src/nginx/bits.rs` goes by: the word of 32 bits that has the
/// field, and its bits there.
fn write_bits(
    bits: &[Bits],
    number: &mut impl FnMut() -> Result<usize, Failure>,
    witness: &[u8],
    out: &Path,
) -> Result<(), Failure> {
    let mut rust = String::new();
    for Bits { structure, field } in bits {
        let (start, size) = (number()?, number()?);
        let filled = witness.get(start..).and_then(|rest| rest.get(..size));
        let filled = filled.ok_or("the ABI witness is cut off")?;
        let words = (0usize..).step_by(4).zip(filled.chunks(4));
        let mut words = words.filter(|(_, word)| word.iter().any(|byte| *byte != 0));
        let (Some((offset, mask)), None) = (words.next(), words.next()) else {
            return Err(format!("{LAYOUT}: {structure}.{field} lies in no single word").into());
        };
        let name = format!("{}_{field}", structure.trim_end_matches("_t")).to_uppercase();
        writeln!(
            rust,
            "/// `{field}`.\n\
             // SAFETY: this is where the C compiler put it.\n\
             pub(in crate::nginx) const {name}: Bits<::nginx_sys::{structure}> =\n    \
             unsafe {{ Bits::new({offset}, {mask:?}) }};",
        )?;
    }
    fs::write(out.join("bits.rs"), rust)?;
    Ok(())
}
