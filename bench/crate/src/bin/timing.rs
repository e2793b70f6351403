//! Whether the time of a verification tells anything that a client must not know: Welch's t-test between two kinds of
//! requests.
//!
//! usage: timing [SAMPLES]     (default: 2000000 for each line)

use std::hint::black_box;

use token::Reason;
use token_bench::early_exit;
use token_bench::samples::Samples;
use token_bench::signed_request::{NOW, SignedRequest};
use token_bench::welch::THRESHOLD;

const SECRET: &str = "3f0c5b1f7a9e4d2c8b6a";
const OTHER: &str = "8b6a3f0c5b1f7a9e4d2c";
const BASE64_SECRET: &str = "M2YwYzViMWY3YTllNGQyYzhiNmE=";
/// Links that each line is measured with.
const LINKS: usize = 1000;
/// Characters behind the token in azion's queries.
const EXPIRY: usize = "&e=1800001500".len();

fn main() {
    let count = std::env::args().nth(1);
    let count = count.map_or(Ok(2_000_000), |text| text.parse::<usize>());
    let Ok(count @ 100_000..) = count else {
        eprintln!("usage: timing [SAMPLES], of which there are 100000 at least");
        std::process::exit(2);
    };
    let count = count / LINKS;
    println!(
        "{:<56} {:>9} {:>8} {:>9} {:>9}",
        "one kind against the other", "samples", "ns", "Welch's t", "of links"
    );
    let control = control(count);
    // Where the digest begins and ends, counted from the end of the query.
    comparison(count, "azion", SECRET, [EXPIRY + 22, EXPIRY + 2]);
    comparison(count, "fastly", BASE64_SECRET, [40, 1]);
    comparison(count, "ectoken", SECRET, [22, 2]);
    expired(count, "azion", EXPIRY + 2);
    expired(count, "ectoken", 2);
    which_secret(count, "azion");
    which_secret(count, "ectoken");
    if control.abs() < THRESHOLD {
        eprintln!(
            "timing: no leak is found in the control, so nothing is shown: take more samples, on a machine with less to do"
        );
        std::process::exit(1);
    }
}

/// A verification, and behind it a comparison that stops at the first byte that differs.
fn control(count: usize) -> f64 {
    measured(
        "control that stops early: first byte wrong, last byte",
        |samples, expires| {
            let request = SignedRequest::new("azion", &[SECRET], 0, expires);
            samples.add(
                count,
                &mut (request, [0u8; 16]),
                |(_, digest), kind| {
                    digest[0] = u8::from(kind == 0);
                    digest[15] = u8::from(kind == 1);
                },
                |(request, digest)| {
                    black_box(request.verify());
                    early_exit::is_same(digest, black_box(&[0; 16]))
                },
            );
        },
    )
}

/// Whether a wrong token takes longer the later it is wrong.
fn comparison(count: usize, name: &str, secret: &str, from_end: [usize; 2]) {
    let what = format!("{name}: first byte wrong, last byte");
    measured(&what, |samples, expires| {
        let mut request = SignedRequest::new(name, &[secret], 0, expires);
        let kinds = from_end.map(|from_end| altered(&mut request, from_end));
        add_queries(samples, count, &mut request, &kinds);
    });
}

/// What a link that has expired takes against one that nobody signed.
fn expired(count: usize, name: &str, from_end: usize) {
    measured(&format!("{name}: expired, wrong"), |samples, expires| {
        let mut request = SignedRequest::new(name, &[SECRET], 0, expires - 1_000_000);
        assert_eq!(request.verify().reason(), Some(Reason::Expired));
        let kinds = [request.query.clone(), altered(&mut request, from_end)];
        add_queries(samples, count, &mut request, &kinds);
    });
}

/// What a link by the first of two secrets takes against one by the second.
fn which_secret(count: usize, name: &str) {
    let what = format!("{name}: by the first of two secrets, by the second");
    measured(&what, |samples, expires| {
        let mut request = SignedRequest::new(name, &[SECRET, OTHER], 0, expires);
        let kinds = [0, 1].map(|signer| request.sign(signer, expires).expect("a link"));
        for (query, secret) in kinds.iter().zip(0..) {
            request.query.clone_from(query);
            assert_eq!(
                request.verify().token().map(|token| token.secret),
                Some(secret)
            );
        }
        add_queries(samples, count, &mut request, &kinds);
    });
}

/// The query with another character so far from its end, with which no secret fits.
fn altered(request: &mut SignedRequest, from_end: usize) -> Vec<u8> {
    let right = request.query.clone();
    request.alter(right.len() - from_end);
    assert_eq!(request.verify().reason(), Some(Reason::Signature));
    std::mem::replace(&mut request.query, right)
}

/// Measures one request with one of two queries of one length. They are written to the same place, without a branch that
/// the processor would have to guess, and from places that are exchanged by chance: all that shows in what follows.
fn add_queries(
    samples: &mut Samples,
    count: usize,
    request: &mut SignedRequest,
    kinds: &[Vec<u8>; 2],
) {
    let first = getrandom::u32().expect("random bytes") as usize % 2;
    let length = kinds[0].len();
    let places = [kinds[first].as_slice(), &kinds[1 - first]].concat();
    samples.add(
        count,
        request,
        |request, kind| {
            request
                .query
                .copy_from_slice(&places[(kind ^ first) * length..][..length])
        },
        SignedRequest::verify,
    );
}

/// Measures with links of many expiries, says what came out, and returns t.
fn measured(what: &str, mut add: impl FnMut(&mut Samples, u64)) -> f64 {
    let mut samples = Samples::default();
    for expires in (NOW + 1500..).take(LINKS) {
        add(&mut samples, expires);
    }
    let found = samples
        .difference()
        .expect("times that are not all the same");
    let differs = found.of_links.abs() >= THRESHOLD;
    println!(
        "{what:<56} {:>9} {:>+8.2} {:>+9.1} {:>+9.1}   {}",
        found.count,
        found.nanoseconds,
        found.welch,
        found.of_links,
        if differs { "differ" } else { "alike" }
    );
    found.of_links
}
