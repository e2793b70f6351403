use super::*;

#[test]
fn bases_are_inherited_and_resolved_level_by_level() {
    expect(
        seen(
            "<BaseURL>../a/x?q</BaseURL><Period><BaseURL>b/</BaseURL><AdaptationSet><BaseURL>c/</BaseURL>\
             <Representation><BaseURL>./d/</BaseURL><SegmentTemplate media='../m'/></Representation>\
             </AdaptationSet></Period>",
        ),
        &[("../m", "/a/b/c/m")],
    );
}

#[test]
fn a_base_may_come_after_what_it_moves() {
    expect(
        seen(
            "<Period><AdaptationSet><Representation><SegmentTemplate media='m'/><BaseURL>d/</BaseURL>\
             </Representation></AdaptationSet></Period><BaseURL>/a/</BaseURL>",
        ),
        &[("m", "/a/d/m")],
    );
}

#[test]
fn an_absolute_base_on_the_same_host_moves_the_path() {
    expect(
        seen(
            "<BaseURL>https://EXAMPLE.com/a/</BaseURL>\
             <Period><AdaptationSet><SegmentTemplate media='m'/></AdaptationSet></Period>",
        ),
        &[("m", "/a/m")],
    );
}

#[test]
fn no_token_goes_to_a_base_on_another_host() {
    let bases = "<BaseURL>a/</BaseURL><BaseURL>https://cdn.example.org/a/</BaseURL>";
    let set = "<AdaptationSet><SegmentTemplate media='$Number$' index='/i' \
               initialization='http://example.com/i'/></AdaptationSet>";
    let words = [
        ("$Number$", "OtherHost"),
        ("/i", "OtherHost"),
        ("http://example.com/i", "/i"),
    ];
    expect(
        seen(&[bases, "<Period>", set, "</Period>"].concat()),
        &words,
    );
    expect(
        seen(&["<Period>", bases, set, "</Period>"].concat()),
        &words,
    );
    // One below cannot bring it back.
    let below = "<Period><BaseURL>b/</BaseURL><BaseURL>/c/</BaseURL>";
    expect(seen(&[bases, below, set, "</Period>"].concat()), &words);
}

#[test]
fn a_base_that_players_read_differently_leaves_what_is_below() {
    for (base, word) in [
        ("http:/a/", "NoHost"),
        ("//u@example.com/", "UserInfo"),
        ("/\\example.org/", "Byte"),
        ("data:a", "Scheme"),
        ("a&own;/", "Entity"),
        ("a<!-- b -->/", "Markup"),
    ] {
        let inside = std::format!(
            "<BaseURL>{base}</BaseURL><Period><AdaptationSet><SegmentTemplate media='m'/>\
             </AdaptationSet></Period>"
        );
        expect(seen(&inside), &[("m", word)]);
    }
}

#[test]
fn a_host_without_a_scheme_is_the_one_of_its_base() {
    expect(
        seen(
            "<BaseURL>urn:a</BaseURL><Period><AdaptationSet><SegmentTemplate media='//example.com/m' \
             index='http://example.com/i'/></AdaptationSet></Period>",
        ),
        &[
            ("//example.com/m", "Scheme"),
            ("http://example.com/i", "/i"),
        ],
    );
}

#[test]
fn nobody_knows_the_scheme_of_a_host_on_top_of_a_base_that_players_read_differently() {
    for (base, word) in [
        ("a<!-- b -->/", "Markup"),
        ("a&own;/", "Entity"),
        ("a\\b", "Byte"),
        ("a/%00/", "Scheme"),
    ] {
        let inside = std::format!(
            "<BaseURL>app:a</BaseURL><Period><BaseURL>{base}</BaseURL><AdaptationSet><SegmentTemplate \
             media='//example.com/m' index='http://example.com/i'/></AdaptationSet></Period>"
        );
        expect(
            seen(&inside),
            &[("//example.com/m", word), ("http://example.com/i", "/i")],
        );
    }
    expect(
        seen(
            "<BaseURL>//example.org/a/</BaseURL><Period><AdaptationSet><SegmentTemplate media='//example.com/m'/>\
             </AdaptationSet></Period>",
        ),
        &[("//example.com/m", "/m")],
    );
}

#[test]
fn two_bases_of_ones_own_give_several_paths() {
    expect(
        in_set("<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><SegmentTemplate media='m' index='/i'/>"),
        &[("m", "several"), ("/i", "/i")],
    );
    // Also where a Representation fetches them.
    expect(
        seen(
            "<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><Period><AdaptationSet><Representation>\
             <BaseURL>c.mp4</BaseURL><BaseURL>/d.mp4</BaseURL></Representation></AdaptationSet></Period>",
        ),
        &[("c.mp4", "several"), ("/d.mp4", "/d.mp4")],
    );
}

#[test]
fn an_empty_base_is_the_one_around_it() {
    expect(
        seen(
            "<BaseURL>a/</BaseURL><Period><BaseURL/><AdaptationSet><SegmentTemplate media='m'/></AdaptationSet></Period>",
        ),
        &[("m", "/v/a/m")],
    );
}

#[test]
fn what_is_behind_too_many_bases_is_left() {
    let bases: String = (0..6)
        .map(|at| std::format!("<BaseURL>{at}/</BaseURL>"))
        .collect();
    let inside = std::format!(
        "{bases}<Period>{bases}<AdaptationSet><SegmentTemplate media='m'/></AdaptationSet></Period>"
    );
    expect(seen(&inside), &[("m", "TooMany")]);
}

#[test]
fn a_manifest_that_multiplies_is_left_in_time() {
    let representations = "<Representation/>".repeat(4000);
    let templates = "<SegmentTemplate media='m'/>".repeat(4000);
    let places = in_set(&[templates, representations.clone()].concat());
    assert_eq!(places.first().map(|(_, word)| word.as_str()), Some("/v/m"));
    assert!(
        places
            .iter()
            .all(|(_, word)| word == "/v/m" || word == "TooMany")
    );
    let long = std::format!("<SegmentTemplate media='{}m'/>", "a/../".repeat(100_000));
    let places = in_set(&[long, representations].concat());
    assert_eq!(
        places.first().map(|(_, word)| word.as_str()),
        Some("TooMany")
    );
    let base = std::format!("<BaseURL>{}</BaseURL>", "a/".repeat(250_000));
    let below = "<Representation><BaseURL>b/</BaseURL></Representation>".repeat(9000);
    let set = [
        "<AdaptationSet><SegmentTemplate media='m'/>",
        &below,
        "</AdaptationSet>",
    ]
    .concat();
    let places = seen(&[&base, "<Period>", &set, "</Period>"].concat());
    assert_eq!(
        places.first().map(|(_, word)| word.as_str()),
        Some("TooMany")
    );
}
