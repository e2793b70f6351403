//! Help, manual pages and completions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::Cli;
use token::scheme;

const COMMANDS: [&str; 12] = [
    "sign",
    "verify",
    "explain",
    "playlist",
    "revoke",
    "keygen",
    "schemes",
    "formats",
    "reasons",
    "mistakes",
    "completions",
    "man",
];

#[test]
fn help_names_every_command_and_every_status() {
    let help = Cli::new().run(&["--help"]).quietly();
    for word in COMMANDS.iter().chain(&[
        "Exit status",
        "0  done",
        "1  of verify",
        "2  the command",
        "NO_COLOR",
    ]) {
        assert!(help.contains(word), "{word}");
    }
    assert_eq!(
        Cli::new().run(&["--version"]).quietly(),
        format!("secure-token {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn help_names_every_scheme_and_every_extra() {
    for command in ["sign", "verify", "explain", "playlist", "revoke"] {
        let help = Cli::new().run(&[command, "--help"]).quietly();
        for scheme in scheme::all() {
            assert!(
                help.contains(&format!("- {}:", scheme.name())),
                "{command}: {}",
                scheme.name()
            );
            let link = scheme.facts().link(&scheme.facts().params);
            assert!(help.contains(&link), "{command}: {link}");
            for extra in scheme.facts().extras {
                assert_eq!(
                    help.contains(&format!("--{}", extra.word)),
                    command != "sign" || extra.is_signed,
                    "{command}"
                );
            }
        }
        assert!(help.contains("Examples:"), "{command}");
    }
}

#[test]
fn every_example_of_the_help_is_a_command_that_exists() {
    for command in COMMANDS {
        let help = Cli::new()
            .run(&[command, "--help"])
            .quietly()
            .replace("\\\n", " ");
        let examples: Vec<&str> = help
            .lines()
            .filter(|line| line.starts_with("  secure-token "))
            .collect();
        assert!(!examples.is_empty(), "{command}");
        for example in examples {
            for option in example
                .split_whitespace()
                .filter(|word| word.starts_with("--"))
            {
                let is_known = help.contains(&format!("      {option} "))
                    || help.contains(&format!("      {option}\n"));
                assert!(is_known, "{example}: {option}");
            }
        }
    }
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = Cli::new().run(&["completions", shell]).quietly();
        assert!(
            text.contains("secure-token")
                && text.contains("expires-in")
                && text.contains("ectoken"),
            "{shell}"
        );
    }
    assert_eq!(Cli::new().run(&["completions", "dos"]).code, 2);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let cli = Cli::new();
    let main = cli.run(&["man"]).quietly();
    assert!(
        main.contains(".TH secure-token 1") && main.contains("secure\\-token\\-sign(1)"),
        "{main}"
    );
    assert_eq!(cli.run(&["man", "--out-dir", "man1"]).quietly(), "");
    for command in COMMANDS {
        let page = cli.run(&["man", command]).quietly();
        assert!(
            page.contains(&format!(".TH secure-token-{command} 1")),
            "{page}"
        );
        let file = std::fs::read_to_string(cli.dir.join(format!("man1/secure-token-{command}.1")))
            .unwrap();
        assert_eq!(page, file);
    }
    assert_eq!(
        std::fs::read_to_string(cli.dir.join("man1/secure-token.1")).unwrap(),
        main
    );
    let ran = cli.run(&["man", "nonsense"]);
    assert!(
        ran.code == 2 && ran.err.contains("write one of sign, verify"),
        "{}",
        ran.err
    );
}

#[test]
fn a_command_that_is_none_is_refused() {
    for args in [&[][..], &["nonsense"], &["sign", "--nonsense"]] {
        let ran = Cli::new().run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
    }
    let ran = Cli::new().run(&["sing"]);
    assert!(
        ran.err.starts_with("secure-token: error: ") && ran.err.contains("'sign'"),
        "{}",
        ran.err
    );
}

#[test]
fn there_are_no_colours_where_nobody_sees_them() {
    let ran = Cli::new().verify("azion", &["/a"]);
    assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'));
}
