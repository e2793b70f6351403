//! Tokens in the links of playlists.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use common::{Cli, EXPIRES, NOW, Ran, SECRET, TOMORROW, azion_token};

const HLS: &str = "#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"k.key?a=1\"\r\n#EXTINF:4,\r\n1.ts\r\n\
                   /other/2.ts\r\n//example.org/3.ts\r\ndata:,x";
const MPD: &str = "<MPD><Period><AdaptationSet>\n<SegmentTemplate initialization='i.mp4?a&amp;b'\n \
                   media='$Number$.m4s'/><Representation id='1'/></AdaptationSet></Period></MPD>\n";
const MASTER: &str = "https://cdn.example.com/films/m.m3u8";

/// `playlist` with azion, the secret of the file `key`, and the playlist on standard input.
fn azion(args: &[&str], text: &str) -> Ran {
    let first = ["playlist", "--scheme", "azion", "--secret-file", "key", "-"];
    Cli::new().run_with(&[&first, args].concat(), text.as_bytes())
}

fn token_of(path: &str, expires: impl ToString) -> String {
    let expires = expires.to_string();
    let token = azion_token(SECRET, path, &expires);
    format!("st={token}&e={expires}")
}

fn left(count: &str) -> String {
    format!("secure-token: warning: {count} left without a token; --explain says which and why\n")
}

#[test]
fn links_below_the_playlist_are_signed_with_its_expiry() {
    let token = token_of("/films/m.m3u8", EXPIRES);
    let url = format!("{MASTER}?{token}");
    let ran = azion(&["--sign", "--url", &url, "--now", NOW], HLS);
    assert_eq!((ran.code, ran.err), (0, left("2 links are")));
    let expected = HLS
        .replace(
            "k.key?a=1",
            &format!("k.key?a=1&{}", token_of("/films/k.key", EXPIRES)),
        )
        .replace(
            "\n1.ts",
            &format!("\n1.ts?{}", token_of("/films/1.ts", EXPIRES)),
        );
    assert_eq!(ran.out, expected);
}

#[test]
fn the_token_of_the_playlist_is_made_where_its_url_has_none() {
    let args = ["--sign", "--under", "/other/", "--url", MASTER];
    let ran = azion(&[&args[..], &["--expires-at", &TOMORROW]].concat(), HLS);
    let token = token_of("/other/2.ts", &*TOMORROW);
    assert_eq!(ran.out, HLS.replace("2.ts", &format!("2.ts?{token}")));
    let ran = azion(&args, HLS);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("--expires-in"), "{}", ran.err);
    let url = format!("{MASTER}?st=x&e=1");
    let ran = azion(&["--sign", "--url", &url, "--expires-in", "1h"], HLS);
    assert!(
        ran.code == 2 && ran.err.contains("has a token already"),
        "{}",
        ran.err
    );
}

#[test]
fn a_token_for_a_directory_is_handed_on() {
    let token = token_of("/films/", EXPIRES);
    let url = format!("{MASTER}?{token}");
    let pass = ["--pass", "--url", &url, "--now", NOW];
    let ran = azion(&[&pass[..], &["--path", "/films/"]].concat(), MPD);
    let expected = MPD
        .replace(
            "a&amp;b",
            &format!("a&amp;b&amp;{}", token.replace('&', "&amp;")),
        )
        .replace(".m4s", &format!(".m4s?{}", token.replace('&', "&amp;")));
    assert_eq!(ran.quietly(), expected);
    // It does not open the playlist itself, as long as nobody says what it is for.
    let ran = azion(&pass, MPD);
    assert!(
        ran.code == 1 && ran.err.contains("(signature)"),
        "{}",
        ran.err
    );
    let url = format!("{MASTER}?{}", token_of("/films/m.m3u8", EXPIRES));
    let ran = azion(&["--pass", "--url", &url, "--now", NOW], HLS);
    assert!(
        ran.code == 0 && ran.err.contains("tokens of azion open one path"),
        "{}",
        ran.err
    );
}

