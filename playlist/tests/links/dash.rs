//! DASH manifests.

use super::{PASS, SIGN, Seen, Stated, in_path, left, links, one};
use playlist::dash;
use playlist::{InPath, Left, Links, Outcome, Way, Why};

const MPD: &str = "<MPD><Period><AdaptationSet><SegmentTemplate initialization='i.mp4?a&amp;b' \
                   media='$Number$.m4s'/><Representation id='1'/></AdaptationSet></Period></MPD>";

#[test]
fn a_manifest_of_dash_is_written_with_its_entities() {
    let mut seen = Seen::default();
    dash::rewrite(MPD.as_bytes(), &links(SIGN), &Stated, &mut seen)
        .unwrap()
        .unwrap();
    assert_eq!(seen.text, MPD.replace("a&amp;b", "a&amp;b&amp;st=/v/i.mp4"));
    assert_eq!(
        seen.reports,
        [
            (
                "initialization i.mp4?a&amp;b".into(),
                Some("/v/i.mp4".into()),
                Outcome::Signed
            ),
            (
                "media $Number$.m4s".into(),
                None,
                Outcome::Left(Why::Several)
            )
        ]
    );
}

/// What becomes of what is within a Period.
fn dash(inside: &str, links: &Links<'_>) -> (String, Vec<Outcome<&'static str>>) {
    let mut seen = Seen::default();
    let (before, behind) = ("<MPD><Period>", "</Period></MPD>");
    let xml = [before, inside, behind].concat();
    dash::rewrite(xml.as_bytes(), links, &Stated, &mut seen)
        .unwrap()
        .unwrap();
    let text = seen.text.strip_prefix(before).unwrap();
    (
        text.strip_suffix(behind).unwrap().to_string(),
        seen.reports.into_iter().map(|report| report.2).collect(),
    )
}

/// A Representation with a template.
fn template(of: &str) -> String {
    format!(
        "<AdaptationSet><SegmentTemplate {of}/><Representation id='a b' bandwidth='1'/></AdaptationSet>"
    )
}

#[test]
fn dash_too_for_schemes_that_hash_what_is_sent() {
    let sent = Links {
        hashes_sent: true,
        ..links(SIGN)
    };
    let (text, _) = dash(
        "<BaseURL>%73/</BaseURL><AdaptationSet><Representation>         <BaseURL>../x/1.mp4?a&amp;st=old</BaseURL></Representation></AdaptationSet>",
        &sent,
    );
    assert!(text.contains("../x/1.mp4?a&amp;st=/v/x/1.mp4?a<"), "{text}");
    // Two spellings of a path have two tokens.
    let (_, outcomes) = dash(
        &format!(
            "<BaseURL>s/</BaseURL><BaseURL>%73/</BaseURL>{}",
            template("initialization='i'")
        ),
        &sent,
    );
    assert_eq!(outcomes, [Outcome::Left(Why::Several)]);
    let (_, outcomes) = dash(
        &format!(
            "<BaseURL>s/</BaseURL><BaseURL>%73/</BaseURL>{}",
            template("initialization='i'")
        ),
        &links(SIGN),
    );
    assert_eq!(outcomes, [Outcome::Signed]);
    // What is handed on is made of neither.
    let pass = Links { way: PASS, ..sent };
    let (_, outcomes) = dash(
        &format!(
            "<BaseURL>s/</BaseURL><BaseURL>%73/</BaseURL>{}",
            template("initialization='i' media='$Number$'")
        ),
        &pass,
    );
    assert_eq!(outcomes, [Outcome::HandedOn, Outcome::HandedOn]);
    assert_eq!(one("a b.ts", &pass).1, Outcome::HandedOn);
    assert_eq!(left("a b.ts", &sent), Why::Left(Left::Spelling));
}

#[test]
fn dash_gets_signed_paths_where_one_path_is_known() {
    let sign = in_path(Way::Sign { under: b"/p/v/" });
    // The signer of this test puts tokens to the beginning.
    let (text, outcomes) = dash(
        &template("initialization='$Bandwidth$/i?a&amp;b' media='$Number$.m4s'"),
        &sign,
    );
    assert_eq!(
        text,
        template("initialization='st=/p/v/1/i?a&amp;amp;b/p/v/1/i?a&amp;b' media='$Number$.m4s'")
            .replace("amp;amp;", "amp;")
    );
    assert_eq!(outcomes, [Outcome::Signed, Outcome::Left(Why::Several)]);
    let (_, outcomes) = dash(&template("initialization='../i'"), &sign);
    assert_eq!(outcomes, [Outcome::Left(Why::Elsewhere)]);
    let (_, outcomes) = dash(&template("initialization='$RepresentationID$'"), &sign);
    assert_eq!(outcomes, [Outcome::Left(Why::Left(Left::Spelling))]);
}

#[test]
fn dash_keeps_what_is_relative_to_a_token_in_the_path() {
    let inside = ["<BaseURL>s/</BaseURL>", &template("media='$Number$.m4s'")].concat();
    let (text, outcomes) = dash(&inside, &in_path(PASS));
    assert_eq!(text, inside);
    assert_eq!(outcomes, [Outcome::Kept, Outcome::Kept]);
    // Below a base that gets the token too.
    let inside = [
        "<BaseURL>/p/s/</BaseURL>",
        &template("media='$Number$.m4s'"),
    ]
    .concat();
    let (text, outcomes) = dash(&inside, &in_path(PASS));
    assert_eq!(text, inside.replace("/p/s/", "/p/TOKEN/s/"));
    assert_eq!(outcomes, [Outcome::HandedOn, Outcome::Kept]);
}

