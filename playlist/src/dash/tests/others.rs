use super::*;

#[test]
fn locations_patches_and_steering_are_resolved_against_the_manifest() {
    let inside = "<Location>n.mpd?a&amp;b</Location><Location>https://example.org/n.mpd</Location>\
                  <PatchLocation ttl='1'> /p.mpp\n</PatchLocation><ServiceDescription>\
                  <ContentSteering queryBeforeStart='true'>/s.json</ContentSteering>\
                  </ServiceDescription><Location/><BaseURL>/b/</BaseURL>";
    expect(
        seen(inside),
        &[
            ("n.mpd?a&amp;b", "/v/n.mpd"),
            ("https://example.org/n.mpd", "OtherHost"),
            ("/p.mpp", "/p.mpp"),
            ("/s.json", "/s.json"),
        ],
    );
    let xml = ["<MPD>", inside, "</MPD>"].concat();
    let kinds = places(xml.as_bytes(), &URL).unwrap();
    let kinds: Vec<_> = kinds.iter().map(|place| place.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Location,
            Kind::Location,
            Kind::PatchLocation,
            Kind::ContentSteering
        ]
    );
}

#[test]
fn a_link_is_resolved_against_manifest_and_bases_alike() {
    expect(
        seen(
            "<Period xlink:href='p.xml'/><Period><AdaptationSet xlink:href='/a.xml' href='no'/>\
             <EventStream x:href='urn:mpeg:dash:resolve-to-zero:2013'/></Period>",
        ),
        &[
            ("p.xml", "/v/p.xml"),
            ("/a.xml", "/a.xml"),
            ("urn:mpeg:dash:resolve-to-zero:2013", "Scheme"),
        ],
    );
    expect(
        seen("<BaseURL>b/</BaseURL><Period xlink:href='p.xml'/>"),
        &[("p.xml", "several")],
    );
    expect(
        seen("<BaseURL>//example.org/</BaseURL><Period xlink:href='p.xml'/>"),
        &[("p.xml", "OtherHost")],
    );
    // There are players that put an element's own base in front.
    for (base, word) in [("//example.org/", "OtherHost"), ("urn:x", "Scheme")] {
        let period = [
            "<Period xlink:href='p.xml'><BaseURL>",
            base,
            "</BaseURL></Period>",
        ];
        expect(seen(&period.concat()), &[("p.xml", word)]);
    }
}

#[test]
fn licences_information_reporting_and_values_are_never_touched() {
    expect(
        seen(
            "<ProgramInformation moreInformationURL='a'><x xlink:href='a'/></ProgramInformation>\
             <UTCTiming value='http://example.com/t'/><Metrics><Reporting value='/r'/></Metrics>\
             <Period><AdaptationSet bitstreamSwitching='true'><ContentProtection xlink:href='a'>\
             <dashif:Laurl>/l</dashif:Laurl><BaseURL>b</BaseURL></ContentProtection>\
             <Representation mimeType='a'/></AdaptationSet>\
             <EventStream><Event>/e</Event><BaseURL>b</BaseURL></EventStream></Period>",
        ),
        &[],
    );
}

#[test]
fn comments_and_instructions_are_text() {
    expect(
        in_set(
            "<!-- <SegmentTemplate media='a'/> --><?x <SegmentTemplate media='b'/> ?>\
             <![CDATA[<SegmentTemplate media='c'/>]]><SegmentTemplate media=\"d>'\"/>",
        ),
        &[("d>'", "/v/d>'")],
    );
}

#[test]
fn nothing_within_a_uri_is_a_place_of_its_own() {
    for name in ["BaseURL", "Location", "PatchLocation", "ContentSteering"] {
        for inner in [
            "<Period xlink:href=\"p.xml\"/>",
            "<a><b xlink:href=\"p.xml\"/></a>",
            "<Location>n.mpd</Location>",
        ] {
            let text = ["a", inner, "b"].concat();
            let seen = seen(&["<", name, ">", &text, "</", name, ">"].concat());
            let is_left = |(at, word): &(String, String)| *at == text && word == "Markup";
            assert!(seen.iter().all(is_left), "{seen:?}");
        }
    }
}

#[test]
fn the_text_of_a_cdata_section_is_written_without_entities() {
    let xml = b"<MPD><Location> <![CDATA[ n?a&b ]]> </Location></MPD>";
    let places = places(xml, &URL).unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!(&xml[places[0].at.clone()], b"n?a&b");
    assert_eq!(places[0].spelling, crate::Spelling::Cdata);
    assert_eq!(word(&places[0]), "/v/n");
    expect(
        seen("<Location>a<![CDATA[b]]></Location><Location><![CDATA[a]]>b<![CDATA[c]]></Location>"),
        &[
            ("a<![CDATA[b]]>", "Markup"),
            ("<![CDATA[a]]>b<![CDATA[c]]>", "Markup"),
        ],
    );
}

#[test]
fn steering_may_be_resolved_against_manifest_or_bases() {
    let steering = "<ContentSteering>s.json</ContentSteering>";
    expect(seen(steering), &[("s.json", "/v/s.json")]);
    expect(
        seen(&["<BaseURL>/b/</BaseURL>", steering].concat()),
        &[("s.json", "several")],
    );
    expect(
        seen(&["<BaseURL>//example.org</BaseURL>", steering].concat()),
        &[("s.json", "OtherHost")],
    );
}

#[test]
fn a_patch_has_the_next_patch_and_segments_of_which_the_base_is_not_known() {
    let xml = "<Patch><replace sel='/MPD/PatchLocation[1]'><PatchLocation>p?t=2</PatchLocation></replace>\
               <add sel='/MPD'><Period><AdaptationSet><SegmentTemplate media='$Number$' index='/i' \
               initialization='https://example.com/i'/><Representation/></AdaptationSet></Period></add>\
               <remove sel='a'/><add sel='b'><S d='1'/></add></Patch>";
    let places = places(xml.as_bytes(), &URL).unwrap();
    let seen = places
        .iter()
        .map(|place| (xml[place.at.clone()].to_string(), word(place)))
        .collect();
    expect(
        seen,
        &[
            ("p?t=2", "/v/p"),
            ("$Number$", "UnknownBase"),
            ("/i", "UnknownBase"),
            ("https://example.com/i", "/i"),
        ],
    );
}