#[test]
fn what_becomes_of_each_link_is_told_with_its_line() {
    let args = ["--sign", "--url", MASTER, "--expires-at", &TOMORROW];
    let ran = azion(&[&args[..], &["--explain"]].concat(), HLS);
    let out = ran.quietly();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "2  signed     EXT-X-KEY  k.key?a=1 -> /films/k.key",
            "4  signed     URI line   1.ts -> /films/1.ts",
            "5  left       URI line   /other/2.ts -> /other/2.ts: it is not under what may be signed; name another \
             directory with --under",
            "6  left       URI line   //example.org/3.ts: on another host",
            "7  left       URI line   data:,x: neither http nor https",
        ]
    );
    assert!(
        lines[5].starts_with("HLS, azion, sign under /films/, expires "),
        "{}",
        lines[5]
    );
    assert!(lines[5].ends_with(": 2 signed, 3 left"), "{}", lines[5]);

    let ran = azion(&[&args[..], &["--json"]].concat(), MPD);
    let json = ran.json();
    assert_eq!(json["links"].as_array().unwrap().len(), 2);
    assert_eq!(json["links"][0]["line"], 2);
    assert_eq!(json["links"][0]["done"], "signed");
    assert_eq!(json["links"][0]["link"], "i.mp4?a&amp;b");
    assert_eq!(json["links"][0]["path"], "/films/i.mp4");
    assert_eq!(json["links"][1]["line"], 3);
    assert_eq!(json["links"][1]["done"], "left");
    assert!(json["links"][1]["why"].as_str().unwrap().contains("--pass"));
    assert_eq!(
        (&json["kind"], &json["under"]),
        (&"DASH".into(), &"/films/".into())
    );
    assert_eq!((&json["signed"], &json["left"]), (&1.into(), &1.into()));
}