#[test]
fn dash_gets_the_token_into_paths_with_identifiers() {
    let dollar = Links {
        in_path: Some(InPath {
            front: b"/p",
            segments: b"/T$1",
        }),
        ..in_path(PASS)
    };
    let (text, outcomes) = dash(
        &template("media='http://example.com/p/a&amp;b/$Number%05d$.m4s?x&#38;y' index='/v/i'"),
        &dollar,
    );
    assert_eq!(
        text,
        template("media='http://example.com/p/T$$1/a&amp;b/$Number%05d$.m4s?x&#38;y' index='/v/i'")
    );
    assert_eq!(outcomes, [Outcome::HandedOn, Outcome::Left(Why::NoPlace)]);
    let beside = "<BaseURL>/pv/</BaseURL><AdaptationSet><SegmentTemplate media='i'/><Representation/></AdaptationSet>";
    let (text, outcomes) = dash(beside, &in_path(PASS));
    assert_eq!(text, beside);
    assert_eq!(
        outcomes,
        [Outcome::Left(Why::NoPlace), Outcome::Left(Why::NoPlace)]
    );
}

#[test]
fn dash_hands_no_token_in_the_path_to_another_host() {
    for inside in [
        "<BaseURL>//other/</BaseURL><AdaptationSet><BaseURL>/p/x/</BaseURL>         <SegmentTemplate media='/p/$Number$'/><Representation/></AdaptationSet>",
        "<BaseURL>//other/</BaseURL><BaseURL>/p/</BaseURL><AdaptationSet>         <SegmentTemplate media='/p/$Number$'/><Representation/></AdaptationSet>",
    ] {
        let (text, outcomes) = dash(inside, &in_path(PASS));
        let untouched = inside.replace("<BaseURL>/p/</BaseURL>", "<BaseURL>/p/TOKEN/</BaseURL>");
        assert_eq!(text, untouched);
        assert_eq!(
            outcomes.first(),
            Some(&Outcome::Left(Why::Left(Left::OtherHost)))
        );
        assert_eq!(
            outcomes.last(),
            Some(&Outcome::Left(Why::Left(Left::OtherHost)))
        );
    }
}

#[test]
fn dash_signs_no_path_on_another_host_however_a_link_spells_its_own() {
    let list = |link: &str| {
        format!(
            "<BaseURL>https://other/</BaseURL><AdaptationSet><Representation id='//example.com'>\
             <SegmentList><SegmentURL media='{link}'/></SegmentList></Representation></AdaptationSet>"
        )
    };
    for host in [
        "//",
        "&#47;&#47;",
        "/&#x2f;",
        "https&#58;//",
        "https:&#47;/",
    ] {
        let (host, sign) = ([host, "example.com"].concat(), in_path(SIGN));
        let (text, outcomes) = dash(&list(&format!("{host}/v/1.ts")), &sign);
        assert_eq!(outcomes, [Outcome::Signed], "{host}");
        let signed = format!("media='{host}st=");
        assert!(text.contains(&signed), "{text}");
    }
    let named = list("").replace("<SegmentURL media=''/>", "");
    let named = named.replace(
        "<SegmentList></SegmentList>",
        "<SegmentTemplate media='$RepresentationID$/v/1.ts'/>",
    );
    let (_, outcomes) = dash(&named, &in_path(SIGN));
    assert_eq!(outcomes, [Outcome::Left(Why::Left(Left::Variable))]);
}

#[test]
fn dash_signs_nothing_behind_a_blank_that_is_spelled_as_an_entity() {
    for inside in [
        "<BaseURL>&#32;//other/</BaseURL><AdaptationSet><Representation><SegmentList><SegmentURL media='1.ts'/></SegmentList></Representation></AdaptationSet>",
        "<AdaptationSet><Representation><BaseURL>&#x20;//other/1.mp4</BaseURL></Representation></AdaptationSet>",
    ] {
        let (text, outcomes) = dash(inside, &links(SIGN));
        assert_eq!(text, inside);
        assert_eq!(outcomes, [Outcome::Left(Why::Left(Left::Blank))]);
    }
}

#[test]
fn a_query_that_players_add_is_nothing_to_a_token_in_the_path() {
    let inside = "<AdaptationSet><EssentialProperty><UrlQueryInfo useMPDUrlQuery='true'/>\
                  </EssentialProperty><SegmentTemplate media='/p/v/i'/><Representation/></AdaptationSet>";
    let adds = Outcome::Left(Why::Left(Left::PlayerAdds));
    for (links, expected) in [
        (links(PASS), adds),
        (in_path(PASS), Outcome::HandedOn),
        (in_path(Way::Sign { under: b"/p/v/" }), Outcome::Signed),
    ] {
        assert_eq!(dash(inside, &links).1, [expected]);
    }
}

#[test]
fn a_patch_keeps_what_is_relative_to_the_manifest_that_it_is_for() {
    let mut seen = Seen::default();
    let patch = "<Patch><add sel='/MPD'><Period><AdaptationSet><SegmentTemplate media='$Time$.m4s'/>                 <Representation/></AdaptationSet></Period></add></Patch>";
    dash::rewrite(patch.as_bytes(), &in_path(PASS), &Stated, &mut seen)
        .unwrap()
        .unwrap();
    assert_eq!(seen.text, patch);
    assert_eq!(seen.reports[0].2, Outcome::Kept);
}

#[test]
fn a_manifest_that_cannot_be_read_is_written_as_it_stands() {
    let mut seen = Seen::default();
    let outcome = dash::rewrite(b"<MPD>", &links(SIGN), &Stated, &mut seen).unwrap();
    assert_eq!(outcome, Err(dash::Untouched::Malformed));
    assert_eq!(seen.text, "<MPD>");
}
