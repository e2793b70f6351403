//! What is left of a request without the token.

use token::{Carrier, Rules, behind_sent};

use super::{CLIENT, bunny, signed, verdict_of};

#[test]
fn every_argument_of_the_token_is_taken_out_of_the_query() {
    let claims = [
        ("token_path", "/a"),
        ("token_countries", "DE"),
        ("token_countries_blocked", "RU"),
        ("limit", "5"),
    ];
    let query = format!("x=1&{}&y", signed("/a?x=1&y", &claims, None));
    let target = format!("/a?{query}");
    let verdict = verdict_of("/a", &target, CLIENT, Some("DE"));
    assert_eq!(verdict.reason(), None);
    let params = Rules::of(&bunny()).params;
    let text = |pieces: Vec<&[u8]>| String::from_utf8(pieces.join(&b'&')).unwrap();
    let others = text(params.others(query.as_bytes(), b"").collect());
    assert_eq!(others, "x=1&limit=5&y");
    let own = text(params.own(query.as_bytes()).collect());
    assert!(own.starts_with("token=HS256-"), "{own}");
    assert!(
        own.contains("&token_path=%2Fa&token_countries=DE&token_countries_blocked=RU&expires=")
    );
}

#[test]
fn a_renamed_parameter_may_not_have_the_name_of_another() {
    let params = Rules::of(&bunny()).params;
    assert!(!params.clash());
    assert!(params.renamed(Some(b"token_path"), None).clash());
    assert!(params.renamed(None, Some(b"token_countries")).clash());
    assert!(!params.renamed(Some(b"t"), Some(b"e")).clash());
}

#[test]
fn the_first_segment_is_taken_out_of_the_path_escaped_as_it_may_be() {
    let sent = format!(
        "/bcdn_{}/v/1.ts",
        signed("/v/1.ts", &[("token_path", "/v/")], None)
    );
    let served = sent.replace("%2F", "/");
    let verdict = verdict_of(&served, &sent, CLIENT, None);
    let place = verdict.token().unwrap().place;
    assert_eq!(place.carrier, Carrier::Path);
    assert_eq!(place.rest(sent.as_bytes()).1, b"/v/1.ts");
    let own = place.own(sent.as_bytes()).next().unwrap();
    assert_eq!(behind_sent(served.as_bytes(), own), Some(&b"/v/1.ts"[..]));
}