#[test]
fn a_playlist_whose_link_is_refused_is_not_rewritten() {
    let expired = format!("{MASTER}?{}", token_of("/films/m.m3u8", EXPIRES));
    let after = (EXPIRES + 1).to_string();
    for (url, now, reason) in [
        (&*expired, &*after, "expired"),
        (&expired.replace("m.m3u8", "n.m3u8"), NOW, "signature"),
    ] {
        let ran = azion(&["--sign", "--url", url, "--now", now], HLS);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{url}");
        assert!(ran.err.contains(&format!("({reason})")), "{}", ran.err);
    }
    let ran = azion(
        &[
            "--sign",
            "--url",
            MASTER,
            "--source",
            "$cookie_link",
            "--header",
            &format!("Cookie: link={}", token_of("/films/m.m3u8", EXPIRES)),
            "--now",
            NOW,
        ],
        HLS,
    );
    assert!(
        ran.code == 1 && ran.err.contains("send by themselves"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_wrong_is_said_with_what_to_write_instead() {
    let make = ["--url", MASTER, "--expires-in", "1h"];
    for (args, text, said) in [
        (&["--sign"][..], HLS, "say with --url"),
        (&make, HLS, "--sign or --pass"),
        (
            &[&make[..], &["--sign", "--path", "/a"]].concat(),
            HLS,
            "use --pass",
        ),
        (
            &[&make[..], &["--sign"]].concat(),
            "GIF89a",
            "this is no playlist",
        ),
        (
            &[&make[..], &["--sign"]].concat(),
            "<html></html>",
            "root element",
        ),
        (
            &[&make[..], &["--sign"]].concat(),
            "<MPD>",
            "not well-formed",
        ),
        (
            &["--sign", "--url", "m.m3u8", "--expires-in", "1h"],
            HLS,
            "is no URL",
        ),
        (&["--pass", "--under", "/a/"], HLS, "cannot be used with"),
        (
            &["--sign", "--under", "/a"],
            HLS,
            "from one slash to another",
        ),
    ] {
        let ran = azion(args, text);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
    let first = ["playlist", "--sign", "--scheme", "azion"];
    let ran = Cli::new().run(&[&first[..], &["--secret-stdin", "-"]].concat());
    assert!(
        ran.code == 2 && ran.err.contains("standard input has either"),
        "{}",
        ran.err
    );
    let ran = Cli::new().run(
        &[
            &first[..],
            &["--secret-file", "key", "--url", MASTER, "none"],
        ]
        .concat(),
    );
    assert!(
        ran.code == 2 && ran.err.contains("cannot read \"none\""),
        "{}",
        ran.err
    );
}

#[test]
fn a_configuration_says_what_comes_into_the_links() {
    let cli = Cli::new();
    let configuration = "http { server { secure_token azion; secure_token_secret_file key;
        location /films/ { secure_token_playlist sign under=/other/; }
        location /off/ { secure_token_playlist off; }
        location /wrong/ { secure_token_playlist sign /other/; }
        location /var/ { secure_token_playlist sign under=/$title/; } } }";
    fs::write(cli.dir.join("nginx.conf"), configuration).unwrap();
    fs::write(cli.dir.join("m.m3u8"), HLS).unwrap();
    let run = |location: &str, more: &[&str]| {
        let first = ["playlist", "--config", "nginx.conf", "--location", location];
        let then = ["--url", MASTER, "--expires-at", &TOMORROW, "m.m3u8"];
        cli.run(&[&first, &then, more].concat())
    };
    let other = token_of("/other/2.ts", &*TOMORROW);
    assert_eq!(
        run("/films/", &[]).out,
        HLS.replace("2.ts", &format!("2.ts?{other}"))
    );
    let own = token_of("/films/1.ts", &*TOMORROW);
    let ran = run("/films/", &["--sign"]);
    assert!(
        ran.out.contains(&format!("\n1.ts?{own}\r\n")),
        "{}",
        ran.out
    );
    let ran = run("/var/", &["--var", "title=other"]);
    assert_eq!(ran.out, run("/films/", &[]).out);
    assert!(run("/var/", &[]).err.contains("--var title=VALUE"));
    assert!(run("/off/", &[]).err.contains("--sign or --pass"));
    let ran = run("/wrong/", &[]);
    assert!(
        ran.code == 2 && ran.err.contains("nginx.conf:4: secure_token_playlist"),
        "{}",
        ran.err
    );
}

/// A server that answers so many requests, each by what its path is.
fn server(requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for _ in 0..requests {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap();
            let (status, header, body) = match path.split('?').next().unwrap() {
                "/old/m.m3u8" => ("302 Found", "Location: /films/m.m3u8\r\n", ""),
                "/films/m.m3u8" => ("200 OK", "Content-Type: text/plain\r\n", HLS),
                "/refused" => ("403 Forbidden", "", ""),
                "/slow" => {
                    // Until the client has gone.
                    let _ = stream.read(&mut [0; 1]);
                    continue;
                }
                _ => ("500 Trouble", "", ""),
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    at
}

fn fetch(url: &str, more: &[&str]) -> Ran {
    let first = [
        "playlist",
        "--sign",
        "--scheme",
        "azion",
        "--secret-file",
        "key",
    ];
    Cli::new().run(&[&first, more, &[url]].concat())
}

#[test]
fn a_playlist_is_fetched_and_its_links_are_those_of_where_it_was_in_the_end() {
    let at = server(3);
    let make = ["--expires-at", &TOMORROW];
    let ran = fetch(&format!("{at}/old/m.m3u8"), &make);
    let token = token_of("/films/1.ts", &*TOMORROW);
    assert!(
        ran.out.contains(&format!("\n1.ts?{token}\r\n")),
        "{}{}",
        ran.out,
        ran.err
    );
    // Unless players have another URL of it.
    let url = [&make[..], &["--url", "https://cdn.example.com/x/y"]].concat();
    let ran = fetch(&format!("{at}/films/m.m3u8"), &url);
    let token = token_of("/x/1.ts", &*TOMORROW);
    assert!(
        ran.out.contains(&format!("\n1.ts?{token}\r\n")),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_playlist_that_cannot_be_fetched_is_told_of() {
    let at = server(3);
    for (path, more, said) in [
        (
            "/refused",
            &[][..],
            "answers 403; find out why with: secure-token explain",
        ),
        ("/trouble", &[], "the server answers 500"),
        ("/slow", &["--timeout", "1s"], "longer than 1 s"),
    ] {
        let ran = fetch(&format!("{at}{path}"), more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{path}");
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_server_that_is_not_there_is_told_of() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}/m.m3u8", closed.unwrap());
    let ran = fetch(&url, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let said = format!("secure-token: error: cannot fetch {url}: Connection refused");
    assert!(ran.err.starts_with(&said), "{}", ran.err);
}

#[test]
fn tokens_that_stand_in_the_path_come_there() {
    let first = [
        "playlist",
        "--sign",
        "--scheme",
        "alibaba-b",
        "--secret-file",
        "key",
    ];
    let then = ["--expires-in", "10m", "--url", MASTER, "-"];
    let ran = Cli::new().run_with(&[first.as_slice(), &then].concat(), HLS.as_bytes());
    let line = ran.out.lines().nth(3).unwrap();
    let pieces: Vec<&str> = line.split('/').collect();
    assert_eq!(pieces[3..], ["films", "1.ts"], "{line}");
    assert_eq!((pieces[1].len(), pieces[2].len()), (12, 32), "{line}");
}
