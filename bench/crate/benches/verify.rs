//! Nanoseconds of one verification in the crate: of each anatomy, passed and refused.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use token::Reason;
use token_bench::signed_request::{NOW, SignedRequest};

const SECRET: &str = "3f0c5b1f7a9e4d2c8b6a";
const BASE64_SECRET: &str = "M2YwYzViMWY3YTllNGQyYzhiNmE=";

/// Schemes, their secrets, and how far from the query's end a character of the digest stands.
const SCHEMES: [(&str, &str, usize); 5] = [
    ("azion", SECRET, "&e=1800001500".len() + 2),
    ("gcore", SECRET, "&expires=1800001500".len() + 2),
    ("fastly", BASE64_SECRET, 1),
    ("akamai", SECRET, 1),
    ("ectoken", SECRET, 2),
];

fn verify(criterion: &mut Criterion) {
    for (name, secret, from_end) in SCHEMES {
        let mut group = criterion.benchmark_group(name);
        let mut request = SignedRequest::new(name, &[secret], 0, NOW + 1500);
        assert_eq!(request.verify().reason(), None);
        group.bench_function("passed", |bencher| bencher.iter(|| request.verify()));

        let expired = SignedRequest::new(name, &[secret], 0, NOW - 60);
        assert_eq!(expired.verify().reason(), Some(Reason::Expired));
        group.bench_function("expired", |bencher| bencher.iter(|| expired.verify()));

        request.alter(request.query.len() - from_end);
        assert_eq!(request.verify().reason(), Some(Reason::Signature));
        group.bench_function("wrong", |bencher| bencher.iter(|| request.verify()));

        request.query.clear();
        assert_eq!(request.verify().reason(), Some(Reason::Missing));
        group.bench_function("without a token", |bencher| {
            bencher.iter(|| request.verify())
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = verify
}
criterion_main!(benches);
