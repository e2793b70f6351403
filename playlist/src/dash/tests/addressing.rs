use super::*;

const ONE: &str = "<Representation id='r' bandwidth='900'/>";
const TWO: &str = "<Representation id='r'/><Representation id='s'/>";

#[test]
fn a_template_by_number_or_time_is_a_pattern() {
    for name in [
        "$Number$",
        "$Time$",
        "$SubNumber$",
        "$Number%05d$",
        "$$$Number$",
        "$Other$",
        "a$b",
        "$%05d$",
        "$Bandwidth%065d$",
    ] {
        let inside = std::format!("<SegmentTemplate media='{name}.m4s'/>{ONE}");
        expect(in_set(&inside), &[(&std::format!("{name}.m4s"), "pattern")]);
    }
}

#[test]
fn a_template_that_gives_one_path_is_that_path() {
    for (template, path) in [
        ("init.mp4", "/v/init.mp4"),
        ("$RepresentationID$/init.mp4", "/v/r/init.mp4"),
        ("$Bandwidth$.mp4", "/v/900.mp4"),
        ("$Bandwidth%05d$.mp4", "/v/00900.mp4"),
        ("$$.mp4", "/v/$.mp4"),
        (" init.mp4 ", "/v/init.mp4"),
    ] {
        for name in ["initialization", "media", "index", "bitstreamSwitching"] {
            let inside = std::format!("<SegmentTemplate {name}='{template}'/>{ONE}");
            expect(in_set(&inside), &[(template.trim(), path)]);
        }
    }
}

#[test]
fn a_template_for_two_representations_gives_several_paths_or_the_same() {
    let inside = [
        "<SegmentTemplate initialization='$RepresentationID$' index='i'/>",
        TWO,
    ]
    .concat();
    expect(
        in_set(&inside),
        &[("$RepresentationID$", "several"), ("i", "/v/i")],
    );
}

#[test]
fn a_representation_that_does_not_say_its_id_is_a_pattern() {
    expect(
        in_set(
            "<SegmentTemplate media='$RepresentationID$' index='$Bandwidth$'/><Representation/>",
        ),
        &[
            ("$RepresentationID$", "pattern"),
            ("$Bandwidth$", "pattern"),
        ],
    );
    expect(
        in_set("<SegmentTemplate media='$RepresentationID$' index='i'/>"),
        &[("$RepresentationID$", "pattern"), ("i", "/v/i")],
    );
}

#[test]
fn a_representation_whose_id_is_a_query_leaves_the_template() {
    let inside = "<SegmentTemplate media='$RepresentationID$'/><Representation id='a?b'/>";
    expect(in_set(inside), &[("$RepresentationID$", "Variable")]);
}

#[test]
fn an_id_may_lead_elsewhere() {
    let inside =
        "<SegmentTemplate media='$RepresentationID$/a'/><Representation id='//example.org'/>";
    expect(in_set(inside), &[("$RepresentationID$/a", "OtherHost")]);
}

#[test]
fn a_nearer_template_takes_the_place_of_one_further_out() {
    expect(
        in_set(
            "<SegmentTemplate media='$RepresentationID$' index='i'/>\
             <Representation id='r'/>\
             <Representation id='s'><SegmentTemplate media='near'/></Representation>",
        ),
        &[
            ("$RepresentationID$", "/v/r"),
            ("i", "/v/i"),
            ("near", "/v/near"),
        ],
    );
    // Nobody fetches the outer one.
    expect(
        in_set(
            "<SegmentTemplate media='far'/>\
             <Representation><SegmentTemplate media='near'/></Representation>",
        ),
        &[("near", "/v/near")],
    );
}

#[test]
fn segments_of_a_list_are_one_path_each() {
    expect(
        in_set(
            "<Representation><SegmentList><Initialization sourceURL='i?a'/>\
             <RepresentationIndex sourceURL='x'/><BitstreamSwitching sourceURL='b'/>\
             <SegmentURL media='1.ts' index='1.idx'/><SegmentURL media='$Number$'/>\
             </SegmentList></Representation>",
        ),
        &[
            ("i?a", "/v/i"),
            ("x", "/v/x"),
            ("b", "/v/b"),
            ("1.ts", "/v/1.ts"),
            ("1.idx", "/v/1.idx"),
            ("$Number$", "/v/$Number$"),
        ],
    );
}

