//! Holds the Rust bindings against NGINX's own headers before anything is built on them.
//!
//! The *ABI witness* is a C file that states size and field offsets of every structure in
//! `abi/layout.txt`. The C compiler and bindgen both read it, with the headers and flags of the
//! NGINX that the module is built for; `src/abi.rs` compares the numbers with those of `nginx-sys`.
//! A wrong header tree thus ends the build instead of corrupting a worker.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LAYOUT: &str = "abi/layout.txt";
const HEADERS: &str = "#include <ngx_config.h>\n#include <ngx_core.h>\n#include <ngx_http.h>\n";

/// A number that C and Rust must agree on.
struct Fact {
    /// Its name in the witness.
    name: String,
    /// How C states it.
    c: String,
    /// How Rust states it.
    rust: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={LAYOUT}");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let facts = read_layout()?;
    let flags = nginx_flags()?;
    let numbers = witness(&facts, &flags, &out)?;
    check_in_c(&facts, &numbers, &flags, &out)?;
    check_in_rust(&facts, &numbers, &out)?;

    if env::var("CARGO_CFG_TARGET_OS")? == "macos" {
        // NGINX's own functions are found when it loads the module.
        println!("cargo::rustc-cdylib-link-arg=-undefined");
        println!("cargo::rustc-cdylib-link-arg=dynamic_lookup");
    }
    Ok(())
}

fn read_layout() -> Result<Vec<Fact>, Box<dyn Error>> {
    let text = fs::read_to_string(LAYOUT)?;
    let mut facts = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(structure) = words.next() else {
            continue;
        };
        facts.push(Fact {
            name: format!("size_of_{structure}"),
            c: format!("sizeof({structure})"),
            rust: format!("::core::mem::size_of::<::nginx_sys::{structure}>()"),
        });
        for field in words {
            // bindgen renames what is a word of Rust's.
            let rust = if field == "type" { "type_" } else { field };
            facts.push(Fact {
                name: format!("offset_of_{structure}_{field}"),
                c: format!("offsetof({structure}, {field})"),
                rust: format!("::core::mem::offset_of!(::nginx_sys::{structure}, {rust})"),
            });
        }
    }
    Ok(facts)
}

/// The include folders and preprocessor flags that NGINX itself is compiled with.
fn nginx_flags() -> Result<Vec<String>, Box<dyn Error>> {
    let include = env::var("DEP_NGINX_INCLUDE")?;
    let cflags = env::var("DEP_NGINX_CFLAGS").unwrap_or_default();
    let folders = env::split_paths(&include).map(|folder| format!("-I{}", folder.display()));
    let flags = cflags.split_whitespace().map(str::to_owned);
    Ok(folders.chain(flags).collect())
}

/// Writes the witness and has bindgen read its numbers.
fn witness(
    facts: &[Fact],
    flags: &[String],
    out: &Path,
) -> Result<HashMap<String, usize>, Box<dyn Error>> {
    let mut c = String::from(HEADERS);
    for Fact {
        name, c: number, ..
    } in facts
    {
        writeln!(c, "const size_t {name} = {number};")?;
    }
    let file = out.join("witness.c");
    fs::write(&file, c)?;

    let bindings = bindgen::Builder::default()
        .header(file.to_string_lossy())
        .clang_args(flags)
        .allowlist_var("(size|offset)_of_.*")
        .generate()?
        .to_string();
    let mut numbers = HashMap::new();
    for line in bindings.lines() {
        let stated = line
            .strip_prefix("pub const ")
            .and_then(|line| line.split_once(": usize = "));
        if let Some((name, number)) = stated {
            numbers.insert(name.to_owned(), number.trim_end_matches(';').parse()?);
        }
    }
    Ok(numbers)
}

fn number_of(fact: &Fact, numbers: &HashMap<String, usize>) -> Result<usize, Box<dyn Error>> {
    let number = numbers.get(&fact.name).copied();
    number.ok_or_else(|| format!("{LAYOUT}: NGINX's headers have no {}", fact.c).into())
}

/// Has the C compiler check what bindgen read.
fn check_in_c(
    facts: &[Fact],
    numbers: &HashMap<String, usize>,
    flags: &[String],
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut c = String::from(HEADERS);
    for fact in facts {
        let number = number_of(fact, numbers)?;
        writeln!(
            c,
            "_Static_assert({} == {number}, \"{}\");",
            fact.c, fact.name
        )?;
    }
    let file = out.join("witness_checked.c");
    fs::write(&file, c)?;
    let mut compiler = cc::Build::new();
    for flag in flags {
        compiler.flag(flag);
    }
    compiler
        .file(file)
        .cargo_metadata(false)
        .try_compile("abi_witness")?;
    Ok(())
}

/// Writes the checks that `src/abi.rs` makes.
fn check_in_rust(
    facts: &[Fact],
    numbers: &HashMap<String, usize>,
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut rust = String::new();
    for fact in facts {
        let number = number_of(fact, numbers)?;
        writeln!(
            rust,
            "const _: () = assert!({} == {number}, \"{} is {number} in NGINX's headers\");",
            fact.rust, fact.c
        )?;
    }
    fs::write(out.join("abi.rs"), rust)?;
    Ok(())
}
