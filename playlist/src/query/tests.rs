use super::{Token, has_name, with_token};
use crate::Spelling;
use std::string::String;
use std::vec::Vec;

fn put(uri: &str, spelling: Spelling, token: &Token<'_>) -> String {
    let mut out = Vec::new();
    let write = &mut |text: &[u8]| -> Result<(), ()> {
        out.extend_from_slice(text);
        Ok(())
    };
    with_token(uri.as_bytes(), spelling, token, write).unwrap();
    String::from_utf8(out).unwrap()
}

fn last(uri: &str) -> String {
    let is_old = &|parameter: &[u8]| has_name(parameter, &[b"st", b"e"]);
    put(
        uri,
        Spelling::Line,
        &Token {
            text: b"st=x&e=1",
            first: false,
            is_old,
        },
    )
}

fn first(uri: &str) -> String {
    let is_old = &|parameter: &[u8]| parameter.starts_with(b"EC");
    put(
        uri,
        Spelling::Line,
        &Token {
            text: b"ECx",
            first: true,
            is_old,
        },
    )
}

#[test]
fn a_token_goes_at_the_end_of_the_query_and_before_the_fragment() {
    assert_eq!(last("a"), "a?st=x&e=1");
    assert_eq!(last("a?"), "a?st=x&e=1");
    assert_eq!(last("a?b"), "a?b&st=x&e=1");
    assert_eq!(last("a?b&"), "a?b&st=x&e=1");
    assert_eq!(last("a?b=?"), "a?b=?&st=x&e=1");
    assert_eq!(last("a#f?g"), "a?st=x&e=1#f?g");
    assert_eq!(last("a?b#f"), "a?b&st=x&e=1#f");
    assert_eq!(last("a?b#"), "a?b&st=x&e=1#");
}

#[test]
fn a_bare_token_goes_first() {
    assert_eq!(first("a"), "a?ECx");
    assert_eq!(first("a?"), "a?ECx");
    assert_eq!(first("a?b=1&c"), "a?ECx&b=1&c");
    assert_eq!(first("a?&b#f"), "a?ECx&&b#f");
    assert_eq!(first("a#f"), "a?ECx#f");
}

#[test]
fn a_token_replaces_its_parameters_of_old() {
    assert_eq!(last("a?st=old&e=9"), "a?st=x&e=1");
    assert_eq!(last("a?b=1&st=old&c=2&e=9"), "a?b=1&c=2&st=x&e=1");
    assert_eq!(last("a?st=old&b=1"), "a?b=1&st=x&e=1");
    assert_eq!(last("a?st&&e"), "a?&st=x&e=1");
    assert_eq!(last("a?ST=old&ste=1"), "a?ST=old&ste=1&st=x&e=1");
    assert_eq!(first("a?ECold"), "a?ECx");
    assert_eq!(first("a?ECold&b"), "a?ECx&b");
    assert_eq!(first("a?b&ECold"), "a?ECx&b");
}

#[test]
fn a_token_twice_is_a_token_once() {
    for uri in [
        "a", "a?", "a?b", "a?b&", "a?&b", "a?&", "a?b&&c#f", "#f", "?",
    ] {
        assert_eq!(last(&last(uri)), last(uri));
        assert_eq!(first(&first(uri)), first(uri));
    }
}

fn xml(uri: &str, spelling: Spelling) -> String {
    let is_old = &|parameter: &[u8]| has_name(parameter, &[b"st", b"e"]);
    put(
        uri,
        spelling,
        &Token {
            text: b"st=$x&e='1'",
            first: false,
            is_old,
        },
    )
}

#[test]
fn entities_of_xml_are_the_characters_that_they_stand_for() {
    let token = "st=$x&amp;e=&apos;1&apos;";
    let out = |uri: &str| xml(uri, Spelling::Xml).replace(token, "T");
    assert_eq!(out("a"), "a?T");
    assert_eq!(out("a?b&amp;"), "a?b&amp;T");
    assert_eq!(out("a?b&#38;"), "a?b&#38;T");
    assert_eq!(out("a?b&#x26;c"), "a?b&#x26;c&amp;T");
    assert_eq!(out("a&#63;b"), "a&#63;b&amp;T");
    assert_eq!(out("a?b&#35;f"), "a?b&amp;T&#35;f");
    assert_eq!(out("a?b=&lt;#f"), "a?b=&lt;&amp;T#f");
    assert_eq!(out("a?st=1&amp;b&#38;e=2"), "a?b&amp;T");
}

#[test]
fn a_dollar_of_a_token_is_no_identifier_of_a_template() {
    assert_eq!(
        xml("$Number$", Spelling::Template),
        "$Number$?st=$$x&amp;e=&apos;1&apos;"
    );
}

#[test]
fn a_cdata_section_has_no_entities() {
    assert_eq!(xml("a?b&amp;", Spelling::Cdata), "a?b&amp;&st=$x&e='1'");
}