#[test]
fn a_base_that_a_representation_fetches_is_a_path() {
    expect(
        in_set(
            "<Representation><BaseURL> a.mp4 </BaseURL><SegmentBase indexRange='0-1'>\
             <Initialization range='0-1'/></SegmentBase></Representation>\
             <Representation><BaseURL>b.vtt</BaseURL></Representation>",
        ),
        &[("a.mp4", "/v/a.mp4"), ("b.vtt", "/v/b.vtt")],
    );
    expect(
        in_set(
            "<Representation><BaseURL>a.mp4</BaseURL><SegmentList>\
             <SegmentURL mediaRange='0-1'/></SegmentList></Representation>",
        ),
        &[("a.mp4", "/v/a.mp4")],
    );
}

#[test]
fn a_base_of_which_only_the_beginning_is_fetched_is_a_path_too() {
    expect(
        in_set(
            "<Representation><BaseURL>a.mp4</BaseURL><SegmentTemplate media='/$Number$'>\
             <Initialization range='0-1'/></SegmentTemplate></Representation>",
        ),
        &[("a.mp4", "/v/a.mp4"), ("/$Number$", "pattern")],
    );
}

#[test]
fn a_base_that_is_only_a_base_is_no_place() {
    expect(
        in_set(
            "<BaseURL>a/</BaseURL><SegmentTemplate media='m'/>\
             <Representation><BaseURL>b?c</BaseURL></Representation>",
        ),
        &[("m", "/v/a/m")],
    );
    expect(
        in_set(
            "<Representation><BaseURL>a/</BaseURL><SegmentList><SegmentURL media='m'/>\
             </SegmentList></Representation>",
        ),
        &[("m", "/v/a/m")],
    );
    expect(in_set("<BaseURL>a/</BaseURL><Representation/>"), &[]);
}

#[test]
fn where_players_add_the_query_themselves_segments_are_left() {
    let template = "<SegmentTemplate media='m'/><Representation/>";
    for (property, word) in [
        (
            "<EssentialProperty><up:UrlQueryInfo useMPDUrlQuery='true'/></EssentialProperty>",
            "PlayerAdds",
        ),
        (
            "<SupplementalProperty><ExtUrlQueryInfo useMPDUrlQuery='1'/></SupplementalProperty>",
            "PlayerAdds",
        ),
        (
            "<RequestParam useMPDUrlQuery='true' includeInRequests='segment mpd'/>",
            "PlayerAdds",
        ),
        (
            "<RequestParam useMPDUrlQuery='true' includeInRequests='callback'/>",
            "/v/m",
        ),
        ("<RequestParam useMPDUrlQuery='false'/>", "/v/m"),
        (
            "<EventStream><RequestParam useMPDUrlQuery='true'/></EventStream>",
            "/v/m",
        ),
        (
            "<EssentialProperty><UrlQueryInfo queryString='a'/></EssentialProperty>",
            "/v/m",
        ),
    ] {
        expect(in_set(&[property, template].concat()), &[("m", word)]);
    }
}

#[test]
fn where_players_add_the_query_themselves_fetched_bases_are_left() {
    let inside = "<RequestParam useMPDUrlQuery='true'/><Representation><BaseURL>a.mp4</BaseURL></Representation>";
    expect(in_set(inside), &[("a.mp4", "PlayerAdds")]);
}

#[test]
fn entities_are_decoded_for_the_path() {
    expect(
        in_set("<SegmentTemplate media='a&amp;b&#x20;c&#99;?d&amp;e'/><Representation/>"),
        &[("a&amp;b&#x20;c&#99;?d&amp;e", "/v/a&b cc")],
    );
    expect(
        in_set("<SegmentTemplate media='a&own;' index='a&#;' initialization='a&#0;'/>"),
        &[
            ("a&own;", "Entity"),
            ("a&#;", "Entity"),
            ("a&#0;", "Entity"),
        ],
    );
}

#[test]
fn bases_of_several_levels_may_be_fetched() {
    let set = "<AdaptationSet><BaseURL>b</BaseURL><Representation/><BaseURL>c</BaseURL></AdaptationSet>\
               <AdaptationSet><Representation/></AdaptationSet>";
    expect(
        seen(
            &[
                "<BaseURL>/a</BaseURL><Period>",
                set,
                "</Period><BaseURL>/d</BaseURL>",
            ]
            .concat(),
        ),
        &[("/a", "/a"), ("b", "/b"), ("c", "/c"), ("/d", "/d")],
    );
}
